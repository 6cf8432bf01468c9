"""How a document writes a status: its words, emoji, emphasis and case, taken from what it writes already.

✅ **Done** (2026-01-09, PR #12)   ->   emoji before, bold, "Done"; date and remark belong to that item alone
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.patterns import lazy
from gapkeeper.reading.marks import EMOJI
from gapkeeper.writing.words import is_plain

if TYPE_CHECKING:
    from gapkeeper.model.status import Status
    from gapkeeper.reading.values import Context

_SEQUENCE = f"[{EMOJI}][\ufe0e\ufe0f\u200d\u20e3\U0001f3fb-\U0001f3ff]*"
_HEAD = lazy(
    rf"\s*(?P<before>(?:{_SEQUENCE})?)(?P<gap>\s*)(?P<marks>[*_`]*)(?P<inside>(?:{_SEQUENCE})?)(?P<inner_gap>\s*)"
)
_TAIL = lazy(rf"[*_`]*(?P<gap>\s*)(?P<after>{_SEQUENCE})(?!\s*[\w(])")


class Shape(NamedTuple):
    """How a status is dressed."""

    marks: str = ""  # what stands before the word and, turned round, behind it: `**`
    emoji: str = ""  # where an emoji stands: "before", "inside" (of the marks), "after", "alone", or "" for none
    gap: str = " "  # between emoji and word
    case: str = "capital"  # "upper", "lower" or "capital"
    joint: str = " "  # between the words of a phrase: `_` in IN_PROGRESS


class Sample(NamedTuple):
    """One status as a document writes it, without what is said of one item alone."""

    status: Status
    word: str  # as written; empty where an emoji says it alone
    emoji: str
    shape: Shape

    @property
    def plain(self) -> bool:
        """Whether the same may be written for another item."""
        return not self.word or is_plain(self.word.replace("_", " "), self.status)


def read_sample(context: Context, text: str) -> Sample | None:
    """The status that a text begins with; None where something else stands there."""
    head = _HEAD.match(text)
    if head is None:
        return None
    rest = text[head.end() :]
    emoji = head["before"] or head["inside"]
    place = "before" if head["before"] else "inside" if head["inside"] else ""
    gap = (head["gap"] if head["before"] else head["inner_gap"]) if emoji else " "
    reading = context.vocabulary.read(rest, context.legend)
    word = rest[: reading.end] if reading.known and reading.start == 0 else ""
    if not any(c.isalpha() for c in word):
        return _emoji_alone(context, emoji, rest, head["marks"])
    after = _TAIL.match(rest, len(word))
    if after is not None and not emoji:
        emoji, place, gap = after["after"], "after", after["gap"]
    return Sample(reading.status, word, emoji, Shape(head["marks"], place, gap, _case(word), _joint(word)))


def _emoji_alone(context: Context, emoji: str, rest: str, marks: str) -> Sample | None:
    """An emoji that no word stands beside; a date or a remark in parentheses may."""
    status = context.vocabulary.emoji_status(emoji, context.legend) if emoji else None
    words = rest.strip(" *_`")
    if status is None or (words and not words.startswith("(")):
        return None
    return Sample(status, "", emoji, Shape(marks, "alone"))


def _case(word: str) -> str:
    if word.isupper():
        return "upper"
    return "lower" if word.islower() else "capital"


def _joint(word: str) -> str:
    return next((c for c in "_-" if c in word), " ")


def render(word: str, emoji: str, shape: Shape) -> str:
    """A word and an emoji in a shape; ``emoji`` may be empty."""
    closing = shape.marks[::-1]
    if not word or (shape.emoji == "alone" and emoji):
        return f"{shape.marks}{emoji}{closing}"
    if not emoji or shape.emoji in {"", "alone"}:
        return f"{shape.marks}{word}{closing}"
    if shape.emoji == "inside":
        return f"{shape.marks}{emoji}{shape.gap}{word}{closing}"
    text = f"{shape.marks}{word}{closing}"
    return f"{text}{shape.gap}{emoji}" if shape.emoji == "after" else f"{emoji}{shape.gap}{text}"
