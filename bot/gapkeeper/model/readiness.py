"""Readiness scores that documents state, recomputed; and the gates that items block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gapkeeper.model.spans import Place
    from gapkeeper.model.status import Status


@dataclass(frozen=True, slots=True)
class Area:
    """One row of a score table. Numbers are per cent or points, as the table has them."""

    name: str
    weight: float
    score: float | None  # None: a dash, the area is left out
    weighted: float | None  # as stated
    line: int
    computed: float | None  # weight x score, or the plain score where scores are points
    derived: float | None = None  # share of the area's items that are resolved, in per cent
    items: tuple[str, ...] = ()  # keys of the items that the area is tied to


@dataclass(frozen=True, slots=True)
class Readiness:
    """One score table, or a score that a heading or line states without one (no areas)."""

    title: str
    areas: tuple[Area, ...]
    stated: float | None
    computed: float | None
    derived: float | None
    source: Place
    posted: bool = False  # the one that counts
    scaled: bool = False  # an area has no score: the other weights were scaled

    @property
    def value(self) -> float | None:
        """The score in per cent: recomputed, or what a line states where there is no table."""
        return self.stated if self.computed is None else self.computed


@dataclass(frozen=True, slots=True)
class Gate:
    """A phase or milestone that items block."""

    name: str  # "Phase 26"
    title: str  # "Cutover"
    status: Status
    status_text: str
    blockers: tuple[str, ...]  # keys of open and resolved items that it waits for, in order
    source: Place


@dataclass(frozen=True, slots=True)
class PathStep:
    """One step of the critical path; days are (least, most), None where nobody estimated."""

    key: str
    title: str
    days: tuple[float, float] | None
    assumed: bool = False  # the estimate is the median of others, not its own


@dataclass(frozen=True, slots=True)
class CriticalPath:
    """The longest chain of open items by estimate."""

    steps: tuple[PathStep, ...] = ()
    gate: str | None = None  # the gate that the chain ends in
    days: tuple[float, float] = (0.0, 0.0)
    unknown: int = 0  # steps without any estimate to go by: counted as 0
