"""Ratios that a busy machine does not change much: what is compared takes turns, and medians count."""

from __future__ import annotations

import gc
import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table: how many times ``base`` it costs, and how many times it may cost."""

    name: str
    base: str
    ratio: float
    budget: float | None  # None: for comparison only
    lowest: float  # of the repetitions
    highest: float

    @property
    def met(self) -> bool:
        """Whether the budget is kept."""
        return self.budget is None or self.ratio <= self.budget


def take_turns(
    work: Mapping[str, Callable[[], object]],
    repetitions: int,
    clock: Callable[[], float] = time.process_time,
) -> dict[str, list[float]]:
    """Seconds for each piece of work, in rounds, so that a slow moment hits them all.

    The default clock counts processor time, which other programs on the machine change little; nothing that is measured
    with it waits for anything. A first round warms up caches and does not count.
    """
    seconds: dict[str, list[float]] = {name: [] for name in work}
    for round_ in range(repetitions + 1):
        for name, do in work.items():
            gc.collect()
            begin = clock()
            do()
            took = clock() - begin
            if round_:
                seconds[name].append(took)
    return seconds


def ratio(
    seconds: Mapping[str, list[float]],
    ours: str,
    base: str,
    *,
    budget: float | None = None,
    times: float = 1.0,
) -> Result:
    """The median over the rounds of ours to base, ``times`` a factor where both did unlike amounts."""
    ratios = [times * mine / other for mine, other in zip(seconds[ours], seconds[base], strict=True)]
    return Result(ours, base, statistics.median(ratios), budget, min(ratios), max(ratios))
