"""Proposals without a forge: what people made of one is read from the repository, and kept in records."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.adapters import git_command
from gapkeeper.adapters.git_refs import HEADS, Ref, ref
from gapkeeper.errors import NotFoundError, RejectedError
from gapkeeper.model.delivery import ProposalState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gapkeeper.adapters.delivery_records import DeliveryRecords
    from gapkeeper.model.delivery import Proposal, ProposalText


class View(NamedTuple):
    """Where one looks at proposals from."""

    bases: tuple[str, ...]  # commits that one may have been merged into
    branch: str | None  # that is checked out: refs/heads/main


class LocalProposals:
    """The proposals of one repository."""

    def __init__(self, folder: Path, place: Path, records: DeliveryRecords) -> None:
        """``place`` is git's folder with the branches: one for all work trees of a repository."""
        self._folder = folder
        self._place = place
        self._records = records

    def of(self, branch: str, view: View) -> tuple[Proposal, ...]:
        """Everything that was ever proposed from a branch, the newest first, as people left it."""
        return tuple(
            _as_it_is(self._folder, recorded, view)
            for recorded in self._records.proposals(self._place)
            if recorded.branch == branch
        )

    def settle(self, view: View) -> None:
        """Record what people made of those that were open."""
        for recorded in self._records.proposals(self._place):
            found = _as_it_is(self._folder, recorded, view)
            if found.state is not recorded.state:
                self._records.close(found.number, found.state, head=found.head, by_actor=False)

    def left_branches(self) -> list[Proposal]:
        """Withdrawn ones whose branches are still there, as they were proposed: a run was killed before it was done."""
        newest = {one.branch: one for one in reversed(self._records.proposals(self._place))}
        withdrawn = [one for one in newest.values() if one.state is ProposalState.WITHDRAWN]
        return [one for one in withdrawn if ref(self._folder, HEADS + one.branch) == Ref(one.head, symbolic=False)]

    def moved(self, branch: str, tip: str) -> None:
        """The branch of an open one has another tip."""
        for recorded in self._records.proposals(self._place):
            if (recorded.branch, recorded.state) == (branch, ProposalState.OPEN) and recorded.head != tip:
                self._records.update(recorded.number, head=tip)

    def propose(self, branch: str, text: ProposalText) -> Proposal:
        """Open one. `RejectedError` where there is no such branch, or one is open already."""
        found = ref(self._folder, HEADS + branch)
        if found is None:
            raise RejectedError(f"there is no branch {branch} to propose", hint="Run again: it is made anew.")
        return self._records.propose(self._place, branch, text, head=found.tip)

    def update(self, number: int, text: ProposalText) -> None:
        """Change what an open one says. `NotFoundError`; `ConflictError` where it is not open any more."""
        self.branch(number)
        self._records.update(number, text=text)

    def withdraw(self, number: int, reason: str) -> None:
        """Close an open one. `NotFoundError`; `ConflictError` where it is not open any more."""
        self.branch(number)
        self._records.close(number, ProposalState.WITHDRAWN, by_actor=True, reason=reason)

    def branch(self, number: int) -> str:
        """The branch of one. `NotFoundError` where this repository has no such proposal."""
        for recorded in self._records.proposals(self._place):
            if recorded.number == number:
                return recorded.branch
        raise NotFoundError(f"this repository has no proposal {number}", hint="`gapkeeper proposals` lists them.")


def _as_it_is(folder: Path, recorded: Proposal, view: View) -> Proposal:
    """A proposal with the state that its branch tells.

    Merged: what was proposed is in a base, also as another commit with the same change (squashed, rebased, picked), or
    itself in any branch: another one than it was merged into may be checked out. Declined: it is nowhere, and its
    branch is gone or was emptied. While a person has its own branch checked out, it is not judged.
    """
    if recorded.state is not ProposalState.OPEN:
        return recorded
    branch = ref(folder, HEADS + recorded.branch)
    if branch is not None and (
        view.branch == HEADS + recorded.branch or not _landed(folder, recorded, branch.tip, view.bases)
    ):
        return replace(recorded, head=branch.tip)
    merged = _landed(folder, recorded, recorded.head, view.bases) or _in_a_branch(folder, recorded.head)
    return replace(recorded, state=ProposalState.MERGED if merged else ProposalState.DECLINED)


def _landed(folder: Path, recorded: Proposal, tip: str, bases: Sequence[str]) -> bool:
    """Whether a base has what was proposed, and what people added up to a tip.

    The commits below ours do not count: it may have been made on another branch than the one that is looked at. What
    git has lost was in no branch.
    """
    answers = (git_command.run(folder, "cherry", base, tip, f"{recorded.head}^") for base in bases)
    return any(
        answer.returncode == 0 and not any(line.startswith(b"+") for line in answer.stdout.splitlines())
        for answer in answers
    )


def _in_a_branch(folder: Path, commit: str) -> bool:
    answer = git_command.run(folder, "for-each-ref", "--count=1", f"--contains={commit}", HEADS)
    return answer.returncode == 0 and bool(answer.stdout)
