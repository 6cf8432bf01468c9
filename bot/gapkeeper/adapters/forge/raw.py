"""An issue as a forge tells it, cut down to what is needed and under one set of names; and taken apart.

The names are GitHub's; another forge's adapter gives its own JSON the same shape: `number`, `title`, `body`, `state`
(open, closed), `state_reason`, `user` and `closed_by` (`login` and more), `closed_at`, `updated_at`, `labels` (`name`
and, where known, `color` and `description`), `milestone` (`number`, `title`), `assignees` (names), `comments`,
`html_url`, `locked`.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple

from gapkeeper.model.snapshot import Label, Reason
from gapkeeper.model.status import State
from gapkeeper.planning.marker import MARKER_PREFIX

if TYPE_CHECKING:
    from gapkeeper.adapters.http.answer import Json

#: One issue, with keys of our own that begin with `our_`: what was found out and the forge's JSON does not say.
Raw = dict[str, Any]

#: Marks what is listed among the issues and is none: a pull request, or what was moved away.
NO_ISSUE = "our_no_issue"
_REASONS = {reason.value: reason for reason in Reason}


def moment(text: str) -> dt.datetime:
    """A time as forges write it."""
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC)


def is_issue(raw: Raw) -> bool:
    """Whether it is an issue of this project: others are listed among them."""
    return NO_ISSUE not in raw


def is_ours(raw: Raw, managed_label: str) -> bool:
    """Whether it carries the managed label, in any case, or a marker."""
    wanted = managed_label.casefold()
    return any(name.casefold() == wanted for name in label_names(raw)) or MARKER_PREFIX in raw["body"]


def label_names(raw: Raw) -> frozenset[str]:
    """The names of its labels."""
    return frozenset(str(label["name"]) for label in raw["labels"])


def label(data: Json) -> Label:
    """A label."""
    colour = str(data.get("color") or "ededed").lower().removeprefix("#")
    return Label(str(data["name"]), colour, str(data.get("description") or ""))


class StateOf(NamedTuple):
    """Open, or closed for a reason."""

    state: State
    reason: Reason | None


def state_of(raw: Raw) -> StateOf:
    """Closed without a reason is completed."""
    if raw.get("state") != "closed":
        return StateOf(State.OPEN, None)
    return StateOf(State.CLOSED, _REASONS.get(raw.get("state_reason") or "", Reason.COMPLETED))
