"""HTML tables, read as Markdown tables are."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from gapkeeper.patterns import lazy
from gapkeeper.reading.blocks import CODE, EMPHASIS, LINK, STRIKE, STRONG, Inline, Piece, Row, Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from gapkeeper.reading.source import Source

_OPEN = lazy(rb"<table\b", re.IGNORECASE)
_CLOSE = lazy(rb"</table\s*>", re.IGNORECASE)
_BLANK_LINE = lazy(rb"\n[ \t]*\r?\n")
_MARKS = {
    "b": STRONG,
    "strong": STRONG,
    "i": EMPHASIS,
    "em": EMPHASIS,
    "s": STRIKE,
    "del": STRIKE,
    "strike": STRIKE,
    "code": CODE,
    "a": LINK,
}


def parse_table(source: Source, utf8_start: int, mend: Callable[[str], str] | None) -> tuple[Table | None, int]:
    """The first table from an offset (in the text's UTF-8) on, and the offset where it ends.

    A table that is never closed ends at the next blank line, as its HTML block does.
    """
    data = source.body
    opening = _OPEN.search(data, utf8_start)
    if opening is None:
        return None, utf8_start
    closing = _CLOSE.search(data, opening.end()) if source.last_table_end > opening.end() else None
    if closing is not None:
        end = closing.end()
    else:
        blank = _BLANK_LINE.search(data, opening.end())
        end = blank.start() if blank else len(data)
    parser = _TableParser(source, opening.start(), mend)
    parser.feed(data[opening.start() : end].decode("utf-8"))
    parser.close()
    parser.finish_row()
    rows = parser.rows
    if not rows:
        return None, end
    head = rows.pop(0).cells
    for row in rows:
        row.cells.extend(Inline([], row.end, row.end) for _ in range(len(head) - len(row.cells)))
    return Table(source.offset(opening.start()), source.offset(end), 0, head, rows), end


class _TableParser(HTMLParser):
    def __init__(self, source: Source, utf8_start: int, mend: Callable[[str], str] | None) -> None:
        super().__init__(convert_charrefs=True)
        self.source = source
        self.mend = mend
        self.rows: list[Row] = []
        self.cells: list[Inline] = []
        self.pieces: list[Piece] = []
        self.marks = 0
        self.urls: list[str] = []
        self.in_cell = False
        self.cell_start = 0
        self._utf8 = utf8_start
        self._line = 1
        self._lines: list[str] = []
        self._starts: list[int] = []
        self._at = (0, 0, 0)  # line, characters of it, and the bytes they take: positions come in order

    def feed(self, data: str) -> None:
        self._lines = data.split("\n")
        position = self._utf8
        for line in self._lines:
            self._starts.append(position)
            position += len(line.encode("utf-8")) + 1
        super().feed(data)

    def _offset(self) -> int:
        line, column = self.getpos()
        text = self._lines[line - 1]
        if not text.isascii():
            if line != self._at[0] or column < self._at[1]:
                self._at = (line, 0, 0)
            _, done, size = self._at
            size += len(text[done:column].encode("utf-8"))
            self._at = (line, column, size)
            column = size
        return self.source.offset(self._starts[line - 1] + column)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.finish_row()
        elif tag in {"td", "th"}:
            self._finish_cell()
            self.in_cell = True
            self.cell_start = self._offset() + len((self.get_starttag_text() or "").encode("utf-8"))
        elif tag == "br":
            self._append(" ")
        elif tag == "input" and dict(attrs).get("type") == "checkbox":
            self._append("[x]" if any(name == "checked" for name, _ in attrs) else "[ ]")
        elif tag in _MARKS:
            self.marks |= _MARKS[tag]
            if tag == "a":
                self.urls.append(dict(attrs).get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._finish_cell()
        elif tag == "tr":
            self.finish_row()
        elif tag in _MARKS:
            self.marks &= ~_MARKS[tag]
            if tag == "a" and self.urls:
                self.urls.pop()

    def handle_data(self, data: str) -> None:
        self._append(data)

    def _append(self, text: str) -> None:
        if self.in_cell and text:
            start = self._offset()
            end = start + len(text.encode("utf-8", "surrogatepass"))
            text = " ".join(text.split("\n")) if "\n" in text else text
            self.pieces.append(
                Piece(
                    self.mend(text) if self.mend else text, start, end, self.marks, self.urls[-1] if self.urls else None
                )
            )

    def _finish_cell(self) -> None:
        if self.in_cell:
            self.cells.append(Inline(self.pieces, self.cell_start, self._offset()))
            self.pieces, self.marks, self.urls, self.in_cell = [], 0, [], False

    def finish_row(self) -> None:
        """End the row at hand, if there is one."""
        self._finish_cell()
        if self.cells:
            self.rows.append(Row(self.cells, self.cells[0].start, self.cells[-1].end))
            self.cells = []
