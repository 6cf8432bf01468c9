"""Markers that a person damaged or removed: the issue is known again, and nobody loses a word."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from builders import ANNA, GUEST, ME, issue, item, register
from gapkeeper.model.policy import OnMove, SyncPolicy
from gapkeeper.model.snapshot import Reason
from gapkeeper.model.status import State, Status
from gapkeeper.planning.marker import END_LINE, MARKER_PREFIX
from syncing import Project, ops

if TYPE_CHECKING:
    from collections.abc import Callable

PENDING = item()
BLOCKED = item(status=Status.BLOCKED, status_text="Waiting for legal", line=7)
RESOLVED = item(status=Status.RESOLVED, status_text="Done", line=7)
OTHER = item("LATER-002", "Session migration", line=9)


def marker_line(body: str) -> str:
    return next(line for line in body.splitlines() if line.startswith(MARKER_PREFIX))


#: What people do to a body that says "above", our part, and "below".
DAMAGE: dict[str, Callable[[str], str]] = {
    "edited": lambda body: body.replace('"serial":1', '"serial":9'),
    "cut short": lambda body: body.replace(marker_line(body), marker_line(body)[:200]),
    "in two lines": lambda body: body.replace('"key":', '\n"key":'),
    "written into": lambda body: body.replace(marker_line(body), f"{marker_line(body)} a note"),
    "end taken away": lambda body: body.replace(END_LINE, ""),
    "end and text taken away": lambda body: body[: body.index("| Field")] + "below\n",
    "twice": lambda body: f"{body}\n\n{body}",
    "twice, the second cut": lambda body: f"{body}\n{marker_line(body)[:60]}\nmore",
    "marker taken away": lambda body: body.replace(marker_line(body), ""),
    "all but the people's text": lambda body: re.sub("(?s)<!--.*-->", "", body),
    "everything": lambda _body: "",
}


@pytest.fixture
def project() -> Project:
    """One item, open on both sides, beside whose part somebody wrote."""
    made = Project()
    made.synced(PENDING)
    made.tracker.edits(1, body=f"above\n\n{made.issue(1).body}\n\nbelow\n")
    return made


def damage(project: Project, how: str) -> str:
    body = DAMAGE[how](project.issue(1).body)
    assert body != project.issue(1).body
    project.tracker.edits(1, body=body)
    return body


# --- Found again ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", DAMAGE)
def test_the_marker_is_restored_with_one_comment_and_a_second_sync_does_nothing(project: Project, how: str) -> None:
    body = damage(project, how)
    (change,) = project.synced(PENDING)
    assert (change.op, change.issue) == ("adopt", 1)
    assert "the marker is restored" in change.reason
    assert list(project.tracker.issues) == [1]
    (comment,) = project.comments(1)
    assert "damaged or removed. It is back" in comment
    now = project.issue(1).body
    for text in ("above", "below", "a note", "more"):
        if text in body and how != "written into":  # a line between our two is ours
            assert text in now, text
    assert now.count(MARKER_PREFIX) == 1
    assert project.marker(1).state == (Status.PENDING, "open")
    project.synced(RESOLVED)  # and from here on all is as it was
    assert project.issue(1).state is State.CLOSED
    assert len(project.comments(1)) == 2


def test_our_part_is_renewed_in_its_place_where_its_bounds_are_clear(project: Project) -> None:
    before = project.issue(1).body
    damage(project, "edited")
    project.synced(PENDING)
    assert re.sub(r"<!--.*?-->", "", project.issue(1).body) == re.sub(r"<!--.*?-->", "", before)


def test_what_stood_between_unclear_bounds_stays_above(project: Project) -> None:
    project.tracker.edits(1, body=project.issue(1).body.replace(END_LINE, "a person's words\n"))
    project.synced(PENDING)
    above, _, managed = project.issue(1).body.partition(MARKER_PREFIX)
    assert "a person's words" in above
    assert "| Status | **pending** |" in above
    assert "| Status | **pending** |" in managed


@pytest.mark.parametrize("how", DAMAGE)
def test_where_both_sides_differ_nothing_is_closed_or_reopened_and_one_comment_tells_both(
    project: Project, how: str
) -> None:
    project.tracker.closes(1)
    damage(project, how)
    (change,) = project.synced(PENDING)
    assert (change.op, change.writes) == ("conflict", None)
    assert project.issue(1).state is State.CLOSED
    (comment,) = project.comments(1)
    for said in ("It is back", "this issue is closed", "LATER.md:1", "reopen this issue"):
        assert said in comment
    project.tracker.reopens(1)  # the next move of either side decides
    assert [change.op for change in project.synced(PENDING)] == ["update"]


def test_documents_that_say_closed_close_nothing_either(project: Project) -> None:
    damage(project, "edited")
    assert ops(project.synced(RESOLVED)) == [("conflict", "LATER-001")]
    assert project.issue(1).state is State.OPEN


def test_no_policy_undoes_what_nobody_knows(project: Project) -> None:
    project.policy = SyncPolicy(on_close=OnMove.UNDO)
    project.tracker.closes(1)
    damage(project, "everything")
    assert ops(project.synced(PENDING)) == [("conflict", "LATER-001")]


def test_two_closed_sides_agree_and_a_persons_reason_stays(project: Project) -> None:
    project.tracker.closes(1, Reason.NOT_PLANNED)
    damage(project, "everything")
    assert ops(project.synced(RESOLVED)) == [("adopt", "LATER-001")]
    assert project.issue(1).reason is Reason.NOT_PLANNED


def test_labels_that_we_put_on_are_ours_again(project: Project) -> None:
    project.tracker.edits(1, add_labels=frozenset({"mine"}))
    damage(project, "everything")
    project.synced(BLOCKED)
    assert project.issue(1).labels == {"gapkeeper", "kind: later", "status: blocked", "mine"}
    project.synced(PENDING)
    assert project.issue(1).labels == {"gapkeeper", "kind: later", "status: pending", "mine"}


def test_an_orphan_that_is_back_loses_its_label(project: Project) -> None:
    project.synced(documents=register(documents=["LATER.md"]))
    damage(project, "everything")
    project.synced(PENDING)
    assert "orphaned" not in project.issue(1).labels


def test_a_persons_title_stands(project: Project) -> None:
    damage(project, "everything")
    project.tracker.edits(1, title="LATER-001: what anna calls it")
    project.synced(PENDING)
    project.synced(item(title="PostgreSQL provisioning, renamed"))
    assert project.issue(1).title == "LATER-001: what anna calls it"


def test_links_are_neither_lost_nor_made_twice(project: Project) -> None:
    waits = item("LATER-002", "Session migration", depends_on=["LATER-001"])
    project.synced(PENDING, waits)
    project.tracker.edits(2, body="")
    project.synced(PENDING, waits)
    assert project.issue(2).links == {("blocked_by", 1)}
    project.synced(PENDING, OTHER)
    assert project.issue(2).links == frozenset()


def test_it_is_told_again_when_it_happens_again(project: Project) -> None:
    for how in ("edited", "end taken away"):
        project.tracker.edits(1, body=re.sub('"serial":[0-9]+', '"serial":1', project.issue(1).body))
        damage(project, how)
        project.synced(PENDING)
    assert len(project.comments(1)) == 2


def test_a_title_that_a_person_changed_does_not_matter_where_the_marker_still_tells(project: Project) -> None:
    damage(project, "edited")
    project.tracker.edits(1, title="Postgres, at last")
    assert [change.issue for change in project.synced(PENDING)] == [1]


def test_the_item_of_a_title_is_that_of_its_document_where_several_have_the_id() -> None:
    project = Project()
    both = [item("ISSUE-001", f"In {p}", path=f"{p}.md", scoped=True, key=f"{p}.md#ISSUE-001") for p in "ab"]
    project.synced(*both)
    for number in (1, 2):
        project.tracker.edits(number, body="")
    assert sorted((change.issue, change.key) for change in project.synced(*both)) == [
        (1, "a.md#ISSUE-001"),
        (2, "b.md#ISSUE-001"),
    ]


def test_an_adopted_issue_whose_marker_is_damaged_is_known_by_what_is_left() -> None:
    project = Project()
    number = project.tracker.writes("LATER-001: Postgres", "mine", by=ANNA)
    project.synced(PENDING)
    project.tracker.closes(number)
    project.tracker.edits(number, body=DAMAGE["edited"](project.issue(number).body))
    assert ops(project.synced(PENDING)) == [("conflict", "LATER-001")]
    assert project.issue(number).body.startswith("mine")


# --- Left alone -----------------------------------------------------------------------------------------


def test_an_item_that_is_ignored_keeps_its_damaged_issue_as_it_is(project: Project) -> None:
    damage(project, "edited")
    assert project.synced(item(ignored=True)) == ()


def test_an_issue_on_hold_stays_damaged(project: Project) -> None:
    damage(project, "edited")
    project.tracker.edits(1, add_labels=frozenset({"gapkeeper: hold"}))
    assert project.synced(PENDING) == ()


def test_without_label_a_damaged_issue_is_released(project: Project) -> None:
    damage(project, "edited")
    project.tracker.edits(1, remove_labels=frozenset({"gapkeeper"}))
    assert project.synced(PENDING) == ()
    assert "Restore the marker" in project.plan(PENDING).notes[0]


def test_without_marker_and_with_a_title_that_tells_nothing_it_is_not_ours_any_more(project: Project) -> None:
    project.tracker.edits(1, body="", title="Something")
    assert ops(project.synced(PENDING)) == [("create", "LATER-001")]
    assert project.issue(1).body == ""


def test_a_marker_of_another_project_is_not_restored_as_ours(project: Project) -> None:
    body = project.issue(1).body.replace('"42/LATER', '"99/LATER')
    project.tracker.edits(1, body=body)
    assert ops(project.synced(PENDING)) == [("create", "LATER-001")]
    assert project.issue(1).body == body


def test_a_stranger_restores_nothing() -> None:
    project = Project()
    project.synced(PENDING)
    body = DAMAGE["edited"](project.issue(1).body)
    project.tracker.delete(1)
    project.tracker.writes("LATER-001: mine", body, by=GUEST, labels=frozenset({"gapkeeper"}))
    assert ops(project.synced(PENDING)) == [("create", "LATER-001")]


def test_a_damaged_copy_beside_the_issue_is_only_reported(project: Project) -> None:
    issue = project.issue(1)
    with project.tracker.acting(ME):
        project.tracker.create_issue(
            issue.title, DAMAGE["edited"](issue.body), issue.labels, milestone=None, assignees=frozenset()
        )
    assert project.synced(PENDING) == ()
    assert project.plan(PENDING).notes[0].startswith("#2: the marker was edited")


def test_of_two_that_lost_theirs_the_lowest_number_is_restored_and_nothing_is_made(project: Project) -> None:
    issue = project.issue(1)
    with project.tracker.acting(ME):
        project.tracker.create_issue(issue.title, issue.body, issue.labels, milestone=None, assignees=frozenset())
    for number in (1, 2):
        project.tracker.edits(number, body="")
    assert [change.issue for change in project.synced(PENDING)] == [1]
    assert len(project.tracker.issues) == 2


def test_an_issue_that_a_document_names_for_another_item_is_that_ones(project: Project) -> None:
    project.tracker.edits(1, body="")
    named = item("LATER-002", "Session migration", issue_link=1)
    changes = project.synced(PENDING, named)
    assert sorted(ops(changes)) == [("adopt", "LATER-002"), ("create", "LATER-001")]


def test_text_that_leaves_no_room_is_told(project: Project) -> None:
    project.tracker.edits(1, body="x" * 65_400)
    plan = project.plan(PENDING)
    assert plan.changes == ()
    assert "no room" in plan.notes[0]


def test_an_item_whose_issue_lost_its_marker_is_not_taken_for_another_one_renumbered() -> None:
    project = Project()
    project.synced(item("LATER-001", "Mend the pier"), OTHER)
    project.tracker.edits(2, title="LATER-002: a person's words", body="")
    changes = project.synced(item("LATER-002", "Mend the pier"))
    assert sorted(ops(changes)) == [("adopt", "LATER-002"), ("orphan", "LATER-001")]


def test_an_issue_that_two_items_name_is_that_ones_whose_it_was() -> None:
    project = Project()
    named = item("LATER-001", issue_link=1)
    project.synced(named)
    damage(project, "marker taken away")
    another = item("ACTION-040", "Dredge the basin", issue_link=1)
    assert sorted(ops(project.synced(named, another))) == [("adopt", "LATER-001"), ("create", "ACTION-040")]


def test_an_issue_that_another_one_goes_on_with_is_not_adopted_for_a_further_item() -> None:
    project = Project()
    project.tracker.issues[1] = issue(1, "An old wish", author=ANNA, closed=Reason.COMPLETED)
    project.tracker._next = 2
    named = item("LATER-001", issue_link=1)
    assert ops(project.synced(named)) == [("create", "LATER-001")]
    project.tracker.reopens(1)
    another = item("ACTION-040", "Dredge the basin", issue_link=1)
    assert ops(project.synced(named, another)) == [("create", "ACTION-040")]
