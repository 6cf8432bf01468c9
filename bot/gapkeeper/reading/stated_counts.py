"""Counts that a document states of itself: in the rows of a summary, in a section's status or heading."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from gapkeeper.model.spans import Span
from gapkeeper.patterns import lazy
from gapkeeper.reading.blocks import Entry, Heading, Paragraph, Table
from gapkeeper.reading.figures import Written, find_written, parse_figure
from gapkeeper.reading.gate_names import kind_of_header
from gapkeeper.reading.ids import squeeze
from gapkeeper.reading.lexicon import normalise
from gapkeeper.reading.marks import strip_emoji

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gapkeeper.reading.blocks import Block, Inline
    from gapkeeper.reading.values import Context

_COUNT_HEADERS = lazy(
    r"counts?|number|no\. of items|# of items|qty|quantity|anzahl|nombre|cantidad|quantidade|liczba|aantal"
    r"|件数|数量|數量|개수"
)
_ITEMS_HEADERS = lazy(r"(?:open |total )?items|total")
_TOTAL = lazy(r"(?:grand )?(?:total|sum|summe|gesamt|suma|razem|somme|totaal|合計|总计|總計|합계)\b.*")
_NOUNS = "items?|issues?|actions?|tasks?|blockers?|gaps?|tickets?|einträge|punkte|éléments?|elementos?|pozycj\\w*|zadań"
_OF_ITEMS = lazy(
    rf"(?P<count>\d{{1,5}})\s+(?:open\s+|more\s+|external\s+)?(?:{_NOUNS})(?!\w)(?P<rest>[^.;|]*)", re.IGNORECASE
)
_STATUS_LINE = lazy(r"\W*(?P<label>[^\W\d_][^:：|]{1,30}?)\s*[:：]\W*(?=\d)")
_IN_PARENTHESES = lazy(r"\(([^()]{1,60})\)\W*$")
_TEXT = (Paragraph, Entry)  # a union would be made anew for each block
_LONGEST = 60  # characters of a column's name that are looked at
_LONGEST_END = 200  # characters at a heading's end in which a count is looked for


@dataclass(frozen=True, slots=True)
class StatedCount:
    """A number of items that a document states: of a row of a table, or of a section."""

    path: str
    count: int
    label: str  # as written: `Blocked (Decision)`, `pending`
    line: int
    column: int
    whole: int | None = None  # the second number of `48 of 70`
    section: Span | None = None  # the part of the document whose items are counted; None: all of it
    table: int = -1  # the place of the table that the row stands in
    total: bool = False  # the row sums up the others
    statuses: bool = False  # the table's rows are statuses, by its header
    written: Written | None = None  # the number in the document


def find_counts(blocks: Sequence[Block], context: Context) -> tuple[StatedCount, ...]:
    """The counts that one document states of itself, in order."""
    found: list[StatedCount] = []
    headings: list[Heading] = []
    of_heading: dict[int, list[int]] = {}  # heading -> counts of its section
    previous: Block | None = None
    for block in blocks:
        count: StatedCount | None = None
        if isinstance(block, Heading):
            headings.append(block)
            count = _in_heading(block, context)
        elif isinstance(block, Table):
            found += _in_table(block, context)
        elif isinstance(previous, Heading) and previous.level > 1 and isinstance(block, _TEXT) and block.lines:
            count = _in_status(block.lines[0], context)
        if count is not None:
            of_heading.setdefault(len(headings) - 1, []).append(len(found))
            found.append(count)
        previous = block
    if of_heading:
        ends = _section_ends(headings, len(context.source.data))
        for heading, counts in of_heading.items():
            section = Span(headings[heading].start, ends[heading])
            for index in counts:
                found[index] = replace(found[index], section=section)
    return tuple(found)


def _section_ends(headings: Sequence[Heading], end: int) -> list[int]:
    """Where the section of each heading ends: at the next heading of its level or above."""
    ends = [end] * len(headings)
    open_: list[int] = []
    for index, heading in enumerate(headings):
        while open_ and headings[open_[-1]].level >= heading.level:
            ends[open_.pop()] = heading.start
        open_.append(index)
    return ends


def _in_heading(heading: Heading, context: Context) -> StatedCount | None:
    """`External provisioning (8 items)`."""
    text = heading.inline.text
    if not text.endswith(")") or not (inner := _IN_PARENTHESES.search(text[-_LONGEST_END:])):
        return None
    match = _OF_ITEMS.fullmatch(inner[1].strip())
    return _of_section(match, heading.start, context) if match else None


def _in_status(line: Inline, context: Context) -> StatedCount | None:
    """`**Status:** 5 items pending, blocking Phase 26`."""
    label = _STATUS_LINE.match(line.text)
    if label is None or context.vocabulary.field(label["label"]) != "status":
        return None
    match = _OF_ITEMS.match(line.text, label.end())
    return _of_section(match, line.start, context) if match else None


def _of_section(match: re.Match[str], start: int, context: Context) -> StatedCount:
    source = context.source
    label = squeeze(match["rest"].partition(",")[0])
    return StatedCount(source.path, int(match["count"]), label, source.line(start), source.column(start))


def _in_table(table: Table, context: Context) -> Iterator[StatedCount]:
    columns = _columns(tuple([cell.text[:_LONGEST] for cell in table.head]))
    if columns is None or any(kind_of_header(cell.text) for cell in table.head):
        return  # a column of phases says that phases are counted, not items
    name, number = columns
    statuses = context.vocabulary.field(table.head[name].text) == "status"
    for row in table.rows:
        figure = parse_figure(row.cells[number].text)
        label = squeeze(strip_emoji(row.cells[name].text))
        if figure is None or figure.percent or figure.decimals or not label:
            continue
        start = row.cells[number].start
        written = find_written(context.source.data, start, row.cells[number].end, figure)
        yield StatedCount(
            path=context.source.path,
            count=int(figure.value),
            whole=None if figure.of is None else int(figure.of),
            label=label,
            section=None,
            table=table.start,
            total=_TOTAL.fullmatch(normalise(label).strip(" :")) is not None,
            statuses=statuses,
            line=context.source.line(start),
            column=context.source.column(start),
            written=written,
        )


@lru_cache(maxsize=2048)
def _columns(head: tuple[str, ...]) -> tuple[int, int] | None:
    """The columns of label and number of a table that counts; None for other tables."""
    names = [normalise(text).strip(" *:") for text in head]
    number = next((i for i, name in enumerate(names) if _COUNT_HEADERS.fullmatch(name)), None)
    if number is None:
        number = next((i for i, name in enumerate(names) if i and _ITEMS_HEADERS.fullmatch(name)), None)
        if number is not None and len(names) > 3:
            return None
    if number is None or len(names) < 2:
        return None
    return (0 if number else 1), number
