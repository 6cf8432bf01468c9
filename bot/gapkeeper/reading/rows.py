"""Table rows: which column is the key, which the title, and what each row states."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from gapkeeper.model.items import FieldText, StatusForm
from gapkeeper.model.spans import Span
from gapkeeper.model.status import Rank, Status
from gapkeeper.patterns import lazy
from gapkeeper.reading.blocks import STRONG
from gapkeeper.reading.columns import Columns, read_columns
from gapkeeper.reading.fields import Fields, is_field_table, make, starts_with_id
from gapkeeper.reading.headings import after_id, leading_id, leading_status, names_several, read_title, whole
from gapkeeper.reading.marks import without_details
from gapkeeper.reading.values import Context, field_text, is_ordinal, joined, marked, struck

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapkeeper.model.items import Statement
    from gapkeeper.reading.blocks import Inline, Row, Table

_FREE_TEXT = lazy(r"[^\W\d_]{2,}")


def read_rows(context: Context, table: Table, section: FieldText | None) -> Iterator[Statement]:
    """The statements of a table's rows; a field table has none."""
    if is_field_table(context, table) or not _may_state(context, table):
        return
    columns = read_columns(context, table)
    for row in table.rows:
        yield from _read_row(context, row, columns, section)


def _may_state(context: Context, table: Table) -> bool:
    """A cheap look: a table without any ID states nothing."""
    return any(cell.pieces and context.ids.scan(cell.text) for row in table.rows for cell in row.cells)


def _key_cell(row: Row, columns: Columns) -> int | None:
    if columns.key is not None:
        return columns.key if columns.key < len(row.cells) else None
    for index, cell in enumerate(row.cells):
        if index in columns.never or not cell.text or is_ordinal(cell.text):
            continue
        return index
    return None


def _read_row(context: Context, row: Row, columns: Columns, section: FieldText | None) -> Iterator[Statement]:
    index = _key_cell(row, columns)
    if index is None:
        return
    key = row.cells[index]
    found = leading_id(context, key)
    if found is None or joined(key).lstrip().startswith(("- ", "– ", "• ")):
        return
    mention, start, end = found
    if context.ids.kind(mention.id) is None:
        return
    several = names_several(context, key, mention)
    title_start = after_id(joined(key), end)
    if not several and not (_alone_or_titled(joined(key), end, title_start) or _marked(context, key, end)):
        return
    fields = Fields(context)
    title = None
    if not several:
        title = _own_title(context, fields, key, title_start)
    column = None if title is not None or several else _title_column(context, row, columns, index)
    _read_cells(fields, row, columns, index, column)
    guessed = False
    if column is not None:
        title = field_text(context, row.cells[column])
        guessed = column not in columns.titles[: columns.named]
        if struck(row.cells[column]):
            fields.statuses.append(marked(context, Status.RESOLVED, StatusForm.STRIKE, row.cells[column].span))
    _read_marks(context, fields, row, key, start)
    span = Span(row.cells[0].start, max(c.end for c in row.cells))
    line = context.source.line(key.start)
    rank = Rank.RANGE if several else Rank.ROW
    statement = make(fields, id_=mention.id, rank=rank, span=span, line=line, section=section)
    if not several:
        yield replace(statement, title=title, title_guessed=guessed, ignored=row.ignored)
        return
    for each in context.ids.scan(joined(key)):
        yield replace(statement, id=each.id, last=each.reference().last, ignored=row.ignored)


def _alone_or_titled(text: str, end: int, title_start: int) -> bool:
    """`ACTION-1`, `ACTION-1: title` and `ACTION-1 (note)`; in `ACTION-1 executed` the ID is a mention."""
    rest = text[end:].strip(" )]】」*`")
    return (
        not rest
        or (rest.startswith((":", "：", "-", "–", "—", "(", "|")) and title_start > end)
        or rest.startswith("(")
        or not any(c.isalnum() for c in rest)
    )


def _marked(context: Context, key: Inline, end: int) -> bool:
    """`ACTION-1 ✅ done`, `ACTION-1 DONE`: a marker behind the ID that can be told from prose."""
    rest = joined(key)[end:].strip()
    if context.vocabulary.remainder(without_details(rest)) or not context.vocabulary.read(rest, context.legend).known:
        return False
    return rest.isupper() or not rest[0].isalnum() or bool(key.pieces[-1].marks & STRONG)


def _own_title(context: Context, fields: Fields, key: Inline, start: int) -> FieldText | None:
    """The title inside of the key cell: `ID: title`, with its markers taken off."""
    text = joined(key)
    if not text[start:].strip():
        return None
    titled = read_title(context, key, start)
    fields.statuses += titled.statuses
    fields.wait(titled.statuses)
    if titled.priority:
        fields.texts.setdefault("priority", titled.priority)
    if _marked(context, key, start):
        return None
    plain = titled.title
    if plain.startswith("(") and plain.endswith(")"):
        plain = plain[1:-1].strip()
    if not _is_free_text(plain):
        return None
    return FieldText(plain, whole(context, key, titled.start, titled.end), context.source.line(key.start))


def _title_column(context: Context, row: Row, columns: Columns, key: int) -> int | None:
    candidates = (i for i in columns.titles if i != key and i < len(row.cells))
    return next((i for i in candidates if _titles(context, row.cells[i])), None)


def _read_cells(fields: Fields, row: Row, columns: Columns, key: int, title: int | None) -> None:
    """Every other cell as a field; a category that has to serve as the title stays one."""
    for index, cell in enumerate(row.cells[: len(columns.names)]):
        if index == key or not cell.text or (index == title and columns.meanings[index] is None):
            continue
        fields.take(columns.meanings[index], columns.names[index], cell, StatusForm.CELL)


def _is_free_text(text: str) -> bool:
    """Two letters together, or one that is a word of its own, as in Chinese, Japanese and Korean."""
    return _FREE_TEXT.search(text) is not None or any("\u3040" <= c <= "\ud7af" and c.isalpha() for c in text)


def _titles(context: Context, cell: Inline) -> bool:
    """Free text: not only numbers, not only an ID."""
    return _is_free_text(cell.text) and not starts_with_id(context, cell)


def _read_marks(context: Context, fields: Fields, row: Row, key: Inline, start: int) -> None:
    """Marks on the key: a status emoji or checkbox before it, a strike through it. A known status cell comes first."""
    if (before := leading_status(context, key, start)) is not None:
        fields.statuses.append(before)
    if struck(key):
        fields.statuses.append(marked(context, Status.RESOLVED, StatusForm.STRIKE, key.span))
    if not fields.statuses:
        for cell in row.cells:
            box = re.fullmatch(r"\[([ xX])\]", cell.text.strip())
            if box:
                status = Status.PENDING if box[1] == " " else Status.RESOLVED
                fields.statuses.append(marked(context, status, StatusForm.CHECKBOX, cell.span, cell.text))
    fields.statuses.sort(key=lambda s: not s.known)
