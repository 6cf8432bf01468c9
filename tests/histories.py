"""Histories of readiness for tests of what shows them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING

from gapkeeper import reading
from gapkeeper.adapters.git import RevisionDocuments
from gapkeeper.model.history import GatePoint, HistoryPoint, ReadinessHistory
from gapkeeper.model.rules import ReadingRules
from gapkeeper.model.status import State, Status
from gapkeeper.reporting.compare import score

if TYPE_CHECKING:
    from pathlib import Path

EVERY = ("**/*.md",)


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


def alone(folder: Path, commit: str) -> tuple[float | None, dict[str, int], int, int]:
    """What a commit says that is read by itself: score, open items by kind, closed ones, documents not read."""
    source = RevisionDocuments(folder, commit, EVERY, ())
    register = reading.read_register(source.documents(), ReadingRules(), commit_dates=source.commit_dates)
    opened = Counter(item.kind for item in register.items if item.state is State.OPEN)
    unread = sum(1 for document in register.documents if document.error is not None)
    return score(register), dict(opened), len(register.items) - opened.total(), unread
