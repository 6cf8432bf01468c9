"""A status among the fields under a heading: a cell that is empty, a new row, a new line."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from gapkeeper.model.edits import Edit
from gapkeeper.model.items import StatusForm
from gapkeeper.model.spans import Span
from gapkeeper.patterns import lazy
from gapkeeper.reading.blocks import Entry, Paragraph, Table
from gapkeeper.reading.fields import is_field_table
from gapkeeper.writing.cells import cell_edit, width
from gapkeeper.writing.page import CellPlace
from gapkeeper.writing.wish import Spot
from gapkeeper.writing.words import usual_label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapkeeper.model.items import Statement
    from gapkeeper.reading.blocks import Row
    from gapkeeper.writing.manner import Manner
    from gapkeeper.writing.page import Page
    from gapkeeper.writing.wish import Wish

# `- **Owner:** Ops`, `> **Owner**: Ops`, `**Owner:** Ops  `
_FIELD_LINE = lazy(
    rb"(?P<prefix>[ \t>]*(?:(?:[-*+]|\d+[.)])[ \t]+)?)(?P<open>\*\*|__)(?P<name>[^:*_|\r\n]{1,40}?)"
    rb"(?P<close>[ \t]*:[ \t]*(?:\*\*|__)|(?:\*\*|__)[ \t]*:)(?P<gap>[ \t]*)[^\r\n]*?"
    rb"(?P<end>[ \t]*\\|[ \t]{2,})?"
)


def _field_tables(page: Page, statement: Statement) -> Iterator[Table]:
    for block in page.section(statement.span.start):
        if isinstance(block, Table) and is_field_table(page.context, block):
            yield block


def _names_status(page: Page, name: str) -> bool:
    return page.context.vocabulary.field(name) == "status"


def empty_field(page: Page, manner: Manner, statement: Statement, wish: Wish) -> list[Edit] | None:
    """A Status row without a value."""
    for table in _field_tables(page, statement):
        for row in table.rows:
            if len(row.cells) > 1 and _names_status(page, row.cells[0].text) and page.is_free(row, 1):
                text = manner.dated(manner.text(wish, Spot(StatusForm.FIELD)), wish)
                return cell_edit(page, CellPlace(table, row, 1), text)
    return None


def new_row(page: Page, manner: Manner, statement: Statement, wish: Wish) -> list[Edit] | None:
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
    return b"\r\n" if page.data.endswith(b"\r\n", 0, start) else page.data[max(0, start - 1) : start] or b"\n"


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


def new_line(page: Page, manner: Manner, statement: Statement, wish: Wish) -> list[Edit] | None:
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


def line_below(page: Page, manner: Manner, statement: Statement, wish: Wish) -> list[Edit] | None:
    """A Status line under a heading whose title ends in a colon, so that no marker can stand behind it."""
    at = page.next_line(statement.span.start)
    if at is None or page.data[at : page.line_end(at)].strip() or not page.data.startswith(b"#", statement.span.start):
        return None
    line = page.encode(f"**{_label(page, manner)}:** {manner.dated(manner.text(wish, Spot(StatusForm.LINE)), wish)}")
    return None if line is None else [Edit(Span(at, at), b"", line + _line_end(page, statement.span.start))]
