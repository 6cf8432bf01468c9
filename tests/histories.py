"""Histories of readiness for tests of what shows them."""

from __future__ import annotations

import datetime as dt

from gapkeeper.model.history import GatePoint, HistoryPoint, ReadinessHistory
from gapkeeper.model.status import Status


def gate(status: Status, name: str = "Phase 2", still: int = 0) -> GatePoint:
    return GatePoint(name, status, still, 3)


def point(day: int, score: float | None, *gates: GatePoint, unread: int = 0, **kinds: int) -> HistoryPoint:
    """A point of January 2026; ``kinds`` are open items."""
    at = dt.datetime(2026, 1, day, 12, tzinfo=dt.UTC)
    return HistoryPoint(f"{day:040x}", at, score, kinds or {"ACTION": 2, "LATER": 12}, 4, gates, unread)


HISTORY = ReadinessHistory(
    f"{9:040x}",
    (
        point(3, None, gate(Status.BLOCKED, still=2)),
        point(4, 40.0, gate(Status.BLOCKED, still=1)),
        point(5, 44.754, gate(Status.RESOLVED), gate(Status.BLOCKED, "Phase 3"), LATER=3),
        point(7, 44.754, gate(Status.BLOCKED), gate(Status.RESOLVED, "Phase 3"), unread=1, LATER=3),
        point(9, 12.5, gate(Status.BLOCKED), unread=2, ISSUE=1, LATER=12),
    ),
)
