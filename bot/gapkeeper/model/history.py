"""How readiness went: what the documents said at each commit that touched one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gapkeeper.model.status import State

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from gapkeeper.model.status import Status


@dataclass(frozen=True, slots=True)
class PlanningCommit:
    """A commit of the first-parent line that touched a planning document."""

    commit: str
    at: dt.datetime | None  # when it was committed, in UTC; None: in no year that there is, such as 10000
    blobs: Mapping[str, str]  # path -> blob, of every planning document at this commit
    days: Mapping[str, dt.date]  # path -> day of its last commit; a path is missing where that is unknown


@dataclass(frozen=True, slots=True)
class GatePoint:
    """One gate at one commit."""

    name: str
    status: Status
    open: int  # blockers that are still open
    blockers: int  # in all

    @property
    def opened(self) -> bool:
        """Whether the documents say that it is through."""
        return self.status.state is State.CLOSED


@dataclass(frozen=True, slots=True)
class HistoryPoint:
    """What the documents of one commit say together: the numbers that `score --rev COMMIT` gives."""

    commit: str
    at: dt.datetime | None  # when it was committed, in UTC
    score: float | None  # the posted readiness in per cent; None: no document states one
    open: Mapping[str, int]  # kind -> open items, sorted by kind; kinds without an open item are left out
    closed: int  # items of all kinds
    gates: tuple[GatePoint, ...] = ()  # in the order of their numbers
    unread: int = 0  # documents that could not be read

    @property
    def total_open(self) -> int:
        """Open items of all kinds."""
        return sum(self.open.values())


@dataclass(frozen=True, slots=True)
class ReadinessHistory:
    """The points of a first-parent line, the oldest first."""

    revision: str | None  # the commit that the line ends in; None: there is no commit yet
    points: tuple[HistoryPoint, ...]
    begins: str | None = None  # the commit where the history of a shallow clone begins; None: the clone has all of it
