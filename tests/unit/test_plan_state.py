"""Section 2 of the syncing rules as stories: documents and people move an issue's state."""

from __future__ import annotations

import pytest

from builders import ANNA, GUEST, ME, STALE, item, register
from gapkeeper.model.policy import OnMove, OnRemove, SyncPolicy, WriteBack
from gapkeeper.model.snapshot import Capabilities, Reason
from gapkeeper.model.spans import Place
from gapkeeper.model.status import State, Status
from gapkeeper.planning.history import History
from syncing import Project, issue_changes, ops

PENDING = item()
BLOCKED = item(status=Status.BLOCKED, status_text="Waiting for legal", line=7)
RESOLVED = item(status=Status.RESOLVED, status_text="Done", line=7)
CANCELLED = item(status=Status.CANCELLED, status_text="Won't do", line=7)


@pytest.fixture
def project() -> Project:
    """One item that is open on both sides."""
    made = Project()
    assert ops(made.synced(PENDING)) == [("create", "LATER-001")]
    return made


def test_a_new_item_gets_an_issue_with_its_marker_from_the_first_request_on(project: Project) -> None:
    issue = project.issue(1)
    assert issue.title == "LATER-001: PostgreSQL provisioning"
    assert issue.labels == {"gapkeeper", "kind: later", "status: pending"}
    assert project.marker(1).identity == "42/LATER//LATER-001"
    assert [entry for entry in project.tracker.log if "label" not in entry] == [
        "create LATER-001: PostgreSQL provisioning"
    ]


def test_labels_are_created_once_with_colour_and_description(project: Project) -> None:
    label = project.tracker.labels["status: pending"]
    assert (len(label.colour), bool(label.description)) == (6, True)
    assert [e for e in project.tracker.log if e == "label status: pending"] == ["label status: pending"]


def test_a_closed_item_without_an_issue_gets_none() -> None:
    assert Project().synced(RESOLVED, item("LATER-002", status=Status.CANCELLED)) == ()


def test_documents_close_with_one_comment_that_names_statement_commit_and_author(project: Project) -> None:
    (change,) = project.synced(
        RESOLVED, history=History(written_by=lambda place: "Ada" if place == Place("LATER.md", 7) else None)
    )
    assert (change.op, change.source) == ("close", Place("LATER.md", 7))
    assert dict(change.fields)["state"] == ("open", "completed")
    assert (project.issue(1).state, project.issue(1).reason) == (State.CLOSED, Reason.COMPLETED)
    (comment,) = project.comments(1)
    for said in ("LATER.md:7", "Done", "c0ffee1000", "Ada"):
        assert said in comment


def test_cancelled_is_closed_as_not_planned(project: Project) -> None:
    assert ops(project.synced(CANCELLED)) == [("close", "LATER-001")]
    assert project.issue(1).reason is Reason.NOT_PLANNED


def test_a_tracker_that_knows_no_reasons_gets_none() -> None:
    plain = Project(capabilities=Capabilities("plain", reasons=frozenset(), forge=False))
    plain.synced(PENDING)
    report = plain.sync(CANCELLED)
    assert [change.update.reason for change in issue_changes(report.plan) if change.update] == [None]
    assert plain.plan(CANCELLED).changes == ()


def test_documents_reopen(project: Project) -> None:
    project.synced(RESOLVED)
    assert ops(project.synced(BLOCKED)) == [("reopen", "LATER-001")]
    assert project.issue(1).state is State.OPEN
    assert len(project.comments(1)) == 2


def test_closed_again_is_told_again(project: Project) -> None:
    for _ in range(2):
        project.synced(RESOLVED)
        project.synced(PENDING)
    assert len(project.comments(1)) == 4


def test_among_open_statuses_label_and_body_follow_without_a_word(project: Project) -> None:
    (change,) = project.synced(BLOCKED)
    assert (change.op, change.comment) == ("update", None)
    assert dict(change.fields)["status"] == ("pending", "blocked")
    assert project.issue(1).labels == {"gapkeeper", "kind: later", "status: blocked"}
    assert "Waiting for legal" in project.issue(1).body


def test_a_reason_follows_where_it_was_the_documents_own(project: Project) -> None:
    project.synced(RESOLVED)
    assert ops(project.synced(CANCELLED)) == [("update", "LATER-001")]
    assert project.issue(1).reason is Reason.NOT_PLANNED
    assert len(project.comments(1)) == 1


def test_a_persons_reason_stays(project: Project) -> None:
    project.tracker.closes(1, Reason.NOT_PLANNED)
    assert ops(project.synced(RESOLVED)) == [("update", "LATER-001")]
    assert project.issue(1).reason is Reason.NOT_PLANNED
    assert project.comments(1) == []


@pytest.mark.parametrize("reason", [Reason.COMPLETED, Reason.NOT_PLANNED])
def test_a_persons_close_is_told_where_nothing_is_written_back(project: Project, reason: Reason) -> None:
    project.tracker.closes(1, reason)
    (change,) = project.synced(PENDING)
    assert (change.op, dict(change.fields)["remembered"]) == ("comment", ("open", reason.value))
    assert project.issue(1).state is State.CLOSED
    (comment,) = project.comments(1)
    for said in ("anna", "LATER.md:1", "pending", "changed by hand"):
        assert said in comment


def test_a_persons_close_stands_until_the_item_itself_changes(project: Project) -> None:
    project.tracker.closes(1)
    project.synced(PENDING)
    assert project.synced(PENDING, item("LATER-002"))[0].key == "LATER-002"
    assert ops(project.synced(BLOCKED, item("LATER-002"))) == [("reopen", "LATER-001")]


def test_a_persons_reopening_is_told(project: Project) -> None:
    project.synced(RESOLVED)
    project.tracker.reopens(1)
    assert ops(project.synced(RESOLVED)) == [("comment", "LATER-001")]
    assert project.issue(1).state is State.OPEN
    assert "reopened" in project.comments(1)[-1]


def test_a_close_is_to_be_written_back_and_the_base_waits(project: Project) -> None:
    project.policy = SyncPolicy(write_back=WriteBack.PULL_REQUEST)
    project.tracker.closes(1, Reason.NOT_PLANNED)
    report = project.sync(PENDING)
    assert ops(report.plan.changes) == [("write-back", "LATER-001")]
    assert dict(report.plan.changes[0].fields)["status"] == ("pending", "cancelled")
    assert [outcome.error for outcome in report.outcomes] == ["this run cannot write to documents"]
    assert report.exit_code == 5
    assert ops(project.plan(PENDING).changes) == [("write-back", "LATER-001")]
    assert project.synced(CANCELLED)[0].op == "update"  # somebody wrote it by hand: agreed


def test_a_reopened_item_is_written_back_as_its_former_status(project: Project) -> None:
    project.synced(BLOCKED)
    project.synced(RESOLVED)
    project.policy = SyncPolicy(write_back=WriteBack.PULL_REQUEST)
    project.tracker.reopens(1)
    (change,) = project.plan(RESOLVED).changes
    assert dict(change.fields)["status"] == ("resolved", "blocked")


def test_fields_follow_while_a_write_back_waits(project: Project) -> None:
    project.policy = SyncPolicy(write_back=WriteBack.PULL_REQUEST)
    project.tracker.closes(1)
    renamed = item(title="PostgreSQL provisioning, in production")
    project.sync(renamed)
    assert project.issue(1).title.endswith("in production")
    assert project.marker(1).state.tracker == "open"
    assert ops(project.plan(renamed).changes) == [("write-back", "LATER-001")]


def test_undo_puts_the_issue_back(project: Project) -> None:
    project.policy = SyncPolicy(on_close=OnMove.UNDO, on_reopen=OnMove.UNDO)
    project.tracker.closes(1)
    assert ops(project.synced(PENDING)) == [("reopen", "LATER-001")]
    project.synced(RESOLVED)
    project.tracker.reopens(1)
    assert ops(project.synced(RESOLVED)) == [("close", "LATER-001")]


def test_ignore_says_nothing_and_remembers(project: Project) -> None:
    project.policy = SyncPolicy(on_close=OnMove.IGNORE)
    project.tracker.closes(1)
    (change,) = project.synced(PENDING)
    assert (change.op, change.comment) == ("update", None)
    assert ops(project.synced(BLOCKED)) == [("reopen", "LATER-001")]


def test_a_duplicate_is_told_and_never_written_back(project: Project) -> None:
    project.policy = SyncPolicy(write_back=WriteBack.COMMIT)
    project.tracker.closes(1, Reason.DUPLICATE)
    assert ops(project.synced(PENDING)) == [("comment", "LATER-001")]


@pytest.mark.parametrize("who", [STALE, GUEST])
@pytest.mark.parametrize("choice", [OnMove.WRITE_BACK, OnMove.COMMENT, OnMove.UNDO])
def test_who_has_no_write_access_gets_a_comment_and_nothing_else(project: Project, who: object, choice: OnMove) -> None:
    project.policy = SyncPolicy(on_close=choice, write_back=WriteBack.COMMIT)
    project.tracker.closes(1, by=who)  # type: ignore[arg-type] # an actor
    assert ops(project.synced(PENDING)) == [("comment", "LATER-001")]
    assert project.issue(1).state is State.CLOSED


def test_what_moved_without_a_marker_under_our_account_a_person_did(project: Project) -> None:
    project.policy = SyncPolicy(write_back=WriteBack.COMMIT)
    project.tracker.closes(1, by=ME)
    assert ops(project.plan(PENDING).changes) == [("write-back", "LATER-001")]


def test_both_moved_to_the_same(project: Project) -> None:
    project.tracker.closes(1)
    (change,) = project.synced(RESOLVED)
    assert (change.op, change.comment) == ("update", None)


def test_open_wins_where_both_moved_apart(project: Project) -> None:
    project.tracker.closes(1)
    assert ops(project.synced(BLOCKED)) == [("conflict", "LATER-001")]
    assert project.issue(1).state is State.CLOSED  # nothing is closed, reopened or written back
    (comment,) = project.comments(1)
    assert "anna" in comment
    assert "LATER.md:7" in comment
    project.tracker.reopens(1)  # the next move of either side decides
    assert ops(project.synced(BLOCKED)) == [("update", "LATER-001")]


def test_a_gone_item_is_labelled_once_and_the_label_comes_off_again(project: Project) -> None:
    nothing = register(documents=["LATER.md"])
    (change,) = project.synced(documents=nothing)
    assert (change.op, change.key) == ("orphan", "LATER-001")
    assert "orphaned" in project.issue(1).labels
    assert len(project.comments(1)) == 1
    assert ops(project.synced(PENDING)) == [("update", "LATER-001")]
    assert "orphaned" not in project.issue(1).labels


def test_a_gone_item_whose_issue_is_closed_is_let_be(project: Project) -> None:
    project.synced(RESOLVED)
    assert project.synced(documents=register(documents=["LATER.md"])) == ()


def test_a_person_who_takes_the_orphan_label_off_is_not_contradicted(project: Project) -> None:
    nothing = register(documents=["LATER.md"])
    project.synced(documents=nothing)
    project.tracker.edits(1, remove_labels=frozenset({"orphaned"}))
    assert project.synced(documents=nothing) == ()


def test_a_gone_item_is_not_orphaned_where_a_person_reopened_it(project: Project) -> None:
    project.synced(RESOLVED)
    project.tracker.reopens(1)
    assert project.synced(documents=register(documents=["LATER.md"])) == ()


def test_a_gone_item_is_closed_where_the_policy_says_so(project: Project) -> None:
    project.policy = SyncPolicy(on_remove=OnRemove.CLOSE)
    nothing = register(documents=["LATER.md"])
    assert ops(project.synced(documents=nothing)) == [("close", "LATER-001")]
    assert project.issue(1).reason is Reason.NOT_PLANNED
    project.tracker.reopens(1)
    assert project.synced(documents=nothing) == ()
    project.tracker.closes(1)
    assert ops(project.synced(PENDING)) == [("conflict", "LATER-001")]


def test_a_gone_item_is_let_be_where_the_policy_says_so(project: Project) -> None:
    project.policy = SyncPolicy(on_remove=OnRemove.IGNORE)
    assert project.synced(documents=register(documents=["LATER.md"])) == ()


def test_backfill_creates_closed_issues() -> None:
    project = Project(SyncPolicy(backfill=True))
    (change,) = project.synced(CANCELLED)
    assert (change.op, dict(change.fields)["state"]) == ("create", (None, "not_planned"))
    assert (project.issue(1).state, project.issue(1).reason) == (State.CLOSED, Reason.NOT_PLANNED)
    assert project.comments(1) == []


def test_a_reading_change_is_shown_and_waits(project: Project) -> None:
    reread = register(item(status=Status.RESOLVED, status_text="pending"), rules="rules-2")
    plan = project.plan(documents=reread)
    (change,) = issue_changes(plan)
    assert (change.op, change.held) == ("close", "--accept-reading")
    assert "reading change, pending to resolved" in change.reason
    assert plan.empty
    report = project.sync(documents=reread)
    assert (report.outcomes, report.exit_code) == ((), 0)
    assert project.issue(1).state is State.OPEN


def test_a_reading_change_is_applied_where_it_is_accepted(project: Project) -> None:
    reread = register(item(status=Status.RESOLVED, status_text="pending"), rules="rules-2")
    waiting = project.plan(documents=reread).fingerprint
    project.policy = SyncPolicy(accept_reading=True)
    assert project.plan(documents=reread).fingerprint != waiting
    assert ops(project.synced(documents=reread)) == [("close", "LATER-001")]


def test_new_rules_alone_write_nothing(project: Project) -> None:
    assert project.synced(documents=register(PENDING, rules="rules-2")) == ()


def test_an_edited_statement_is_no_reading_change_even_under_new_rules(project: Project) -> None:
    (change,) = project.synced(documents=register(RESOLVED, rules="rules-2"))
    assert (change.op, change.held) == ("close", None)


def test_an_ignored_item_and_its_issue_are_let_be(project: Project) -> None:
    ignored = item(status=Status.RESOLVED, ignored=True)
    assert project.synced(ignored, item("LATER-002", ignored=True)) == ()


def test_an_issue_on_hold_is_let_be(project: Project) -> None:
    project.tracker.edits(1, add_labels=frozenset({"Gapkeeper: hold"}))
    plan = project.plan(RESOLVED)
    assert plan.changes == ()
    assert plan.notes == ("#1 is on hold (`gapkeeper: hold`) and is left alone",)


def test_a_comment_of_a_person_changes_nothing(project: Project) -> None:
    with project.tracker.acting(ANNA):
        project.tracker.comment(1, "closed?")
    assert project.synced(PENDING) == ()
