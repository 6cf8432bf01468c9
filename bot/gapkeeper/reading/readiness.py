"""Score tables and scores that documents state: found, recomputed, and one of them posted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from gapkeeper.model.diagnostics import Diagnostic
    from gapkeeper.model.items import Item
    from gapkeeper.model.readiness import Readiness
    from gapkeeper.model.rules import ReadingRules
    from gapkeeper.reading.blocks import Block
    from gapkeeper.reading.figures import Figure
    from gapkeeper.reading.values import Context


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One row of a score table; None where the cell holds a dash or nothing."""

    name: str
    weight: Figure | None
    score: Figure | None
    weighted: Figure | None
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """A table with a weight column and a score column, and the sum that stands beside it."""

    path: str
    title: str  # the heading above
    rows: tuple[ScoreRow, ...]
    total: ScoreRow | None  # its last row, where that one is a total
    stated: Figure | None  # in a line near the table: `**Readiness:** 44.8%`
    stated_line: int
    stated_column: int
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class StatedScore:
    """A score that a heading or a line states, without a table."""

    path: str
    title: str
    figure: Figure
    line: int
    column: int


ReadinessFact = ScoreTable | StatedScore


def find_readiness(blocks: Sequence[Block], context: Context) -> tuple[ReadinessFact, ...]:
    """The score tables of one document, and the scores it states without a table, in order."""
    return ()


def resolve_readiness(
    facts: Sequence[ReadinessFact],
    items: Mapping[str, Item],
    rules: ReadingRules,
    dates: Mapping[str, dt.date | None],
) -> tuple[tuple[Readiness, ...], tuple[Diagnostic, ...]]:
    """Every score, recomputed, the posted one first; and what the tables get wrong."""
    return (), ()
