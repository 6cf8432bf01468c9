"""The header block of a document: its dates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gapkeeper.reading.blocks import Entry, Heading, Paragraph, Table
from gapkeeper.reading.dates import find_date
from gapkeeper.reading.facts import HeaderDates
from gapkeeper.reading.lexicon import normalise

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from gapkeeper.reading.blocks import Block
    from gapkeeper.reading.values import Context

_UPDATED = re.compile(
    r"updat|modif|revis|aktualis|mis à jour|mise à jour|actualiz|atualiz|aktualiz|bijgewerkt|更新|업데이트|수정|^as of$|^stand$"
)
_DATED = frozenset({"date", "dated", "datum", "fecha", "data", "日付", "日期", "날짜"})
_CREATED = frozenset(
    {
        "created",
        "erstellt",
        "créé",
        "creado",
        "criado",
        "utworzono",
        "aangemaakt",
        "作成日",
        "创建日期",
        "建立日期",
        "작성일",
    }
)
_LINE = re.compile(r"^\W*(?P<name>[^:：|]{2,30}?)\W*[:：]\W*(?P<value>.+)$")


def find_dates(blocks: Sequence[Block], context: Context) -> HeaderDates:
    """The dates of the header block: what stands before the second heading, and the front matter."""
    found: dict[str, dt.date] = {}
    first_line = 1
    for name, value, line in (*_front_matter(context.source.front_matter), *_lines(blocks, context)):
        meaning = _meaning(name)
        if meaning and meaning not in found and (date := find_date(value)):
            found[meaning] = date
            first_line = line if len(found) == 1 else first_line
    return HeaderDates(found.get("updated"), found.get("dated"), found.get("created"), first_line)


def _meaning(name: str) -> str | None:
    plain = normalise(name)
    if _UPDATED.search(plain):
        return "updated"
    if plain in _DATED:
        return "dated"
    return "created" if plain.removesuffix(" on") in _CREATED else None


def _front_matter(text: str) -> Iterator[tuple[str, str, int]]:
    for number, line in enumerate(text.split("\n"), 1):
        name, colon, value = line.partition(":")
        if colon:
            yield name, value, number


def _lines(blocks: Sequence[Block], context: Context) -> Iterator[tuple[str, str, int]]:
    headings = 0
    for block in blocks:
        if isinstance(block, Heading):
            headings += 1
            if headings > 1 or (headings == 1 and block.level > 1):
                return
        elif isinstance(block, Paragraph | Entry):
            for line in block.lines:
                for part in line.text.split(" | "):
                    if match := _LINE.match(part):
                        yield match["name"], match["value"], context.source.line(line.start)
        elif isinstance(block, Table):
            for row in block.rows:
                if len(row.cells) == 2:
                    yield row.cells[0].text, row.cells[1].text, context.source.line(row.start)
