"""Legends: what the emoji of one document mean."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gapkeeper.patterns import lazy
from gapkeeper.reading.blocks import Entry, Paragraph, Table
from gapkeeper.reading.lexicon import plain_emoji
from gapkeeper.reading.marks import EMOJI, leading_emoji, strip_emoji

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gapkeeper.model.status import Status
    from gapkeeper.reading.blocks import Block, Inline
    from gapkeeper.reading.source import Source
    from gapkeeper.reading.vocabulary import Vocabulary

_SYMBOL = lazy(
    r"(?:emoji|icon|symbol|marker?|sign|legend|key|symbole?|icono|ícone|ikona|記号|符号|图标|기호)s?$", re.IGNORECASE
)
_MEANING = lazy(
    r"(?:meaning|means|description|definition|bedeutung|signification|significado|znaczenie|betekenis|意味|含义|의미)s?$",
    re.IGNORECASE,
)
_LEGEND = r"(?:legend|legende|légende|leyenda|legenda|key|凡例|图例|범례)\b\W{0,5}[:：]"
_LEGEND_LINE = lazy(rf"\W{{0,5}}(?:status\s+)?{_LEGEND}", re.IGNORECASE)
_PAIR = lazy(rf"([{EMOJI}][\ufe0f\u200d]*)\s*[=:–—-]?\s*([^{EMOJI}|,;·•]+)")

# Words of which a document with a legend line has one: looked for one by one in the bytes, since a pattern
# of all is slow, and so is text with emoji in it.
_LEGEND_WORDS = tuple(word.encode() for word in ("gend", "GEND", "eyenda", "Key:", "Key*", "凡例", "图例", "범례"))


def find_legend(source: Source, blocks: Sequence[Block], vocabulary: Vocabulary) -> dict[str, Status | None]:
    """Emoji and what they mean; None for a meaning that is no status: the emoji then says nothing."""
    found: dict[str, Status | None] = {}
    if source.text.isascii():
        return found
    with_lines = any(word in source.body for word in _LEGEND_WORDS)
    for block in blocks:
        pairs: Iterator[tuple[str, str]] = iter(())
        if isinstance(block, Table):
            pairs = _table_pairs(block)
        elif with_lines and isinstance(block, Paragraph | Entry):
            pairs = (pair for line in block.lines if _may_be_legend(line) for pair in _PAIR.findall(line.text))
        for emoji, meaning in pairs:
            reading = vocabulary.read(strip_emoji(meaning).strip())
            found.setdefault(plain_emoji(emoji), reading.status if reading.known else None)
    return found


def _may_be_legend(line: Inline) -> bool:
    return bool(line.pieces) and _LEGEND_LINE.match(line.pieces[0].text) is not None


def _table_pairs(table: Table) -> Iterator[tuple[str, str]]:
    if not 2 <= len(table.head) <= 4 or not any(leading_emoji(row.cells[0].text) for row in table.rows[:1]):
        return
    symbols = _SYMBOL.match(table.head[0].text.strip()) is not None
    meanings = any(_MEANING.match(c.text.strip()) for c in table.head[1:])
    if not (symbols or meanings):
        return
    for row in table.rows:
        emoji = leading_emoji(row.cells[0].text)
        if emoji is not None:
            words = strip_emoji(row.cells[0].text).strip()
            yield emoji.group(), words or row.cells[1].text
