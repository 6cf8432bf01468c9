"""Score tables recomputed: what every number in them should be, and by how much rounding excuses it."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.reading.codes import excerpt, finding
from gapkeeper.reading.figures import rounded, written

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gapkeeper.model.diagnostics import Diagnostic
    from gapkeeper.model.edits import Edit
    from gapkeeper.reading.figures import Figure, Written
    from gapkeeper.reading.scores import ScoreRow, ScoreTable

_ZERO, _ONE, _HUNDRED = Decimal(0), Decimal(1), Decimal(100)
_PLACES = Decimal("1E-6")  # recomputed numbers are rounded to these, so that thirds compare


class _Unit(Enum):
    """What the weighted values of a table are; the likeliest first."""

    SHARE = "weight x per cent / 100"  # 19 % of 25 % is 4.75
    POINTS = "score"  # 12 of 15 points
    PERCENT = "weight x per cent"  # 35.2 % at a weight of 0.30 is 10.56
    SCALED = "weight x score / 100"  # 8 on a scale of ten, at 25 %, is 2
    PRODUCT = "weight x score"  # 3 x 8 is 24

    def of(self, weight: Decimal, score: _Score) -> Decimal:
        """The weighted value of a row."""
        if self is _Unit.POINTS:
            return score.raw
        factor = score.share if self in {_Unit.SHARE, _Unit.PERCENT} else score.raw
        return weight * factor / (_HUNDRED if self in {_Unit.SHARE, _Unit.SCALED} else _ONE)


class _Score(NamedTuple):
    raw: Decimal  # the number as written, without the second one of `8/10`
    share: Decimal  # in per cent
    half: Decimal  # how far rounding can have moved the share; 0 where it is exact


class Line(NamedTuple):
    """One row, recomputed. ``score`` and ``computed`` are None where it has no score and is left out."""

    row: ScoreRow
    weight: Decimal
    score: Decimal | None  # points, or per cent
    computed: Decimal | None  # what the weighted value should be, in the table's own unit
    slack: Decimal  # how far the rounding of the score can have moved ``computed``


class Recomputed(NamedTuple):
    """A whole table, recomputed."""

    lines: tuple[Line, ...]
    computed: Decimal | None  # per cent of the weights of all rows that have a score
    stated: Decimal | None  # the total as the document states it, in per cent
    scaled: bool  # rows without a score were left out
    findings: tuple[Diagnostic, ...]


def recompute(table: ScoreTable) -> Recomputed:
    """Everything that a score table says, and what it should say."""
    weights = [row.weight.value if row.weight else _ZERO for row in table.rows]
    scores = _scores(table.rows, limits=table.limits)
    unit, known = _unit(table, weights, scores)
    lines = [_line(row, weight, score, unit) for row, weight, score in zip(table.rows, weights, scores, strict=True)]
    scored = [(w, s) for w, s in zip(weights, scores, strict=True) if s is not None]
    whole = sum((w for w, _ in scored), _ZERO)
    computed = None
    if whole:
        earned = sum((s.raw if unit is _Unit.POINTS else w * s.share / _HUNDRED for w, s in scored), _ZERO)
        computed = (earned * _HUNDRED / whole).quantize(_PLACES)
    check = _Check(table, lines, computed, sum(weights, _ZERO))
    stated = table.stated or total_figure(table)
    return Recomputed(
        lines=tuple(lines),
        computed=computed,
        stated=None if stated is None else check.in_per_cent(stated),
        scaled=0 < len(scored) < len(lines),
        findings=tuple(check.findings(rows=known)) if scored else (),
    )


def total_figure(table: ScoreTable) -> Figure | None:
    """The sum that the table's own total row states."""
    return None if table.total is None else table.total.weighted or table.total.score


def _scores(rows: Sequence[ScoreRow], *, limits: bool) -> list[_Score | None]:
    """The scores as per cent: `8/10` is 80, and so is 0.8 where all are such fractions."""
    bare = [row.score for row in rows if row.score and not row.score.percent and not row.score.of]
    fractions = not limits and any(f.decimals for f in bare) and all(f.value <= 1 for f in bare)
    scores: list[_Score | None] = []
    for row in rows:
        figure = row.score
        if figure is None:
            scores.append(None)
            continue
        factor = _HUNDRED if fractions and figure in bare else _ONE
        share = figure.share * factor
        exact = figure.of is not None or share in {_ZERO, _HUNDRED}  # nothing and everything are not rounded
        scores.append(_Score(figure.value, share, _ZERO if exact else figure.half * factor))
    return scores


def _line(row: ScoreRow, weight: Decimal, score: _Score | None, unit: _Unit) -> Line:
    if score is None:
        return Line(row, weight, None, None, _ZERO)
    slack = _ZERO if unit is _Unit.POINTS or not score.share else unit.of(weight, score) * score.half / score.share
    return Line(row, weight, score.raw if unit is _Unit.POINTS else score.share, unit.of(weight, score), slack)


def _unit(table: ScoreTable, weights: Sequence[Decimal], scores: Sequence[_Score | None]) -> tuple[_Unit, bool]:
    """What the weighted values are, and whether they are of a kind that is known here."""
    if _are_points(table, weights, scores):
        return _Unit.POINTS, True
    rows = [
        (row.weighted, weight, score)
        for row, weight, score in zip(table.rows, weights, scores, strict=True)
        if row.weighted is not None and score is not None and score.share
    ]
    units = (_Unit.SHARE, _Unit.PERCENT, _Unit.SCALED, _Unit.PRODUCT)
    counts = [sum(1 for w, weight, score in rows if _matches(w, unit, weight, score)) for unit in units]
    best = max(counts)
    return units[counts.index(best)], best > 0 or len(rows) < 3


def _matches(weighted: Figure, unit: _Unit, weight: Decimal, score: _Score) -> bool:
    value = unit.of(weight, score)
    slack = value * score.half / score.share + weighted.half
    return abs(weighted.value - value) <= slack


def _are_points(table: ScoreTable, weights: Sequence[Decimal], scores: Sequence[_Score | None]) -> bool:
    """Scores are points of their weights where none is above its own and the plain sum fits better."""
    pairs = [(w, s) for w, s in zip(weights, scores, strict=True) if s is not None]
    figures = [row.score for row in table.rows if row.score is not None]
    if (
        not pairs
        or any(s.raw > w for w, s in pairs)
        or any(f.of not in {None, w} for f, (w, _) in zip(figures, pairs, strict=True))
    ):
        return False
    if table.limits and not any(f.percent for f in figures):
        return True
    stated = table.stated or total_figure(table)
    if stated is None:
        return all(f.of is not None for f in figures)
    whole = sum((w for w, _ in pairs), _ZERO)
    plain = sum((s.raw for _, s in pairs), _ZERO)
    weighted = sum((w * s.share / _HUNDRED for w, s in pairs), _ZERO)
    return _distance(stated, plain, whole) < _distance(stated, weighted, whole)


def _distance(stated: Figure, total: Decimal, whole: Decimal) -> Decimal:
    """How far a stated sum is from a total, or from its share of the weights."""
    share = total * _HUNDRED / whole if whole else total
    return min(abs(stated.value - total), abs(stated.share - share))


class _Check(NamedTuple):
    """Compares what a table states with what it should state."""

    table: ScoreTable
    lines: Sequence[Line]
    computed: Decimal | None
    whole: Decimal  # the sum of all weights

    def findings(self, *, rows: bool) -> Iterator[Diagnostic]:
        """One diagnostic for each number that is off by more than rounding."""
        wrong = frozenset(index for index, line in enumerate(self.lines) if rows and self._is_off(line))
        for index in sorted(wrong):
            yield self._row_finding(self.lines[index])
        yield from self._weights()
        table, row, total = self.table, self.table.total, total_figure(self.table)
        if row is not None and total is not None and (should := self._should(total, wrong)) is not None:
            message = f"the total is {_as_written(total)} and should be {_like(total, should)}."
            yield self._error(row.line, row.column, message, _mended(row.written, total, should))
        stated = table.stated
        if stated is not None and (should := self._should(stated, wrong)) is not None:
            message = f"the stated score is {_as_written(stated)} and should be {_like(stated, should)}."
            mended = _mended(table.stated_written, stated, should)
            yield self._error(table.stated_line, table.stated_column, message, mended)

    def in_per_cent(self, stated: Figure) -> Decimal:
        """A stated sum as per cent: 75 of 150 points are 50."""
        if stated.of is not None:
            return stated.share.quantize(_PLACES)
        total = sum((line.computed for line in self.lines if line.computed is not None), _ZERO)
        points = not stated.percent and not self.table.percent and self.computed is not None
        if points and self.whole and abs(stated.value - total) < abs(stated.value - (self.computed or _ZERO)):
            return (stated.value * _HUNDRED / self.whole).quantize(_PLACES)
        return stated.value

    def _is_off(self, line: Line) -> bool:
        weighted = line.row.weighted
        if weighted is None or line.computed is None:
            return False
        return abs(weighted.value - line.computed) > weighted.half + line.slack

    def _row_finding(self, line: Line) -> Diagnostic:
        weighted, row, should = line.row.weighted, line.row, line.computed
        assert weighted is not None  # noqa: S101  for mypy: only rows that state one are off
        assert should is not None  # noqa: S101  as above
        name = excerpt(row.name) or "this row"
        made_of = f"{_as_written(row.score)} at a weight of {_as_written(row.weight)}"
        message = f"the weighted value of {name} is {_as_written(weighted)} and should be {_like(weighted, should)}"
        return self._error(row.line, row.column, f"{message}: {made_of}.", _mended(row.written, weighted, should))

    def _weights(self) -> Iterator[Diagnostic]:
        figures = [line.row.weight for line in self.lines if line.row.weight]
        equal_or_fine = any(f.decimals for f in figures) or len({f.value for f in figures}) == 1
        slack = sum((f.half for f in figures), _ZERO) if equal_or_fine else _ZERO
        row = self.table.total
        line, column = (row.line, row.column) if row else (self.table.line, self.table.column)
        if self.table.percent and abs(self.whole - _HUNDRED) > slack:
            message = f"the weights add up to {written(self.whole)}% and should add up to 100%. Correct them."
            yield finding("readiness-weights", self.table.path, line, column, message)
        elif row and row.weight and abs(row.weight.value - self.whole) > slack + row.weight.half:
            should = _like(row.weight, self.whole)
            yield self._error(line, column, f"the weights add up to {should}, and {_as_written(row.weight)} is stated.")

    def _should(self, stated: Figure, wrong: frozenset[int]) -> Decimal | None:
        """What a stated sum should be; None where it is right.

        It is compared with the column that it sums up, and where that is allowed with the share too.
        """
        total, slack, exact = _ZERO, _ZERO, _ZERO
        for index, line in enumerate(self.lines):
            if line.computed is None:
                continue
            exact += line.computed
            weighted = line.row.weighted
            if weighted is None or index in wrong:
                total += line.computed
                slack += line.slack
            else:
                total += weighted.value
                slack += weighted.half if line.slack else abs(weighted.value - line.computed)
        if abs(stated.value - total) <= slack + stated.half:
            return None
        share = self.computed
        left_out = any(line.computed is None for line in self.lines)
        if share is None or not (stated.of or left_out or not self.table.percent):
            return exact
        unit = (stated.of or _HUNDRED) / _HUNDRED  # how much one per cent is in what is stated
        if abs(stated.value - share * unit) <= stated.half + slack * _HUNDRED / self.whole * unit:
            return None
        return share * unit if stated.of or (stated.percent and not self.table.percent) else exact

    def _error(self, line: int, column: int, message: str, edit: Edit | None = None) -> Diagnostic:
        return finding("readiness-arithmetic", self.table.path, line, column, message, edit=edit)


def _mended(number: Written | None, figure: Figure, should: Decimal) -> Edit | None:
    return None if number is None else number.mended(should, figure.decimals)


def _as_written(figure: Figure | None) -> str:
    return "-" if figure is None else _like(figure, figure.value)


def _like(figure: Figure, value: Decimal) -> str:
    """A number in the manner of another one."""
    whole = f"/{written(figure.of)}" if figure.of else ""
    return f"{rounded(value, figure.decimals)}{'%' if figure.percent else ''}{whole}"
