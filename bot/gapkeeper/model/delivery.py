"""How edits of documents reach the repository, and what became of those that were proposed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from gapkeeper.model.edits import DocumentEdit
    from gapkeeper.model.policy import WriteBack


#: The branch that changes of documents are proposed from.
BRANCH = "gapkeeper/docs"


class ProposalState(StrEnum):
    """What people made of a proposal. One that we close ourselves, since it is empty, is withdrawn."""

    OPEN = "open"
    MERGED = "merged"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A pull or merge request that brings edits of documents; a record of one on the embedded tracker."""

    number: int
    branch: str
    title: str
    body: str
    state: ProposalState = ProposalState.OPEN
    head: str = ""  # the commit that is proposed
    closed_at: dt.datetime | None = None
    closed_by: str | None = None
    url: str = ""
    astray: bool = False  # it goes to a branch that is not the base any more

    @property
    def name(self) -> str:
        """What people call it."""
        return f"proposal {self.number}"


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch that we propose from."""

    tip: str  # commit
    parent: str | None  # the commit that the first of its own commits was made on
    ours: bool  # every commit that it has beyond the base is ours, as we made it


@dataclass(frozen=True, slots=True)
class ProposalText:
    """What a proposal says: one title, one body."""

    title: str
    body: str


class Step(StrEnum):
    """What is done with edits."""

    WRITE = "write"  # into the files, or as one commit on the base branch
    PROPOSE = "propose"  # one commit on a branch of ours, and one proposal, made or renewed
    TELL = "tell"  # only what the open proposal says: a person committed to its branch
    WITHDRAW = "withdraw"  # the open proposal has become empty


@dataclass(frozen=True, slots=True)
class Delivery:
    """Everything that one run writes to documents."""

    step: Step
    mode: WriteBack
    edits: tuple[DocumentEdit, ...] = ()  # sorted by path
    message: str = ""  # of the commit
    text: ProposalText | None = None  # of the proposal
    number: int | None = None  # of the open proposal, where there is one
    tip: str | None = None  # of the proposal's branch, as it was when this was planned; None: there was no branch
