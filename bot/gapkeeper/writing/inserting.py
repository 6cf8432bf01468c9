"""A status where none stands, in a heading or a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.model.edits import Edit
from gapkeeper.model.items import StatusForm
from gapkeeper.model.status import Rank, Status
from gapkeeper.patterns import lazy
from gapkeeper.reading.blocks import Heading, Table
from gapkeeper.reading.columns import read_columns
from gapkeeper.writing.answers import answer
from gapkeeper.writing.cells import cell_edit
from gapkeeper.writing.new_fields import empty_field, line_below, new_line, new_row
from gapkeeper.writing.page import CellPlace
from gapkeeper.writing.replacing import column_samples
from gapkeeper.writing.tails import heading_tails, new_tail
from gapkeeper.writing.wish import Spot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gapkeeper.model.items import Statement
    from gapkeeper.reading.blocks import Row
    from gapkeeper.writing.manner import Manner
    from gapkeeper.writing.page import Page
    from gapkeeper.writing.wish import Wish

Attempt = list[Edit]
_ATTRIBUTES = lazy(rb"(?<![ \t])[ \t]*\{:?[ \t]*#[\w-]+[ \t]*\}[ \t]*$")


def inserted(page: Page, manner: Manner, statement: Statement, wish: Wish) -> Iterator[Attempt]:
    """The ways in which a heading or row without a status can be given one, the most natural first."""
    if statement.rank is Rank.HEADING:
        ways: tuple[Callable[[Page, Manner, Statement, Wish], Attempt | None], ...] = (
            empty_field,
            new_row,
            new_line,
            _heading_marker,
            line_below,
        )
        if not manner.writes_fields and heading_tails(page):
            ways = (_heading_marker, *(way for way in ways if way is not _heading_marker))
    else:
        ways = (_empty_cell, _key_strike, _key_marker)
    for way in ways:
        edits = way(page, manner, statement, wish)
        if edits:
            yield edits


def _heading_marker(page: Page, manner: Manner, statement: Statement, wish: Wish) -> Attempt | None:
    """A marker at the heading's end, as the document's other headings have theirs."""
    block = next((b for b in page.blocks if isinstance(b, Heading) and b.start == statement.span.start), None)
    if block is None or not block.inline.pieces:
        return None
    at = page.behind(block.inline.end)
    start = page.line_start(at)
    if attributes := _ATTRIBUTES.search(page.data[start:at]):
        at = start + attributes.start()
    return page.edit(at, at, new_tail(manner, wish))


def _row_of(page: Page, statement: Statement) -> tuple[Table, Row] | None:
    found = page.table_at(statement.span.start)
    return None if found is None else found[:2]


def _empty_cell(page: Page, manner: Manner, statement: Statement, wish: Wish) -> Attempt | None:
    """An empty cell, or a dash, in the column of statuses."""
    found = _row_of(page, statement)
    if found is None:
        return None
    table, row = found
    columns = read_columns(page.context, table)
    for index, meaning in enumerate(columns.meanings):
        if meaning != "status" or index >= len(row.cells) or not page.is_free(row, index):
            continue
        text = _empty_text(page, manner, wish, CellPlace(table, row, index))
        return cell_edit(page, CellPlace(table, row, index), text)
    return None


def _empty_text(page: Page, manner: Manner, wish: Wish, place: CellPlace) -> str:
    others = [row.cells[place.column].text for row in place.table.rows if place.column < len(row.cells)]
    given = answer(others, wish.status, manner.language) if wish.date is None else None
    if given is not None:
        return given
    return manner.dated(manner.text(wish, Spot(StatusForm.CELL, column_samples(page, *place))), wish)


def _key_cell(page: Page, statement: Statement) -> CellPlace | None:
    found = _row_of(page, statement)
    if found is None:
        return None
    table, row = found
    for index, cell in enumerate(row.cells):
        if any(m.id == statement.id for m in page.context.ids.scan(cell.text)[:1]):
            return CellPlace(table, row, index)
    return None


def _key_marker(page: Page, manner: Manner, statement: Statement, wish: Wish) -> Attempt | None:
    """A word behind the ID: `| LATER-001 (Resolved) |`."""
    found = _key_cell(page, statement)
    if found is None:
        return None
    return cell_edit(page, found, f"{page.raw(found.cell)} ({manner.noted(wish)})")


def _key_strike(page: Page, manner: Manner, statement: Statement, wish: Wish) -> Attempt | None:
    """`| ~~LATER-001~~ |`, where the document strikes what is done."""
    found = _key_cell(page, statement) if manner.strikes and wish.status is Status.RESOLVED and not wish.date else None
    if found is None:
        return None
    places = [found]
    title = page.table_at(statement.title.span.start) if statement.title is not None and manner.strikes_titles else None
    if title is not None and title.column != found.column:
        places.append(title)
    return [edit for place in places for edit in cell_edit(page, place, f"~~{page.raw(place.cell)}~~") or ()]
