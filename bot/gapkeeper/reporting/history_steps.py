"""Each point of a history with what is new in it against the point before."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapkeeper.model.history import HistoryPoint, ReadinessHistory


class Step(NamedTuple):
    """One point, and what its commit did; nothing is known of that for the first point that is shown."""

    point: HistoryPoint
    difference: float | None = None  # percentage points that the score moved; None where one side has no score
    opened: tuple[str, ...] = ()  # gates that are through since this commit
    shut: tuple[str, ...] = ()  # gates that are no longer through


def steps(history: ReadinessHistory) -> Iterator[Step]:
    """The steps, the oldest first."""
    yield from (Step(point) for point in history.points[:1])
    for before, after in pairwise(history.points):
        was = {gate.name: gate.opened for gate in before.gates}
        moved = None if before.score is None or after.score is None else after.score - before.score
        yield Step(
            after,
            moved,
            opened=tuple(gate.name for gate in after.gates if gate.opened and not was.get(gate.name, False)),
            shut=tuple(gate.name for gate in after.gates if not gate.opened and was.get(gate.name, False)),
        )
