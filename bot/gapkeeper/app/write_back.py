"""What people did in the tracker, as edits of documents: asked for by a first plan, and answered here.

Two ways: `Direct` writes into the files or commits, so that the documents that count say it at once; `Proposing` keeps
one proposal with everything that waits. Nothing is written here: a plan holds the edits, and `deliver` writes them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, Protocol

from gapkeeper.model.delivery import BRANCH, Delivery, ProposalState, Step
from gapkeeper.model.plan import Op
from gapkeeper.model.policy import WriteBack
from gapkeeper.planning import proposal
from gapkeeper.planning.identity import identity_of
from gapkeeper.planning.write_backs import WriteBacks

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from gapkeeper.app.documents import Documents
    from gapkeeper.model.delivery import Branch, Proposal
    from gapkeeper.model.edits import DocumentEdit, LineChange
    from gapkeeper.model.items import Item
    from gapkeeper.model.plan import Change, Plan
    from gapkeeper.model.register import Register
    from gapkeeper.model.snapshot import Issue
    from gapkeeper.ports import DocumentSource, Repository
    from gapkeeper.writing import Writer


@dataclass(frozen=True, slots=True)
class WayBack:
    """How what people did in the tracker reaches the documents."""

    documents: Documents  # those that count
    mode: WriteBackMode
    deliver: Callable[[Delivery], None]
    again: Callable[[], WayBack]  # everything read anew, where documents have moved since


@dataclass(frozen=True, slots=True)
class Asked:
    """What a first plan asks to be written back, and what is known beside it."""

    documents: Documents  # those that count
    changes: Sequence[Change]  # sorted; each `writes` a status
    others: Sequence[Change]  # what else waits, and `--only` or `--limit` left out
    issues: Mapping[int, Issue]
    namespace: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What to plan with, and what the second plan delivers."""

    register: Register
    write_backs: WriteBacks
    finish: Callable[[Plan], Plan]


class WriteBackMode(Protocol):
    """A way in which changes reach the documents."""

    @property
    def standing(self) -> bool:
        """Whether there is something to look at although nothing is asked for: an open proposal."""

    def answer(self, asked: Asked) -> Answer:
        """The edits for everything that is asked for, each proven, or the reason why there is none."""


class _Result(NamedTuple):
    """What a writer made of some changes."""

    writer: Writer
    lines: dict[str, tuple[LineChange, ...]]  # by identity
    barred: dict[str, str]


def _write(documents: Documents, changes: Iterable[tuple[Change, str]], today: dt.date) -> _Result:
    """Write each change's status for the item of a key, one after the other."""
    from gapkeeper.writing import Unwritten, Writer

    result = _Result(Writer(documents.corpus, documents.data.get, today=today), {}, {})
    for change, key in changes:
        if change.writes is None:
            continue
        written = result.writer.write(key, change.writes)
        if isinstance(written, Unwritten):
            result.barred[change.identity] = written.reason
        else:
            result.lines[change.identity] = written.lines
    return result


@dataclass(frozen=True, slots=True)
class Direct:
    """Into the files of the folder, or as one commit on its branch."""

    mode: WriteBack
    obstacles: Callable[[Sequence[DocumentEdit]], Mapping[str, str]]  # path -> why it cannot be written now
    today: dt.date
    name_people: bool = False
    standing: bool = False

    def answer(self, asked: Asked) -> Answer:
        """See `WriteBackMode`."""
        waiting, blocked = list(asked.changes), dict[str, str]()
        while True:
            result = _write(asked.documents, ((change, change.key) for change in waiting), self.today)
            edits = result.writer.edits()
            new = _blocked(result.lines, self.obstacles(edits))
            if not new:
                break
            blocked |= new  # without them: the others' edits of these documents fall away as well
            waiting = [change for change in waiting if change.identity not in blocked]
        write_backs = WriteBacks(written=result.lines, barred=result.barred, obstacles=blocked)

        def finish(plan: Plan) -> Plan:
            written = [change for change in plan.changes if change.lines and not change.obstacle]
            if not edits:
                return plan
            message = proposal.commit_message(written, name_people=self.name_people)
            return replace(plan, delivery=Delivery(Step.WRITE, self.mode, edits, message))

        return Answer(result.writer.corpus.register, write_backs, finish)


def _blocked(lines: Mapping[str, Sequence[LineChange]], obstacles: Mapping[str, str]) -> dict[str, str]:
    """The items with a line in a document that cannot be written, and why."""
    return {
        identity: obstacles[line.path]
        for identity, changed in lines.items()
        for line in changed
        if line.path in obstacles
    }


class Proposing:
    """One commit on a branch of ours, and one proposal, kept as they should be for the newest base."""

    def __init__(
        self,
        repository: Repository,
        read: Callable[[DocumentSource], Documents],
        *,
        today: dt.date,
        name_people: bool = False,
    ) -> None:
        """``read`` reads documents by the repository's rules."""
        self._repository = repository
        self._read = read
        self._today = today
        self._name_people = name_people
        self._proposals = repository.proposals(BRANCH)

    @property
    def standing(self) -> bool:
        """See `WriteBackMode`."""
        return self._open is not None

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
        result = _write(base, _still_apart(changes, at_base), self._today)
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

    def _finished(self, plan: Plan, others: Sequence[Change], items: Mapping[str, Item], result: _Result) -> Plan:
        waiting = [change for change in (*plan.changes, *others) if change.identity in result.lines]
        waiting = [
            replace(change, lines=result.lines[change.identity]) for change in waiting if change.op is Op.WRITE_BACK
        ]
        waiting = [change for change in waiting if change.lines]
        edits = result.writer.edits()
        if not edits:
            return _without_waiting(self._withdrawn(plan), "the newest commit says so already")
        branch = self._repository.branch(BRANCH)
        theirs = branch is not None and not branch.ours
        text = proposal.proposal_text(waiting, items, edits, self._repository.base, persons_commit=theirs)
        if self._stands(branch, text.title, text.body):
            return _without_waiting(plan, f"proposed in {self._open.name}, and waits" if self._open else "")
        if theirs and self._open is None:
            why = f"the branch {BRANCH} has commits of somebody else; delete it, or rename it"
            return replace(plan, changes=tuple(_obstructed(change, why) for change in plan.changes))
        return replace(
            plan,
            delivery=Delivery(
                Step.TELL if theirs else Step.PROPOSE,
                WriteBack.PULL_REQUEST,
                edits,
                proposal.commit_message(waiting, name_people=self._name_people),
                text,
                number=None if self._open is None else self._open.number,
                tip=None if branch is None else branch.tip,
            ),
        )

    def _stands(self, branch: Branch | None, title: str, body: str) -> bool:
        """Whether the proposal is as it should be."""
        one = self._open
        if one is None or branch is None or (one.title, one.body) != (title, body):
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


def _without_waiting(plan: Plan, why: str) -> Plan:
    """A plan without the write-backs that need nothing more; what else their changes carry stays."""
    kept, waiting = [], []
    for change in plan.changes:
        if change.op is not Op.WRITE_BACK or change.obstacle is not None:
            kept.append(change)
            continue
        waiting.append(change.key)
        if change.update is not None or change.then is not None or change.links or change.unlinks:
            fields = {name: pair for name, pair in change.fields.items() if name != "status"}
            kept.append(replace(change, op=Op.UPDATE, fields=fields, lines=(), writes=None))
    notes = tuple(f"{key}: {why}" for key in waiting)
    changes = tuple(sorted(kept, key=lambda change: change.order))
    return replace(plan, changes=changes, notes=(*plan.notes, *notes))
