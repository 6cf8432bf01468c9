"""What a marker holds: both sides of one issue at the last sync."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

from gapkeeper.model.status import State, Status

if TYPE_CHECKING:
    from gapkeeper.model.snapshot import Issue, Reason

DocumentsT_co = TypeVar("DocumentsT_co", covariant=True)
TrackerT_co = TypeVar("TrackerT_co", covariant=True)


class TrackerState(StrEnum):
    """What a tracker says of an issue's state: open, or why it is closed."""

    OPEN = "open"
    COMPLETED = "completed"
    NOT_PLANNED = "not_planned"
    DUPLICATE = "duplicate"
    CLOSED = "closed"  # without a reason: a tracker that knows none

    @classmethod
    def of(cls, issue: Issue) -> TrackerState:
        """The state of an issue as a snapshot has it."""
        return cls.make(issue.state, issue.reason)

    @classmethod
    def make(cls, state: State, reason: Reason | None) -> TrackerState:
        """State and reason as one value; a reason beside an open state is ignored."""
        if state is State.OPEN:
            return cls.OPEN
        return cls.CLOSED if reason is None else cls(reason.value)

    @property
    def state(self) -> State:
        """Open or closed."""
        return State.OPEN if self is TrackerState.OPEN else State.CLOSED


class Pair(NamedTuple, Generic[DocumentsT_co, TrackerT_co]):
    """The two values of one field at the last sync. A side has moved when it differs from its own half."""

    documents: DocumentsT_co
    tracker: TrackerT_co


Names = tuple[str, ...]  # sorted
Links = tuple[tuple[str, str], ...]  # (type, identity of the other item), sorted
NumberLinks = tuple[tuple[str, int], ...]  # (type, number of the other issue), sorted

NO_NAMES: Final[Pair[Names, Names]] = Pair((), ())
NO_MILESTONE: Final[Pair[str | None, str | None]] = Pair(None, None)
NO_LINKS: Final[Pair[Links, NumberLinks]] = Pair((), ())


@dataclass(frozen=True, slots=True)
class Marker:
    """What one issue was at the last sync. Nothing in it is secret: every reader of the issue can see it."""

    identity: str  # as `identity.identity_of` makes it
    key: str  # for people: LATER-001
    state: Pair[Status | None, TrackerState]  # documents' None: the item was absent
    title: Pair[str, str]  # whole titles of issues: "LATER-001: PostgreSQL provisioning"
    statement: str = ""  # `digests.statement_digest` of the item; "" where it was absent
    rules: str = ""  # digest of the reading rules
    revision: str | None = None  # commit of the last sync that wrote this marker
    serial: int = 1  # how many times a marker was written here; makes keys of comments unique
    body: str = ""  # `digests.content_digest` of the managed body as last written
    labels: Pair[Names, Names] = NO_NAMES  # what documents ask for; those of them that the issue carried
    added_labels: Names = ()  # those that we put on: the only ones that we may take off
    milestone: Pair[str | None, str | None] = NO_MILESTONE
    assignees: Pair[Names, Names] = NO_NAMES
    links: Pair[Links, NumberLinks] = NO_LINKS  # what documents ask for; what we made in the tracker
    aliases: tuple[str, ...] = ()  # former identities, oldest first
    continues: int | None = None  # the closed issue whose item this one goes on with
    document: str = ""  # path of the home document, to see a document set shrink
    former: Status | None = None  # the last open status of the documents, for a write-back of a reopening
    orphaned: bool = False  # the item was gone from the documents
    called: str | None = None  # what documents call it since, where the title is a person's and stands
    extra: tuple[tuple[str, str], ...] = ()  # keys that this version does not know, with their JSON, sorted

    @property
    def documents_title(self) -> str:
        """The whole title that documents asked for at the last sync, whatever the issue is called."""
        return self.title.documents if self.called is None else self.called


@dataclass(frozen=True, slots=True)
class DamagedMarker:
    """There is a marker, and it cannot be trusted. The issue is reported and left alone."""

    reason: str  # for people: what is wrong
    identity: str | None = None  # where it can still be told, so that no second issue is created
