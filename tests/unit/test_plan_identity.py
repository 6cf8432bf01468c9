"""Whose issue is it: markers and whose word counts, adoption, release, duplicates, renames, newcomers under old IDs."""

from __future__ import annotations

import contextlib
import dataclasses
from typing import TYPE_CHECKING

import pytest

from builders import ANNA, GUEST, ME, NAMESPACE, NOW, item, register
from gapkeeper.adapters.sqlite_tracker import open_tracker
from gapkeeper.app.sync import sync
from gapkeeper.errors import NewerMarkerError
from gapkeeper.model.plan import IssueUpdate
from gapkeeper.model.policy import SyncPolicy
from gapkeeper.model.snapshot import Actor, Reason, Role
from gapkeeper.model.status import State, Status
from syncing import Project, ops

if TYPE_CHECKING:
    from pathlib import Path

    from gapkeeper.model.plan import Report

PENDING = item()
OTHER = item("LATER-002", "Session migration", line=9)
RESOLVED = item(status=Status.RESOLVED, status_text="Done")


@pytest.fixture
def project() -> Project:
    made = Project()
    made.synced(PENDING)
    return made


# --- Adoption -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("title", ["LATER-001: Postgres", "LATER-001 Postgres", "[LATER-001] Postgres", "LATER-001"])
def test_a_persons_issue_whose_title_begins_with_the_id_is_adopted(title: str) -> None:
    project = Project()
    number = project.tracker.writes(title, "What a person wrote.")
    assert ops(project.synced(PENDING)) == [("adopt", "LATER-001")]
    issue = project.issue(number)
    assert issue.title == title
    assert issue.body.startswith("What a person wrote.\n\n<!-- gapkeeper: marker")
    assert issue.labels == {"gapkeeper", "kind: later", "status: pending"}
    assert list(project.tracker.issues) == [number]


@pytest.mark.parametrize(
    "title", ["LATER-0011: Postgres", "LATER-001-b: x", "later-001: x", "About LATER-001: Postgres"]
)
def test_another_title_is_not_adopted(title: str) -> None:
    project = Project()
    project.tracker.writes(title)
    assert ops(project.synced(PENDING)) == [("create", "LATER-001")]


def test_a_strangers_issue_is_not_adopted_by_its_title() -> None:
    project = Project()
    project.tracker.writes("LATER-001: Postgres", by=GUEST)
    assert ops(project.synced(PENDING)) == [("create", "LATER-001")]


def test_what_a_document_names_is_adopted_whoever_wrote_it() -> None:
    project = Project()
    number = project.tracker.writes("Postgres is missing", by=GUEST)
    linked = item(issue_link=number)
    assert ops(project.synced(linked)) == [("adopt", "LATER-001")]
    assert project.issue(number).title == "Postgres is missing"
    project.synced(item(status=Status.RESOLVED, status_text="Done", issue_link=number))
    assert project.issue(number).state is State.CLOSED


def test_a_document_names_an_issue_for_its_own_item_and_no_other() -> None:
    project = Project()
    number = project.tracker.writes("LATER-001: Postgres", by=GUEST)
    ignored = item("LATER-002", "Session migration", issue_link=number, ignored=True)
    assert ops(project.synced(PENDING, ignored)) == [("create", "LATER-001")]


def test_a_document_vouches_for_its_own_item_and_no_other(project: Project) -> None:
    project.synced(PENDING, OTHER)
    forged = project.tracker.writes("mine", project.issue(2).body, by=GUEST, labels=frozenset({"gapkeeper"}))
    assert project.synced(item(issue_link=forged), OTHER) == ()
    assert "#3 by guest" in project.plan(item(issue_link=forged), OTHER).notes[0]


def test_two_items_do_not_share_an_issue() -> None:
    project = Project()
    number = project.tracker.writes("Both")
    changes = project.synced(item(issue_link=number), item("LATER-002", "Other", issue_link=number))
    assert ops(changes) == [("create", "LATER-002"), ("adopt", "LATER-001")]


def test_two_closed_items_do_not_share_an_issue_either() -> None:
    project = Project(SyncPolicy(backfill=True))
    number = project.tracker.writes("Both")
    project.tracker.closes(number)
    done = [item(f"LATER-00{n}", f"Thing {n}", Status.RESOLVED, issue_link=number) for n in (1, 2)]
    assert ops(project.synced(*done)) == [("create", "LATER-002"), ("adopt", "LATER-001")]


def test_a_closed_one_is_linked_and_a_new_one_created() -> None:
    project = Project()
    number = project.tracker.writes("LATER-001: Postgres")
    project.tracker.closes(number)
    assert ops(project.synced(PENDING)) == [("create", "LATER-001")]
    assert f"#{number}" in project.issue(number + 1).body


def test_an_open_one_is_preferred_to_a_closed_one() -> None:
    project = Project()
    first, second = project.tracker.writes("LATER-001: Postgres"), project.tracker.writes("LATER-001: again")
    project.tracker.closes(first)
    assert project.synced(PENDING)[0].issue == second


def test_an_id_that_several_documents_define_adopts_nobody_by_title() -> None:
    project = Project()
    project.tracker.writes("ISSUE-001: which?")
    both = [item("ISSUE-001", key=f"{path}#ISSUE-001", path=path, scoped=True) for path in ("a.md", "b.md")]
    assert [op for op, _ in ops(project.synced(*both))] == ["create", "create"]


def test_an_issue_on_hold_is_not_adopted_and_gets_no_second_one() -> None:
    project = Project()
    project.tracker.writes("LATER-001: Postgres", labels=frozenset({"gapkeeper: hold"}))
    assert project.synced(PENDING) == ()


def test_backfill_adopts_a_closed_issue_as_it_is() -> None:
    project = Project(SyncPolicy(backfill=True))
    number = project.tracker.writes("LATER-001: Postgres")
    project.tracker.closes(number, Reason.NOT_PLANNED)
    assert ops(project.synced(RESOLVED)) == [("adopt", "LATER-001")]
    assert project.issue(number).reason is Reason.NOT_PLANNED


def test_backfill_closes_nothing_that_a_person_has_open() -> None:
    project = Project(SyncPolicy(backfill=True))
    number = project.tracker.writes("LATER-001: Postgres")
    assert ops(project.synced(RESOLVED)) == [("adopt", "LATER-001")]
    assert project.issue(number).state is State.OPEN
    assert "It is open, but" in project.comments(number)[0]


# --- Whose word counts ----------------------------------------------------------------------------------


def test_a_strangers_copy_of_a_marker_is_not_believed_and_not_touched(project: Project) -> None:
    body = project.issue(1).body
    project.tracker.writes("copy", body, by=GUEST, labels=frozenset({"gapkeeper"}))
    plan = project.plan(PENDING)
    assert (plan.changes, plan.refused) == ((), None)
    assert plan.notes == ("#2 by guest, who has no write access here: the marker is not believed, nothing is done",)


def test_a_stranger_cannot_stop_a_run_with_copies_or_with_a_newer_marker(project: Project) -> None:
    body = project.issue(1).body
    for _ in range(3):
        project.tracker.writes("copy", body, by=GUEST)
    project.tracker.writes("newer", body.replace("marker 1 ", "marker 2 "), by=GUEST)
    plan = project.plan(PENDING)
    assert (plan.changes, plan.refused) == ((), None)


def test_several_issues_by_one_unknown_account_are_our_former_account() -> None:
    project = Project()
    project.synced(PENDING, OTHER)
    former = Actor("old-token", Role.READ)
    for number, issue in list(project.tracker.issues.items()):
        project.tracker.issues[number] = dataclasses.replace(issue, author=former)
    plan = project.plan(PENDING, OTHER)
    assert plan.refused is not None
    assert (plan.refused.code, plan.refused.exit_code) == ("foreign-account", 3)
    assert "old-token" in plan.refused.message
    project.policy = SyncPolicy(accounts=("Old-Token",))
    assert project.plan(PENDING, OTHER).changes == ()


def test_a_newer_marker_of_ours_stops_the_run_before_any_write(project: Project) -> None:
    project.tracker.edits(1, body=project.issue(1).body.replace("marker 1 ", "marker 2 "))
    writes = len(project.tracker.log)
    with pytest.raises(NewerMarkerError, match="#1: "):
        project.sync(PENDING, OTHER)
    assert len(project.tracker.log) == writes


def test_another_projects_issues_are_not_ours(project: Project) -> None:
    body = project.issue(1).body.replace(f'"{NAMESPACE}/LATER', '"99/LATER')
    project.tracker.issues[1] = dataclasses.replace(project.issue(1), body=body)
    plan = project.plan()
    assert plan.changes == ()
    assert "checksum" in plan.notes[0]  # whoever edits a marker breaks it


def test_the_namespace_that_a_repository_chose_names_it_in_the_markers() -> None:
    project = Project(SyncPolicy(namespace="harbour"))
    project.synced(PENDING)
    assert project.marker(1).identity == "harbour/LATER//LATER-001"
    project.policy = SyncPolicy()
    assert project.plan(PENDING).notes == (
        "#1 came here from another project, or [sync] namespace was another one: the marker is not ours",
    )


def test_a_damaged_marker_on_a_released_issue_is_reported_and_makes_no_second_issue(project: Project) -> None:
    damaged = project.issue(1).body.replace('"serial":1', '"serial":9')
    project.tracker.edits(1, body=damaged, remove_labels=frozenset({"gapkeeper"}))
    plan = project.plan(PENDING)
    assert plan.changes == ()
    assert plan.notes[0].startswith("#1: the marker was edited")


def test_a_lost_marker_is_written_again(project: Project) -> None:
    project.tracker.edits(1, body="A person threw everything away.")
    assert ops(project.synced(PENDING)) == [("adopt", "LATER-001")]
    assert project.issue(1).body.startswith("A person threw everything away.")


# --- Release --------------------------------------------------------------------------------------------


def test_a_released_issue_gets_no_write_and_no_successor_until_its_label_is_back(project: Project) -> None:
    project.tracker.edits(1, remove_labels=frozenset({"gapkeeper"}))
    assert project.synced(RESOLVED) == ()
    assert project.synced(item(title="Quite something else")) == ()
    assert "was released" in project.plan(PENDING).notes[0]
    project.tracker.edits(1, add_labels=frozenset({"gapkeeper"}))
    assert ops(project.synced(RESOLVED)) == [("close", "LATER-001")]


# --- Several issues of one item --------------------------------------------------------------------------


def test_of_two_that_we_wrote_the_lowest_number_stays(project: Project) -> None:
    with project.tracker.acting(ME):
        issue = project.issue(1)
        project.tracker.create_issue(issue.title, issue.body, issue.labels, milestone=None, assignees=frozenset())
    (change,) = project.synced(PENDING)
    assert (change.op, change.issue) == ("duplicate", 2)
    assert (project.issue(1).state, project.issue(2).reason) == (State.OPEN, Reason.DUPLICATE)
    assert "#1" in project.comments(2)[0]


def test_a_persons_copy_is_only_released(project: Project) -> None:
    issue = project.issue(1)
    project.tracker.writes("my copy", issue.body, labels=issue.labels | {"mine"})
    (change,) = project.synced(PENDING)
    assert (change.op, change.issue, change.comment) == ("duplicate", 2, None)
    assert project.issue(2).state is State.OPEN
    assert project.issue(2).body == issue.body
    assert project.issue(2).labels == {"mine", "kind: later", "status: pending"}


def test_a_duplicate_that_a_person_opens_again_is_theirs_to_decide(project: Project) -> None:
    with project.tracker.acting(ME):
        issue = project.issue(1)
        project.tracker.create_issue(issue.title, issue.body, issue.labels, milestone=None, assignees=frozenset())
    project.synced(PENDING)
    project.tracker.reopens(2)
    assert project.synced(PENDING) == ()


def test_a_person_may_decide_that_the_other_one_stays(project: Project) -> None:
    with project.tracker.acting(ME):
        issue = project.issue(1)
        project.tracker.create_issue(issue.title, issue.body, issue.labels, milestone=None, assignees=frozenset())
    project.tracker.closes(1, Reason.DUPLICATE)
    assert project.synced(PENDING) == ()
    assert ops(project.synced(RESOLVED)) == [("close", "LATER-001")]
    assert project.issue(2).reason is Reason.COMPLETED


# --- Items that move, come back, or are gone --------------------------------------------------------------


def test_a_renamed_document_keeps_its_issue(project: Project) -> None:
    scoped = item("ISSUE-001", path="old.md", scoped=True)
    project.synced(PENDING, scoped)
    moved = item("ISSUE-001", path="new.md", scoped=True)
    (change,) = project.synced(PENDING, moved)
    assert (change.op, change.issue) == ("update", 2)
    assert project.issue(2).title.endswith("(new.md)")
    assert project.marker(2).aliases == (f"{NAMESPACE}/ISSUE/old.md/ISSUE-001",)


def test_documents_from_before_a_renaming_find_the_same_issue(project: Project) -> None:
    scoped = item("ISSUE-001", path="old.md", scoped=True)
    project.synced(PENDING, scoped)
    project.synced(PENDING, item("ISSUE-001", path="new.md", scoped=True))
    assert [change.issue for change in project.synced(PENDING, scoped)] == [2]


def test_a_copied_document_takes_nobodys_issue(project: Project) -> None:
    original = item("ISSUE-001", path="old.md", scoped=True, key="old.md#ISSUE-001")
    project.synced(PENDING, original)
    copied = item("ISSUE-001", path="new.md", scoped=True, key="new.md#ISSUE-001")
    assert ops(project.synced(PENDING, original, copied)) == [("create", "new.md#ISSUE-001")]


def test_another_item_under_the_id_of_a_closed_one_is_a_new_issue_that_links_it(project: Project) -> None:
    project.synced(RESOLVED)
    unlike = item(title="Redis cache")
    assert ops(project.synced(unlike)) == [("create", "LATER-001")]
    assert project.issue(2).title == "LATER-001: Redis cache"
    assert "#1" in project.issue(2).body
    assert project.issue(1).title == "LATER-001: PostgreSQL provisioning"
    assert (project.issue(1).state, project.issue(2).state) == (State.CLOSED, State.OPEN)
    assert ops(project.synced(item(title="Redis cache", status=Status.RESOLVED, status_text="Done"))) == [
        ("close", "LATER-001")
    ]
    assert ops(project.synced(item(title="Legal review"))) == [("create", "LATER-001")]
    assert project.marker(3).continues == 2


def test_a_persons_copy_of_a_closed_issue_does_not_stand_for_the_item_that_took_its_id(project: Project) -> None:
    project.synced(RESOLVED)
    closed = project.issue(1)
    project.tracker.writes("copy", closed.body, labels=closed.labels)
    changes = project.synced(item(title="Redis cache"))
    assert [(change.op, change.issue) for change in changes] == [("create", None), ("duplicate", 2)]
    assert project.synced(item(title="Redis cache", status=Status.BLOCKED))[0].issue == 3


def test_a_like_title_is_the_same_item(project: Project) -> None:
    project.synced(RESOLVED)
    assert ops(project.synced(item(title="Provision PostgreSQL"))) == [("reopen", "LATER-001")]


def test_a_deleted_issue_is_created_again(project: Project) -> None:
    del project.tracker.issues[1]
    assert ops(project.synced(PENDING)) == [("create", "LATER-001")]


def test_a_deleted_issue_that_another_one_was_tied_to_is_told_of(project: Project) -> None:
    waiting = item("LATER-002", "Session migration", depends_on=["LATER-001"])
    project.synced(PENDING, waiting)
    waiting = dataclasses.replace(waiting, title="Session migration, all of it")
    project.synced(PENDING, waiting)  # now the marker knows that the link was made
    del project.tracker.issues[1]
    project.tracker.issues[2] = dataclasses.replace(project.issue(2), links=frozenset())
    plan = project.plan(PENDING, waiting)
    create = next(change for change in plan.changes if change.op == "create")
    assert create.reason == "its issue #1 was deleted or transferred away"
    project.synced(PENDING, waiting)
    assert "was deleted or transferred away" in project.issue(3).body
    assert project.issue(2).links == {("blocked_by", 3)}


def test_a_deleted_issue_that_the_tracker_knows_of_is_told_of(tmp_path: Path) -> None:
    with open_tracker(tmp_path / "tracker.db") as tracker:

        def run() -> Report:
            opened = contextlib.nullcontext(tracker)
            return sync(register(PENDING), tracker, lambda: opened, SyncPolicy(), clock=lambda: NOW)

        run()
        tracker.delete_issue(1)
        assert run().outcomes[0].change.reason == "its issue #1 was deleted or transferred away"
        assert "was deleted or transferred away" in tracker.issue(2).body
        assert run().outcomes == ()


def test_text_that_leaves_no_room_is_told_and_stops_nobody(project: Project) -> None:
    project.tracker.edits(1, body="x" * 65_400)
    report = project.sync(PENDING, OTHER)
    assert [outcome.change.key for outcome in report.outcomes if outcome.change.op == "create"] == ["LATER-002"]
    assert any("no room" in note for note in report.plan.notes)


def test_nothing_is_written_to_whoever_has_write_access_but_no_marker(project: Project) -> None:
    number = project.tracker.writes("Something of ours", "text", by=ANNA, labels=frozenset({"gapkeeper"}))
    assert project.synced(PENDING) == ()
    assert project.issue(number).body == "text"
    with project.tracker.acting():
        project.tracker.update_issue(number, IssueUpdate(title="LATER-009: x"))
    assert project.synced(documents=register(PENDING)) == ()
