"""Table rows: which column is the key, which the title, and what each row states."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gapkeeper.model.items import FieldText, StatedStatus, StatusForm
from gapkeeper.model.spans import Span
from gapkeeper.model.status import Rank, Status
from gapkeeper.reading.fields import Fields, is_field_table, make, starts_with_id
from gapkeeper.reading.headings import after_id, leading_id, leading_status, names_several, read_title
from gapkeeper.reading.lexicon import normalise
from gapkeeper.reading.values import Context, field_text, is_ordinal, joined, part, struck

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapkeeper.model.items import Statement
    from gapkeeper.reading.blocks import Inline, Row, Table

_KEY_HEADERS = frozenset(
    {
        "id",
        "ids",
        "key",
        "ref",
        "ticket",
        "no",
        "nr",
        "number",
        "code",
        "identifier",
        "resolved",
        "編號",
        "编号",
        "番号",
    }
)
_NEVER_KEY = re.compile(
    r"(?:block|depend|evidence|source|reference|related|prerequisite|see|link|resolves|closes|fixes|advances|unblocks|gate|"
    r"notes?|result|comment|parent|epic|duplicate)",
    re.IGNORECASE,
)
_TITLE_HEADERS = frozenset(
    {"item", "title", "description", "what", "name", "action", "decision", "task", "feature", "requirement", "gap", "issue",
     "summary", "subject", "topic", "goal", "problem", "finding", "risk", "work", "deliverable", "story", "question", "blocker",
     "todo", "to do", "details", "opis", "tytuł", "nazwa", "zadanie", "titel", "beschreibung", "aufgabe", "titre", "tâche",
     "título", "descripción", "tarea", "descrição", "tarefa", "omschrijving", "taak", "タイトル", "項目", "内容", "標題", "标题",
     "名称", "任务", "描述", "제목", "항목", "내용"}
)  # fmt: skip
_NO_TITLE = re.compile(
    r"(?:phase|milestone|sprint|files?|lines?|date|version|branch|count|notes?|agents?|.*ed in|#|rank|no\.?|nr\.?|id|created|updated|"
    r"completed|started|due|deadline|eta|evidence|source|references?|links?|pr|commit|score|weight|points?|blocked item)$",
    re.IGNORECASE,
)
_LAST_RESORT = "category"
_FREE_TEXT = re.compile(r"[^\W\d_]{2,}|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(slots=True)
class Columns:
    """What each column of a table is, decided once for the table."""

    key: int | None  # None: each row's first cell that says something
    never: frozenset[int]
    meanings: list[str | None]  # field, or None
    names: list[str]
    titles: list[int]  # in the order they are tried
    named: int  # how many of those are called a title; the others are guesses


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


def read_columns(context: Context, table: Table) -> Columns:
    """Which column is the key, and what the others mean."""
    names = [c.text for c in table.head]
    plain = [normalise(re.sub(r"[*_`]", "", n)) for n in names]
    meanings: list[str | None] = [context.vocabulary.field(n) for n in names]
    key = next(
        (i for i, p in enumerate(plain) if _is_key_header(context, p, i) and _holds_ids(context, table, i)), None
    )
    never = frozenset(
        i
        for i, p in enumerate(plain)
        if i != key and (_NEVER_KEY.match(p) or meanings[i] in {"blocks", "depends_on", "resolves"})
    )
    _only_one_status(plain, meanings)
    if key is not None:
        meanings[key] = None
    preferred = [i for i, p in enumerate(plain) if i != key and p in _TITLE_HEADERS and meanings[i] is None]
    preferred.sort(key=lambda i: plain[i] not in {"title", "tytuł", "titel", "titre", "título"})
    others = [
        i
        for i, p in enumerate(plain)
        if i not in preferred and i != key and meanings[i] is None and not _NO_TITLE.match(p)
    ]
    last = [i for i, m in enumerate(meanings) if m == _LAST_RESORT]
    return Columns(key, never, meanings, names, [*preferred, *others, *last], len(preferred))


def _only_one_status(plain: list[str], meanings: list[str | None]) -> None:
    """Where no column is called Status, the only one that ends in it is the status."""
    if "status" not in meanings:
        candidates = [i for i, p in enumerate(plain) if p.endswith((" status", " state")) and meanings[i] is None]
        if len(candidates) == 1:
            meanings[candidates[0]] = "status"


def _is_key_header(context: Context, plain: str, index: int) -> bool:
    if _NEVER_KEY.match(plain) and not (index == 0 and plain.endswith(" id")):
        return False  # `Blocking IDs`; in a register of blockers, `Blocker ID` is the first column
    return plain in _KEY_HEADERS or plain.endswith((" id", " ids", " no", " key", " #")) or context.ids.is_kind(plain)


def _holds_ids(context: Context, table: Table, index: int) -> bool:
    return any(index < len(r.cells) and leading_id(context, r.cells[index]) for r in table.rows)


def _key_cell(context: Context, row: Row, columns: Columns) -> int | None:
    if columns.key is not None:
        return columns.key if columns.key < len(row.cells) else None
    for index, cell in enumerate(row.cells):
        if index in columns.never or not cell.text or is_ordinal(cell.text):
            continue
        return index
    return None


def _read_row(context: Context, row: Row, columns: Columns, section: FieldText | None) -> Iterator[Statement]:
    index = _key_cell(context, row, columns)
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
    if not several and not _alone_or_titled(joined(key), end, title_start):
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
            _add_strike(context, fields, row.cells[column])
    _read_marks(context, fields, row, key, start)
    span = Span(row.cells[0].start, max(c.end for c in row.cells))
    line = context.source.line(key.start)
    common = {"span": span, "line": line, "section": section, "ignored": row.ignored}
    if not several:
        yield make(fields, id_=mention.id, rank=Rank.ROW, title=title, title_guessed=guessed, **common)
        return
    for each in context.ids.scan(joined(key)):
        yield make(fields, id_=each.id, rank=Rank.RANGE, title=None, last=each.reference().last, **common)


def _alone_or_titled(text: str, end: int, title_start: int) -> bool:
    """`ACTION-1`, `ACTION-1: title` and `ACTION-1 (note)`; in `ACTION-1 executed` the ID is a mention."""
    rest = text[end:].strip(" )]】」*`")
    return (
        not rest
        or rest.startswith((":", "：", "-", "–", "—", "(", "|"))
        and title_start > end
        or rest.startswith("(")
        or not any(c.isalnum() for c in rest)
    )


def _own_title(context: Context, fields: Fields, key: Inline, start: int) -> FieldText | None:
    """The title inside of the key cell: `ID: title`, with its markers taken off."""
    text = joined(key)
    if not text[start:].strip():
        return None
    titled = read_title(context, key, start)
    fields.statuses += titled.statuses
    if titled.priority:
        value = part(context, key, titled.priority[1], titled.priority[2])
        fields.texts.setdefault("priority", FieldText(titled.priority[0], value.span, context.source.line(key.start)))
    plain = titled.title
    if plain.startswith("(") and plain.endswith(")"):
        plain = plain[1:-1].strip()
    if not _FREE_TEXT.search(plain):
        return None
    value = part(context, key, titled.start, titled.end)
    return FieldText(plain, Span(value.start, value.end), context.source.line(key.start))


def _title_column(context: Context, row: Row, columns: Columns, key: int) -> int | None:
    candidates = (i for i in columns.titles if i != key and i < len(row.cells))
    return next((i for i in candidates if _titles(context, row.cells[i])), None)


def _read_cells(fields: Fields, row: Row, columns: Columns, key: int, title: int | None) -> None:
    """Every other cell as a field; a category that has to serve as the title stays one."""
    for index, cell in enumerate(row.cells[: len(columns.names)]):
        if index == key or not cell.text or (index == title and columns.meanings[index] is None):
            continue
        fields.add(columns.names[index], cell, StatusForm.CELL)


def _titles(context: Context, cell: Inline) -> bool:
    """Free text: not only numbers, not only an ID."""
    return _FREE_TEXT.search(cell.text) is not None and not starts_with_id(context, cell)


def _add_strike(context: Context, fields: Fields, cell: Inline) -> None:
    span = Span(cell.start, cell.end)
    fields.statuses.append(
        StatedStatus(Status.RESOLVED, context.raw(span), StatusForm.STRIKE, span, context.source.line(cell.start))
    )


def _read_marks(context: Context, fields: Fields, row: Row, key: Inline, start: int) -> None:
    """Marks on the key: a status emoji or checkbox before it, a strike through it. A known status cell comes first."""
    if (before := leading_status(context, key, start)) is not None:
        fields.statuses.append(before)
    if struck(key):
        _add_strike(context, fields, key)
    if not fields.statuses:
        for cell in row.cells:
            box = re.fullmatch(r"\[([ xX])\]", cell.text.strip())
            if box:
                span = Span(cell.start, cell.end)
                status = Status.PENDING if box[1] == " " else Status.RESOLVED
                fields.statuses.append(
                    StatedStatus(status, cell.text, StatusForm.CHECKBOX, span, context.source.line(cell.start))
                )
    fields.statuses.sort(key=lambda s: not s.known)
