"""Whatever people do on both sides: one sync settles it, a second one writes nothing, nothing is lost.

The same again with a run that ends at any of its writes.
"""

from __future__ import annotations

import contextlib
import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from builders import ANNA, GUEST, ME, NOW, STALE, item, register
from gapkeeper.app.sync import plan_sync, sync
from gapkeeper.model.plan import Op, Plan, Report
from gapkeeper.model.policy import OnMove, OnRemove, SyncPolicy, WriteBack
from gapkeeper.model.snapshot import Reason
from gapkeeper.model.status import Rank, State, Status
from gapkeeper.planning.body import split_body
from gapkeeper.planning.marker import Marker, read_marker
from memory_tracker import Crashed, MemoryTracker

if TYPE_CHECKING:
    from gapkeeper.model.items import Item
    from gapkeeper.model.register import Register

TITLES = ("PostgreSQL provisioning", "Provision Postgres", "Legal review")
IDS = ("LATER-001", "LATER-002", "ACTION-040", "ISSUE-001")
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
        issue_link=draw(st.sampled_from([None, None, None, 1, 2])),
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
    allow_mass_change=st.just(value=True),
)


# --- What people do in the tracker ----------------------------------------------------------------------


@dataclass
class World:
    """The tracker, and every text that people wrote into it."""

    tracker: MemoryTracker = field(default_factory=MemoryTracker)
    texts: dict[int, list[str]] = field(default_factory=dict)
    written: int = 0

    def numbers(self) -> list[int]:
        return sorted(self.tracker.issues)

    def write(self, number: int, *, above: bool) -> None:
        self.written += 1
        text = f"what a person wrote {self.written}"
        body = self.tracker.issues[number].body
        self.tracker.edits(number, body=f"{text}\n\n{body}" if above else f"{body}\n\n{text}")
        self.texts.setdefault(number, []).append(text)


@st.composite
def moves(draw: st.DrawFn, world: World) -> None:  # noqa: C901 - a menu of what people do
    """One thing that somebody does."""
    tracker = world.tracker
    if not world.numbers() or draw(st.integers(0, 7)) == 0:
        title = f"{draw(st.sampled_from(IDS))}: {draw(st.sampled_from(TITLES))}"
        number = tracker.writes(title, "mine", by=draw(st.sampled_from([ANNA, GUEST])))
        world.texts[number] = ["mine"]
        return
    number = draw(st.sampled_from(world.numbers()))
    issue = tracker.issues[number]
    who = draw(st.sampled_from([ANNA, ANNA, GUEST, STALE, ME]))
    match draw(st.integers(0, 9)):
        case 0 | 1:
            tracker.closes(number, draw(st.sampled_from(Reason)), who)
        case 2 | 3:
            tracker.reopens(number, who)
        case 4:
            tracker.edits(number, title=f"{issue.title[:40]} (renamed)")
        case 5:
            name = draw(st.sampled_from(LABELS))
            change = "remove_labels" if name in issue.labels else "add_labels"
            tracker.edits(number, **{change: frozenset({name})})
        case 6:
            world.write(number, above=draw(st.booleans()))
        case 7:
            copied = tracker.writes(issue.title, issue.body, by=draw(st.sampled_from([ANNA, ME])), labels=issue.labels)
            world.texts[copied] = list(world.texts.get(number, []))
        case 8:
            with tracker.acting():
                for type_, other in sorted(issue.links):
                    tracker.remove_link(number, type_, other)
        case _:
            del tracker.issues[number]
            world.texts.pop(number, None)
            for other, left in tracker.issues.items():
                links = frozenset(link for link in left.links if link[1] != number)
                tracker.issues[other] = dataclasses.replace(left, links=links)


# --- The rules ------------------------------------------------------------------------------------------


def run(tracker: MemoryTracker, documents: Register, policy: SyncPolicy) -> Report:
    return sync(
        documents,
        tracker,
        lambda: contextlib.nullcontext(tracker),
        policy,
        clock=lambda: NOW,
        wait=lambda _seconds: None,
    )


def unsettled(plan: Plan) -> list[object]:
    """What a second plan still wants: neither what waits for a person, nor what this version cannot do."""
    return [c for c in plan.changes if c.held is None and (c.op is not Op.WRITE_BACK or c.update or c.comment)]


def check(world: World, documents: Register, policy: SyncPolicy) -> None:
    tracker = world.tracker
    writes = len(tracker.log)
    again = plan_sync(documents, tracker, policy)
    assert unsettled(again) == []
    run(tracker, documents, policy)
    assert len(tracker.log) == writes
    standing: dict[str, int] = {}
    for issue in tracker.issues.values():
        marker = read_marker(issue.body)
        texts = world.texts.get(issue.number, [])
        parts = split_body(issue.body)
        assert all(text in parts.above + parts.below for text in texts)
        ours = isinstance(marker, Marker) and issue.author == ME and "gapkeeper" in issue.labels
        if isinstance(marker, Marker) and ours and issue.state is State.OPEN and "gapkeeper: hold" not in issue.labels:
            reopened = marker.state.tracker.state is State.CLOSED  # a person opened a duplicate again
            standing[marker.identity] = standing.get(marker.identity, 0) + (not reopened)
    assert all(count == 1 for count in standing.values() if count), standing


@given(st.data())
def test_one_sync_settles_it(data: st.DataObject) -> None:
    world = World()
    documents = None
    for _ in range(data.draw(st.integers(1, 4), "rounds")):
        documents, policy = data.draw(registers(documents), "documents"), data.draw(policies, "policy")
        for _ in range(data.draw(st.integers(0, 4), "moves")):
            data.draw(moves(world))
        report = run(world.tracker, documents, policy)
        for outcome in report.outcomes:
            event(outcome.change.op.value)
            assert outcome.error is None or outcome.change.op is Op.WRITE_BACK, outcome.error
        check(world, documents, policy)


def state_of(tracker: MemoryTracker) -> object:
    """What people see; not how often it was tried."""

    def visible(number: int) -> object:
        issue = tracker.issues[number]
        marker = read_marker(issue.body)
        base = marker if isinstance(marker, Marker) else None
        text = split_body(issue.body)
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
    world = World()
    first, policy = data.draw(registers(), "documents"), data.draw(policies, "policy")
    policy = dataclasses.replace(policy, backfill=False)  # one that was cut off gets a comment more
    run(world.tracker, first, policy)
    for _ in range(data.draw(st.integers(0, 4), "moves")):
        data.draw(moves(world))
    documents = data.draw(registers(first), "later documents")
    whole = world.tracker.copied()
    run(whole, documents, policy)
    if not whole.log:
        return
    at = data.draw(st.integers(0, len(whole.log) - 1), "crash at")
    when = data.draw(st.sampled_from(["before", "after"]))
    broken = world.tracker.copied()
    broken.trouble = crash_at(broken, at, when)
    with pytest.raises(Crashed):
        run(broken, documents, policy)
    event(broken.log[-1].partition(" ")[0] if broken.log else "before everything")
    broken.trouble = lambda _when, _what: None
    run(broken, documents, policy)
    assert state_of(broken) == state_of(whole)
    check(World(broken, world.texts), documents, policy)


def crash_at(tracker: MemoryTracker, at: int, when: str):  # noqa: ANN201 - a callback
    def trouble(now: str, _what: str) -> None:
        if now == when and len(tracker.log) == at + (when == "after"):
            raise Crashed

    return trouble
