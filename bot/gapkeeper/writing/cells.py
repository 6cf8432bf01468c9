"""Cells of tables: new content, and the padding that keeps columns straight."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from gapkeeper.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Callable

    from gapkeeper.model.edits import Edit
    from gapkeeper.reading.blocks import Inline, Table
    from gapkeeper.writing.page import CellPlace, Page

_WRAPPED = lazy(r"(?P<open><(?P<tag>b|strong|i|em|code|span)\b[^<>]*>)[^<>]*(?P<close></(?P=tag)\s*>)", re.IGNORECASE)
_SHORTEST_RULE = 5  # characters: `---`, with or without spaces around it, stands under columns of any width
_HIDDEN = "\ufe0e\ufe0f\u200b\u200d"


def cell_edit(page: Page, place: CellPlace, text: str) -> list[Edit] | None:
    """The edit that gives a cell another content; None where it cannot be said in the document's encoding."""
    table, _, column = place
    cell = place.cell
    raw = page.data[cell.start : cell.end].decode(page.encoding, "replace")
    content = raw.strip()
    left, right = raw[: len(raw) - len(raw.lstrip())], raw[len(raw.rstrip()) :]
    if page.is_html(table):
        start = cell.start + len(left.encode(page.encoding))
        if wrapped := _WRAPPED.fullmatch(content):
            text = f"{wrapped['open']}{text.strip('*_`')}{wrapped['close']}"
        return page.edit(start, start + len(content.encode(page.encoding)), text)
    if not content:
        left = right = " "
    measure = _measure(page, table, column)
    if _padded(page, place, measure):
        left, right = _padding(_alignment(page, table, column), (left, right), measure(raw) - measure(text))
    return page.edit(cell.start, cell.end, f"{left}{text}{right}")


def _padding(alignment: str, now: tuple[str, str], room: int) -> tuple[str, str]:
    """The spaces on both sides of a text that leaves so much room; never less than one where there is one now."""
    left, right = now
    if alignment == "right":
        return " " * max(len(left[:1]), room - len(right[:1])), right[:1]
    if alignment == "centre":
        half = max(len(left[:1]), room // 2)
        return " " * half, " " * max(len(right[:1]), room - half)
    return left, " " * max(len(right[:1]), room - len(left))


def _alignment(page: Page, table: Table, column: int) -> str:
    """How a column is aligned."""
    mark = _rule(page, table, column).strip()
    if not mark.endswith(":"):
        return "left"
    return "centre" if mark.startswith(":") else "right"


def _rule(page: Page, table: Table, column: int) -> str:
    """The cell of a column in the line under the table's head: `---`, `:--:`."""
    line = page.next_line(table.head[0].start)
    if line is None:
        return ""
    text = page.data[line : page.line_end(line)].decode(page.encoding, "replace").strip(" \t>")
    cells = text.removeprefix("|").removesuffix("|").split("|")
    return cells[column] if column < len(cells) else ""


def _padded(page: Page, place: CellPlace, measure: Callable[[str], int]) -> bool:
    """Whether this cell is padded, or its column is kept straight: then a shorter text is padded as well."""
    raw = _raw(page, place.cell)
    if _is_padded(raw) or (len(raw) > _SHORTEST_RULE and len(_rule(page, place.table, place.column)) == measure(raw)):
        return True
    column = _column(page, place.table, place.column)
    alike = sum(measure(other) == measure(raw) for other in column)
    return any(map(_is_padded, column)) and alike * 2 > len(column)


def _is_padded(raw: str) -> bool:
    return bool(raw.strip()) and (raw.endswith("  ") or raw.startswith("  "))


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
