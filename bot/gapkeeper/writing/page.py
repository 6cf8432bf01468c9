"""A document as writing needs it: its bytes, its blocks, and what it says of items."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.model.documents import Document
from gapkeeper.model.edits import Edit
from gapkeeper.model.spans import Span
from gapkeeper.patterns import lazy
from gapkeeper.reading.blocks import Heading, Table
from gapkeeper.reading.document import parse_document
from gapkeeper.reading.marks import strip_emoji, without_details
from gapkeeper.writing.splice import apply

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapkeeper.model.items import StatedStatus, Statement
    from gapkeeper.reading import Reader
    from gapkeeper.reading.blocks import Block, Inline, Row
    from gapkeeper.reading.facts import DocumentFacts
    from gapkeeper.reading.values import Context

_EMPTY = lazy(r"[-–—.\s]*")
_LINE_END = lazy(rb"\r\n?|\n")
# What may stand behind the last letter of a text and still belongs to it: the end of a link, emphasis, tags.
_LINK_END = lazy(rb"\](?:\([^()\r\n]*\)|\[[^\]\r\n]*\])")
_CLOSING = lazy(rb"(?:\]\([^()\r\n]*\)|\]\[[^\]\r\n]*\]|[*_~`]+|</\w+>)*")


@dataclass(frozen=True)
class Page:
    """One document. Offsets are into its bytes."""

    path: str
    data: bytes
    context: Context
    blocks: list[Block]
    statements: tuple[Statement, ...]  # what it says of tracked items
    reader: Reader

    @classmethod
    def of(cls, path: str, data: bytes, facts: DocumentFacts, reader: Reader) -> Page:
        """The page of a document that has been read into these facts."""
        parsed = parse_document(path, data, reader.vocabulary, reader.ids)
        return cls(path, data, parsed.context, parsed.parsed.blocks, facts.statements, reader)

    @property
    def encoding(self) -> str:
        """What the document's text is encoded in, as Python names it."""
        return "utf-8" if self.context.source.encoding == "utf-8" else "cp1252"

    def encode(self, text: str) -> bytes | None:
        """A text in the document's own encoding; None where that cannot say it."""
        try:
            return text.encode(self.encoding)
        except UnicodeEncodeError:
            return None

    def raw(self, inline: Inline) -> str:
        """An inline as it is written, without the spaces around it."""
        return self.data[inline.start : inline.end].decode(self.encoding, "replace").strip()

    def text(self, start: int, end: int) -> str:
        """The text between two offsets, mended where the document is mojibake."""
        return self.context.raw(Span(start, end))

    def edit(self, start: int, end: int, text: str) -> list[Edit] | None:
        """The replacement of some bytes; None where the document's encoding cannot say the text."""
        new = self.encode(text)
        return None if new is None else [Edit(Span(start, end), self.data[start:end], new)]

    def line_start(self, offset: int) -> int:
        """Where the line of an offset begins."""
        return max(self.data.rfind(b"\n", 0, offset), self.data.rfind(b"\r", 0, offset)) + 1

    def line_end(self, offset: int) -> int:
        """Where the line of an offset ends, before its line end."""
        found = _LINE_END.search(self.data, offset)
        return found.start() if found else len(self.data)

    def next_line(self, offset: int) -> int | None:
        """Where the line behind that of an offset begins; None where the document ends without a line end."""
        found = _LINE_END.search(self.data, offset)
        return found.end() if found else None

    def behind(self, offset: int) -> int:
        """The offset behind the marks that close at an offset: emphasis, a link, a tag."""
        found = _CLOSING.match(self.data, offset)
        return found.end() if found else offset

    def id_span(self, statement: Statement) -> Span:
        """The ID of a statement, with the emphasis, code or link that begins right before it."""
        raw = self.data[statement.span.start : statement.span.end].decode(self.encoding, "replace")
        found = self.context.ids.scan(raw)
        if not found:
            return Span(statement.span.start, statement.span.start)
        start = statement.span.start + len(raw[: found[0].start].encode(self.encoding, "replace"))
        end = start + found[0].end - found[0].start
        while start and self.data[start - 1 : start] in {b"*", b"_", b"`", b"["}:
            start -= 1
        return Span(start, self.behind(end))

    def statuses_without(self, marks: Sequence[Edit], statement: Statement) -> Sequence[StatedStatus]:
        """What a statement states once some marks are taken away, in the bytes as they are now.

        A strike hides every other status of its line.
        """
        facts = self.reader.facts(Document(self.path, apply(self.data, marks)))
        same = (s for s in facts.statements if (s.rank, s.line) == (statement.rank, statement.line)) if facts else ()
        found = next((s for s in same if statement.id == s.id or statement.id.endswith(f"-{s.id}")), None)
        if found is None:
            return statement.statuses
        return [replace(said, span=_with_marks(said.span, marks)) for said in found.statuses]

    def whole_link(self, start: int, end: int) -> tuple[int, int]:
        """A span with the rest of a link that it begins or ends in."""
        closing = _LINK_END.match(self.data, end)
        if closing is not None:
            end = closing.end()
            if self.data.endswith(b"[", 0, start):
                start -= 2 if self.data.endswith(b"![", 0, start) else 1
        return start, end

    @cached_property
    def _starts(self) -> list[int]:
        return [block.start for block in self.blocks]

    def table_at(self, offset: int) -> CellPlace | None:
        """The table, row and column of an offset; None where no cell is there."""
        for block in self.blocks:
            if not isinstance(block, Table) or not block.start <= offset < block.end:
                continue
            for row in block.rows:
                for index, cell in enumerate(row.cells):
                    if cell.start <= offset <= cell.end and cell.start < cell.end:
                        return CellPlace(block, row, index)
        return None

    def section(self, start: int) -> list[Block]:
        """The blocks under the heading at an offset, up to the next heading."""
        index = bisect_right(self._starts, start)
        found: list[Block] = []
        for block in self.blocks[index:]:
            if isinstance(block, Heading):
                break
            found.append(block)
        return found

    def is_free(self, row: Row, column: int) -> bool:
        """Whether a cell is empty or a dash, and there: one that is missing from a ragged row has no place."""
        cell = row.cells[column]
        return _EMPTY.fullmatch(cell.text) is not None and cell.start < self.row_end(row)

    def row_end(self, row: Row) -> int:
        """Where the line of a row's last written cell ends; a cell behind it is missing."""
        return self.line_end(max(cell.start for cell in row.cells if cell.start < row.end))

    def is_html(self, table: Table) -> bool:
        """Whether a table is written in HTML."""
        return self.data[table.start : table.start + 6].lower() == b"<table"

    @cached_property
    def places(self) -> list[tuple[Statement, StatedStatus]]:
        """Every place that states a status, once."""
        seen: set[Span] = set()
        found = []
        for statement in self.statements:
            for status in statement.statuses:
                if status.span not in seen:
                    seen.add(status.span)
                    found.append((statement, status))
        return found


def _with_marks(span: Span, marks: Sequence[Edit]) -> Span:
    """A span of a document without some marks, in the document that has them."""
    start, end = span.start, span.end
    for mark in sorted(marks, key=lambda m: m.span):
        size = len(mark.old)
        start += size if mark.span.start <= start else 0
        end += size if mark.span.start < end else 0
    return Span(start, end)


class CellPlace(NamedTuple):
    """A cell: its table, its row, and the index of its column."""

    table: Table
    row: Row
    column: int

    @property
    def cell(self) -> Inline:
        """The cell itself."""
        return self.row.cells[self.column]


def is_date(said: StatedStatus) -> bool:
    """Whether a status was read from a date in a field such as Closed: no words, and nothing to replace."""
    text = without_details(said.text)
    return said.date is not None and not any(c.isalnum() for c in text) and strip_emoji(text) == text
