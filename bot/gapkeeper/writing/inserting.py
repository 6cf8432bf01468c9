"""A status where none stands: a row of a field table, a field line, a marker, a cell that is empty."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from gapkeeper.model.edits import Edit
from gapkeeper.model.items import StatusForm
from gapkeeper.model.spans import Span
from gapkeeper.model.status import Rank, Status
from gapkeeper.patterns import lazy
from gapkeeper.reading.blocks import Entry, Heading, Paragraph, Table
from gapkeeper.reading.columns import read_columns
from gapkeeper.reading.fields import is_field_table
from gapkeeper.writing.answers import answer
from gapkeeper.writing.cells import cell_edit, width
from gapkeeper.writing.manner import Spot
from gapkeeper.writing.page import CellPlace
from gapkeeper.writing.replacing import column_samples
from gapkeeper.writing.words import usual_label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gapkeeper.model.items import Statement
    from gapkeeper.reading.blocks import Row
    from gapkeeper.writing.manner import Manner, Wish
    from gapkeeper.writing.page import Page

Attempt = list[Edit]
_EMPTY = lazy(r"[-–—.\s]*")
# `- **Owner:** Ops`, `> **Owner**: Ops`, `**Owner:** Ops  `
_FIELD_LINE = lazy(
    rb"(?P<prefix>[ \t>]*(?:(?:[-*+]|\d+[.)])[ \t]+)?)(?P<open>\*\*|__)(?P<name>[^:*_|\r\n]{1,40}?)"
    rb"(?P<close>[ \t]*:[ \t]*(?:\*\*|__)|(?:\*\*|__)[ \t]*:)(?P<gap>[ \t]*)[^\r\n]*?"
    rb"(?P<end>[ \t]*\\|[ \t]{2,})?"
)
_ATTRIBUTES = lazy(rb"[ \t]*\{:?[ \t]*#[\w-]+[ \t]*\}[ \t]*$")
_BAR = lazy(rb"(?<!\\)\|")


def inserted(page: Page, manner: Manner, statement: Statement, wish: Wish) -> Iterator[Attempt]:
    """The ways in which a heading or row without a status can be given one, the most natural first."""
    if statement.rank is Rank.HEADING:
        ways: tuple[Callable[[Page, Manner, Statement, Wish], Attempt | None], ...] = (
            _empty_field,
            _new_row,
            _new_line,
            _heading_marker,
            _line_below,
        )
        if not manner.writes_fields and manner.marks_headings:
            ways = (_heading_marker, *(way for way in ways if way is not _heading_marker))
    else:
        ways = (_empty_cell, _key_strike, _key_marker)
    for way in ways:
        edits = way(page, manner, statement, wish)
        if edits:
            yield edits


# Under a heading


def _field_tables(page: Page, statement: Statement) -> Iterator[Table]:
    for block in page.section(statement.span.start):
        if isinstance(block, Table) and is_field_table(page.context, block):
            yield block


def _names_status(page: Page, name: str) -> bool:
    return page.context.vocabulary.field(name) == "status"


def _empty_field(page: Page, manner: Manner, statement: Statement, wish: Wish) -> Attempt | None:
    """A Status row without a value."""
    for table in _field_tables(page, statement):
        for row in table.rows:
            if len(row.cells) > 1 and _names_status(page, row.cells[0].text) and _EMPTY.fullmatch(row.cells[1].text):
                if row.cells[1].start == row.cells[1].end and not page.data[: row.cells[1].start].endswith(b"|"):
                    continue  # a cell that is missing has no place
                text = manner.dated(manner.text(wish, Spot(StatusForm.FIELD)), wish)
                return _one(cell_edit(page, CellPlace(table, row, 1), text))
    return None


def _one(edit: Edit | None) -> Attempt | None:
    return None if edit is None else [edit]


def _new_row(page: Page, manner: Manner, statement: Statement, wish: Wish) -> Attempt | None:
    """A Status row for a field table that has none, written as the row beside it."""
    table = next(_field_tables(page, statement), None)
    if table is None or not table.rows or page.is_html(table):
        return None
    if any(_names_status(page, row.cells[0].text) for row in table.rows):
        return None
    after = _row_before_status(page, table)
    model = after or table.rows[0]
    text = manner.dated(manner.text(wish, Spot(StatusForm.FIELD)), wish)
    new = _row_like(page, model, _label(page, manner), text)
    if new is None:
        return None
    at = page.next_line(model.cells[0].start) if after is not None else page.line_start(model.cells[0].start)
    if at is None:  # the table's last row, and the document ends without a line end
        at = page.line_start(model.cells[0].start)
    return [Edit(Span(at, at), b"", new + _line_end(page, model.cells[0].start))]


def _line_end(page: Page, offset: int) -> bytes:
    """The line end of the line of an offset, or of the one before where that is the last."""
    stop = page.line_end(offset)
    after = page.next_line(offset)
    if after is not None:
        return page.data[stop:after]
    start = page.line_start(offset)
    before = page.line_end(page.line_start(start - 1)) if start else start
    return page.data[before:start] or b"\n"


def _row_before_status(page: Page, table: Table) -> Row | None:
    """The row that the document's other field tables have before their Status; None for the first place."""
    before: Counter[str] = Counter()
    for block in page.blocks:
        if isinstance(block, Table) and block is not table and is_field_table(page.context, block):
            names = [row.cells[0].text for row in block.rows]
            at = next((i for i, name in enumerate(names) if _names_status(page, name)), None)
            if at is not None:
                before.update([names[at - 1] if at else ""])
    for name, _ in before.most_common():
        if not name:
            return None
        found = next((row for row in table.rows if row.cells[0].text == name), None)
        if found is not None:
            return found
    return None


def _label(page: Page, manner: Manner) -> str:
    """What the document calls the field of a status."""
    names: Counter[str] = Counter()
    for block in page.blocks:
        if isinstance(block, Table):
            firsts = [row.cells[0] for row in block.rows] if is_field_table(page.context, block) else block.head
            names.update(cell.text.strip(" *_:") for cell in firsts if _names_status(page, cell.text))
        elif isinstance(block, Paragraph | Entry):
            for line in block.lines:
                match = _FIELD_LINE.match(page.data, page.line_start(line.start), page.line_end(line.start))
                name = page.context.raw(Span(*match.span("name"))) if match else ""
                if name and _names_status(page, name):
                    names[name.strip()] += 1
    return names.most_common(1)[0][0] if names else usual_label(manner.language)


def _row_like(page: Page, model: Row, label: str, text: str) -> bytes | None:
    """A row of two cells in the dress of another one: its prefix, bars, emphasis and widths."""
    start, stop = page.line_start(model.cells[0].start), page.line_end(model.cells[0].start)
    name, value = model.cells[0], model.cells[1]
    if value.end > stop or not start <= name.start <= name.end <= value.start <= stop:
        return None
    raw_name = page.data[name.start : name.end].decode(page.encoding, "replace")
    raw_value = page.data[value.start : value.end].decode(page.encoding, "replace")
    marks = re.match(r"\s*([*_`]*)", raw_name)
    dress = marks[1] if marks else ""
    colon = ":" if raw_name.strip().strip("*_`").rstrip().endswith(":") else ""
    inside = colon if raw_name.strip().endswith(f":{dress[::-1]}") else ""
    new_name = _fit(raw_name, f"{dress}{label}{inside}{dress[::-1]}{'' if inside else colon}")
    new_value = _fit(raw_value, text)
    encoded_name, encoded_value = page.encode(new_name), page.encode(new_value)
    if encoded_name is None or encoded_value is None:
        return None
    data = page.data
    return b"".join(
        [data[start : name.start], encoded_name, data[name.end : value.start], encoded_value, data[value.end : stop]]
    )


def _fit(raw: str, text: str) -> str:
    """A text with the padding of another cell: as wide, where that one is padded."""
    left, right = raw[: len(raw) - len(raw.lstrip())], raw[len(raw.rstrip()) :]
    if not raw.strip():
        left = right = " "
    room = width(raw) - width(text) - len(left)
    return f"{left}{text}{' ' * max(len(right[:1]), room) if len(right) > 1 else right}"


def _new_line(page: Page, manner: Manner, statement: Statement, wish: Wish) -> Attempt | None:
    """A Status line beside the item's other field lines, with their prefix and line end."""
    for block in page.section(statement.span.start):
        if not isinstance(block, Paragraph | Entry) or not block.lines:
            continue
        start = page.line_start(block.lines[0].start)
        match = _FIELD_LINE.fullmatch(page.data, start, page.line_end(start))
        if match is None:
            continue
        label = page.encode(_label(page, manner))
        text = page.encode(manner.dated(manner.text(wish, Spot(StatusForm.LINE)), wish))
        if label is None or text is None:
            return None
        ending = match["end"] or b""
        if not ending and isinstance(block, Paragraph) and len(block.lines) == 1 and not match["prefix"].strip():
            ending = b"  "
        line = b"".join([match["prefix"], match["open"], label, match["close"], match["gap"] or b" ", text, ending])
        return [Edit(Span(start, start), b"", line + _line_end(page, start))]
    return None


def _heading_marker(page: Page, manner: Manner, statement: Statement, wish: Wish) -> Attempt | None:
    """A marker at the heading's end, as the document's other headings have theirs."""
    block = next((b for b in page.blocks if isinstance(b, Heading) and b.start == statement.span.start), None)
    if block is None or not block.inline.pieces:
        return None
    at = page.behind(block.inline.end)
    start = page.line_start(at)
    if attributes := _ATTRIBUTES.search(page.data[start:at]):
        at = start + attributes.start()
    return _one(page.edit(at, at, manner.marker(wish)))


def _line_below(page: Page, manner: Manner, statement: Statement, wish: Wish) -> Attempt | None:
    """A Status line under a heading whose title ends in a colon, so that no marker can stand behind it."""
    at = page.next_line(statement.span.start)
    if at is None or page.data[at : page.line_end(at)].strip() or page.data[statement.span.start :][:1] != b"#":
        return None
    line = page.encode(f"**{_label(page, manner)}:** {manner.dated(manner.text(wish, Spot(StatusForm.LINE)), wish)}")
    return None if line is None else [Edit(Span(at, at), b"", line + _line_end(page, statement.span.start))]


# In a row


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
        if meaning != "status" or index >= len(row.cells) or not _EMPTY.fullmatch(row.cells[index].text):
            continue
        cell = row.cells[index]
        if cell.start >= page.line_end(row.cells[0].start):
            continue  # missing from a ragged row
        text = _empty_text(page, manner, wish, CellPlace(table, row, index))
        return _one(cell_edit(page, CellPlace(table, row, index), text))
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
    return _one(cell_edit(page, found, f"{page.raw(found.cell)} ({manner.noted(wish)})"))


def _key_strike(page: Page, manner: Manner, statement: Statement, wish: Wish) -> Attempt | None:
    """`| ~~LATER-001~~ |`, where the document strikes what is done."""
    found = _key_cell(page, statement) if manner.strikes and wish.status is Status.RESOLVED and not wish.date else None
    if found is None:
        return None
    places = [found]
    title = page.table_at(statement.title.span.start) if statement.title is not None and manner.strikes_titles else None
    if title is not None and title.column != found.column:
        places.append(title)
    edits = [cell_edit(page, place, f"~~{page.raw(place.cell)}~~") for place in places]
    return [edit for edit in edits if edit is not None]
