"""Score tables recomputed: what every number in them should be, and by how much rounding excuses it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING

from gapkeeper.model.diagnostics import Diagnostic, Severity
from gapkeeper.reading.figures import rounded, written

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gapkeeper.reading.figures import Figure
    from gapkeeper.reading.scores import ScoreRow, ScoreTable

_ZERO = Decimal(0)
_PLACES = Decimal("1E-6")  # recomputed numbers are rounded to these, so that thirds compare


class _Unit(Enum):
    """What the weighted values of a table are."""

    SHARE = "weight x score in per cent"  # 19 % of 25 % is 4.75
    POINTS = "the score itself"  # 12 of 15 points
    SCALED = "weight x score / 100"  # 8 on a scale of ten, at 25 %, is 2
    PRODUCT = "weight x score"  # 3 x 8 is 24


@dataclass(frozen=True, slots=True)
class Line:
    """One row, recomputed. ``computed`` is None where the row has no score: it is left out."""

    row: ScoreRow
    weight: Decimal
    score: Decimal | None  # points, or per cent
    share: Decimal | None  # the score in per cent
    computed: Decimal | None  # what the weighted value should be, in the table's own unit
    slack: Decimal  # how far the rounding of the score can have moved it


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A whole table, recomputed."""

    lines: tuple[Line, ...]
    computed: Decimal | None  # per cent of the weights of all rows that have a score
    stated: Decimal | None  # the total as the document states it
    scaled: bool  # rows without a score were left out
    findings: tuple[Diagnostic, ...]


def recompute(table: ScoreTable) -> Recomputed:
    """Everything that a score table says, and what it should say."""
    weights = _weights(table)
    shares = _shares(table)
    unit = _unit(table, weights, shares)
    lines = tuple(_line(row, w, share, unit) for row, w, share in zip(table.rows, weights, shares, strict=True))
    scored = [line for line in lines if line.computed is not None]
    whole = sum((line.weight for line in scored), _ZERO)
    computed = None
    if whole:
        earned = sum(((line.computed if unit is _Unit.POINTS else line.weight * line.share / 100) or _ZERO for line in scored), _ZERO)
        computed = (earned * 100 / whole).quantize(_PLACES)
    stated = table.stated or _total_figure(table)
    return Recomputed(
        lines,
        computed,
        None if stated is None else _comparable(stated, sum(weights, _ZERO), unit),
        scaled=bool(scored) and len(scored) < len(lines),
        findings=tuple(_Findings(table, lines, computed).all()) if scored else (),
    )
