"""The history of readiness: what the documents said at each commit of a line, read as `score --rev COMMIT` reads it."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from typing import TYPE_CHECKING, Protocol

from gapkeeper.model.history import GatePoint, HistoryPoint, ReadinessHistory
from gapkeeper.model.status import State
from gapkeeper.reading import Reader
from gapkeeper.reading.outline import Outliner

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gapkeeper.model.documents import Document
    from gapkeeper.model.history import PlanningCommit
    from gapkeeper.model.rules import ReadingRules
    from gapkeeper.reading.facts import DocumentFacts
    from gapkeeper.reading.outline import Outline

_KEPT_FACTS = 2_000  # documents that are no longer as they were, and may be so again
_AT_A_TIME = 500  # points that are remembered together


class Line(Protocol):
    """The commits of a first-parent line."""

    @property
    def revision(self) -> str | None:
        """The commit that it ends in; None where there is no commit yet."""

    @property
    def begins(self) -> str | None:
        """The commit of the line where a shallow clone's history begins; known once its commits were gone through."""

    def commits(self) -> Iterable[PlanningCommit]:
        """Those that touched a planning document, the oldest first."""

    def documents(self, wanted: Sequence[tuple[str, str]]) -> Iterable[Document]:
        """The document of each path and blob, in order."""


class KnownPoints(Protocol):
    """Points that were found before, under the same rules. It may forget."""

    def read(self) -> Mapping[str, HistoryPoint]:
        """All that are known, by commit."""

    def add(self, points: Sequence[HistoryPoint]) -> None:
        """Remember some more."""


def read_history(
    line: Line, rules: ReadingRules, known: KnownPoints, *, since: dt.date | None = None, limit: int | None = None
) -> ReadinessHistory:
    """The points of a line, the oldest first.

    Args:
        line: the commits.
        rules: how documents are read: the same for all commits.
        known: points that need not be found again.
        since: the first day, in UTC; a commit whose day nobody can tell is of every day.
        limit: only so many, the newest.
    """
    commits = (c for c in line.commits() if since is None or c.at is None or c.at.date() >= since)
    chosen: Iterable[PlanningCommit] = commits if limit is None else deque(commits, maxlen=limit)
    points = tuple(_points(chosen, line, rules, known))
    return ReadinessHistory(line.revision, points, line.begins)


def _points(
    commits: Iterable[PlanningCommit], line: Line, rules: ReadingRules, known: KnownPoints
) -> Iterator[HistoryPoint]:
    before = known.read()
    reading: _Reading | None = None
    fresh: list[HistoryPoint] = []
    for commit in commits:
        point = before.get(commit.commit)
        if point is None:
            if reading is None:
                reading = _Reading(line, rules)
            point = reading.point(commit)
            fresh.append(point)
            if len(fresh) == _AT_A_TIME:
                known.add(fresh)
                fresh = []
        yield point
    known.add(fresh)


class _Reading:
    """Reads one commit after the other; a document whose bytes were read before is not read again."""

    def __init__(self, line: Line, rules: ReadingRules) -> None:
        self._line = line
        self._reader = Reader(rules)
        self._outliner = Outliner(self._reader)
        self._now: dict[tuple[str, str], DocumentFacts | None] = {}  # of the last commit that was read
        self._before: OrderedDict[tuple[str, str], DocumentFacts | None] = OrderedDict()  # of others

    def point(self, commit: PlanningCommit) -> HistoryPoint:
        """What the documents of a commit say."""
        facts = self._facts(list(commit.blobs.items()))
        outline = self._outliner.outline([found for found in facts if found is not None], commit.days)
        opened = Counter(item.kind for item in outline.items.values() if item.state is State.OPEN)
        return HistoryPoint(
            commit=commit.commit,
            at=commit.at,
            score=outline.readiness.value if outline.readiness else None,
            open=dict(sorted(opened.items())),
            closed=len(outline.items) - opened.total(),
            gates=tuple(_gates(outline)),
            unread=sum(1 for found in facts if found is None),
        )

    def _facts(self, wanted: Sequence[tuple[str, str]]) -> list[DocumentFacts | None]:
        self._before |= self._now
        new = [key for key in wanted if key not in self._before]
        found = {
            key: self._reader.facts(document) for key, document in zip(new, self._line.documents(new), strict=True)
        }
        self._now = {key: found[key] if key in found else self._before.pop(key) for key in wanted}
        while len(self._before) > _KEPT_FACTS:
            self._before.popitem(last=False)
        return list(self._now.values())


def _gates(outline: Outline) -> Iterator[GatePoint]:
    for gate in outline.gates:
        still = sum(1 for key in gate.blockers if outline.items[key].state is State.OPEN)
        yield GatePoint(gate.name, gate.status, still, len(gate.blockers))
