"""The header block of a document: its dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.patterns import lazy
from gapkeeper.reading.blocks import Entry, Heading, Paragraph, Table
from gapkeeper.reading.dates import find_date
from gapkeeper.reading.facts import HeaderDates
from gapkeeper.reading.lexicon import normalise

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from gapkeeper.reading.blocks import Block
    from gapkeeper.reading.values import Context

_UPDATED = lazy(
    r"updat|modif|revis|aktualis|mise? à jour|actualiz|atualiz|aktualiz|bijgewerkt|更新|업데이트|수정|^as of$|^stand$"
)
_LONGEST_LINE = 200  # characters; a line of a header block is short
_NOT_WORDS = " \t*_`~>#-–—·•"


def find_dates(blocks: Sequence[Block], context: Context) -> HeaderDates:
    """The dates of the header block: what stands before the second heading, and the front matter."""
    found: dict[str, dt.date] = {}
    first_line = 1
    for name, value, line in (*_front_matter(context.source.front_matter), *_lines(blocks, context)):
        meaning = _meaning(context, name)
        if meaning and meaning not in found and (date := find_date(value)):
            found[meaning] = date
            first_line = line if len(found) == 1 else first_line
    return HeaderDates(found.get("updated"), found.get("dated"), found.get("created"), first_line)


def _meaning(context: Context, name: str) -> str | None:
    plain = normalise(name)
    if _UPDATED.search(plain):
        return "updated"
    if context.vocabulary.is_header("dated", plain):
        return "dated"
    return "created" if context.vocabulary.is_header("created", plain.removesuffix(" on")) else None


def _front_matter(text: str) -> Iterator[tuple[str, str, int]]:
    for number, line in enumerate(text.split("\n"), 1):
        name, colon, value = line.partition(":")
        if colon:
            yield name, value, number


def _lines(blocks: Sequence[Block], context: Context) -> Iterator[tuple[str, str, int]]:
    """Names and values of everything before the second heading."""
    for block in _header_blocks(blocks):
        if isinstance(block, Paragraph | Entry):
            parts = ((part, line) for line in block.lines for part in line.text.split(" | "))
            for part, line in parts:
                name, colon, value = part[:_LONGEST_LINE].replace("：", ":").partition(":")
                if colon:
                    yield name.strip(_NOT_WORDS), value, context.source.line(line.start)
        elif isinstance(block, Table):
            for row in block.rows:
                if len(row.cells) == 2:
                    yield row.cells[0].text, row.cells[1].text, context.source.line(row.start)


def _header_blocks(blocks: Sequence[Block]) -> Iterator[Block]:
    """What stands before the second heading, or before the first where that is of level 2 or below."""
    headings = 0
    for block in blocks:
        if isinstance(block, Heading):
            headings += 1
            if headings > 1 or block.level > 1:
                return
        else:
            yield block
