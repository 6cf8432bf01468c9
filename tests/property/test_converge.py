"""Whatever people do on both sides: one sync settles it, a second one writes nothing, nothing is lost.

The same again with a run that ends at any of its writes.
"""

from __future__ import annotations

import contextlib
import dataclasses
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from builders import ANNA, GUEST, ME, NOW, STALE, item, register
from gapkeeper.adapters.sqlite_tracker import open_tracker
from gapkeeper.app.sync import plan_sync, sync
from gapkeeper.model.plan import IssueUpdate, Op, Plan, Report
from gapkeeper.model.policy import OnMove, OnRemove, SyncPolicy, WriteBack
from gapkeeper.model.snapshot import Reason
from gapkeeper.model.status import Rank, State, Status
from gapkeeper.planning.body import BodyParts, split_body
from gapkeeper.planning.marker import DamagedMarker, Marker, read_marker
from memory_tracker import Crashed, MemoryTracker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapkeeper.model.items import Item
    from gapkeeper.model.plan import Change
    from gapkeeper.model.register import Register
    from gapkeeper.model.snapshot import Actor, Issue
    from gapkeeper.ports import Tracker

TITLES = ("PostgreSQL provisioning", "Provision Postgres", "Legal review")
IDS = ("LATER-001", "LATER-002", "ACTION-040", "ISSUE-001")
WHAT_PEOPLE_DO = ("close", "close", "reopen", "reopen", "rename", "label", "write", "copy", "untie", "delete")
#: The issue that documents can name for an item. Two items that name one, or take turns, can need a second sync.
NAMED = {"LATER-001": 1, "ISSUE-001": 2}
LABELS = ("gapkeeper", "gapkeeper: hold", "orphaned", "status: pending", "mine")


# --- Documents ------------------------------------------------------------------------------------------


@st.composite
def items(draw: st.DrawFn, id_: str) -> Item:
    status = draw(st.sampled_from(Status))
    return item(
        id_,
        draw(st.sampled_from(TITLES)),
        status,
        status_text=draw(st.sampled_from([status.words, "in other words"])),
        path=draw(st.sampled_from(["LATER.md", "gaps.md"])),
        line=draw(st.integers(1, 3)),
        scoped=id_.startswith("ISSUE"),
        rank=draw(st.sampled_from([Rank.HEADING, Rank.SECTION])),
        depends_on=draw(st.sets(st.sampled_from(IDS[:3]), max_size=2)) - {id_},
        blocks=draw(st.sets(st.sampled_from(IDS[:3]), max_size=1)) - {id_},
        priority=draw(st.sampled_from([None, "High", "Low"])),
        owner=draw(st.sampled_from([None, "Platform"])),
        ignored=draw(st.integers(0, 9)) == 0,
        issue_link=draw(st.sampled_from([None, None, None, NAMED.get(id_)])),
    )


@st.composite
def registers(draw: st.DrawFn, before: Register | None = None) -> Register:
    """A register; after another one, most items stay as they were."""
    kept = {} if before is None else {i.id: i for i in before.items}
    listed: list[Item] = []
    for id_ in IDS:
        choice = draw(st.sampled_from(["same", "same", "status", "other", "absent"]))
        if choice == "same" and id_ in kept:
            listed.append(kept[id_])
        elif choice == "status" and id_ in kept:
            listed.append(dataclasses.replace(kept[id_], status=draw(st.sampled_from(Status))))
        elif choice != "absent":
            listed.append(draw(items(id_)))
    return register(*listed, documents=["LATER.md", "gaps.md"], rules=draw(st.sampled_from(["rules-1", "rules-2"])))


policies = st.builds(
    SyncPolicy,
    on_close=st.sampled_from(OnMove),
    on_reopen=st.sampled_from(OnMove),
    on_remove=st.sampled_from(OnRemove),
    write_back=st.sampled_from([WriteBack.OFF, WriteBack.OFF, WriteBack.PULL_REQUEST]),
    backfill=st.booleans(),
    owners=st.just({"Platform": "anna"}),
    accept_reading=st.booleans(),
    accept_renumbering=st.booleans(),
    allow_mass_change=st.just(value=True),
)


# --- What people do in the tracker ----------------------------------------------------------------------


class Place(Protocol):
    """A tracker that several people write to."""

    def acting(self, actor: Actor) -> contextlib.AbstractContextManager[Tracker]:
        """The tracker as somebody."""

    def delete(self, number: int) -> None:
        """Delete an issue."""


class InMemory:
    """The tracker of the tests."""

    def __init__(self) -> None:
        self.tracker = MemoryTracker()

    @contextlib.contextmanager
    def acting(self, actor: Actor) -> Iterator[Tracker]:
        if actor == ME:
            yield self.tracker
        else:
            with self.tracker.acting(actor):
                yield self.tracker

    def delete(self, number: int) -> None:
        self.tracker.delete(number)


class Embedded:
    """The tracker that is shipped."""

    def __init__(self, folder: str) -> None:
        self.path = Path(folder) / "tracker.db"

    def acting(self, actor: Actor) -> contextlib.AbstractContextManager[Tracker]:
        return open_tracker(self.path, actor=actor, clock=lambda: NOW)

    def delete(self, number: int) -> None:
        with open_tracker(self.path) as tracker:
            tracker.delete_issue(number)


@dataclass
class World:
    """The tracker, and every text that people wrote into it."""

    place: Place
    texts: dict[int, list[str]] = field(default_factory=dict)
    written: int = 0

    def issues(self) -> dict[int, Issue]:
        with self.place.acting(ME) as tracker:
            taken = tracker.snapshot("gapkeeper", everything=True)
        return {issue.number: issue for issue in (*taken.issues, *(taken.others or ()))}

    def update(self, number: int, by: Actor, update: IssueUpdate) -> None:
        with self.place.acting(by) as tracker:
            tracker.update_issue(number, update)

    def create(self, title: str, body: str, by: Actor, labels: frozenset[str] = frozenset()) -> int:
        with self.place.acting(by) as tracker:
            return tracker.create_issue(title, body, labels, milestone=None, assignees=frozenset()).number

    def write(self, issue: Issue, *, above: bool) -> None:
        self.written += 1
        text = f"what a person wrote {self.written}"
        self.update(
            issue.number, ANNA, IssueUpdate(body=f"{text}\n\n{issue.body}" if above else f"{issue.body}\n\n{text}")
        )
        self.texts.setdefault(issue.number, []).append(text)

    def untie(self, issue: Issue) -> None:
        with self.place.acting(ANNA) as tracker:
            for type_, other in sorted(issue.links):
                tracker.remove_link(issue.number, type_, other)

    def damage(self, issue: Issue, which: int) -> None:
        """Take one of our lines out of the body, if it has so many."""
        lines = issue.body.split("\n")
        ours = [at for at, text in enumerate(lines) if text.startswith("<!-- gapkeeper: ")]
        for at in ours[which : which + 1]:
            del lines[at]
        self.update(issue.number, ANNA, IssueUpdate(body="\n".join(lines)))


@st.composite
def moves(draw: st.DrawFn, world: World) -> str:
    """One thing that somebody does."""
    issues = world.issues()
    if not issues or draw(st.integers(0, 7)) == 0:
        title = f"{draw(st.sampled_from(IDS))}: {draw(st.sampled_from(TITLES))}"
        number = world.create(title, "mine", draw(st.sampled_from([ANNA, GUEST])))
        world.texts[number] = ["mine"]
        return f"#{number} written"
    issue = issues[draw(st.sampled_from(sorted(issues)))]
    number, who = issue.number, draw(st.sampled_from([ANNA, ANNA, GUEST, STALE, ME]))
    match draw(
        st.sampled_from(
            ["close", "close", "reopen", "reopen", "rename", "label", "write", "copy", "untie", "damage", "delete"]
        )
    ):
        case "close":
            world.update(number, who, IssueUpdate(state=State.CLOSED, reason=draw(st.sampled_from(Reason))))
        case "reopen":
            world.update(number, who, IssueUpdate(state=State.OPEN))
        case "rename":
            world.update(number, who, IssueUpdate(title=f"{issue.title[:40]} (renamed)"))
        case "label":
            name = frozenset({draw(st.sampled_from(LABELS))})
            on = not name & issue.labels
            world.update(number, who, IssueUpdate(add_labels=name) if on else IssueUpdate(remove_labels=name))
        case "write":
            world.write(issue, above=draw(st.booleans()))
        case "copy":
            copied = world.create(issue.title, issue.body, draw(st.sampled_from([ANNA, ME])), issue.labels)
            world.texts[copied] = list(world.texts.get(number, []))
        case "untie":
            world.untie(issue)
        case "damage":
            world.damage(issue, draw(st.integers(0, 1)))
        case _:
            world.place.delete(number)
            world.texts.pop(number, None)
    return f"#{number}, by {who.name}"


# --- The rules ------------------------------------------------------------------------------------------


def run(place: Place, documents: Register, policy: SyncPolicy) -> Report:
    with place.acting(ME) as reader:
        return sync(
            documents,
            reader,
            lambda: place.acting(ME),
            policy,
            clock=lambda: NOW,
            wait=lambda _seconds: None,
        )


def refused(place: Place, documents: Register, policy: SyncPolicy) -> bool:
    """Two issues of a stranger that documents named and name no more: nobody can tell them from a former account's."""
    with place.acting(ME) as tracker:
        found = plan_sync(documents, tracker, policy).refused
    event(f"refused: {found and found.code}")
    return found is not None and found.code == "foreign-account"


def unsettled(plan: Plan) -> list[object]:
    """What a second plan still wants: neither what waits for a person, nor what this version cannot do."""
    return [
        change for change in plan.changes if change.held is None and (change.op is not Op.WRITE_BACK or writes(change))
    ]


def writes(change: Change) -> bool:
    return bool(change.comment or change.update or change.then or change.links or change.unlinks)


def check(world: World, documents: Register, policy: SyncPolicy) -> None:
    with world.place.acting(ME) as tracker:
        assert unsettled(plan_sync(documents, tracker, policy)) == []
    issues = world.issues()
    run(world.place, documents, policy)
    assert world.issues() == issues
    markers = {number: read_marker(issue.body) for number, issue in issues.items()}
    history = {marker.continues for marker in markers.values() if isinstance(marker, Marker)}
    standing: list[str] = []
    for number, issue in issues.items():
        marker = markers[number]
        parts = BodyParts(issue.body, "", "") if isinstance(marker, DamagedMarker) else split_body(issue.body)
        assert all(text in parts.above + parts.below for text in world.texts.get(number, []))
        if not isinstance(marker, Marker) or issue.author != ME or number in history:
            continue
        opened_again = marker.state.tracker.state is State.CLOSED  # a duplicate, by a person
        left_alone = "gapkeeper" not in issue.labels or "gapkeeper: hold" in issue.labels or opened_again
        if issue.state is State.OPEN and not left_alone:
            standing.append(marker.identity)
    assert len(standing) == len(set(standing)), standing


def one_sync_settles_it(data: st.DataObject, place: Place) -> None:
    world = World(place)
    documents = None
    for _ in range(data.draw(st.integers(1, 4), "rounds")):
        documents, policy = data.draw(registers(documents), "documents"), data.draw(policies, "policy")
        for _ in range(data.draw(st.integers(0, 4), "moves")):
            data.draw(moves(world), "move")
        if refused(place, documents, policy):
            return
        report = run(place, documents, policy)
        for outcome in report.outcomes:
            event(outcome.change.op.value)
            assert outcome.error is None or outcome.change.op is Op.WRITE_BACK, outcome.error
        check(world, documents, policy)


@given(st.data())
def test_one_sync_settles_it(data: st.DataObject) -> None:
    one_sync_settles_it(data, InMemory())


@settings(max_examples=max(5, settings.default.max_examples // 10))
@given(st.data())
def test_one_sync_settles_it_on_the_embedded_tracker(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        one_sync_settles_it(data, Embedded(folder))


def state_of(tracker: MemoryTracker) -> object:
    """What people see; not how often it was tried."""

    def visible(number: int) -> object:
        issue = tracker.issues[number]
        marker = read_marker(issue.body)
        base = marker if isinstance(marker, Marker) else None
        text = BodyParts(issue.body, "", "") if isinstance(marker, DamagedMarker) else split_body(issue.body)
        return (
            number,
            issue.title,
            (issue.state, issue.reason),
            (issue.labels, issue.milestone, issue.assignees, issue.links),
            (text.above, text.managed.partition("\n")[2], text.below),
            base and (base.identity, base.state, base.title, base.labels, base.links.documents),
        )

    return [visible(number) for number in sorted(tracker.issues)], sorted(tracker.comments, key=repr)


@given(st.data())
def test_a_run_that_ends_anywhere_is_gone_on_with(data: st.DataObject) -> None:
    place = InMemory()
    world = World(place)
    first, policy = data.draw(registers(), "documents"), data.draw(policies, "policy")
    policy = dataclasses.replace(policy, backfill=False)  # one that was cut off gets a comment more
    run(place, first, policy)
    for _ in range(data.draw(st.integers(0, 4), "moves")):
        data.draw(moves(world), "move")
    documents = data.draw(registers(first), "later documents")
    if refused(place, documents, policy):
        return
    whole, broken = InMemory(), InMemory()
    whole.tracker, broken.tracker = place.tracker.copied(), place.tracker.copied()
    run(whole, documents, policy)
    if not whole.tracker.log:
        return
    at = data.draw(st.integers(0, len(whole.tracker.log) - 1), "crash at")
    broken.tracker.trouble = crash_at(broken.tracker, at, data.draw(st.sampled_from(["before", "after"])))
    with pytest.raises(Crashed):
        run(broken, documents, policy)
    event(broken.tracker.log[-1].partition(" ")[0] if broken.tracker.log else "before everything")
    broken.tracker.trouble = lambda _when, _what: None
    run(broken, documents, policy)
    assert state_of(broken.tracker) == state_of(whole.tracker)
    check(World(broken, world.texts), documents, policy)


def crash_at(tracker: MemoryTracker, at: int, when: str):  # noqa: ANN201 - a callback
    def trouble(now: str, _what: str) -> None:
        if now == when and len(tracker.log) == at + (when == "after"):
            raise Crashed

    return trouble
