"""The rows of the syncing rules that the stories elsewhere leave out: every policy with every move, by everybody.

Nothing here looks at the table of the code: what is expected is written down again, from the rules.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from builders import ANNA, GUEST, ME, STALE, item, register
from gapkeeper.model.policy import OnMove, OnRemove, SyncPolicy, WriteBack
from gapkeeper.model.snapshot import Reason
from gapkeeper.model.status import State, Status
from syncing import Project, ops

if TYPE_CHECKING:
    from gapkeeper.model.snapshot import Actor

PENDING = item()
BLOCKED = item(status=Status.BLOCKED, status_text="Waiting for legal", line=7)
RESOLVED = item(status=Status.RESOLVED, status_text="Done", line=7)
CANCELLED = item(status=Status.CANCELLED, status_text="Won't do", line=7)
OTHER = item("LATER-002", "Session migration", line=9)
NOTHING = register(documents=["LATER.md"])

PEOPLE = (ANNA, ME, GUEST, STALE)
COUNTS = (ANNA, ME)  # what happened under our account without our marker, a person did


@pytest.fixture
def project() -> Project:
    made = Project()
    made.synced(PENDING)
    return made


def policy(choice: OnMove, mode: WriteBack) -> SyncPolicy:
    return SyncPolicy(on_close=choice, on_reopen=choice, write_back=mode)


# --- Only the tracker moved -------------------------------------------------------------------------------


def expected(choice: OnMove, mode: WriteBack, who: Actor, *, duplicate: bool, back: str) -> str:
    """The operation; ``back`` is the one that puts the issue back."""
    if choice is OnMove.IGNORE:
        return "update"  # nothing is said, and the base follows
    if who not in COUNTS or duplicate or choice is OnMove.COMMENT:
        return "comment"
    if choice is OnMove.UNDO:
        return back
    return "comment" if mode is WriteBack.OFF else "write-back"


@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who.name)
@pytest.mark.parametrize("mode", [WriteBack.OFF, WriteBack.COMMIT])
@pytest.mark.parametrize("choice", OnMove)
@pytest.mark.parametrize("reason", Reason)
def test_a_close(project: Project, reason: Reason, choice: OnMove, mode: WriteBack, who: Actor) -> None:
    project.policy = policy(choice, mode)
    project.tracker.closes(1, reason, by=who)
    (change,) = project.sync(PENDING).plan.changes
    assert change.op == expected(choice, mode, who, duplicate=reason is Reason.DUPLICATE, back="reopen")
    assert project.issue(1).state is (State.OPEN if change.op == "reopen" else State.CLOSED)
    assert len(project.comments(1)) == (change.op in {"comment", "reopen"})
    if change.op == "write-back":
        assert change.writes is (Status.CANCELLED if reason is Reason.NOT_PLANNED else Status.RESOLVED)
        return
    assert project.plan(PENDING).changes == ()


@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who.name)
@pytest.mark.parametrize("mode", [WriteBack.OFF, WriteBack.COMMIT])
@pytest.mark.parametrize("choice", OnMove)
@pytest.mark.parametrize("done", [RESOLVED, CANCELLED], ids=["resolved", "cancelled"])
def test_a_reopening(project: Project, done: object, choice: OnMove, mode: WriteBack, who: Actor) -> None:
    project.synced(BLOCKED)
    project.synced(done)  # type: ignore[arg-type] # an item
    project.policy = policy(choice, mode)
    project.tracker.reopens(1, by=who)
    told = len(project.comments(1))
    (change,) = project.sync(done).plan.changes  # type: ignore[arg-type] # as above
    assert change.op == expected(choice, mode, who, duplicate=False, back="close")
    assert project.issue(1).state is (State.CLOSED if change.op == "close" else State.OPEN)
    assert len(project.comments(1)) - told == (change.op in {"comment", "close"})
    if change.op == "write-back":
        assert change.writes is Status.BLOCKED  # the former open status
        return
    assert project.plan(done).changes == ()  # type: ignore[arg-type] # as above


@pytest.mark.parametrize("choice", OnMove)
@pytest.mark.parametrize("mode", [WriteBack.OFF, WriteBack.COMMIT])
def test_open_wins_whatever_the_policy_is(project: Project, choice: OnMove, mode: WriteBack) -> None:
    project.policy = policy(choice, mode)
    project.tracker.closes(1)
    assert ops(project.synced(BLOCKED)) == [("conflict", "LATER-001")]
    assert (project.issue(1).state, len(project.comments(1))) == (State.CLOSED, 1)


@pytest.mark.parametrize("choice", OnMove)
def test_moves_to_the_same_agree_whatever_the_policy_is(project: Project, choice: OnMove) -> None:
    project.policy = policy(choice, WriteBack.COMMIT)
    project.tracker.closes(1, Reason.DUPLICATE, by=GUEST)
    (change,) = project.synced(RESOLVED)
    assert (change.op, change.comment, project.issue(1).reason) == ("update", None, Reason.DUPLICATE)


def test_closed_and_reopened_between_two_syncs_nothing_moved(project: Project) -> None:
    project.tracker.closes(1)
    project.tracker.reopens(1)
    assert project.synced(PENDING) == ()


def test_another_reason_for_a_close_is_a_move_of_its_own(project: Project) -> None:
    project.synced(RESOLVED)
    project.tracker.closes(1, Reason.NOT_PLANNED)
    (change,) = project.synced(RESOLVED)
    assert (change.op, change.comment, project.issue(1).reason) == ("update", None, Reason.NOT_PLANNED)


# --- Gone from the documents ----------------------------------------------------------------------------


@pytest.mark.parametrize("choice", OnRemove)
@pytest.mark.parametrize("again", [PENDING, RESOLVED], ids=["open", "closed"])
def test_gone_and_back_again(project: Project, choice: OnRemove, again: object) -> None:
    project.policy = SyncPolicy(on_remove=choice)
    gone = project.synced(documents=NOTHING)
    expected_ = {OnRemove.LABEL: "orphan", OnRemove.CLOSE: "close"}.get(choice)
    assert [change.op.value for change in gone] == ([expected_] if expected_ else [])
    project.synced(again)  # type: ignore[arg-type] # an item
    assert project.issue(1).state is (State.OPEN if again is PENDING else State.CLOSED)
    assert "orphaned" not in project.issue(1).labels
    if again is RESOLVED and choice is not OnRemove.CLOSE:
        assert project.issue(1).reason is Reason.COMPLETED


def test_gone_while_a_person_closed_it_is_nothing(project: Project) -> None:
    project.tracker.closes(1)
    assert project.synced(documents=NOTHING) == ()
    assert project.comments(1) == []


def test_an_orphan_that_a_person_closed_and_that_comes_back_is_told(project: Project) -> None:
    project.synced(documents=NOTHING)
    project.tracker.closes(1)
    assert project.synced(documents=NOTHING) == ()
    assert ops(project.synced(PENDING)) == [("conflict", "LATER-001")]
    assert project.issue(1).state is State.CLOSED


def test_an_orphan_that_was_deleted_stays_so(project: Project) -> None:
    project.synced(documents=NOTHING)
    project.tracker.delete(1)
    assert project.synced(documents=NOTHING) == ()
    assert project.tracker.issues == {}


# --- No issue ---------------------------------------------------------------------------------------------


def test_an_issue_of_a_closed_item_that_was_deleted_stays_deleted(project: Project) -> None:
    project.synced(RESOLVED)
    project.tracker.delete(1)
    assert project.synced(RESOLVED) == ()


def test_backfill_creates_what_was_deleted_closed_again(project: Project) -> None:
    project.synced(RESOLVED)
    project.tracker.delete(1)
    project.policy = SyncPolicy(backfill=True)
    assert ops(project.synced(RESOLVED)) == [("create", "LATER-001")]
    assert project.issue(2).state is State.CLOSED


def test_a_person_made_the_issue_before_us_and_closed_it_for_a_closed_item() -> None:
    project = Project()
    number = project.tracker.writes("LATER-001: Postgres")
    project.tracker.closes(number)
    assert project.synced(RESOLVED) == ()
    assert project.issue(number).body == ""


# --- Released, renamed, labelled ----------------------------------------------------------------------------


@pytest.mark.parametrize("then", ["gone", "closed", "unlike", "renumbered"])
def test_a_released_issue_is_left_alone_whatever_happens(project: Project, then: str) -> None:
    project.tracker.edits(1, remove_labels=frozenset({"gapkeeper"}))
    before = project.issue(1)
    match then:
        case "gone":
            assert project.synced(documents=NOTHING) == ()
        case "closed":
            assert project.synced(RESOLVED) == ()
        case "unlike":
            assert project.synced(item(title="Quite something else")) == ()
        case _:
            assert ops(project.synced(item("LATER-021"))) == [("create", "LATER-021")]
    assert project.issue(1) == before


def test_a_released_issue_that_was_closed_and_comes_back_catches_up(project: Project) -> None:
    project.tracker.edits(1, remove_labels=frozenset({"gapkeeper"}))
    project.tracker.closes(1)
    assert project.synced(BLOCKED) == ()
    project.tracker.edits(1, add_labels=frozenset({"Gapkeeper"}))  # forges take labels in any case
    assert ops(project.synced(BLOCKED)) == [("conflict", "LATER-001")]


def test_labels_title_and_text_of_people_outlive_every_state(project: Project) -> None:
    project.tracker.edits(
        1,
        title="What anna calls it",
        add_labels=frozenset({"mine"}),
        body=f"above\n\n{project.issue(1).body}\n\nbelow",
    )
    for documents in (BLOCKED, RESOLVED, PENDING):
        project.synced(documents)
    project.synced(documents=NOTHING)
    project.synced(PENDING)
    issue = project.issue(1)
    assert (issue.title, "mine" in issue.labels) == ("What anna calls it", True)
    assert (issue.body.startswith("above\n\n<!--"), issue.body.endswith("-->\n\nbelow")) == (True, True)


# --- An ID comes back -----------------------------------------------------------------------------------


def test_an_id_comes_back_with_an_unlike_title_after_it_was_gone(project: Project) -> None:
    project.synced(RESOLVED)
    project.synced(OTHER)
    assert ops(project.synced(item(title="Redis cache"), OTHER)) == [("create", "LATER-001")]
    assert (project.issue(3).state, project.marker(3).continues) == (State.OPEN, 1)
    assert project.issue(1).state is State.CLOSED


def test_an_open_issue_follows_its_id_to_an_unlike_title(project: Project) -> None:
    """Nobody closed it: the item was rewritten."""
    assert ops(project.synced(item(title="Redis cache"))) == [("update", "LATER-001")]
    assert project.issue(1).title == "LATER-001: Redis cache"


def test_a_closed_item_with_an_unlike_title_changes_its_issue_only(project: Project) -> None:
    project.synced(RESOLVED)
    changes = project.synced(item(title="Redis cache", status=Status.RESOLVED, status_text="Done"))
    assert ops(changes) == [("update", "LATER-001")]
    assert len(project.tracker.issues) == 1


# --- Left alone -------------------------------------------------------------------------------------------


def test_an_issue_on_hold_catches_up_once_it_is_let_go(project: Project) -> None:
    project.tracker.edits(1, add_labels=frozenset({"gapkeeper: hold"}))
    assert project.synced(RESOLVED) == ()
    assert project.synced(documents=NOTHING) == ()
    project.tracker.edits(1, remove_labels=frozenset({"gapkeeper: hold"}))
    assert ops(project.synced(RESOLVED)) == [("close", "LATER-001")]


def test_an_issue_on_hold_is_held_for_an_item_that_moved() -> None:
    project = Project()
    project.synced(item("ISSUE-001", path="a.md", scoped=True))
    project.tracker.edits(1, add_labels=frozenset({"gapkeeper: hold"}))
    assert project.synced(item("ISSUE-001", path="b.md", scoped=True)) == ()


def test_a_duplicate_on_hold_is_left_open(project: Project) -> None:
    issue = project.issue(1)
    with project.tracker.acting(ME):
        labels = issue.labels | {"gapkeeper: hold"}
        project.tracker.create_issue(issue.title, issue.body, labels, milestone=None, assignees=frozenset())
    assert project.synced(PENDING) == ()
    assert project.issue(2).state is State.OPEN


def test_an_ignored_item_catches_up_once_it_is_not(project: Project) -> None:
    project.tracker.closes(1)
    assert project.synced(replace(BLOCKED, ignored=True)) == ()
    assert ops(project.synced(BLOCKED)) == [("conflict", "LATER-001")]


def test_an_ignored_item_that_moved_is_no_orphan() -> None:
    project = Project()
    project.synced(item("ISSUE-001", path="a.md", scoped=True))
    assert project.synced(item("ISSUE-001", path="b.md", scoped=True, ignored=True)) == ()


def test_a_run_for_one_item_leaves_the_moves_of_the_others_for_the_next() -> None:
    project = Project()
    project.synced(PENDING, OTHER)
    project.tracker.closes(1)
    project.tracker.closes(2)
    project.policy = SyncPolicy(only=("later-002",))
    assert ops(project.synced(PENDING, OTHER)) == [("comment", "LATER-002")]
    project.policy = SyncPolicy(limit=1)
    assert ops(project.synced(PENDING, OTHER)) == [("comment", "LATER-001")]


# --- Another namespace ------------------------------------------------------------------------------------


def test_another_namespace_than_before_makes_no_second_issues(project: Project) -> None:
    project.policy = SyncPolicy(namespace="harbour")
    plan = project.plan(PENDING, OTHER)
    assert plan.refused is not None
    assert (plan.refused.code, plan.refused.exit_code) == ("other-namespace", 3)
    for said in ("#1", "'42'", "[sync] namespace", "--allow-mass-change"):
        assert said in plan.refused.message
    project.policy = SyncPolicy(namespace="harbour", allow_mass_change=True)
    assert ops(project.synced(PENDING, OTHER)) == [("create", "LATER-001"), ("create", "LATER-002")]
    project.policy = SyncPolicy(namespace="harbour")
    assert project.synced(PENDING, OTHER) == ()


def test_two_repositories_share_a_tracker(project: Project) -> None:
    """Their namespaces tell them apart, and an ID that both have is no sign of a namespace that changed."""
    project.policy = SyncPolicy(namespace="lighthouse")
    changes = project.synced(item(title="Another item of another repository"), OTHER)
    assert ops(changes) == [("create", "LATER-001"), ("create", "LATER-002")]
    project.policy = SyncPolicy()
    assert project.synced(PENDING) == ()


def test_one_issue_that_came_from_another_project_stops_nothing(project: Project) -> None:
    project.synced(PENDING, OTHER)
    project.policy = SyncPolicy(namespace="harbour", allow_mass_change=True)
    project.synced(PENDING)
    project.policy = SyncPolicy(namespace="harbour")
    assert ops(project.synced(PENDING, OTHER)) == [("create", "LATER-002")]
