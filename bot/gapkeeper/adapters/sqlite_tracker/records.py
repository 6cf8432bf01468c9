"""What only the embedded tracker has to say: its facts, its comments, and the entries of its log."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from gapkeeper.model.snapshot import Actor, Capabilities, Role

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

#: The name that the sync writes under; nobody else may use it.
ACCOUNT = "gapkeeper"
SELF = Actor(ACCOUNT, Role.SELF)
#: A stranger can copy or invent a marker; theirs is not believed.
TRUSTED = frozenset({Role.SELF, Role.WRITE})
CAPABILITIES = Capabilities(name="embedded", forge=False)

#: A label that is used before anybody made it gets this colour, as on GitHub.
DEFAULT_LABEL_COLOUR = "ededed"


class EventKind(StrEnum):
    """What an entry of the log tells."""

    CREATED = "created"
    RENAMED = "renamed"
    EDITED = "edited"
    LABELLED = "labelled"
    UNLABELLED = "unlabelled"
    MILESTONED = "milestoned"
    ASSIGNED = "assigned"
    UNASSIGNED = "unassigned"
    CLOSED = "closed"
    REOPENED = "reopened"
    COMMENTED = "commented"
    LINKED = "linked"
    UNLINKED = "unlinked"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    DELETED = "deleted"
    LABEL_CREATED = "label-created"
    MILESTONE_CREATED = "milestone-created"


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment, with its author's role at the time."""

    author: Actor
    at: dt.datetime
    body: str


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the log, with the actor's role at the time. The log outlives the issues it tells of."""

    id: int
    kind: EventKind
    actor: Actor
    at: dt.datetime
    issue: int | None  # None: about the project, such as a new label
    detail: Mapping[str, object]
