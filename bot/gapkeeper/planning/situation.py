"""What the state rule looks at: documents, tracker, base, who moved it, and the choices of the policy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.model.policy import OnMove, OnRemove, WriteBack
from gapkeeper.model.snapshot import Role
from gapkeeper.model.status import State
from gapkeeper.planning.marker import TrackerState

if TYPE_CHECKING:
    from gapkeeper.model.policy import SyncPolicy
    from gapkeeper.model.snapshot import Actor, Issue
    from gapkeeper.model.status import Status


class Documents(StrEnum):
    """What the documents say of an item, as far as it matters to an issue's state."""

    OPEN = "open"
    RESOLVED = "resolved"
    CANCELLED = "cancelled"
    ABSENT = "absent"

    @classmethod
    def of(cls, status: Status | None) -> Documents:
        """The word for a status; None: the item is gone."""
        if status is None:
            return cls.ABSENT
        return cls(status.value) if status.state is State.CLOSED else cls.OPEN


class Observed(StrEnum):
    """What the tracker holds for an item."""

    OPEN = "open"
    COMPLETED = "completed"
    NOT_PLANNED = "not_planned"
    DUPLICATE = "duplicate"
    RELEASED = "released"  # the managed label was taken off, the marker is intact
    NONE = "none"
    DELETED = "deleted"  # there was one, and it was deleted or transferred away
    FOUND = "found"  # no issue of ours, but one of a person that is open and speaks of this item
    FOUND_CLOSED = "found_closed"  # the same, closed

    @classmethod
    def of(cls, issue: Issue) -> Observed:
        """The word for an issue of ours; a close without a reason counts as completed."""
        return cls.of_state(TrackerState.of(issue))

    @classmethod
    def of_state(cls, state: TrackerState) -> Observed:
        """The same for what a marker remembers."""
        return cls.COMPLETED if state is TrackerState.CLOSED else cls(state.value)


class Mover(StrEnum):
    """Who closed or reopened the issue last.

    Our own writes carry their marker with them, so what moved without it under one of our accounts
    was done by the person whose account that is.
    """

    WRITER = "writer"
    OURSELVES = "ourselves"
    STRANGER = "stranger"  # also: nobody knows who
    BOT = "bot"

    @classmethod
    def of(cls, actor: Actor | None) -> Mover:
        """The word for somebody."""
        return cls.STRANGER if actor is None else _MOVERS[actor.role]


_MOVERS = {
    Role.WRITE: Mover.WRITER,
    Role.SELF: Mover.OURSELVES,
    Role.READ: Mover.STRANGER,
    Role.BOT: Mover.BOT,
}


class Moved(StrEnum):
    """Which side differs from its own half of the base; without a base nobody can tell: both."""

    NEITHER = "neither"
    DOCUMENTS = "documents"
    TRACKER = "tracker"
    BOTH = "both"


class Writing(StrEnum):
    """What became of a person's move on its way to the documents."""

    POSSIBLE = "possible"  # nobody tried yet, or it is proposed and waits
    WRITTEN = "written"  # in this run: the documents that are compared have it already
    BARRED = "barred"  # it cannot be written, or people declined it


class Base(NamedTuple):
    """What both sides said at the last sync."""

    documents: Status | None  # None: the item was gone
    tracker: Observed


class Situation(NamedTuple):
    """Everything that the state rule looks at, policy aside."""

    documents: Documents
    tracker: Observed
    moved: Moved
    was: Documents | None = None  # the documents' half of the base; None: no base
    mover: Mover = Mover.STRANGER
    unlike: bool = False  # the title has nothing in common with the one at the last sync
    writing: Writing = Writing.POSSIBLE


@lru_cache(maxsize=4096)  # thousands of issues are in a few dozen situations
def situation(  # noqa: PLR0913 - what both sides say, and what is known beside it, each by name
    status: Status | None,
    base: Base | None,
    tracker: Observed,
    *,
    mover: Mover = Mover.STRANGER,
    unlike: bool = False,
    writing: Writing = Writing.POSSIBLE,
) -> Situation:
    """Reduce what both sides say to what the rule looks at. ``status`` None: the item is gone."""
    if base is None:
        return Situation(Documents.of(status), tracker, Moved.BOTH, None, mover, unlike, writing)
    documents_moved = status is not base.documents
    if tracker is not base.tracker:
        moved = Moved.BOTH if documents_moved else Moved.TRACKER
    else:
        moved = Moved.DOCUMENTS if documents_moved else Moved.NEITHER
    return Situation(Documents.of(status), tracker, moved, Documents.of(base.documents), mover, unlike, writing)


@dataclass(frozen=True, slots=True)
class Choices:
    """What of the policy the state rule looks at."""

    on_close: OnMove = OnMove.WRITE_BACK
    on_reopen: OnMove = OnMove.WRITE_BACK
    on_remove: OnRemove = OnRemove.LABEL
    writes_back: bool = False
    backfill: bool = False

    @classmethod
    def of(cls, policy: SyncPolicy) -> Choices:
        """The choices that a policy makes."""
        writes_back = policy.write_back is not WriteBack.OFF
        return cls(policy.on_close, policy.on_reopen, policy.on_remove, writes_back, policy.backfill)
