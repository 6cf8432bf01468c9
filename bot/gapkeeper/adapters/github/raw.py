"""An issue as GitHub tells it, cut down to what is needed; and taken apart."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple

from gapkeeper.errors import UnavailableError
from gapkeeper.model.snapshot import Label, Reason
from gapkeeper.model.status import State
from gapkeeper.planning.marker import MARKER_PREFIX

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapkeeper.adapters.http.answer import Json

#: One issue: a part of GitHub's JSON, with keys of our own that begin with `our_`.
Raw = dict[str, Any]

_KEPT = (
    "assignees",
    "closed_at",
    "closed_by",
    "comments",
    "html_url",
    "id",
    "issue_dependencies_summary",
    "locked",
    "number",
    "repository_url",
    "state",
    "state_reason",
    "title",
    "updated_at",
)
_PROPOSAL = "<!-- gapkeeper: proposal "
_REASONS = {reason.value: reason for reason in Reason}


def trimmed(data: Json) -> Raw:
    """What is kept of an issue.

    Raises `UnavailableError` where it is none.
    """
    try:
        raw: Raw = {name: data[name] for name in _KEPT if name in data}
        raw["body"] = data.get("body") or ""
        raw["user"] = _person(data.get("user"))
        raw["closed_by"] = _person(data.get("closed_by"))
        raw["assignees"] = [str(one["login"]) for one in data.get("assignees") or ()]
        raw["labels"] = [_label(one) for one in data.get("labels") or ()]
        milestone = data.get("milestone")
        raw["milestone"] = None if milestone is None else {"number": milestone["number"], "title": milestone["title"]}
        if data.get("pull_request") is not None:
            raw["our_pull"] = True
        raw["number"], raw["title"] = int(data["number"]), str(data["title"])
        moment(raw["updated_at"])
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise UnavailableError(f"GitHub's answer is no issue ({error})", hint="Run again later.") from error
    return raw


def _person(data: Json) -> Raw | None:
    return None if data is None else {"login": data["login"], "type": data.get("type")}


def _label(data: Json) -> Raw:
    if isinstance(data, str):
        return {"name": data}
    return {"name": data["name"], "color": data.get("color"), "description": data.get("description")}


def moment(text: str) -> dt.datetime:
    """A time as GitHub writes it."""
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC)


def is_pull(raw: Raw) -> bool:
    """Whether it is a pull request: GitHub lists them among the issues."""
    return "our_pull" in raw


def is_proposal(raw: Raw) -> bool:
    """Whether it is a pull request with the hidden line of a proposal, whichever account opened it."""
    return is_pull(raw) and _PROPOSAL in raw["body"]


def is_ours(raw: Raw, managed_label: str) -> bool:
    """Whether it carries the managed label, in any case, or a marker."""
    wanted = managed_label.casefold()
    return any(name.casefold() == wanted for name in label_names(raw)) or MARKER_PREFIX in raw["body"]


def label_names(raw: Raw) -> frozenset[str]:
    """The names of its labels."""
    return frozenset(str(label["name"]) for label in raw["labels"])


def labels_of(raw: Raw) -> Mapping[str, Label]:
    """Its labels, by name."""
    return {str(one["name"]): label(one) for one in raw["labels"]}


def label(data: Json) -> Label:
    """A label."""
    return Label(str(data["name"]), str(data.get("color") or "ededed").lower(), str(data.get("description") or ""))


class StateOf(NamedTuple):
    """Open, or closed for a reason."""

    state: State
    reason: Reason | None


def state_of(raw: Raw) -> StateOf:
    """Closed without a reason is completed."""
    if raw.get("state") != "closed":
        return StateOf(State.OPEN, None)
    return StateOf(State.CLOSED, _REASONS.get(raw.get("state_reason") or "", Reason.COMPLETED))


def blocked_by_count(raw: Raw) -> int | None:
    """How many issues it waits for, open or closed; None: the server knows no dependencies."""
    summary = raw.get("issue_dependencies_summary")
    if not isinstance(summary, dict):
        return None
    count = summary.get("total_blocked_by", summary.get("blocked_by"))
    return count if isinstance(count, int) else None
