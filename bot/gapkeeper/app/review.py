"""The use case: say once on a pull request what it does to readiness, and set its status or check."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from gapkeeper.app.sync import Planner
from gapkeeper.errors import ConflictError, NotFoundError, RejectedError
from gapkeeper.model.pulls import Conclusion
from gapkeeper.model.review import OnMerge
from gapkeeper.planning.on_merge import on_merge

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from gapkeeper.model.policy import SyncPolicy
    from gapkeeper.model.pulls import PostedComment, PullRequest, Verdict
    from gapkeeper.model.register import Register
    from gapkeeper.planning.history import History
    from gapkeeper.ports import Reviews, TrackerReader


class Done(StrEnum):
    """What became of the comment, or of the status."""

    POSTED = "posted"
    EDITED = "edited"
    KEPT = "kept as it is"
    NONE = "not wanted"
    IMPOSSIBLE = "not possible"


@dataclass(frozen=True, slots=True)
class Said:
    """What one review did on its pull request."""

    comment: Done
    verdict: Done
    why: str | None = None  # why a status was not possible; for people

    @property
    def wrote(self) -> bool:
        """Whether anything was written."""
        return bool({self.comment, self.verdict} & {Done.POSTED, Done.EDITED})


def merge_outlook(
    registers: tuple[Register, Register], into: str, reader: TrackerReader, policy: SyncPolicy, history: History
) -> OnMerge:
    """What a merge would do to the issues: two plans on one snapshot, and nothing is written.

    Args:
        registers: What the documents say before it and after it.
        into: The branch that it goes into. Where that is not the one that is synced, a merge does nothing to issues.
        reader: The tracker, unable to write.
        policy: What a sync may do.
        history: What git knows.

    Raises:
        NewerMarkerError: An issue carries a marker of a newer version.
        TrackerError: The tracker cannot be read whole.
    """
    planner = Planner(reader, policy, history)
    if (policy.branch or planner.snapshot.branch or into) != into:
        return OnMerge()
    base, head = (planner.plan(register) for register in registers)
    return on_merge(base, head)


def say(  # noqa: PLR0913 - what is said, and where, each by name
    pull: PullRequest,
    body: str | None,
    verdict: Verdict | None,
    reader: Reviews,
    open_writer: Callable[[], AbstractContextManager[Reviews]],
    *,
    new: bool = True,
) -> Said:
    """Post, edit or leave the one comment, then the status. Nothing is opened for writing where nothing differs.

    Args:
        pull: As it was when it was reviewed.
        body: The comment; None: none is wanted, and one that is there stays.
        verdict: None: no status is wanted.
        reader: The pull requests, unable to write.
        open_writer: Opens them to write.
        new: Whether the comment is posted where there is none; else one that is there is kept true, and no more.

    Raises:
        ConflictError: It has got other commits meanwhile; nothing was written, and their own run will speak of them.
        NotAuthorisedError: We may not comment there, or not set a status.
    """
    there = reader.comments(pull.number) if body is not None else ()
    spare = there[1:]
    if not (there or new):
        body = None
    differs = body is not None and not (there and _same(there[0], body))
    sets = verdict is not None and not reader.has_verdict(pull, verdict)
    comment = Done.NONE if body is None else Done.KEPT
    set_ = Done.NONE if verdict is None else Done.KEPT
    if not (differs or spare or sets):
        return Said(comment, set_)
    why = None
    with open_writer() as writer:
        _require_head(writer.pull(pull.number), pull)
        if body is not None and differs:
            comment = _write(writer, pull, there, body)
        for one in spare:  # two runs at once have each posted one
            writer.delete_comment(pull.number, one.id)
        if verdict is not None and sets:
            try:
                writer.set_verdict(pull, verdict)
                set_ = Done.POSTED
            except RejectedError as error:
                set_, why = Done.IMPOSSIBLE, error.line
    return Said(comment, set_, why)


def is_red(verdict: Verdict | None) -> bool:
    """Whether a rule of the repository is broken."""
    return verdict is not None and verdict.conclusion is Conclusion.FAILURE


def _write(writer: Reviews, pull: PullRequest, there: tuple[PostedComment, ...], body: str) -> Done:
    if there:
        with contextlib.suppress(NotFoundError):  # deleted since it was read
            writer.edit_comment(pull.number, there[0].id, body)
            return Done.EDITED
    writer.post_comment(pull.number, body)
    return Done.POSTED


def _require_head(now: PullRequest, pull: PullRequest) -> None:
    if now.head != pull.head or not now.open:
        raise ConflictError(
            f"pull request #{pull.number} was {'pushed to' if now.open else 'closed'} meanwhile; nothing was written",
            hint="The run for its new commits comments on them." if now.open else None,
        )


def _same(comment: PostedComment, body: str) -> bool:
    """Whether it says so already: forges and browsers change line ends, and space at the end."""
    return _plain(comment.body) == _plain(body)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").rstrip()
