"""Markers: words and emoji at the end of a heading or entry, before its ID, or behind its colon."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gapkeeper.model.edits import Edit
from gapkeeper.model.items import StatusForm
from gapkeeper.model.spans import Span
from gapkeeper.model.status import Status
from gapkeeper.reading.ids import without_ids
from gapkeeper.reading.marks import priority_word, without_details
from gapkeeper.writing.wish import Spot

if TYPE_CHECKING:
    from gapkeeper.model.items import StatedStatus
    from gapkeeper.writing.manner import Manner
    from gapkeeper.writing.page import Page
    from gapkeeper.writing.wish import Wish

_NEAR = 4  # bytes between an emoji and the word beside it: spaces and emphasis


def marked(page: Page, manner: Manner, said: StatedStatus, wish: Wish) -> list[Edit] | None:
    """The edit that makes a marker say another status."""
    if not any(c.isalnum() for c in said.text):
        return _emoji(page, manner, said, wish)
    start, end = _words(page, said)
    start, end = page.whole_link(start, _balanced(page, start, end))
    text = manner.text(wish, Spot(StatusForm.MARKER, own=page.text(start, end)))
    if wish.date is not None:
        bare = page.data[start - 1 : start] not in {b"(", b"["}
        text = f"({text}, {manner.day(wish)})" if bare else f"{text}, {manner.day(wish)}"
    edits = page.edit(start, end, text)
    return None if edits is None else [*edits, *_without_details(page, end)]


def taken_off(page: Page, said: StatedStatus) -> list[Edit] | None:
    """The edit that takes a marker in parentheses away, with the space before it; None for any other marker."""
    start, end = _words(page, said)
    if not page.data.endswith((b"(", b"["), 0, start) or page.data[end : end + 1] not in {b")", b"]"}:
        return None
    start -= 1
    while page.data.endswith((b" ", b"\t"), 0, start):
        start -= 1
    return page.edit(start, end + 1, "")


def _words(page: Page, said: StatedStatus) -> tuple[int, int]:
    """The bytes of a marker without parentheses around it; of one that says more than a status, its status words.

    In `HIGH → DONE` the priority stays, and in `Check the horn HOLD` the title does.
    """
    raw = page.data[said.span.start : said.span.end].decode(page.encoding, "replace")
    inner = raw.strip().strip("()[]（）【】").strip()
    start = raw.find(inner)
    vocabulary = page.context.vocabulary
    words = without_ids(inner, page.context.ids.scan(inner))
    if priority_word(inner) is not None or vocabulary.remainder(without_details(words)):
        reading = vocabulary.read(inner, page.context.legend)
        start, inner = start + reading.start, inner[reading.start : reading.end]
    first = said.span.start + len(raw[:start].encode(page.encoding, "replace"))
    return first, first + len(inner.encode(page.encoding, "replace"))


def _balanced(page: Page, start: int, end: int) -> int:
    """The end with the emphasis that closes right behind it, where it opens between start and end."""
    for marks in (b"**", b"__", b"*", b"_", b"`"):
        if page.data.count(marks, start, end) % 2 and page.data.startswith(marks, end):
            return end + len(marks)
    return end


def _emoji(page: Page, manner: Manner, said: StatedStatus, wish: Wish) -> list[Edit] | None:
    """Another emoji; none, where a word beside it says the status and no emoji is known for it."""
    start, end = said.span.start, said.span.end
    beside = _beside_word(page, said)
    emoji = manner.emoji(wish.status, alone=not beside)
    if not emoji and beside:
        while page.data[end : end + 1] == b" ":
            end += 1
        return page.edit(start, end, "")
    if not emoji and said.status.state is wish.status.state:
        return []
    return page.edit(start, end, emoji or manner.emoji(Status.PENDING, alone=True))


def _beside_word(page: Page, said: StatedStatus) -> bool:
    """Whether a word that says a status stands beside an emoji."""
    for _, other in page.places:
        first, second = sorted((said.span, other.span))
        between = page.data[first.end : second.start] if second.start - first.end <= _NEAR else b"-"
        if any(c.isalpha() for c in other.text) and not between.strip(b" *_"):
            return True
    return False


def _without_details(page: Page, end: int) -> list[Edit]:
    """Takes off the date or the like behind a marker: `FIXED in 1.4.2`, `✅ **FIXED** (2026-02-04)`."""
    rest = page.data[end : page.line_end(end)].decode(page.encoding, "replace")
    closing = re.match(r"[*_`]*[)\]）】]?", rest)
    kept = closing.group() if closing else ""
    tail = rest[len(kept) :].rstrip(" #\t")
    if not tail or any(c.isalnum() for c in without_details(tail)) or not any(c.isdigit() for c in tail):
        return []
    start = end + len(kept.encode(page.encoding))
    old = tail.encode(page.encoding)
    return [Edit(Span(start, start + len(old)), old, b"")]
