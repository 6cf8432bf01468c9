"""Proposals without a forge: what people made of one is read from the repository, and kept in records."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gapkeeper.adapters import git_command
from gapkeeper.adapters.git_refs import HEADS, ref
from gapkeeper.errors import NotFoundError, RejectedError
from gapkeeper.model.delivery import ProposalState

if TYPE_CHECKING:
    from pathlib import Path

    from gapkeeper.adapters.delivery_records import DeliveryRecords
    from gapkeeper.model.delivery import Proposal, ProposalText


class LocalProposals:
    """The proposals of one repository."""

    def __init__(self, place: Path, records: DeliveryRecords) -> None:
        """``place`` is git's folder with the branches: one for all work trees of a repository."""
        self._place = place
        self._records = records

    def of(self, branch: str, base: str) -> tuple[Proposal, ...]:
        """Everything that was ever proposed from a branch, the newest first, as people left it."""
        return tuple(
            _as_it_is(self._place, recorded, base)
            for recorded in self._records.proposals(self._place)
            if recorded.branch == branch
        )

    def settle(self, base: str) -> None:
        """Record what people made of those that were open."""
        for recorded in self._records.proposals(self._place):
            found = _as_it_is(self._place, recorded, base)
            if found.state is not recorded.state:
                self._records.close(found.number, found.state, head=found.head, by_actor=False)

    def moved(self, branch: str, tip: str) -> None:
        """The branch of an open one has another tip."""
        for recorded in self._records.proposals(self._place):
            if (recorded.branch, recorded.state) == (branch, ProposalState.OPEN) and recorded.head != tip:
                self._records.update(recorded.number, head=tip)

    def propose(self, branch: str, text: ProposalText) -> Proposal:
        """Open one. `RejectedError` where there is no such branch, or one is open already."""
        found = ref(self._place, HEADS + branch)
        if found is None:
            raise RejectedError(f"there is no branch {branch} to propose", hint="Run again: it is made anew.")
        return self._records.propose(self._place, branch, text, head=found.tip)

    def update(self, number: int, text: ProposalText) -> None:
        """Change what an open one says. `NotFoundError`; `ConflictError` where it is not open any more."""
        self._require(number)
        self._records.update(number, text=text)

    def withdraw(self, number: int, reason: str) -> None:
        """Close an open one. `NotFoundError`; `ConflictError` where it is not open any more."""
        self._require(number)
        self._records.close(number, ProposalState.WITHDRAWN, by_actor=True, reason=reason)

    def _require(self, number: int) -> None:
        if all(recorded.number != number for recorded in self._records.proposals(self._place)):
            raise NotFoundError(f"this repository has no proposal {number}")


def _as_it_is(repository: Path, recorded: Proposal, base: str) -> Proposal:
    """A proposal with the state that its branch tells.

    Merged: what was proposed is in the base branch, also as another commit with the same change (squashed, rebased,
    picked). Declined: it is not, and the branch is gone or was emptied.
    """
    if recorded.state is not ProposalState.OPEN:
        return recorded
    branch = ref(repository, HEADS + recorded.branch)
    if branch is not None and not _landed(repository, branch.tip, base):
        return replace(recorded, head=branch.tip)
    merged = _landed(repository, recorded.head, base)
    return replace(recorded, state=ProposalState.MERGED if merged else ProposalState.DECLINED)


def _landed(repository: Path, commit: str, base: str) -> bool:
    """Whether the base has every change that a commit brings. One that git has lost was in no branch."""
    answer = git_command.run(repository, "cherry", base, commit)
    return answer.returncode == 0 and not any(line.startswith(b"+") for line in answer.stdout.splitlines())
