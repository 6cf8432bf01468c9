"""Field by field: what documents changed follows, what a person changed stands. Links likewise."""

from __future__ import annotations

import pytest

from builders import ANNA, ME, item, register
from gapkeeper.model.policy import LabelRules, SyncPolicy, WriteBack
from gapkeeper.model.readiness import Gate
from gapkeeper.model.snapshot import Capabilities
from gapkeeper.model.spans import Place
from gapkeeper.model.status import Status
from syncing import Project, issue_changes, ops

PENDING = item()


@pytest.fixture
def project() -> Project:
    made = Project(SyncPolicy(owners={"Platform": "anna", "Legal": "bob"}, milestones=True))
    made.synced(PENDING)
    return made


def gate(name: str, *blockers: str) -> Gate:
    return Gate(name, "Cutover", Status.BLOCKED, "blocked", blockers, Place("phases.md", 3))


# --- Title ----------------------------------------------------------------------------------------------


def test_a_new_title_follows(project: Project) -> None:
    (change,) = project.synced(item(title="PostgreSQL provisioning, all of it"))
    assert dict(change.fields)["title"] == (
        "LATER-001: PostgreSQL provisioning",
        "LATER-001: PostgreSQL provisioning, all of it",
    )
    assert project.issue(1).title == "LATER-001: PostgreSQL provisioning, all of it"


def test_a_persons_title_stands(project: Project) -> None:
    project.tracker.edits(1, title="Postgres!")
    assert project.synced(PENDING) == ()
    (change,) = project.synced(item(title="PostgreSQL provisioning, all of it"))
    assert dict(change.fields) == {
        "called": ("LATER-001: PostgreSQL provisioning", "LATER-001: PostgreSQL provisioning, all of it")
    }
    project.synced(item(title="PostgreSQL provisioning, all of it", status=Status.BLOCKED))
    assert project.issue(1).title == "Postgres!"


def test_what_documents_call_an_item_is_known_where_a_persons_title_stands(project: Project) -> None:
    project.tracker.edits(1, title="Postgres!")
    project.synced(item(title="Legal review"))
    project.synced(item(title="Legal review", status=Status.RESOLVED))
    assert ops(project.synced(item(title="Legal review"))) == [("reopen", "LATER-001")]  # and not: another item
    assert project.issue(1).title == "Postgres!"
    project.synced(PENDING)
    assert project.marker(1).called is None


def test_a_title_that_is_put_back_follows_again(project: Project) -> None:
    project.tracker.edits(1, title="Postgres!")
    renamed = item(title="PostgreSQL provisioning, all of it", status=Status.BLOCKED)
    project.synced(renamed)
    project.tracker.edits(1, title="LATER-001: PostgreSQL provisioning")
    project.synced(renamed)
    assert project.issue(1).title == "LATER-001: PostgreSQL provisioning, all of it"


# --- Body -----------------------------------------------------------------------------------------------


def test_text_above_and_below_stays_to_the_last_byte(project: Project) -> None:
    body = project.issue(1).body
    project.tracker.edits(1, body=f"above\r\n \r\n{body}\n\n\tbelow  \r\n")
    project.synced(item(status=Status.BLOCKED, owner="Platform"))
    assert project.issue(1).body.startswith("above\r\n \r\n<!-- gapkeeper: marker")
    assert project.issue(1).body.endswith("<!-- gapkeeper: end -->\n\n\tbelow  \r\n")


def test_place_and_commit_alone_write_nothing_and_are_renewed_with_something_else(project: Project) -> None:
    moved = register(item(line=40), revision="beef" * 10)
    assert project.synced(documents=moved) == ()
    project.synced(documents=register(item(line=40, priority="High"), revision="beef" * 10))
    assert "LATER.md:40" in project.issue(1).body
    assert project.marker(1).revision == "beef" * 10


# --- Labels ---------------------------------------------------------------------------------------------


def test_labels_follow_by_name(project: Project) -> None:
    project.synced(item(priority="P1"))
    assert "priority: high" in project.issue(1).labels
    (change,) = project.synced(item(priority="low"))
    assert change.update is not None
    assert (change.update.add_labels, change.update.remove_labels) == ({"priority: low"}, {"priority: high"})
    assert dict(change.fields)["labels"] == (
        ("gapkeeper", "kind: later", "priority: high", "status: pending"),
        ("gapkeeper", "kind: later", "priority: low", "status: pending"),
    )


def test_own_labels_stay_and_removed_ones_stay_removed(project: Project) -> None:
    project.tracker.edits(1, add_labels=frozenset({"mine"}), remove_labels=frozenset({"status: pending"}))
    assert project.synced(PENDING) == ()
    project.synced(item(priority="High"))
    assert project.issue(1).labels == {"gapkeeper", "kind: later", "priority: high", "mine"}


def test_a_label_that_a_person_put_on_first_is_theirs(project: Project) -> None:
    project.tracker.edits(1, add_labels=frozenset({"priority: high"}))
    project.synced(item(priority="High"))
    project.synced(PENDING)
    assert "priority: high" in project.issue(1).labels


def test_labels_differ_by_more_than_their_case() -> None:
    project = Project(SyncPolicy(labels=LabelRules(managed="Gapkeeper", status=None)))
    project.tracker.labels["gapkeeper"] = None  # type: ignore[assignment] # only its name matters
    changes = project.plan(PENDING).changes
    assert [change.key for change in changes if change.op == "label"] == ["gapkeeper: hold", "kind: later"]


# --- Milestone and assignees -------------------------------------------------------------------------------


def test_a_milestone_is_created_before_it_is_set(project: Project) -> None:
    gated = register(PENDING, item("LATER-002", "Other"), gates=[gate("Phase 26", "LATER-001", "LATER-002")])
    report = project.sync(documents=gated)
    assert [o.change.op.value for o in report.outcomes if o.done] == ["milestone", "create", "update"]
    assert {issue.milestone for issue in project.tracker.issues.values()} == {"Phase 26"}
    assert project.plan(documents=gated).changes == ()
    project.synced(documents=register(PENDING, item("LATER-002", "Other"), gates=[gate("Phase 27", "LATER-001")]))
    assert project.issue(1).milestone == "Phase 27"


def test_a_persons_milestone_stands(project: Project) -> None:
    project.tracker.edits(1, milestone="Mine")
    assert project.synced(documents=register(PENDING, gates=[gate("Phase 26", "LATER-001")])) == ()


def test_assignees_come_from_the_map_of_owners(project: Project) -> None:
    project.synced(item(owner="Platform"))
    assert project.issue(1).assignees == {"anna"}
    project.synced(item(owner="Legal"))
    assert project.issue(1).assignees == {"bob"}
    project.synced(item(owner="Somebody else"))
    assert project.issue(1).assignees == frozenset()


def test_a_persons_assignee_stands(project: Project) -> None:
    project.tracker.edits(1, assignees=frozenset({"carol"}))
    project.synced(item(owner="Platform"))
    assert project.issue(1).assignees == {"carol"}
    project.synced(item(owner="Legal"))
    assert project.issue(1).assignees == {"carol"}


def test_who_was_taken_off_stays_off(project: Project) -> None:
    project.synced(item(owner="Platform"))
    project.tracker.edits(1, assignees=frozenset())
    assert project.synced(item(owner="Platform")) == ()
    project.synced(item(owner="Legal"))
    assert project.issue(1).assignees == frozenset()


# --- Links ----------------------------------------------------------------------------------------------

FIRST = item("ACTION-001", "First")
SECOND = item("ACTION-002", "Second", depends_on=["ACTION-001"])


def linked(*, capabilities: Capabilities | None = None) -> Project:
    project = Project() if capabilities is None else Project(capabilities=capabilities)
    project.synced(FIRST, SECOND)
    return project


def test_both_ends_say_the_same_link() -> None:
    project = Project()
    project.synced(
        item("ACTION-001", "First", blocks=["ACTION-002", "ACTION-003"]), SECOND, item("ACTION-003", "Third")
    )
    assert [issue.links for issue in project.tracker.issues.values()] == [
        frozenset(),
        {("blocked_by", 1)},
        {("blocked_by", 1)},
    ]


def test_links_come_after_all_issues() -> None:
    assert linked().tracker.log[-1] == "link #2 blocked_by #1"


def test_a_link_is_made_once_its_other_end_has_an_issue() -> None:
    project = Project()
    done = item("ACTION-001", "First", Status.RESOLVED)
    assert ops(project.synced(done, SECOND)) == [("create", "ACTION-002")]
    assert ops(project.synced(FIRST, SECOND)) == [("create", "ACTION-001"), ("update", "ACTION-002")]
    assert project.issue(1).links == {("blocked_by", 2)}


def test_a_link_goes_when_documents_drop_it() -> None:
    project = linked()
    project.synced(FIRST, item("ACTION-002", "Second"))
    assert project.issue(2).links == frozenset()


def test_a_persons_own_link_stays() -> None:
    project = Project()
    alone = item("ACTION-002", "Second")
    project.synced(FIRST, alone)
    with project.tracker.acting(ANNA):
        project.tracker.add_link(2, "blocked_by", 1)
    project.synced(FIRST, SECOND)
    project.synced(FIRST, alone)
    assert project.issue(2).links == {("blocked_by", 1)}


def test_a_link_that_a_crash_left_out_is_made_again() -> None:
    project = linked()
    with project.tracker.acting(ME):
        project.tracker.remove_link(2, "blocked_by", 1)
    (change,) = project.synced(FIRST, SECOND)
    assert (change.op, change.update, change.reason) == ("update", None, "links that documents ask for")
    assert project.issue(2).links == {("blocked_by", 1)}


def test_a_write_back_that_waits_writes_nothing_more_about_links() -> None:
    project = linked()
    project.policy = SyncPolicy(write_back=WriteBack.PULL_REQUEST)
    project.tracker.closes(2)
    for _ in range(2):
        (change,) = project.plan(FIRST, SECOND).changes
        assert (change.op, change.update, change.then, change.links) == ("write-back", None, None, frozenset())
        project.sync(FIRST, SECOND)


def test_a_link_that_a_person_takes_away_stays_away() -> None:
    project = linked()
    renamed = item("ACTION-002", "Second, renamed", depends_on=["ACTION-001"])
    project.synced(FIRST, renamed)  # now the marker knows that the link was made
    with project.tracker.acting(ANNA):
        project.tracker.remove_link(2, "blocked_by", 1)
    assert project.synced(FIRST, renamed) == ()
    project.synced(FIRST, item("ACTION-002", "Second, again", depends_on=["ACTION-001"]))
    assert project.issue(2).links == frozenset()


def test_a_link_that_nobody_knows_the_maker_of_is_made_again_once() -> None:
    project = linked()
    for expected in ([("update", "ACTION-002")], []):
        with project.tracker.acting(ANNA):
            project.tracker.remove_link(2, "blocked_by", 1)
        assert ops(project.synced(FIRST, SECOND)) == expected


def test_a_released_end_is_neither_tied_nor_untied() -> None:
    project = linked()
    project.tracker.edits(1, remove_labels=frozenset({"gapkeeper"}))
    assert project.synced(FIRST, SECOND) == ()
    assert project.issue(2).links == {("blocked_by", 1)}


def test_a_tracker_without_links_gets_none() -> None:
    project = linked(capabilities=Capabilities("plain", links=frozenset(), forge=False))
    assert project.issue(2).links == frozenset()
    assert "ACTION-001" in project.issue(2).body


def test_links_alone_are_an_update_of_the_marker_too() -> None:
    project = Project()
    project.synced(FIRST, item("ACTION-002", "Second"))
    tied = register(item("ACTION-001", "First", blocks=["ACTION-002"]), item("ACTION-002", "Second"))
    plan = project.plan(documents=tied)
    assert ops(issue_changes(plan)) == [("update", "ACTION-001"), ("update", "ACTION-002")]
    project.synced(documents=tied)
    assert project.marker(2).links.documents == (("blocked_by", "42/ACTION//ACTION-001"),)
