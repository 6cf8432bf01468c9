"""The blocks of a document: headings, paragraphs, tables, list entries and code, each with byte spans.

Inline text is pieces that know their marks and their bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.model.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

STRONG, EMPHASIS, STRIKE, CODE, LINK, IMAGE = 1, 2, 4, 8, 16, 32


class Piece(NamedTuple):
    """A stretch of inline text with the same marks; offsets into the original bytes."""

    text: str
    start: int
    end: int
    marks: int
    url: str | None


class Inline:
    """Inline content of one cell, heading or line."""

    __slots__ = ("_text", "end", "pieces", "start")

    def __init__(self, pieces: list[Piece], start: int, end: int) -> None:
        self.pieces = pieces
        self.start = start
        self.end = end
        self._text: str | None = None

    @property
    def text(self) -> str:
        """Plain text: emphasis removed, code marks kept, white space as written."""
        if self._text is None:
            pieces = self.pieces
            if len(pieces) == 1 and not pieces[0].marks & CODE:
                self._text = pieces[0].text.strip()
            else:
                self._text = "".join(f"`{p.text}`" if p.marks & CODE else p.text for p in pieces).strip()
        return self._text

    @property
    def span(self) -> Span:
        """The bytes from the first piece to the last, marks included where they are whole."""
        return Span(self.start, self.end)

    def __bool__(self) -> bool:
        return bool(self.pieces)


# Blocks know their bytes, and how many lists they are inside of. Those that are finished when they are
# made are named tuples, which cost next to nothing to define.


class Heading(NamedTuple):
    """A heading of level 1 to 6."""

    start: int
    end: int
    depth: int
    level: int
    inline: Inline


class Paragraph(NamedTuple):
    """A paragraph, line by line."""

    start: int
    end: int
    depth: int
    lines: list[Inline]


class Code(NamedTuple):
    """A fenced or indented code block."""

    start: int
    end: int
    depth: int
    text: str


class Ignore(NamedTuple):
    """`<!-- gapkeeper: ignore -->` on its own: it speaks of the block before it, or after it."""

    start: int
    end: int
    depth: int


class Row(NamedTuple):
    """A table row; ragged rows are padded with empty cells, as GitHub shows them."""

    cells: list[Inline]
    start: int
    end: int
    ignored: bool = False


class Link(NamedTuple):
    """A link or image target, for the check of links."""

    url: str
    start: int
    end: int


@dataclass(slots=True)
class Entry:
    """A list entry: its own lines, without the blocks inside of it, which follow it with more depth."""

    start: int
    end: int
    depth: int
    lines: list[Inline] = field(default_factory=list)
    checkbox: bool | None = None  # ticked or not; None: no checkbox
    checkbox_span: Span | None = None
    ignored: bool = False


@dataclass(slots=True)
class Table:
    """A table, Markdown or HTML."""

    start: int
    end: int
    depth: int
    head: list[Inline]
    rows: list[Row]


Block = Heading | Paragraph | Entry | Table | Code | Ignore


def inlines(block: Block) -> Iterable[Inline]:
    """The inlines of a block that statements and mentions can stand in; a table's head is none of them."""
    if isinstance(block, Heading):
        return (block.inline,)
    if isinstance(block, Paragraph | Entry):
        return block.lines
    if isinstance(block, Table):
        return (cell for row in block.rows for cell in row.cells)
    return ()


class Blocks(NamedTuple):
    """A document's blocks, in order, and all its links."""

    blocks: list[Block]
    links: list[Link]
