"""The seven statuses of an item, and the two states of an issue."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class State(StrEnum):
    """What a tracker knows of an issue."""

    OPEN = "open"
    CLOSED = "closed"


class Status(StrEnum):
    """What the documents say of an item (reading rules, section "Status")."""

    PENDING = "pending"
    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    BLOCKED = "blocked"
    DEFERRED = "deferred"
    RESOLVED = "resolved"
    CANCELLED = "cancelled"

    @property
    def state(self) -> State:
        """Resolved and cancelled items are closed issues; every other status is open."""
        return State.CLOSED if self in {Status.RESOLVED, Status.CANCELLED} else State.OPEN

    @property
    def words(self) -> str:
        """The status as a person writes it: ``not started``."""
        return self.value.replace("_", " ")


class Rank(IntEnum):
    """How strong a statement is; a smaller number wins."""

    HEADING = 1
    ROW = 2
    LIST = 3
    SECTION = 4
    RANGE = 5

    @property
    def word(self) -> str:
        """The rank as JSON and people name it."""
        return self.name.lower()
