"""What the edges implement: small protocols, so that the middle never knows which forge it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Mapping
    from contextlib import AbstractContextManager

    from gapkeeper.model.documents import Document
    from gapkeeper.model.plan import IssueUpdate
    from gapkeeper.model.snapshot import Capabilities, Issue, Label, Snapshot


class TrackerReader(Protocol):
    """A tracker that can be read and nothing else; planning gets this one."""

    @property
    def url(self) -> str:
        """The tracker as the operator named it: `sqlite:.gapkeeper/tracker.db`."""

    @property
    def capabilities(self) -> Capabilities:
        """What this tracker can do and hold."""

    def snapshot(self, managed_label: str, *, everything: bool) -> Snapshot:
        """All managed issues in every state; with ``everything`` all other issues too.

        Complete, or a `TrackerError`: never a part.
        """

    def issue(self, number: int) -> Issue:
        """One issue as it is now. `NotFoundError` where it was deleted."""

    def find_by_identity(self, identity: str) -> Issue | None:
        """The oldest issue whose marker carries this identity: for a create whose answer was lost."""

    def has_comment(self, number: int, key: str) -> bool:
        """Whether a comment of ours with this hidden key stands on the issue."""

    def close(self) -> None:
        """Release what the tracker holds."""


class Tracker(TrackerReader, Protocol):
    """A tracker that can be written to; only `app.apply` gets this one.

    Every write is one request. None is repeated by the adapter itself.
    """

    def lock(self) -> AbstractContextManager[None]:
        """Hold the tracker for one run; `BusyError` where another run does. A forge has nothing to hold."""

    def create_label(self, label: Label) -> None:
        """Create a label; one that is there already (any case) is left as it is."""

    def create_milestone(self, title: str) -> None:
        """Create a milestone; one that is there already is left as it is."""

    def create_issue(
        self, title: str, body: str, labels: frozenset[str], *, milestone: str | None, assignees: frozenset[str]
    ) -> Issue:
        """Create an issue, and return it as the tracker has it: a label may not have arrived."""

    def update_issue(self, number: int, update: IssueUpdate) -> Issue:
        """One request that changes state, title, body and labels together."""

    def comment(self, number: int, body: str) -> None:
        """Post a comment."""

    def add_link(self, number: int, type_: str, other: int) -> None:
        """Tie two issues: `blocked_by`."""

    def remove_link(self, number: int, type_: str, other: int) -> None:
        """Untie two issues."""


class Clock(Protocol):
    """The time, so that tests can stop it."""

    def __call__(self) -> dt.datetime:
        """Now, in UTC."""


class DocumentSource(Protocol):
    """Where documents come from: a folder as it is, or a revision of a repository."""

    @property
    def revision(self) -> str | None:
        """The commit that is read, or the one that the folder stands on; None where there is no git."""

    def documents(self) -> Iterable[Document]:
        """The planning documents, sorted by path in byte order; one at a time, so that memory stays small."""

    def exists(self, path: str) -> bool:
        """Whether a file or folder is there at this relative path; never outside of the folder."""

    def commit_dates(self, paths: Collection[str]) -> Mapping[str, dt.date]:
        """The day of the last commit of each path; a path is missing where that is unknown (no git, shallow)."""
