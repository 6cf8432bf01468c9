"""Edits of documents, written: the only place that does, as `apply` is for the tracker. Each is safe to repeat.

Both functions raise `StaleDocumentsError` where documents or branches have moved since the delivery was planned (then
nothing was written), and `DocumentsError` where something cannot be written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.model.delivery import BRANCH, Delivery, ProposalText, Step

if TYPE_CHECKING:
    from gapkeeper.ports import Repository, WorkTree

_EMPTY = "Nothing is left to propose: documents and issues agree without it."


def deliver_to_files(work_tree: WorkTree, delivery: Delivery) -> None:
    """Into the files of a folder."""
    work_tree.write(delivery.edits)


def deliver_to_repository(repository: Repository, delivery: Delivery) -> None:
    """As a commit on the base branch, or as the one proposal."""
    match delivery:
        case Delivery(step=Step.WRITE):
            repository.commit(delivery.edits, delivery.message)
        case Delivery(step=Step.PROPOSE, text=ProposalText() as text):
            repository.set_branch(BRANCH, delivery.edits, delivery.message, was=delivery.tip)
            _tell(repository, delivery.number, text)
        case Delivery(step=Step.TELL, text=ProposalText() as text):
            _tell(repository, delivery.number, text)
        case Delivery(step=Step.WITHDRAW, number=int() as number):
            repository.withdraw(number, _EMPTY)
            if delivery.tip is not None:
                repository.delete_branch(BRANCH, was=delivery.tip)


def _tell(repository: Repository, number: int | None, text: ProposalText) -> None:
    if number is None:
        repository.propose(BRANCH, text)
    else:
        repository.update_proposal(number, text)
