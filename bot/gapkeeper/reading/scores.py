"""Score tables, and scores that a heading or a line states, as a document has them."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.patterns import lazy
from gapkeeper.reading.blocks import Entry, Heading, Paragraph, Table
from gapkeeper.reading.figures import Figure, Written, find_written, leading_figure, parse_figure
from gapkeeper.reading.ids import squeeze
from gapkeeper.reading.lexicon import normalise
from gapkeeper.reading.marks import strip_emoji

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gapkeeper.reading.blocks import Block, Inline, Row
    from gapkeeper.reading.values import Context

# Names of columns, whole. `Points` is the weight beside `Score`, and the score beside `Max`.
_WEIGHT = lazy(r"weights?|weightage|weighting|w|gewicht(?:ung)?|weging|poids|peso|waga|重み|权重|權重|가중치")
_LIMIT = lazy(r"max(?:imum)?(?: points| score)?|possible(?: points)?|max punkte|満点|满分|滿分")
_POINTS = lazy(r"points|punkte|punkty|puntos|pontos")
_SCORE = lazy(
    r"(?:current )?scores?|achieved|earned|wynik|bewertung|note|nota|puntuación|pontuação|スコア|得分|评分|評分|점수"
)
_PROGRESS = lazy(
    r"current|actual|readiness|completed?|completion|done|progress|percent|%|(?:% |percent )complete(?:d|ion)?"
)
_WEIGHTED = lazy(
    r"weighted(?: score| value| points| %)?|contribution|w(?:eight)? ?[x×] ?s(?:core)?"
    r"|gewichtet|ważony|ponderado|pondéré|加权(?:得分)?|加權(?:得分)?|加重"
)
_RISKS = {"likelihood", "probability", "impact", "severity", "risk", "risk id", "hazard", "threat"}
_UNIT = lazy(r"\((?!%|pts?\b|points?\b|max\b)[^)]*\)|\b(?:kg|lbs?|mb|gb|kb|ms)\b")
_SCALE = lazy(r"(?:/|[-–]|\bof|max\.?)\s*(\d{1,3})\s*\)?\s*$")
_REMARK = lazy(
    r"\(\s*(?:%|pts?|points?|(?:\d{1,3}\s*[-–]|/|(?:out )?of|max\.?)\s*\d{1,3})\s*\)|\s/\s?\d{1,3}$", re.IGNORECASE
)
_TOTAL = lazy(
    r"(?:overall|(?:grand |overall |weighted )?(?:total|sum|summe|gesamt|suma|razem|somme|totaal|итого|всего)"
    r"|合計|总计|總計|합계)(?: (?:scores?|points?|readiness|weighted|active))?(?: ?[(/].*)?"
)
_SUBTOTAL = lazy(r"sub ?total")
_ORDINAL_HEAD = {"", "#", "no", "no.", "nr", "nr.", "id"}
_LABEL = lazy(
    r"readiness|\bready\b|scores?\b|maturity|bereitschaft|gotowość|wynik|punktzahl|puntuación|準備度|就绪",
    re.IGNORECASE,
)
_NEAR_LABEL = lazy(rf"{_LABEL.pattern}|\btotal|overall|\bsum\b|gesamt|razem|合計|总计", re.IGNORECASE)
_NOT_OURS = lazy(
    r"target|goal|requir|minim|\bmin\b|\bmax|threshold|previous|prior|\bold\b|baseline|risk|expected|pass|needed|before|"
    r"last|\btest|coverage|\bif\b|\bwhen\b|weight|ziel|\bcel\b",
    re.IGNORECASE,
)
_STATED = lazy(r"[\W_]*(?P<label>[^\W\d_][^:：=|<>≤≥]{0,60}?)[\s*_]*[:：][\s*_~≈]*(?=\W{0,3}\d)")
_TEXT = (Paragraph, Entry)  # a union would be made anew for each block
_NUMBER = lazy(r"\W{0,8}\d")  # behind a colon
_LABEL_ENDS = 80  # characters into its line
_IN_HEADING = lazy(r"[:(\[–—-]\s*(?P<figure>\d[\d.,]{0,8}\s?(?:%|/\s?\d{1,6}))\s?[)\]]?\W*$")
_LONGEST = 60  # characters of a column's name that are looked at
_NEARBY = 6  # blocks after a table in which its stated sum is looked for
_LONG = 20  # `Infrastructure (40/40)`: a whole of this size is points and not a part's number, nor a date


class ScoreRow(NamedTuple):
    """One row of a score table; None where the cell holds a dash or nothing."""

    name: str
    weight: Figure | None
    score: Figure | None
    weighted: Figure | None
    line: int
    column: int  # of the weighted value, where the table has one; else of the score
    written: Written | None = None  # the number there


class ScoreTable(NamedTuple):
    """A table with a weight column and a score column, and the sum that stands beside it."""

    path: str
    title: str  # the heading above
    rows: tuple[ScoreRow, ...]
    total: ScoreRow | None  # the row that sums up the others
    limits: bool  # the weights are `Max` or `Points`: scores are points of them
    percent: bool  # the weights are per cent, by their signs or their column's name
    line: int
    column: int
    stated: Figure | None = None  # in a line near the table: `**Readiness:** 44.8%`
    stated_line: int = 0
    stated_column: int = 0
    stated_written: Written | None = None  # the number there


class StatedScore(NamedTuple):
    """A score that a heading or a line states, without a table."""

    path: str
    title: str
    figure: Figure
    line: int
    column: int


ReadinessFact = ScoreTable | StatedScore


class _Columns(NamedTuple):
    name: int
    weight: int
    score: int
    weighted: int | None
    limits: bool
    certain: bool  # the names alone make it a score table
    percent: bool  # `Weight (%)`
    scale: Decimal | None  # `Score (0-10)`


def find_readiness(blocks: Sequence[Block], context: Context) -> tuple[ReadinessFact, ...]:
    """The score tables of one document, and the scores it states without a table, in order."""
    facts: list[tuple[int, ReadinessFact]] = []
    used: set[int] = set()  # blocks whose line is the sum of a table
    heading: Heading | None = None
    for index, block in enumerate(blocks):
        if type(block) is Heading:
            heading = block
        elif type(block) is Table and (columns := _columns(tuple([cell.text[:_LONGEST] for cell in block.head]))):
            table = _read_table(block, columns, plain_title(heading.inline) if heading else "", context)
            if table is not None:
                facts.append((block.start, _with_sum(table, _nearby(blocks, index, used), context)))
    facts += _stated_scores(blocks, context, used)
    facts.sort(key=lambda pair: pair[0])
    return tuple(fact for _, fact in facts)


@lru_cache(maxsize=2048)
def _columns(head: tuple[str, ...]) -> _Columns | None:
    """Which columns of a header are name, weight, score and weighted value; None where it is no score table's."""
    names = [normalise(_REMARK.sub("", text)).strip(" *:.") for text in head]
    if any(name in _RISKS for name in names):
        return None
    weighted = _first(names, (_WEIGHTED,))
    weight = _first(names, (_WEIGHT, _LIMIT, _POINTS), weighted)
    if weight is None:
        return None
    score = _first(names, (_SCORE, _PROGRESS, _POINTS), weighted, weight)
    if score is None or _UNIT.search(head[weight].casefold()):
        return None
    taken = {weight, score, weighted}
    name = next((i for i, text in enumerate(names) if i not in taken and text not in _ORDINAL_HEAD), None)
    if name is None:
        name = next((i for i in range(len(names)) if i not in taken), None)
    if name is None:
        return None
    scale = _SCALE.search(head[score])
    limits = _WEIGHT.fullmatch(names[weight]) is None
    return _Columns(
        name,
        weight,
        score,
        weighted,
        limits,
        certain=not limits or _PROGRESS.fullmatch(names[score]) is None,
        percent="%" in head[weight],
        scale=Decimal(scale[1]) if scale else None,
    )


def _first(names: Sequence[str], patterns: Sequence[re.Pattern[str]], *taken: int | None) -> int | None:
    """The first column whose name is of the first pattern that any has."""
    for pattern in patterns:
        for index, name in enumerate(names):
            if index not in taken and pattern.fullmatch(name):
                return index
    return None


def _read_table(table: Table, columns: _Columns, title: str, context: Context) -> ScoreTable | None:
    rows = [_read_row(row, columns, context) for row in table.rows]
    total = _total(rows)
    rows = [row for row in rows if row is not total and not _sums_up(row)]
    areas = [row for row in rows if row.weight is not None]
    if 2 * len(areas) < len(rows) or not areas:
        return None
    if not (columns.certain or total is not None or _LABEL.search(title)):
        return None
    line, column = _place(context, table.start)
    return ScoreTable(
        path=context.source.path,
        title=title,
        rows=tuple(areas),
        total=total,
        limits=columns.limits,
        percent=columns.percent or any(row.weight.percent for row in areas if row.weight),
        line=line,
        column=column,
    )


def _with_sum(table: ScoreTable, found: tuple[Figure, Inline] | None, context: Context) -> ScoreTable:
    """The table with the sum that is stated beside it."""
    if found is None:
        return table
    stated, inline = found
    line, column = _place(context, inline.start)
    written = find_written(context.source.data, inline.start, inline.end, stated)
    return table._replace(stated=stated, stated_line=line, stated_column=column, stated_written=written)


def _read_row(row: Row, columns: _Columns, context: Context) -> ScoreRow:
    cells = row.cells
    weighted = None if columns.weighted is None else parse_figure(cells[columns.weighted].text)
    score = parse_figure(cells[columns.score].text)
    last = cells[columns.score if weighted is None else columns.weighted or 0]
    line, column = _place(context, last.start or row.start)
    return ScoreRow(
        plain_title(cells[columns.name]),
        parse_figure(cells[columns.weight].text),
        _scaled(score, columns.scale),
        weighted,
        line,
        column,
        find_written(context.source.data, last.start, last.end, weighted or score),
    )


def _scaled(score: Figure | None, scale: Decimal | None) -> Figure | None:
    """A bare score under `Score (0-10)` is one of ten."""
    if score is None or scale is None or score.percent or score.of:
        return score
    return score._replace(of=scale)


def _total(rows: Sequence[ScoreRow]) -> ScoreRow | None:
    """The row that sums up the others: by its name, or the last one where it has none."""
    named = [row for row in rows if _sums_up(row) and not _SUBTOTAL.match(normalise(row.name))]
    if named:
        return named[-1]
    return rows[-1] if len(rows) > 1 and not rows[-1].name.strip(" -–—") else None


def _sums_up(row: ScoreRow) -> bool:
    name = normalise(row.name).strip(" :")
    return _TOTAL.fullmatch(name) is not None or _SUBTOTAL.match(name) is not None


def _place(context: Context, offset: int) -> tuple[int, int]:
    return context.source.line(offset), context.source.column(offset)


def _nearby(blocks: Sequence[Block], index: int, used: set[int]) -> tuple[Figure, Inline] | None:
    """The sum that is stated beside a table: in the section's lines after it, else before it."""
    for step in (1, -1):
        at = index + step
        while 0 <= at < len(blocks) and abs(at - index) <= _NEARBY and not isinstance(blocks[at], Heading | Table):
            for inline in _lines(blocks[at]):
                found = _stated_in_line(inline.text, _NEAR_LABEL)
                if found is not None and at not in used:
                    used.add(at)
                    return found[1], inline
            at += step
    return None


def _lines(block: Block) -> Sequence[Inline]:
    if isinstance(block, Paragraph | Entry):
        return block.lines
    return ()


def _stated_in_line(text: str, label: re.Pattern[str]) -> tuple[str, Figure] | None:
    """The label and the number of a line such as `**Readiness:** 44.8% - Not ready`."""
    head = text[:120]
    match = _STATED.match(head)  # the label's words are looked for last: few lines have a number there
    if match is None or not label.search(match["label"]) or _NOT_OURS.search(match["label"]):
        return None
    found = leading_figure(head[match.end() :])
    if found is None:
        return None
    figure, rest = found
    if not (figure.percent or figure.of or re.match(r"\W*(?:$|[(.;,]|[-–—]\s)", rest)):
        return None
    return squeeze(match["label"].strip(" *_")), figure


def _stated_scores(blocks: Sequence[Block], context: Context, used: set[int]) -> Iterator[tuple[int, StatedScore]]:
    above: list[Heading] = []  # the headings that a block stands under, the outermost first
    path = context.source.path
    for index, block in enumerate(blocks):
        if isinstance(block, Heading):
            while above and above[-1].level >= block.level:
                above.pop()
            text = block.inline.text
            if ("/" in text or "%" in text) and (found := _stated_in_heading(block, above)):
                yield block.start, StatedScore(path, *found, *_place(context, block.start))
            above.append(block)
        elif isinstance(block, _TEXT) and index not in used:
            for inline in block.lines:
                text = inline.text
                at = text.find(":")
                if at < 0:
                    at = text.find("：")
                # Nearly all lines of a document end here: no label of a fair length, or no number behind it.
                if 0 < at < _LABEL_ENDS and _NUMBER.match(text, at + 1) and (line := _stated_in_line(text, _LABEL)):
                    yield inline.start, StatedScore(path, *line, *_place(context, inline.start))


def _stated_in_heading(heading: Heading, above: Sequence[Heading]) -> tuple[str, Figure] | None:
    """The name and the number of a heading such as `Infrastructure (40/40)`, where scores are spoken of."""
    text = heading.inline.text
    match = _IN_HEADING.search(text)
    if match is None:
        return None
    name = text[: match.start()]
    figure = parse_figure(match["figure"])
    if figure is None or (figure.of is not None and figure.value > figure.of) or _NOT_OURS.search(name):
        return None
    spoken_of = _LABEL.search(name) or any(_LABEL.search(h.inline.text) for h in above)
    if not (spoken_of or (figure.of is not None and figure.of >= _LONG)):
        return None
    return squeeze(strip_emoji(name)).strip(" *_:"), figure


def plain_title(inline: Inline) -> str:
    """A heading or cell as a name: without emphasis and emoji."""
    return squeeze(strip_emoji(inline.text))
