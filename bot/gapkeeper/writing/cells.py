"""Cells of tables: new content, and the padding that keeps columns straight."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from gapkeeper.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Callable

    from gapkeeper.model.edits import Edit
    from gapkeeper.reading.blocks import Inline, Row, Table
    from gapkeeper.writing.page import CellPlace, Page

_WRAPPED = lazy(r"(?P<open><(?P<tag>b|strong|i|em|code|span)\b[^<>]*>)[^<>]*(?P<close></(?P=tag)\s*>)", re.IGNORECASE)
_HIDDEN = "\ufe0e\ufe0f\u200b\u200d"


def cell_edit(page: Page, place: CellPlace, text: str) -> Edit | None:
    """The edit that gives a cell another content; None where it cannot be said in the document's encoding."""
    table, row, column = place
    cell = row.cells[column]
    raw = page.data[cell.start : cell.end].decode(page.encoding, "replace")
    content = raw.strip()
    left, right = raw[: len(raw) - len(raw.lstrip())], raw[len(raw.rstrip()) :]
    if page.is_html(table):
        start = cell.start + len(left.encode(page.encoding))
        if wrapped := _WRAPPED.fullmatch(content):
            text = f"{wrapped['open']}{text.strip('*_`')}{wrapped['close']}"
        return page.edit(start, start + len(content.encode(page.encoding)), text)
    if not content:
        left, right = (" ", raw[1:] or " ") if raw else (" ", " ")
    measure = _measure(page, table, column)
    room = measure(raw) - measure(text)
    if len(left) > 1 and len(right) <= 1:  # aligned to the right
        left = " " * max(1, room - len(right)) if _padded(page, table, row, column, measure) else left
    elif _padded(page, table, row, column, measure):
        right = " " * max(len(right[:1]), room - len(left))
    return page.edit(cell.start, cell.end, f"{left}{text}{right}")


def _padded(page: Page, table: Table, row: Row, column: int, measure: Callable[[str], int]) -> bool:
    """Whether the column is kept straight with spaces, or this cell is padded."""
    raw = _raw(page, row.cells[column])
    if raw != raw.rstrip() and len(raw) - len(raw.rstrip()) > 1 and raw.strip():
        return True
    others = _column(page, table, column)
    return len(others) > 1 and sum(measure(other) == measure(raw) for other in others) * 2 > len(others)


def _column(page: Page, table: Table, column: int) -> list[str]:
    """The cells of a column, its head included, as they are written."""
    rows = [table.head, *(row.cells for row in table.rows)]
    return [_raw(page, cells[column]) for cells in rows if column < len(cells)]


def _raw(page: Page, cell: Inline) -> str:
    return page.data[cell.start : cell.end].decode(page.encoding, "replace")


def _measure(page: Page, table: Table, column: int) -> Callable[[str], int]:
    """How the column's width is counted: on the screen, where an emoji takes two places, or in characters."""
    cells = _column(page, table, column)
    spread = {measure: len({measure(cell) for cell in cells}) for measure in (width, len)}
    return min(spread, key=lambda measure: spread[measure])


def width(text: str) -> int:
    """How many places a text takes on the screen."""
    places = 0
    for character in text:
        if character in _HIDDEN or unicodedata.combining(character):
            continue
        places += 2 if unicodedata.east_asian_width(character) in "WF" else 1
    return places
