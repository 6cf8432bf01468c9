"""Markdown to blocks: pulldown-cmark's events, each with its bytes, become headings, tables and entries.

Only what statements can stand in is kept. A document's blocks are dropped as soon as its statements
have been read from them.
"""

from __future__ import annotations

import re
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import pyromark

from gapkeeper.model.spans import Span
from gapkeeper.patterns import lazy
from gapkeeper.reading import mojibake
from gapkeeper.reading.blocks import (
    CODE,
    EMPHASIS,
    IMAGE,
    LINK,
    STRIKE,
    STRONG,
    Block,
    Blocks,
    Code,
    Entry,
    Heading,
    Ignore,
    Inline,
    Link,
    Paragraph,
    Piece,
    Row,
    Table,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from gapkeeper.reading.source import Source

_MARKS = {"Strong": STRONG, "Emphasis": EMPHASIS, "Strikethrough": STRIKE}
#: What is read of one document. Plans have 130 events a KB, so that 4 MB are far below; nothing but brackets takes 250
#: bytes of memory for each of its own.
_EVENTS = 600_000
#: Why a document was not read that has more.
TOO_DENSE = "it has more marks of Markdown than any plan; split it, or exclude it: [documents] exclude"
_OPTIONS = pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_STRIKETHROUGH | pyromark.Options.ENABLE_TASKLISTS
_IGNORE = lazy(r"<!--\s*gapkeeper:\s*ignore\s*-->", re.IGNORECASE)
_BREAK_TAG = lazy(r"<br\s*/?>", re.IGNORECASE)
_STRIKE_TAG = lazy(r"<(/?)(?:s|del|strike)>", re.IGNORECASE)


class TooDenseError(Exception):
    """A document has more marks of Markdown than are read."""


def _bounded(events: Iterable[tuple[Any, Any]]) -> Iterator[tuple[Any, Any]]:
    """The events; raises `TooDenseError` in the place of the first that is too many. Costs the loop nothing."""
    running = iter(events)

    def no_more() -> Iterator[tuple[Any, Any]]:
        for _ in running:
            raise TooDenseError
        yield from ()

    return chain(islice(running, _EVENTS), no_more())


def parse(source: Source, *, mend: bool) -> Blocks:
    """All blocks of a document; ``mend`` repairs wrongly decoded text piece by piece."""
    return _Parser(source, mojibake.mend if mend else None).run()


class _Parser:
    def __init__(self, source: Source, mend: Callable[[str], str] | None) -> None:
        self.source = source
        self.mend = mend
        self.blocks: list[Block] = []
        self.links: list[Link] = []
        self.lines: list[Inline] = []  # finished lines of the paragraph at hand
        self.pieces: list[Piece] = []
        self.marks = 0
        self.urls: list[str] = []
        self.entries: list[Entry] = []
        self.table: Table | None = None
        self.cells: list[Inline] = []
        self.html_until = 0
        self.row_ignored = False
        self.in_comment = False  # inside of an HTML comment of several lines

    def run(self) -> Blocks:  # noqa: C901, PLR0912  the hot loop of reading: a call an event would cost a third of it
        # The loop sees some 130 events per KB, so the frequent ones are handled here, without a call.
        source, mend, cells_end = self.source, self.mend, "TableCell"
        base, new = source.base or 0, tuple.__new__
        mapped = source.offset if source.base is None else None
        events = _bounded(pyromark.events_with_range(source.text, options=_OPTIONS))
        for event, place in events:
            start, end = place["start"], place["end"]
            if start < self.html_until:
                continue
            if mapped is not None:
                utf8_start, start, end = start, mapped(start), mapped(end)
            else:
                utf8_start = start
                start += base
                end += base
            if type(event) is str:
                if self.table is None and self.pieces and event != "Rule":
                    self._line()
                elif self.table is not None:
                    self._append(" ", start, start, 0)
                continue
            name, value = event.popitem()
            if name == "Text":
                if mend is not None:
                    value = mend(value)
                # What `Piece(...)` does, without its call in Python: half of all events come here.
                self.pieces.append(new(Piece, (value, start, end, self.marks, self.urls[-1] if self.urls else None)))
            elif name == "End":
                if value == cells_end:
                    self.cells.append(Inline(self.pieces, start, end))
                    self.pieces = []
                elif value == "Strong":
                    self.marks &= ~STRONG
                elif value == "Paragraph":
                    self._flush_entry()
                else:
                    self._end(value, start, end)
            elif name == "Start":
                if value == "Strong":
                    self.marks |= STRONG
                elif value == "Paragraph":
                    if self.pieces or self.lines:
                        self._flush_entry()
                elif value != cells_end:
                    self._start(value, start, end)
            elif name == "Code":
                self._append(value, start, end, CODE)
            elif name in {"InlineHtml", "Html"}:
                self._html(value, utf8_start, start, end)
            elif name == "TaskListMarker" and self.entries:
                self.entries[-1].checkbox = value
                self.entries[-1].checkbox_span = Span(start, end)
        return Blocks(self.blocks, self.links)

    def _append(self, text: str, start: int, end: int, marks: int) -> None:
        if self.mend is not None:
            text = self.mend(text)
        self.pieces.append(Piece(text, start, end, self.marks | marks, self.urls[-1] if self.urls else None))

    def _take(self) -> Inline:
        """The pieces so far as one inline."""
        pieces = self.pieces
        self.pieces = []
        return Inline(pieces, pieces[0].start, pieces[-1].end) if pieces else Inline(pieces, 0, 0)

    def _line(self) -> None:
        pieces = self.pieces
        if pieces:
            self.lines.append(Inline(pieces, pieces[0].start, pieces[-1].end))
            self.pieces = []

    def _start(self, tag: Any, start: int, end: int) -> None:  # noqa: ANN401  a tag is a string or a dict of one
        if type(tag) is str:
            mark = _MARKS.get(tag)
            if mark is not None:
                self.marks |= mark
            elif tag == "Item":
                self._flush_entry()
                entry = Entry(start, end, len(self.entries) + 1)
                self.entries.append(entry)
                self.blocks.append(entry)
            elif tag in {"TableHead", "TableRow"}:
                self.cells = []
                self.row_ignored = False
            return
        name, value = tag.popitem()
        if name in {"Link", "Image"}:
            url = value["dest_url"]
            self.urls.append(url)
            if value["link_type"] != "Email":
                self.links.append(Link(url, start, end))
            self.marks |= LINK if name == "Link" else IMAGE
        elif name == "Table":
            self._flush_entry()
            self.table = Table(start, end, len(self.entries), [], [])
            self.blocks.append(self.table)
        elif name in {"List", "Heading", "CodeBlock", "BlockQuote"}:
            self._flush_entry()

    def _flush_entry(self) -> None:
        """A tight list entry's text has no paragraph around it: it ends where a block begins."""
        self._line()
        if self.lines:
            if self.entries and not self.entries[-1].lines:
                self.entries[-1].lines = self.lines
            else:
                first, last = self.lines[0], self.lines[-1]
                self.blocks.append(Paragraph(first.start, last.end, len(self.entries), self.lines))
            self.lines = []

    def _end(self, tag: Any, start: int, end: int) -> None:  # noqa: ANN401  as above
        if type(tag) is not str:
            if "Heading" in tag:
                self.blocks.append(Heading(start, end, len(self.entries), int(tag["Heading"][1]), self._take()))
            elif "List" not in tag and "BlockQuote" not in tag:
                self.pieces = []
        elif tag in _MARKS:
            self.marks &= ~_MARKS[tag]
        elif tag in {"Link", "Image"}:
            self.urls.pop()
            if not self.urls:
                self.marks &= ~(LINK | IMAGE)
        elif tag == "CodeBlock":
            self.blocks.append(Code(start, end, len(self.entries), "".join(p.text for p in self.pieces)))
            self.pieces = []
        elif tag == "Item":
            self._flush_entry()
            self.entries.pop()
        else:
            self._end_of_table(tag, start, end)

    def _end_of_table(self, tag: str, start: int, end: int) -> None:
        if self.table is None:
            return
        if tag == "TableRow":
            self.table.rows.append(Row(self.cells, start, end, self.row_ignored))
        elif tag == "TableHead":
            self.table.head = self.cells
        elif tag == "Table":
            self.table = None
        self.cells = []

    def _html(self, value: str, utf8_start: int, start: int, end: int) -> None:
        if self.table is not None or self.pieces or self.lines:
            self._inline_html(value, start, end)
            return
        hidden = self.in_comment or "<!--" in value
        self.in_comment = value.rfind("<!--") > value.rfind("-->") or (self.in_comment and "-->" not in value)
        if _IGNORE.search(value):
            if self.entries:
                self.entries[-1].ignored = True
            self.blocks.append(Ignore(start, end, len(self.entries)))
        elif not hidden and "<table" in value.lower():
            self._html_table(utf8_start)

    def _inline_html(self, value: str, start: int, end: int) -> None:
        if _BREAK_TAG.fullmatch(value):
            self._append(" ", start, end, 0)
        elif strike := _STRIKE_TAG.fullmatch(value):
            self.marks = self.marks & ~STRIKE if strike.group(1) else self.marks | STRIKE
        elif _IGNORE.search(value):
            if self.table is not None:
                self.row_ignored = True
            elif self.entries:
                self.entries[-1].ignored = True
            else:
                self.blocks.append(Ignore(start, end, 0))

    def _html_table(self, utf8_start: int) -> None:
        from gapkeeper.reading.html_tables import parse_table  # noqa: PLC0415  html.parser is rarely needed

        table, until = parse_table(self.source, utf8_start, self.mend)
        self.html_until = max(self.html_until, until)
        if table is not None:
            table.depth = len(self.entries)
            self.blocks.append(table)
