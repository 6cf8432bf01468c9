"""What people did in the tracker, as edits of documents: asked for by a first plan, and answered here.

There are two ways. `Direct` writes into the files or commits, so that the documents that count say it at once;
`proposing.Proposing` keeps one proposal with everything that waits. Nothing is written here: a plan holds the edits,
and `deliver` writes them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, Protocol

from gapkeeper.errors import NoRepositoryError
from gapkeeper.model.delivery import Delivery, Step
from gapkeeper.planning import proposal
from gapkeeper.planning.write_backs import WriteBacks
from gapkeeper.writing import Unwritten, Writer

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from gapkeeper.app.documents import Documents
    from gapkeeper.model.edits import DocumentEdit, LineChange
    from gapkeeper.model.plan import Change, Plan
    from gapkeeper.model.policy import WriteBack
    from gapkeeper.model.register import Register
    from gapkeeper.model.snapshot import Issue


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


class Result(NamedTuple):
    """What a writer made of some changes."""

    writer: Writer
    lines: dict[str, tuple[LineChange, ...]]  # by identity
    barred: dict[str, str]


@dataclass(frozen=True, slots=True)
class Options:
    """How documents are written."""

    today: dt.date  # the day that is written beside a status where a date has to decide
    everywhere: bool = False  # other documents that say another status, too
    name_people: bool = False  # in commits


def write_all(documents: Documents, changes: Iterable[tuple[Change, str]], options: Options) -> Result:
    """Write each change's status for the item of a key, one after the other."""
    result = Result(Writer(documents.corpus, documents.data.get, today=options.today), {}, {})
    for change, key in changes:
        if change.writes is None:
            continue
        written = result.writer.write(key, change.writes, everywhere=options.everywhere)
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
    options: Options
    standing: bool = False

    def answer(self, asked: Asked) -> Answer:
        """See `WriteBackMode`."""
        waiting, blocked = list(asked.changes), dict[str, str]()
        while True:
            result = write_all(asked.documents, ((change, change.key) for change in waiting), self.options)
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
            message = proposal.commit_message(written, name_people=self.options.name_people)
            return replace(plan, delivery=Delivery(Step.WRITE, self.mode, edits, message))

        return Answer(result.writer.corpus.register, write_backs, finish)


@dataclass(frozen=True, slots=True)
class Nowhere:
    """There is nothing that could be written to; what is asked for waits."""

    reason: str  # what is missing, and what to do
    standing: bool = False

    def answer(self, asked: Asked) -> Answer:
        """See `WriteBackMode`."""
        obstacles = {change.identity: self.reason for change in asked.changes}
        return Answer(asked.documents.register, WriteBacks(obstacles=obstacles), lambda plan: plan)


@dataclass(frozen=True, slots=True)
class WhileThere:
    """A way that leads nowhere for as long as there is no repository."""

    mode: WriteBackMode

    @property
    def standing(self) -> bool:
        """See `WriteBackMode`."""
        try:
            return self.mode.standing
        except NoRepositoryError:
            return False

    def answer(self, asked: Asked) -> Answer:
        """See `WriteBackMode`."""
        try:
            return self.mode.answer(asked)
        except NoRepositoryError as error:
            return Nowhere(error.line).answer(asked)


def _blocked(lines: Mapping[str, Sequence[LineChange]], obstacles: Mapping[str, str]) -> dict[str, str]:
    """The items with a line in a document that cannot be written, and why."""
    return {
        identity: obstacles[line.path]
        for identity, changed in lines.items()
        for line in changed
        if line.path in obstacles
    }
