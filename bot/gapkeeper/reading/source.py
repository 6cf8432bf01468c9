"""Bytes of a document: how they are decoded, and how offsets lead back to them."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate

from gapkeeper.patterns import lazy

_LINE_END = lazy(rb"\r\n?|\n")  # what CommonMark calls a line ending; `str.splitlines` knows more
_FRONT_MATTER = lazy(rb"---[ \t]*\r?\n(?:[^\n]*\n)*?(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_FEW_LINES = 50  # questions after which a table of all lines is worth its making
_FRONT_MATTER_LIMIT = 64 * 1024  # bytes; a longer one is no front matter, and is not searched


@dataclass(slots=True)
class Source:
    """One document: its original bytes, and the text of its body for the Markdown parser."""

    path: str
    data: bytes
    text: str  # without byte-order mark and front matter
    front_matter: str
    encoding: str  # "utf-8" or "windows-1252"
    base: int | None  # byte offset of the text in the data; None where offsets have to be mapped
    _map: array[int] | None  # for windows-1252: UTF-8 offset in the text -> byte offset in the data
    body: bytes  # the text in UTF-8, which the parser's offsets count in
    _lines: list[int] = field(default_factory=list)
    _last_table_end: int | None = None
    _asked: int = 0  # how often a line was asked for

    def offset(self, utf8_offset: int) -> int:
        """The offset into the original bytes for an offset into the text's UTF-8."""
        if self._map is not None:
            return self._map[utf8_offset]
        return (self.base or 0) + utf8_offset

    @property
    def last_table_end(self) -> int:
        """Where the last `</table` begins in the body; -1 where there is none."""
        if self._last_table_end is None:
            self._last_table_end = self.body.lower().rfind(b"</table")
        return self._last_table_end

    def line(self, offset: int) -> int:
        """The line, from 1, of a byte offset."""
        if not self._lines:
            if self._asked < _FEW_LINES and b"\r" not in self.data:
                self._asked += 1
                return self.data.count(b"\n", 0, offset) + 1
            if b"\r" in self.data:
                self._lines = [0, *[m.end() for m in _LINE_END.finditer(self.data)]]
            else:
                self._lines = list(accumulate((len(line) + 1 for line in self.data.split(b"\n")), initial=0))
        return bisect_right(self._lines, offset)

    def column(self, offset: int) -> int:
        """The column, from 1 and in bytes, of a byte offset."""
        if self._lines:
            return offset - self._lines[bisect_right(self._lines, offset) - 1] + 1
        before = self.data.rfind(b"\n", 0, offset)
        return offset - max(before, self.data.rfind(b"\r", max(before, 0), offset))


def decode(path: str, data: bytes) -> Source:
    """Decode a document: UTF-8, else Windows-1252 byte by byte. Never fails."""
    base = len(_BYTE_ORDER_MARK) if data.startswith(_BYTE_ORDER_MARK) else 0
    match = _FRONT_MATTER.match(data, base, base + _FRONT_MATTER_LIMIT) if data.startswith(b"---", base) else None
    start = match.end() if match else base
    body = data[start:]
    front = data[base:start].decode("utf-8", "replace")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = _windows_1252(body)
        return Source(path, data, text, front, "windows-1252", None, _offsets(text, start), text.encode("utf-8"))
    return Source(path, data, text, front, "utf-8", start, None, body)


def _windows_1252(data: bytes) -> str:
    """Every byte becomes one character; the five that Windows-1252 leaves undefined become controls."""
    text = data.decode("cp1252", "surrogateescape")
    return text.translate({0xDC00 + byte: byte for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D)})


def _offsets(text: str, base: int) -> array[int]:
    table = array("L")
    for index, character in enumerate(text):
        code = ord(character)
        width = 1 if code < 0x80 else 2 if code < 0x800 else 3 if code < 0x10000 else 4
        table.extend([base + index] * width)
    table.append(base + len(text))
    return table
