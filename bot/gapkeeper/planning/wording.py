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
    words = escaping.inline(escaping.shorten(escaping.clean_line(text), _QUOTE_LIMIT))
    return f"“{words}”" if words else "nothing"


def person(name: str | None) -> str:
    """Markdown that names somebody without notifying them."""
    return "Somebody" if not name else escaping.inline(name)


def carried_back(policy: SyncPolicy) -> str:
    """What a person's close or reopen does, as one or two sentences."""
    closes = _effect(policy, policy.on_close, "a close")
    reopens = _effect(policy, policy.on_reopen, "a reopening")
    kept = "Gapkeeper keeps this issue in step with the planning documents."
    if closes.removeprefix("a close") == reopens.removeprefix("a reopening"):
        return f"{kept} {_effect(policy, policy.on_close, 'a close or reopening').capitalize()} here."
    return f"{kept} Here, {closes}, and {reopens}."


def _effect(policy: SyncPolicy, choice: OnMove, what: str) -> str:
    if choice is OnMove.UNDO:
        return f"{what} is undone, unless the documents agree"
    mode = _MODES.get(policy.write_back) if choice is OnMove.WRITE_BACK else None
    return f"{what} stands, and the documents stay as they are" if mode is None else f"{what} is {mode}"
