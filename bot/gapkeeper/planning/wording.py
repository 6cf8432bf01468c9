"""Sentences that bodies and comments share."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from gapkeeper import escaping
from gapkeeper.model.policy import OnMove, WriteBack

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapkeeper.model.policy import SyncPolicy
    from gapkeeper.planning.places import Places

_QUOTE_LIMIT = 200

_MODES = {
    WriteBack.PULL_REQUEST: "proposed as a change of the documents",
    WriteBack.COMMIT: "committed to the documents",
    WriteBack.WORKTREE: "written into the documents",
}


@dataclass(frozen=True, slots=True)
class Telling:
    """What every text of one run needs to know."""

    places: Places
    policy: SyncPolicy
    # Issues to name beside the keys of items. Naming one leaves a trace in its history.
    numbers: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


def quoted(text: str) -> str:
    """Markdown that quotes words of a document or of a person, in one line."""
    words = short(text)
    return f"“{words}”" if words else "nothing"


def spoken(text: str) -> str:
    """A status as people say it: `**Done**` is Done. Strike-through stays, since it says something."""
    return escaping.clean_line(text.replace("*", ""))


def person(name: str | None) -> str:
    """Markdown that names somebody without notifying them."""
    return "Somebody" if not name else short(name)


def short(text: str) -> str:
    """Markdown that shows a name or a key, which documents can make as long as they like."""
    return escaping.inline(escaping.shorten(escaping.clean_line(text), _QUOTE_LIMIT))


def carried_back(policy: SyncPolicy) -> str:
    """What Gapkeeper does here, and what a person's close or reopen does."""
    kept = "Gapkeeper keeps this issue in step with the planning documents."
    closing, reopening = _effect(policy, policy.on_close), _effect(policy, policy.on_reopen)
    if closing == reopening:
        return f"{kept} Closing or reopening it here {closing}."
    return f"{kept} Closing it here {closing}; reopening it {reopening}."


def _effect(policy: SyncPolicy, choice: OnMove) -> str:
    if choice is OnMove.UNDO:
        return "is undone, unless the documents agree"
    mode = _MODES.get(policy.write_back) if choice is OnMove.WRITE_BACK else None
    return f"is {mode}" if mode else "changes nothing in the documents"
