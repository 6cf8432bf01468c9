"""Open items by kind, as few bands that lie on each other."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapkeeper.model.history import HistoryPoint

_NAMED = 5  # kinds that have a band of their own


class Band(NamedTuple):
    """The open items of a kind, or of all the small kinds together."""

    name: str
    counts: tuple[int, ...]  # one for each point


def bands(points: Sequence[HistoryPoint]) -> list[Band]:
    """Bands of the kinds with the most open items over time, the largest first; the rest is one more band."""
    totals: Counter[str] = Counter()
    for point in points:
        totals.update(point.open)
    kinds = sorted(totals, key=lambda kind: (-totals[kind], kind))
    found = [Band(kind, tuple(point.open.get(kind, 0) for point in points)) for kind in kinds[:_NAMED]]
    rest = kinds[_NAMED:]
    if rest:
        name = rest[0] if len(rest) == 1 else f"others ({len(rest)} kinds)"
        found.append(Band(name, tuple(sum(point.open.get(kind, 0) for kind in rest) for point in points)))
    return found
