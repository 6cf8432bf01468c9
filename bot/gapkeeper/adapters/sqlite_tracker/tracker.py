"""The embedded tracker as the port `Tracker`."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from gapkeeper.adapters.limits import check_name
from gapkeeper.adapters.sqlite_tracker import journal, reads
from gapkeeper.adapters.sqlite_tracker.access import Access
from gapkeeper.adapters.sqlite_tracker.connection import Database
from gapkeeper.adapters.sqlite_tracker.own_edits import OwnEdits
from gapkeeper.adapters.sqlite_tracker.proposals import Deliveries
from gapkeeper.adapters.sqlite_tracker.records import ACCOUNT, CAPABILITIES, SELF, TRUSTED
from gapkeeper.errors import RejectedError
from gapkeeper.model.delivery import ProposalState
from gapkeeper.model.snapshot import Role, Snapshot
from gapkeeper.planning.marker import Marker, carries_key, read_marker

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from gapkeeper.adapters.sqlite_tracker.records import Comment, Event
    from gapkeeper.model.plan import IssueUpdate
    from gapkeeper.model.snapshot import Actor, Capabilities, Issue, Label
    from gapkeeper.ports import Clock

#: How long a write waits for another process before it gives way.
BUSY_SECONDS = 5.0


def utc_now() -> dt.datetime:
    """The time, as trackers stamp it."""
    return dt.datetime.now(dt.UTC)


def open_tracker(
    path: Path,
    *,
    url: str | None = None,
    actor: Actor = SELF,
    clock: Clock = utc_now,
    busy_seconds: float = BUSY_SECONDS,
) -> SqliteTracker:
    """Open a tracker to write to it as ``actor``; made where there is none.

    ``url`` is the tracker as the operator named it; without one it is made from ``path``.

    Raises:
        UnavailableError: the file is damaged, another program's, or cannot be opened.
        BusyError: another process is making or upgrading it.
        RejectedError: the actor has no name, or takes that of the tracker's own account.
    """
    check_name("the name of who writes", actor.name)
    if (actor.name.casefold() == ACCOUNT) != (actor.role is Role.SELF):
        raise RejectedError(f"`{ACCOUNT}` is the tracker's own account", hint="Act under another name.")
    database = Database.for_writing(path, busy_seconds=busy_seconds)
    return SqliteTracker(database, url or f"sqlite:{path}", actor=actor, clock=clock)


def open_reader(
    path: Path, *, url: str | None = None, clock: Clock = utc_now, busy_seconds: float = BUSY_SECONDS
) -> SqliteTracker:
    """Open a tracker so that every write raises `RefusedError`; where there is no file, an empty one that makes none.

    What only reads should take it as a `TrackerReader`, so that the type checker agrees.

    Raises:
        UnavailableError: the file is damaged, another program's, or cannot be opened.
    """
    database = Database.for_reading(path, busy_seconds=busy_seconds)
    return SqliteTracker(database, url or f"sqlite:{path}", actor=None, clock=clock)


class SqliteTracker:
    """A tracker in one file. Without an actor it is read-only: every write raises `RefusedError`.

    Every write is one transaction, and on the disk when the call returns. Like on GitHub, a label that
    nobody made is made when an issue gets it, and names of labels differ by more than their case.
    Unlike GitHub it lets anybody do anything: roles are recorded, not enforced, so that a stranger who
    closes an issue can be played. Only locked issues take comments from people with write access alone.

    ``journal``, ``own_edits`` and ``deliveries`` are what the same file keeps beside the issues.
    """

    def __init__(self, database: Database, url: str, *, actor: Actor | None, clock: Clock) -> None:
        self._database = database
        self._access = Access(database, url, actor=actor, clock=clock)
        self._url = url
        self.journal = journal.Journal(self._access)
        self.own_edits = OwnEdits(self._access)
        self.deliveries = Deliveries(self._access)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def url(self) -> str:
        """The tracker as the operator named it. An issue's URL is this, `#`, and its number."""
        return self._url

    @property
    def capabilities(self) -> Capabilities:
        """What this tracker can do and hold."""
        return CAPABILITIES

    def snapshot(self, managed_label: str, *, everything: bool) -> Snapshot:
        """All issues with the label or a marker, in every state; with ``everything`` all others too."""
        with self._access.reading() as connection:
            taken_at = self._access.clock()
            managed: list[Issue] = []
            others: list[Issue] = []
            for issue, ours in reads.issues(connection, self._url, managed_label=managed_label):
                (managed if ours else others).append(issue)
            return Snapshot(
                account=ACCOUNT,
                namespace=reads.namespace(connection),
                issues=tuple(managed),
                others=tuple(others) if everything else None,
                labels=reads.labels(connection),
                milestones=reads.milestones(connection),
                taken_at=taken_at,
                gone=reads.gone(connection),
                synced=journal.synced(connection),
            )

    def issue(self, number: int) -> Issue:
        """One issue as it is now. `NotFoundError` where it was deleted."""
        with self._access.reading() as connection:
            return reads.issue(connection, self._url, number)

    def recent_issue(self, number: int) -> Issue:
        """One issue as it is now: looking costs nothing here."""
        return self.issue(number)

    def find_by_identity(self, identity: str) -> Issue | None:
        """The oldest issue whose marker carries this identity, of those whose author may write.

        Raises:
            NewerMarkerError: one of their markers was written by a newer version.
        """
        with self._access.reading() as connection:
            for issue, _ in reads.issues(connection, self._url):
                if issue.author.role in TRUSTED:
                    found = read_marker(issue.body)
                    if isinstance(found, Marker) and found.identity == identity:
                        return issue
        return None

    def has_comment(self, number: int, key: str) -> bool:
        """Whether our own account left a comment with this hidden key; other people's do not count."""
        return any(
            comment.author.role is Role.SELF and carries_key(comment.body, key) for comment in self.comments(number)
        )

    def comments(self, number: int) -> tuple[Comment, ...]:
        """The comments of an issue, oldest first. `NotFoundError` where it was deleted."""
        with self._access.reading() as connection:
            reads.require(connection, self._url, number)
            return tuple(reads.comments(connection, number))

    def events(self, number: int | None = None) -> tuple[Event, ...]:
        """The log of one issue, even a deleted one, or of everything; oldest first."""
        with self._access.reading() as connection:
            return tuple(reads.events(connection, number))

    def create_label(self, label: Label) -> None:
        """Create a label; one that is there already (any case) is left as it is."""
        with self._access.writing() as write:
            write.label(label)

    def create_milestone(self, title: str) -> None:
        """Create a milestone; one that is there already is left as it is."""
        with self._access.writing() as write:
            write.milestone(title)

    def create_issue(
        self, title: str, body: str, labels: frozenset[str], *, milestone: str | None, assignees: frozenset[str]
    ) -> Issue:
        """Create an issue, and return it as it was stored."""
        with self._access.writing() as write:
            number = write.create(title, body, labels, milestone=milestone, assignees=assignees)
            return reads.issue(write.connection, self._url, number)

    def update_issue(self, number: int, update: IssueUpdate) -> Issue:
        """Change state, title, body, labels, milestone and assignees in one step."""
        with self._access.writing() as write:
            write.update(reads.issue(write.connection, self._url, number), update)
            return reads.issue(write.connection, self._url, number)

    def comment(self, number: int, body: str) -> None:
        """Post a comment. `NotAuthorisedError` where the issue is locked and the actor may not write."""
        with self._access.writing() as write:
            write.comment(number, body, locked=reads.issue(write.connection, self._url, number).locked)

    def add_link(self, number: int, type_: str, other: int) -> None:
        """Tie two issues: `blocked_by`."""
        with self._access.writing() as write:
            reads.require(write.connection, self._url, number)
            reads.require(write.connection, self._url, other)
            write.link(number, type_, other)

    def remove_link(self, number: int, type_: str, other: int) -> None:
        """Untie two issues."""
        with self._access.writing() as write:
            reads.require(write.connection, self._url, number)
            write.unlink(number, type_, other)

    def delete_issue(self, number: int) -> None:
        """Delete an issue; its number is not given again, and the log keeps that it was."""
        with self._access.writing() as write:
            write.delete(reads.issue(write.connection, self._url, number))

    def set_locked(self, number: int, *, locked: bool) -> None:
        """Lock an issue, so that only people with write access comment on it; or unlock it."""
        with self._access.writing() as write:
            write.set_locked(reads.issue(write.connection, self._url, number), locked=locked)

    def decline_proposal(self, number: int) -> None:
        """Close an open proposal unmerged, as a maintainer does.

        Raises:
            NotFoundError: There is no such proposal.
            ConflictError: It is not open any more.
        """
        self.deliveries.close(number, ProposalState.DECLINED, by_actor=True)

    def lock(self) -> AbstractContextManager[None]:
        """Hold the tracker for one run; `BusyError` where another process does and does not end soon."""
        self._access.require_actor()
        return self._database.lock()

    def close(self) -> None:
        """Close the file."""
        self._database.close()
