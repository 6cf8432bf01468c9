"""Proposals: one branch of ours, one open proposal with everything that waits, as it should be for the newest base."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from gapkeeper.app.write_back import Answer, write_all
from gapkeeper.model.delivery import BRANCH, Delivery, ProposalState, Step
from gapkeeper.model.plan import Op
from gapkeeper.model.policy import WriteBack
from gapkeeper.planning import proposal
from gapkeeper.planning.identity import identity_of
from gapkeeper.planning.write_backs import WriteBacks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from gapkeeper.app.documents import Documents
    from gapkeeper.app.write_back import Asked, Options, Result
    from gapkeeper.model.delivery import Branch, Proposal, ProposalText
    from gapkeeper.model.items import Item
    from gapkeeper.model.plan import Change, Plan
    from gapkeeper.model.snapshot import Issue
    from gapkeeper.ports import DocumentSource, Repository


class Proposing:
    """One commit on a branch of ours, and one proposal, kept as they should be for the newest base."""

    def __init__(
        self,
        repository: Repository,
        read: Callable[[DocumentSource], Documents],
        options: Options,
        *,
        nothing_open: Callable[[], bool] = lambda: False,
    ) -> None:
        """What it takes.

        Args:
            repository: Where it is proposed.
            read: Reads documents by the repository's rules.
            options: How documents are written.
            nothing_open: Whether it is known without asking that no proposal is open.
        """
        self._repository = repository
        self._read = read
        self._options = options
        self._nothing_open = nothing_open

    @cached_property
    def _proposals(self) -> tuple[Proposal, ...]:
        return self._repository.proposals(BRANCH)

    @property
    def standing(self) -> bool:
        """See `WriteBackMode`."""
        return not self._nothing_open() and self._open is not None

    @property
    def _open(self) -> Proposal | None:
        return next((one for one in self._proposals if one.state is ProposalState.OPEN), None)

    def answer(self, asked: Asked) -> Answer:
        """See `WriteBackMode`."""
        changes = [*asked.changes, *self._proposed_already(asked.others)]
        barred = self._declined(changes, asked.issues)
        changes = [change for change in changes if change.identity not in barred]
        if not changes:
            return Answer(asked.documents.register, WriteBacks(barred=barred), self._withdrawn)
        base = self._read(self._repository.documents())
        at_base = {identity_of(item, asked.namespace): item for item in base.register.items}
        obstacles = {
            change.identity: "it is not in the newest commit yet; commit it, so that a change of it can be proposed"
            for change in changes
            if change.identity not in at_base
        }
        result = write_all(base, _still_apart(changes, at_base), self._options)
        write_backs = WriteBacks(proposed=result.lines, barred=barred | result.barred, obstacles=obstacles)
        items = {identity_of(item, asked.namespace): item for item in result.writer.corpus.register.items}
        others = [change for change in changes if change not in asked.changes]

        def finish(plan: Plan) -> Plan:
            return self._finished(plan, others, items, result)

        return Answer(asked.documents.register, write_backs, finish)

    def _proposed_already(self, others: Iterable[Change]) -> list[Change]:
        """What a narrow run leaves in the open proposal as it is."""
        items = proposal.read_contents(self._open.body).items if self._open else frozenset()
        return [change for change in others if proposal.item_digest(change.identity) in items]

    def _declined(self, changes: Iterable[Change], issues: Mapping[int, Issue]) -> dict[str, str]:
        """Items whose proposal people closed after they had closed or reopened the issue."""
        declined: dict[str, str] = {}
        for change in changes:
            issue = issues.get(change.issue or 0)
            since = None if issue is None else issue.state_at
            for one in self._proposals:
                if one.state is not ProposalState.DECLINED or (
                    since is not None and one.closed_at is not None and one.closed_at < since
                ):
                    continue
                if proposal.item_digest(change.identity) in proposal.read_contents(one.body).items:
                    declined[change.identity] = f"A change of the documents was proposed and declined ({one.name})."
                    break
        return declined

    def _withdrawn(self, plan: Plan) -> Plan:
        """Nothing waits any more."""
        branch = self._repository.branch(BRANCH)
        if self._open is None or (branch is not None and not branch.ours):
            return plan
        tip = None if branch is None else branch.tip
        delivery = Delivery(Step.WITHDRAW, WriteBack.PULL_REQUEST, number=self._open.number, tip=tip)
        return replace(plan, delivery=delivery)

    def _finished(self, plan: Plan, others: Sequence[Change], items: Mapping[str, Item], result: Result) -> Plan:
        plan = _without(plan, lambda change: not change.lines, "the newest commit says so already")
        edits = result.writer.edits()
        if not edits:
            return self._withdrawn(plan)
        others = [replace(change, lines=result.lines.get(change.identity, ())) for change in others]
        changes = sorted(
            (change for change in (*plan.changes, *others) if change.lines), key=lambda change: change.order
        )
        branch = self._repository.branch(BRANCH)
        theirs = branch is not None and not branch.ours
        text = proposal.proposal_text(changes, items, edits, self._repository.base, persons_commit=theirs)
        if self._open is not None and self._stands(self._open, branch, text):
            where = f": {self._open.url}" if self._open.url else ""
            return _without(plan, lambda _: True, f"{self._open.name} waits for somebody to merge or close it{where}")
        if theirs and self._open is None:
            why = f"the branch {BRANCH} has commits of somebody else, and no proposal is open; delete or rename it"
            return replace(plan, changes=tuple(_obstructed(change, why) for change in plan.changes))
        delivery = Delivery(
            Step.TELL if theirs else Step.PROPOSE,
            WriteBack.PULL_REQUEST,
            edits,
            proposal.commit_message(changes, name_people=self._options.name_people),
            text,
            number=None if self._open is None else self._open.number,
            tip=None if branch is None else branch.tip,
        )
        return replace(plan, delivery=delivery)

    @staticmethod
    def _stands(one: Proposal, branch: Branch | None, text: ProposalText) -> bool:
        """Whether the open proposal is as it should be."""
        if branch is None or one.astray or (one.title, one.body) != (text.title, text.body):
            return False
        return not branch.ours or one.head == branch.tip


def _still_apart(changes: Iterable[Change], at_base: Mapping[str, Item]) -> Iterable[tuple[Change, str]]:
    """The changes that the base does not have yet, each with its item's key there."""
    for change in changes:
        item = at_base.get(change.identity)
        if item is not None and change.writes is not None and item.state is not change.writes.state:
            yield change, item.key


def _obstructed(change: Change, why: str) -> Change:
    return replace(change, obstacle=why) if change.op is Op.WRITE_BACK and change.obstacle is None else change


def _without(plan: Plan, needless: Callable[[Change], bool], why: str) -> Plan:
    """A plan without the write-backs that need nothing; what else their changes carry stays, and a note says why."""
    kept, notes = [], []
    for change in plan.changes:
        if change.op is not Op.WRITE_BACK or change.obstacle is not None or not needless(change):
            kept.append(change)
            continue
        notes.append(f"{change.key}: {why}")
        if change.update is not None or change.then is not None or change.links or change.unlinks:
            fields = {name: pair for name, pair in change.fields.items() if name != "status"}
            kept.append(replace(change, op=Op.UPDATE, fields=fields, lines=(), writes=None))
    kept.sort(key=lambda change: change.order)
    return replace(plan, changes=tuple(kept), notes=(*plan.notes, *notes))
