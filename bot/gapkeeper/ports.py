"""What the edges implement: small protocols, so that the middle never knows which forge it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from gapkeeper.model.delivery import Branch, Proposal, ProposalText
    from gapkeeper.model.documents import Document
    from gapkeeper.model.edits import DocumentEdit
    from gapkeeper.model.plan import IssueUpdate
    from gapkeeper.model.pulls import PostedComment, PullRequest, Verdict
    from gapkeeper.model.runs import RunEnd, RunStart
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

    def recent_issue(self, number: int) -> Issue:
        """One issue as it was at most a minute ago: for one look after the other. `NotFoundError` as for `issue`."""

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


class Journal(Protocol):
    """What is kept of every run."""

    def begin(self, start: RunStart) -> int:
        """A run is going to write; its number."""

    def end(self, run: int, end: RunEnd) -> None:
        """It has ended. One that never does was broken off."""


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


class WorkTree(Protocol):
    """The files of a folder, to be edited where they are."""

    def obstacle(self, path: str, data: bytes) -> str | None:
        """Why a document that was read as these bytes cannot be edited now; None where it can. For people.

        Changes that nobody committed are such a reason, unless the bytes are as we left them ourselves.
        """

    def write(self, edits: Sequence[DocumentEdit]) -> None:
        """Put the new bytes of each document in the place of the old ones, each document at once or not at all.

        Raises:
            StaleDocumentsError: A document is not what was read any more; nothing was written to any.
            DocumentsError: A document cannot be written.
        """


class Repository(Protocol):
    """Documents under version control: commits on the base branch, and proposals from a branch of our own.

    What is read is read from git or the forge and never from files that nobody committed.
    """

    @property
    def base(self) -> str:
        """The newest commit of the base branch."""

    def documents(self) -> DocumentSource:
        """The documents of that commit."""

    def obstacle(self, paths: Collection[str]) -> str | None:
        """Why nothing can be committed to these documents on the base branch now; None where it can. For people."""

    def commit(self, edits: Sequence[DocumentEdit], message: str) -> str:
        """One commit on the base branch, of ``base``; its name.

        Raises:
            StaleDocumentsError: The branch or a document has moved since it was read.
            DocumentsError: It cannot be committed.
        """

    def branch(self, name: str) -> Branch | None:
        """A branch of ours, as it is now."""

    def set_branch(self, name: str, edits: Sequence[DocumentEdit], message: str, *, was: str | None) -> str:
        """Make the branch one commit on ``base`` with these edits; its name. ``was`` is the tip that it must have.

        The same edits on the same base, made again, are the same commit: nothing moves.

        Raises:
            StaleDocumentsError: Its tip is another one, or a document is not what was read.
        """

    def delete_branch(self, name: str, *, was: str) -> None:
        """Take the branch away, where its tip is still this commit."""

    def proposals(self, branch: str) -> tuple[Proposal, ...]:
        """Everything that was ever proposed from the branch, the newest first."""

    def propose(self, branch: str, text: ProposalText) -> Proposal:
        """Open a proposal to merge the branch into the base branch."""

    def update_proposal(self, number: int, text: ProposalText) -> None:
        """Change what an open proposal says."""

    def withdraw(self, number: int, reason: str) -> None:
        """Close an open proposal that has become empty, and say why."""


class Reviews(Protocol):
    """Pull or merge requests: one comment of ours on each, and a status or check on its head.

    Every write is one request, except a check with more annotations than fit into one.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What this forge can do and hold."""

    def pull(self, number: int) -> PullRequest:
        """One pull request as it is now. `NotFoundError` where there is none."""

    def open_pulls(self) -> tuple[PullRequest, ...]:
        """All open pull requests as they are now, by number; on GitLab without those that are being merged.

        Complete, or a `TrackerError`: never a part.
        """

    def comments(self, number: int) -> tuple[PostedComment, ...]:
        """The comments of our own account that begin with the review marker, the oldest first.

        What people quote does not count, and neither does a marker further down. A body is as the forge keeps it:
        GitLab takes carriage returns out and space at its end away, browsers put carriage returns in.
        """

    def post_comment(self, number: int, body: str) -> None:
        """Post the comment."""

    def edit_comment(self, number: int, comment: int, body: str) -> None:
        """Change what it says. `NotFoundError` where it was deleted meanwhile."""

    def delete_comment(self, number: int, comment: int) -> None:
        """Take one away; one that is gone already stays so."""

    def has_verdict(self, pull: PullRequest, verdict: Verdict) -> bool:
        """Whether the head already has this status or check, as the newest of its name.

        A status shows conclusion and title alone; False where the head can have none.
        """

    def set_verdict(self, pull: PullRequest, verdict: Verdict) -> None:
        """Set the status or check of the head.

        Raises:
            NotAuthorisedError: Our account may not; the hint names the permission.
            RejectedError: There is no place for one: on GitLab a merge request from a fork, without a pipeline.
            ConflictError: The pull request has got other commits meanwhile.
        """
