"""Two sides that people change as they like, with syncs between: everything settles at once, and nothing is lost.

The rules are in `both_ways` and `both_ways_model`, apart from the code that they are held against.
"""

from __future__ import annotations

import functools
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, TypeVar, cast

from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from both_ways import DAMAGES, World
from both_ways_model import HOLD, MANAGED
from builders import ANNA, GUEST, ME, STALE
from ferry_line import DOCUMENTS
from gapkeeper.model.policy import OnMove, OnRemove, SyncPolicy, WriteBack
from gapkeeper.model.snapshot import Reason
from gapkeeper.model.status import Status
from memory_place import MemoryPlace

if TYPE_CHECKING:
    from collections.abc import Callable

    from both_ways_model import Ident
    from gapkeeper.model.snapshot import Actor

T = TypeVar("T")
picks = st.integers(0, 60)
statuses = st.sampled_from(Status)
people = st.sampled_from([ANNA, ANNA, ANNA, GUEST, STALE, ME])
policies = st.builds(
    SyncPolicy,
    write_back=st.sampled_from([WriteBack.WORKTREE, WriteBack.COMMIT, WriteBack.PULL_REQUEST, WriteBack.OFF]),
    on_close=st.sampled_from([OnMove.WRITE_BACK, OnMove.WRITE_BACK, *OnMove]),
    on_reopen=st.sampled_from([OnMove.WRITE_BACK, OnMove.WRITE_BACK, *OnMove]),
    on_remove=st.sampled_from(OnRemove),
    backfill=st.booleans(),
    accept_renumbering=st.booleans(),
    allow_mass_change=st.just(value=True),
)


class Then(Enum):
    """What follows a move: often nothing, so that moves meet between two syncs."""

    NOTHING = auto()
    SYNC = auto()
    COMMIT_AND_SYNC = auto()


def act(**strategies: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A rule: something that a person does."""

    def made(action: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(action)
        def run(machine: BothWays, then: Then, **values: object) -> None:
            action(machine, **values)
            event(action.__name__)
            if then is Then.COMMIT_AND_SYNC:
                machine.world.commit()
            if then is not Then.NOTHING:
                machine.settle()

        drawn = rule(then=st.sampled_from([Then.NOTHING, *Then]), **strategies)  # type: ignore[call-overload] # a dict
        return cast("Callable[..., None]", drawn(run))

    return made


def _picked(at: int, recent: list[T], every: list[T]) -> T | None:
    if recent and at % 4:
        return recent[at // 4 % len(recent)]
    return every[at // 4 % len(every)] if every else None


def proposing(machine: BothWays) -> bool:
    return machine.policy.write_back is WriteBack.PULL_REQUEST and machine.world.place.tips()[1] is not None


class BothWays(RuleBasedStateMachine):
    """People, and syncs."""

    policy = SyncPolicy()
    world: World
    recent: list[Ident]
    sound = False  # nothing has failed, so that a failure is told once

    @initialize(policy=policies)
    def begin(self, policy: SyncPolicy) -> None:
        self.policy = policy
        self.recent = []
        self.world = World(MemoryPlace(DOCUMENTS, policy))
        self.settle()

    def teardown(self) -> None:
        if self.sound:
            self.settle()
            self.world.place.close()

    def settle(self) -> None:
        self.sound = False
        for one in self.world.sync():
            event("wild" if one.wild else "certain")
        self.sound = True

    def _item(self, at: int) -> Ident | None:
        """An item of the documents: more often than not one that somebody was at before, so that moves meet."""
        names = self.world.names()
        recent = [name for name in self.recent if name in names]
        return self._seen(_picked(at, recent, names))

    def _issue(self, at: int) -> int | None:
        """An issue, in the same way."""
        known = {name: known.issue for name, known in self.world.model.known.items()}
        numbers = sorted(self.world.issues())
        number = _picked(at, [known[name] for name in self.recent if known.get(name) in numbers], numbers)
        self._seen(None if number is None else self.world.model.ident_of(number))
        return number

    def _seen(self, name: Ident | None) -> Ident | None:
        if name is not None:
            self.recent = [name, *(other for other in self.recent if other != name)][:3]
        return name

    # --- Documents ----------------------------------------------------------------------------------

    @act(at=picks, status=statuses, choice=st.integers(0, 1))
    def restate(self, at: int, status: Status, choice: int) -> None:
        if name := self._item(at):
            self.world.restate(name, status, choice)

    @act(status=st.sampled_from([Status.PENDING, Status.BLOCKED, Status.RESOLVED]))
    def restate_section(self, status: Status) -> None:
        self.world.restate_section(status)

    @act(at=picks, unlike=st.booleans())
    def retitle(self, at: int, unlike: bool) -> None:  # noqa: FBT001 - hypothesis hands it over by name
        if name := self._item(at):
            self.world.retitle(name, unlike=unlike)

    @act(at=picks, to=picks)
    def move(self, at: int, to: int) -> None:
        if name := self._item(at):
            self.world.move(name, to)

    @act(at=picks)
    def rename_document(self, at: int) -> None:
        self.world.rename_document(at)

    @act(at=picks)
    def remove(self, at: int) -> None:
        if name := self._item(at):
            self.world.remove(name)

    @act(at=picks, status=st.none() | statuses, unlike=st.booleans())
    def bring_back(self, at: int, status: Status | None, unlike: bool) -> None:  # noqa: FBT001 - as above
        self.world.bring_back(at, status, unlike=unlike)

    @act(at=picks, kind=st.sampled_from(["LATER", "ACTION", "ISSUE"]), status=statuses)
    def add(self, at: int, kind: str, status: Status) -> None:
        self.world.add_new(at, kind, status)

    @act(at=picks)
    def renumber(self, at: int) -> None:
        if name := self._item(at):
            self.world.renumber(name)

    @act(at=picks, before=st.integers(0, 3))
    def note(self, at: int, before: int) -> None:
        paths = sorted(self.world.sections)
        self.world.note(paths[at % len(paths)], before)

    @act(at=picks, owner=st.sampled_from(["Crew", "Harbour office"]))
    def reown(self, at: int, owner: str) -> None:
        if name := self._item(at):
            self.world.reown(name, owner)

    @act()
    def commit(self) -> None:
        self.world.commit()

    # --- Issues -------------------------------------------------------------------------------------

    @act(at=picks, reason=st.sampled_from(Reason), by=people)
    def close(self, at: int, reason: Reason, by: Actor) -> None:
        if number := self._issue(at):
            self.world.close(number, reason, by)

    @act(at=picks, by=people)
    def reopen(self, at: int, by: Actor) -> None:
        if number := self._issue(at):
            self.world.reopen(number, by)

    @act(at=picks, keeps_id=st.booleans())
    def rename(self, at: int, keeps_id: bool) -> None:  # noqa: FBT001 - as above
        if number := self._issue(at):
            self.world.rename(number, keeps_id=keeps_id)

    @act(at=picks)
    def label(self, at: int) -> None:
        if number := self._issue(at):
            self.world.label(number)

    @act(at=picks)
    def take_kind_off(self, at: int) -> None:
        if number := self._issue(at):
            self.world.take_kind_off(number)

    @act(at=picks, name=st.sampled_from([MANAGED, HOLD]))
    def toggle(self, at: int, name: str) -> None:
        if number := self._issue(at):
            self.world.toggle(number, name)

    @act(at=picks)
    def lock(self, at: int) -> None:
        if number := self._issue(at):
            self.world.lock(number)

    @act(at=picks, above=st.booleans())
    def write(self, at: int, above: bool) -> None:  # noqa: FBT001 - as above
        if number := self._issue(at):
            self.world.write(number, above=above)

    @act(at=picks, by=people.filter(lambda person: person != ME))
    def comment(self, at: int, by: Actor) -> None:
        if number := self._issue(at):
            self.world.comment(number, by)

    @act(at=picks)
    def delete(self, at: int) -> None:
        if number := self._issue(at):
            self.world.delete(number)

    @act(at=picks, how=st.sampled_from(DAMAGES))
    def damage(self, at: int, how: str) -> None:
        if number := self._issue(at):
            self.world.damage(number, how)

    # --- Proposals ----------------------------------------------------------------------------------

    @precondition(proposing)
    @act(how=st.sampled_from(["ff", "merge", "squash"]), delete=st.booleans())
    def merge(self, how: str, delete: bool) -> None:  # noqa: FBT001 - as above
        self.world.merge(how, delete=delete)

    @precondition(proposing)
    @act()
    def decline(self) -> None:
        self.world.decline()

    @precondition(proposing)
    @act()
    def delete_branch(self) -> None:
        self.world.delete_branch()

    @precondition(proposing)
    @act()
    def commit_on_branch(self) -> None:
        self.world.commit_on_branch()


BothWays.TestCase.settings = settings(stateful_step_count=20)
TestBothWays = BothWays.TestCase
