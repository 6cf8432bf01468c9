"""Checkboxes and strikes: marks that know open and closed, and little more."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gapkeeper.model.items import StatusForm
from gapkeeper.model.status import Status
from gapkeeper.patterns import lazy
from gapkeeper.reading.blocks import STRIKE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gapkeeper.model.edits import Edit
    from gapkeeper.model.items import Statement
    from gapkeeper.model.spans import Span
    from gapkeeper.reading.blocks import Inline
    from gapkeeper.writing.page import Page

_BOX = lazy(rb"\[([^\]\r\n]{1,4})\]")
_STRIKES = (
    lazy(rb"~~?(.+?)~~?", re.DOTALL),
    lazy(rb"<(?:del|s|strike)>(.+?)</(?:del|s|strike)>", re.DOTALL | re.IGNORECASE),
)
_FARTHEST = 2_000  # bytes from a struck text to the marks around it


def set_box(page: Page, place: Span, status: Status) -> list[Edit] | None:
    """The edit of the checkbox in some bytes: a tick for what is resolved, nothing for all else; None: no box."""
    box = _BOX.search(page.data, place.start, place.end)
    if box is None:
        return None
    start, end = box.span(1)
    mark = tick(page) if status is Status.RESOLVED else " "
    if page.data[start:end].decode(page.encoding, "replace") == mark:
        return []
    return page.edit(start, end, mark)


def tick(page: Page) -> str:
    """The mark that the document ticks its boxes with."""
    marks = [
        match[1].decode(page.encoding, "replace")
        for _, said in page.places
        if said.form is StatusForm.CHECKBOX and said.status is Status.RESOLVED
        if (match := _BOX.search(page.data, said.span.start, said.span.end))
    ]
    return max(marks, key=marks.count, default="x")


def strikes_off(page: Page, statement: Statement, inlines: Iterable[Inline]) -> list[Edit]:
    """The edits that take off the strikes through an item's ID or title, wherever in its lines they are."""
    key, title = page.id_span(statement), statement.title
    edits: list[Edit] = []
    for piece in (piece for inline in inlines for piece in inline.pieces if piece.marks & STRIKE):
        spans = (key, title.span) if title is not None else (key,)
        if any(piece.start < span.end and span.start < piece.end for span in spans):
            edits += [edit for edit in unstruck(page, piece.start, piece.end) or () if edit not in edits]
    return edits


def unstruck(page: Page, start: int, end: int) -> list[Edit] | None:
    """The edits that take off the strikes that touch some bytes; None where there are none."""
    first = max(page.line_start(start), start - _FARTHEST)
    last = min(page.line_end(end), end + _FARTHEST)
    edits: list[Edit] = []
    for pattern in _STRIKES:
        for match in pattern.finditer(page.data, first, last):
            if match.start() < end and start < match.end():
                edits += page.edit(match.start(), match.start(1), "") or []
                edits += page.edit(match.end(1), match.end(), "") or []
    return edits or None
