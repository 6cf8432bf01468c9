"""Edits of documents as people read them: lines before and after, and how they get there."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from gapkeeper.model.delivery import BRANCH, Step
from gapkeeper.model.policy import WriteBack
from gapkeeper.model.spans import Place
from gapkeeper.reporting.item_list import place_piece
from gapkeeper.reporting.numbers import count
from gapkeeper.reporting.style import Line, Look, Tone, line, say, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gapkeeper.model.delivery import Delivery
    from gapkeeper.model.edits import LineChange

_AROUND = 40  # characters beside a difference that place it


def edit_lines(edits: Iterable[LineChange], look: Look) -> list[Line]:
    """Lines of documents before and after, as a diff shows them."""
    lines: list[Line] = []
    for edit in edits:
        lines += wrap(line(place_piece(Place(edit.path, edit.line))), look, indent=6)
        before, after = _around_the_difference(edit.before or "", edit.after)
        lines += [] if edit.before is None else wrap(line(say(f"- {before}", Tone.BAD)), look, indent=8, hang=10)
        lines += wrap(line(say(f"+ {after}", Tone.GOOD)), look, indent=8, hang=10)
    return lines


def _around_the_difference(before: str, after: str) -> tuple[str, str]:
    """Two lines, with no more of what they have in common than places the difference."""
    start = _common(before, after)
    end = _common(before[start:][::-1], after[start:][::-1])
    begin, rest = max(0, start - _AROUND), max(0, end - _AROUND)

    def cut(text: str) -> str:
        return f"{'…' if begin else ''}{text[begin : len(text) - rest]}{'…' if rest else ''}"

    return cut(before), cut(after)


def _common(one: str, other: str) -> int:
    """How many characters two texts have in common at their beginning."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def delivery_line(delivery: Delivery) -> str:
    """How edits reach the documents, in one sentence."""
    documents = count(len(delivery.edits), "document")
    match delivery.step:
        case Step.WRITE if delivery.mode is WriteBack.WORKTREE:
            return f"{documents} edited in the folder, not committed."
        case Step.WRITE:
            return f"{documents} edited in one commit."
        case Step.PROPOSE:
            which = "a new proposal" if delivery.number is None else f"proposal {delivery.number}"
            return f"{documents} edited in {which}, from the branch {BRANCH}."
        case Step.TELL:
            return f"Somebody committed to {BRANCH}: proposal {delivery.number} says so, and its branch is left alone."
        case Step.WITHDRAW:
            return f"Proposal {delivery.number} has become empty and is withdrawn."
