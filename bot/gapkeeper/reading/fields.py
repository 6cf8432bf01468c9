"""The fields of a statement: from a field table, from `**Name:** value` lines, from a row's columns."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gapkeeper.model.items import FieldText, References, StatedStatus, Statement, StatusForm
from gapkeeper.model.status import State, Status
from gapkeeper.patterns import lazy
from gapkeeper.reading.blocks import STRONG, Inline, Piece, Table
from gapkeeper.reading.dates import find_date
from gapkeeper.reading.lexicon import normalise
from gapkeeper.reading.marks import without_details
from gapkeeper.reading.values import (
    Context,
    answered,
    field_text,
    inline_references,
    joined,
    names_nobody,
    offset_in,
    owner_text,
    part,
    priority_text,
    read_status,
    references,
)
from gapkeeper.reading.vocabulary import Reading

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from gapkeeper.model.spans import Span
    from gapkeeper.model.status import Rank

_ISSUE_NUMBER = lazy(r"(?:^|[\s(])(?:[\w.-]+/[\w.-]+)?#(\d{1,9})\b|/issues/(\d{1,9})\b")
_WAITS = lazy(r"→|->|\b(?:see|after|until|once|needs?|requires?|wait\w*|depends?|block\w*)\b", re.IGNORECASE)
_LABEL = lazy(r"\s*+(?P<name>[^:：*|]{1,40}?)\s*+[:：]\s*")
_LITERAL_LABEL = lazy(r"\s*\*\*(?P<name>[^:：*|]{1,40}?)\s*(?:[:：]\s*\*\*|\*\*\s*[:：])\s*")
_CLOSING_MARKS = lazy(rb"(?:\*\*|__)?[ \t]*")
_LINE_END = lazy(rb"[\r\n]")
_LONGEST_ANSWER = 12
_LONGEST_TITLE = 120  # characters of a field that is a title only where it is short
_MOST_LABELS = 50  # on one line; a hostile one has more
EDGES = ("blocks", "depends_on", "resolves")


@dataclass(slots=True)
class Fields:
    """Fields as they are found; the first of a name wins."""

    context: Context
    texts: dict[str, FieldText] = field(default_factory=dict)
    edges: dict[str, References] = field(default_factory=dict)
    statuses: list[StatedStatus] = field(default_factory=list)
    description: list[tuple[str, FieldText]] = field(default_factory=list)
    issue: int | None = None
    closed: StatedStatus | None = None  # a date in a field such as Closed: it counts where no status is stated
    last: str | None = None  # the field that the last name stood for

    def add(self, name: str, value: Inline, form: StatusForm) -> None:
        """Take a value under the field that its name stands for; an unknown name goes to the description."""
        self.take(self.context.vocabulary.field(name), name, value, form)

    def take(self, meaning: str | None, name: str, value: Inline, form: StatusForm) -> None:
        """Take a value under a field, or under its own name where that is no field."""
        self.last = meaning
        if (day := self._closing_day(name, value)) is not None:
            self.closed = self.closed or answered(self.context, value, form, Reading(Status.RESOLVED, known=True), day)
            self._describe(name, value)
        elif meaning in {"status", None} and (answer := self._answer(name, value, form)) is not None:
            self.statuses.append(answer)
        elif meaning == "status":
            status = read_status(self.context, value, form, yes_no=name.strip().endswith("?"))
            if status is not None:
                self.statuses.append(status)
                self.waits_for(status, value)
        elif meaning in EDGES:
            self._add_edge(meaning, value)
        elif meaning in {"owner", "priority", "category", "estimate"}:
            text = _field_value(meaning, field_text(self.context, value))
            if text is not None:
                self.texts.setdefault(meaning, text)
        elif meaning == "issue" and (number := _ISSUE_NUMBER.search(value.text)):
            self.issue = self.issue or int(number[1] or number[2])
        else:
            self._describe(name, value)

    def waits_for(self, status: StatedStatus, value: Inline) -> None:
        """The items that a status names as what it waits for: `Blocked on ACTION-040`, `External → See LATER-001`."""
        if status.status.state is State.CLOSED or not (status.status is Status.BLOCKED or _WAITS.search(value.text)):
            return
        ids = tuple(inline_references(self.context, value))
        if ids:
            self.merge_edge("depends_on", References(ids, "", status.line))

    def wait(self, markers: Iterable[StatedStatus]) -> None:
        """The same for markers at a title's end: `(blocked by ACTION-040)`."""
        for marker in markers:
            if marker.status is Status.BLOCKED and (mentions := self.context.ids.scan(marker.text)):
                ids = tuple(mention.reference() for mention in mentions)
                self.merge_edge("depends_on", References(ids, "", marker.line))

    def _closing_day(self, name: str, value: Inline) -> dt.date | None:
        """The day on which the item was closed, where a field such as `Resolved on` holds a date and nothing else."""
        text = value.text
        if not any(c.isdigit() for c in text) or any(c.isalnum() for c in without_details(text)):
            return None
        return (
            find_date(text) if self.context.vocabulary.is_header("closed on", normalise(name.strip(" *_:："))) else None
        )

    def _answer(self, name: str, value: Inline, form: StatusForm) -> StatedStatus | None:
        """`Done: yes`, `Complete: ✅`: the answer to a field that is named after what has been done."""
        text = value.text.strip()
        if len(text) > _LONGEST_ANSWER or not self.context.vocabulary.is_header(
            "closed", normalise(name.strip(" *_:?"))
        ):
            return None
        status = self.context.vocabulary.yes_or_no(text) or self.context.vocabulary.emoji_status(
            text, self.context.legend
        )
        return None if status is None else answered(self.context, value, form, Reading(status, known=True))

    def _add_edge(self, meaning: str, value: Inline) -> None:
        self.merge_edge(meaning, references(self.context, value))

    def merge_edge(self, meaning: str, found: References) -> None:
        """Add what an edge field names to what others named before it."""
        old = self.edges.get(meaning)
        if old is None:
            self.edges[meaning] = found
        elif found.ids:
            self.edges[meaning] = References((*old.ids, *found.ids), old.text or found.text, old.line)

    def _describe(self, name: str, value: Inline) -> None:
        text = field_text(self.context, value)
        if text is not None:
            self.description.append((name.strip(" *:："), text))

    def continue_last(self, value: Inline) -> None:
        """A row without a name of its own belongs to the field above it."""
        text = field_text(self.context, value)
        if self.last in EDGES:
            ids = tuple(inline_references(self.context, value))
            self.merge_edge(self.last, References(ids, "", self.context.source.line(value.start)))
        elif self.last is None and self.description and text is not None:
            name, old = self.description[-1]
            self.description[-1] = (name, FieldText(f"{old.text}\n{text.text}".strip(), old.span, old.line))

    def take_title(self) -> FieldText | None:
        """The field that names an item whose ID stands alone, `Title: No queen`; it is no description then.

        A short `Problem: No queen` does as well. An action or a decision is somebody's answer to it.
        """
        for group, longest in (("title field", None), ("about field", _LONGEST_TITLE)):
            for found in self.description:
                fits = longest is None or len(found[1].text) <= longest
                if fits and self.context.vocabulary.is_header(group, normalise(found[0])):
                    self.description.remove(found)
                    return found[1]
        return None

    def statement(self, **known: object) -> Statement:
        """The statement that these fields belong to."""
        return Statement(
            statuses=tuple(self.statuses or ([self.closed] if self.closed else [])),
            owner=self.texts.get("owner"),
            priority=self.texts.get("priority"),
            category=self.texts.get("category"),
            estimate=self.texts.get("estimate"),
            blocks=self.edges.get("blocks", References()),
            depends_on=self.edges.get("depends_on", References()),
            resolves=self.edges.get("resolves", References()),
            description=tuple(self.description),
            issue_link=self.issue,
            **known,  # type: ignore[arg-type]  # id, path, rank, span, line, title, section: named by the caller
        )


def _field_value(meaning: str, text: FieldText | None) -> FieldText | None:
    if meaning == "owner":
        return owner_text(text)
    if meaning == "priority":
        return priority_text(text)
    return None if text is None or (meaning in {"estimate", "category"} and names_nobody(text.text)) else text


def is_field_table(context: Context, table: Table) -> bool:
    """Whether a table's rows are fields of one thing: `Field | Value`, `Aspect | Detail`, an ID and a value."""
    if len(table.head) != 2:
        return False
    first = table.head[0].text.strip(" *_:").casefold()
    if context.vocabulary.is_header("field", first):
        return True
    if starts_with_id(context, table.head[0]):
        return True
    known = sum(1 for row in table.rows if row.cells and context.vocabulary.field(row.cells[0].text) is not None)
    return (known >= 2 and known * 3 >= len(table.rows)) or known >= 4 or (first == "" and known > 0)


def starts_with_id(context: Context, inline: Inline) -> bool:
    """Whether a cell is an ID and nothing else."""
    text = inline.text.strip(" `")
    mentions = context.ids.scan(text)
    return len(mentions) == 1 and mentions[0].start == 0 and mentions[0].end == len(text)


def read_field_table(fields: Fields, table: Table) -> None:
    """All rows of a field table; a row that begins with a dash continues the one above."""
    for row in table.rows:
        if len(row.cells) < 2:
            continue
        name, value = row.cells[0], row.cells[1]
        text = name.text
        if (
            text.startswith(("- ", "– ", "• ", "↳"))
            or not text
            or (fields.context.ids.scan(text)[:1] and starts_with_id(fields.context, name))
        ):
            between = Piece(" ", name.end, name.end, 0, None)
            fields.continue_last(Inline([*name.pieces, between, *value.pieces], name.start, value.end))
        else:
            fields.add(text, value, StatusForm.FIELD)


def read_lines(
    fields: Fields,
    lines: list[Inline],
    form: StatusForm = StatusForm.LINE,
    *,
    known_only: bool = False,
    nested: bool = False,
) -> None:
    """`**Status:** Open` lines; text on the lines after a name without a value belongs to it.

    Without bold, a name has to be known, but for ``nested`` bullets, where any will do.
    """
    waiting: str | None = None
    for line in lines:
        labels = list(_labels(fields.context, line, known_only=known_only, nested=nested))
        for name, value in labels:
            waiting = None if value else name
            if value:
                fields.add(name, value, form)
        if not labels and waiting is not None and line:
            fields.add(waiting, line, form)
            waiting = None


def _labels(context: Context, line: Inline, *, known_only: bool, nested: bool) -> Iterator[tuple[str, Inline]]:
    """The names and values of a line; several bold names can stand on one line."""
    text = joined(line)
    if ":" not in text and "：" not in text:
        return
    starts = _label_starts(context, line, text, known_only=known_only, nested=nested)
    for index, (name, value_start) in enumerate(starts):
        end = len(text)
        if index + 1 < len(starts):
            end = text.rindex(starts[index + 1][0], 0, starts[index + 1][1])
            end = len(text[:end].rstrip("*").rstrip(" \t|·•;,"))
        yield name, _written(context, line, value_start, end, last=index + 1 == len(starts))


def _written(context: Context, line: Inline, start: int, end: int, *, last: bool) -> Inline:
    """A value with the marks around it: from behind its label to the end of the line, or to the next label."""
    value = part(context, line, start, end)
    if not value:
        return value
    data, begin = context.source.data, value.start
    while begin > line.start and data[begin - 1 : begin] in b"*_~`":
        begin -= 1
    text = joined(line)
    colon = max(text.rfind(":", 0, start), text.rfind("：", 0, start))
    label_end = offset_in(context, line, colon) + 1
    closing = _CLOSING_MARKS.match(data, label_end)
    begin = max(begin, closing.end() if closing else label_end)
    stop = value.end
    if last:
        ending = _LINE_END.search(data, stop)
        stop = ending.start() if ending else len(data)
        stop = stop if data[value.end : stop].strip(b" \t*_~`\\") == b"" else value.end
    written = Inline(value.pieces, begin, begin + len(data[begin:stop].rstrip(b" \t\\")))
    if line.pieces[0].start > line.start or data[begin : written.end].count(b"**") % 2 == 0:
        return written
    return Inline(value.pieces, begin, value.end)


def _label_starts(
    context: Context, line: Inline, text: str, *, known_only: bool, nested: bool
) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    if literal := _LITERAL_LABEL.match(text):  # `**Status:**Done` is not bold in CommonMark
        return [(literal["name"], literal.end())]
    position = 0
    for piece in line.pieces:
        bold = piece.marks & STRONG and not piece.text.isspace()
        if bold and len(found) < _MOST_LABELS and _may_begin(text, position, first=not found):
            label = _LABEL.match(text, position)
            bold_end = position + len(piece.text)
            if label and (label.end("name") <= bold_end) and _label_ends(text, label, bold_end):
                gap = text[found[-1][1] : position] if found else text[:position]
                if found or not any(c.isalnum() for c in gap):
                    found.append((label["name"].strip(), label.end()))
        position += len(piece.text)
    if found:
        return [f for f in found if not known_only or context.vocabulary.field(f[0])]
    plain = _LABEL.match(text)
    named = plain is not None and (nested and plain["name"].count(" ") < 3 and "://" not in text[: plain.end() + 2])
    if plain and (named or context.vocabulary.field(plain["name"]) is not None):
        return [(plain["name"], plain.end())]
    return []


def _may_begin(text: str, position: int, *, first: bool) -> bool:
    """A further label on a line stands behind a separator: `**Owner:** Bob | **Priority:** High`."""
    before = text[max(0, position - 20) : position].rstrip()
    return first or before.endswith(("|", "·", "•", ";", ",")) or (position > 0 and not before)


def _label_ends(text: str, label: re.Match[str], bold_end: int) -> bool:
    """The colon stands inside the bold text, or right behind it."""
    colon = min(
        (i for i in (text.find(":", label.end("name")), text.find("：", label.end("name"))) if i >= 0), default=-1
    )
    return 0 <= colon <= bold_end


def line_status(context: Context, line: Inline) -> StatedStatus | None:
    """The status of a line that says `**Status:** ...` and nothing else."""
    fields = Fields(context)
    read_lines(fields, [line], known_only=True)
    return fields.statuses[0] if fields.statuses else None


def make(fields: Fields, *, id_: str, rank: Rank, span: Span, line: int, **more: object) -> Statement:
    """The statement about an ID at a place."""
    return fields.statement(id=id_, path=fields.context.source.path, rank=rank, span=span, line=line, **more)
