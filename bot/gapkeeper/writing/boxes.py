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
    from gapkeeper.model.items import StatedStatus, Statement
    from gapkeeper.model.spans import Span
    from gapkeeper.reading.blocks import Inline
    from gapkeeper.writing.page import Page

_BOX = lazy(rb"\[([^\]\r\n]{1,4})\]")
_STRIKES = ((rb"~~?", rb"~~?"), (rb"<(?:del|s|strike)>", rb"</(?:del|s|strike)>"))


def ticked(page: Page, said: StatedStatus, status: Status) -> list[Edit] | None:
    """The edit of a checkbox: a tick for what is resolved, nothing for all else."""
    return set_box(page, said.span, status)


def set_box(page: Page, place: Span, status: Status) -> list[Edit] | None:
    """The same for the box in some bytes; None where there is none."""
    box = _BOX.search(page.data, place.start, place.end)
    if box is None:
        return None
    start, end = box.span(1)
    mark = tick(page) if status is Status.RESOLVED else " "
    if page.data[start:end].decode(page.encoding, "replace") == mark:
        return []
    edit = page.edit(start, end, mark)
    return None if edit is None else [edit]


def tick(page: Page) -> str:
    """The mark that the document ticks its boxes with."""
    marks = [
        match[1].decode(page.encoding, "replace")
        for _, said in page.places()
        if said.form is StatusForm.CHECKBOX and said.status is Status.RESOLVED
        if (match := _BOX.search(page.data, said.span.start, said.span.end))
    ]
    return max(marks, key=marks.count, default="x")


def strikes_off(page: Page, statement: Statement, inlines: Iterable[Inline]) -> list[Edit]:
    """The edits that take off the strikes through an item's ID or title, wherever in its lines they are."""
    key, title = page.id_span(statement), statement.title
    edits: list[Edit] = []
    for inline in inlines:
        for piece in inline.pieces:
            own = piece.start < key.end and key.start < piece.end
            own = own or (title is not None and piece.start < title.span.end and title.span.start < piece.end)
            if piece.marks & STRIKE and own:
                edits += [edit for edit in unstruck(page, piece.start, piece.end) or () if edit not in edits]
    return edits


def unstruck(page: Page, start: int, end: int) -> list[Edit] | None:
    """The edits that take off the strikes that touch some bytes; None where there are none."""
    first, last = page.line_start(start), page.line_end(end)
    edits: list[Edit | None] = []
    for opening, closing in _STRIKES:
        for match in re.finditer(opening + rb"(.+?)" + closing, page.data[first:last], re.IGNORECASE | re.DOTALL):
            a, b = first + match.start(), first + match.end()
            if a < end and start < b:
                edits += [page.edit(a, first + match.start(1), ""), page.edit(first + match.end(1), b, "")]
    return [e for e in edits if e is not None] or None
