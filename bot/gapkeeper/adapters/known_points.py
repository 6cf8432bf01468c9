"""Points of a history between runs: small, and lost without harm."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from gapkeeper.adapters.http.store import Store
from gapkeeper.model.history import GatePoint, HistoryPoint
from gapkeeper.model.status import Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_BUSY_SECONDS = 0.5  # nobody waits longer for what can be found again


class KeptPoints:
    """The points under one set of rules; those under any other are forgotten when some are added."""

    def __init__(self, path: Path | None, rules: str) -> None:
        """``path`` None: nothing is kept. ``rules`` names everything that points depend on beside the commit."""
        self._store = Store(path, busy_seconds=_BUSY_SECONDS)
        self._rules = rules

    def close(self) -> None:
        """Close the file."""
        self._store.close()

    def read(self) -> Mapping[str, HistoryPoint]:
        """All that are known, by commit; a damaged one is not."""
        points: dict[str, HistoryPoint] = {}
        for commit, data in self._store.rows("SELECT name, data FROM notes WHERE scope = ?", self._rules):
            with contextlib.suppress(ValueError, TypeError, KeyError, AttributeError, OverflowError):
                points[commit] = _point(commit, json.loads(data))
        return points

    def add(self, points: Sequence[HistoryPoint]) -> None:
        """Remember some more."""
        if not points:
            return
        rows = [(self._rules, point.commit, json.dumps(_data(point), separators=(",", ":"))) for point in points]
        with self._store.writing() as connection:
            connection.execute("DELETE FROM notes WHERE scope <> ?", (self._rules,))
            connection.executemany("INSERT OR REPLACE INTO notes VALUES (?, ?, ?)", rows)


def _data(point: HistoryPoint) -> dict[str, Any]:
    return {
        "at": None if point.at is None else point.at.isoformat(),
        "score": point.score,
        "open": point.open,
        "closed": point.closed,
        "gates": [[gate.name, gate.status.value, gate.open, gate.blockers] for gate in point.gates],
        "unread": point.unread,
    }


def _point(commit: str, data: Mapping[str, Any]) -> HistoryPoint:
    return HistoryPoint(
        commit=commit,
        at=None if data["at"] is None else dt.datetime.fromisoformat(data["at"]).astimezone(dt.UTC),
        score=None if data["score"] is None else float(data["score"]),
        open={str(kind): int(count) for kind, count in data["open"].items()},
        closed=int(data["closed"]),
        gates=tuple(
            GatePoint(str(name), Status(status), int(opened), int(blockers))
            for name, status, opened, blockers in data["gates"]
        ),
        unread=int(data["unread"]),
    )
