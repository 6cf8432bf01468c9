"""Items that move to another document, with their document, or get another ID: the issue is the same."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from builders import GUEST, NAMESPACE, REVISION, item, register
from gapkeeper.model.policy import SyncPolicy
from gapkeeper.model.snapshot import Reason
from gapkeeper.model.status import State, Status
from gapkeeper.planning.history import History
from syncing import Project, issue_changes, ops

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapkeeper.model.items import Item


KEPT = item("ACTION-001", "It keeps its document", path="kept.md")  # so that not all documents are gone


def scoped(path: str, number: int = 1, title: str = "Mend the pier", **rest: object) -> Item:
    id_ = f"ISSUE-{number:03}"
    return item(id_, title, path=path, scoped=True, key=f"{path}#{id_}", **rest)  # type: ignore[arg-type] # as item's


def later(number: int, title: str = "Mend the pier", **rest: object) -> Item:
    return item(f"LATER-{number:03}", title, **rest)  # type: ignore[arg-type] # as item's


def renamed(answers: Mapping[str, str], asked: list[str] | None = None) -> History:
    """A git that knows what was renamed since any commit."""

    def answer(revision: str) -> Mapping[str, str]:
        if asked is not None:
            asked.append(revision)
        return MappingProxyType(answers)

    return History(renamed=answer)


def synced(*items: Item) -> Project:
    project = Project()
    project.synced(*items)
    return project


# --- To another document, without git -------------------------------------------------------------------


def test_an_item_that_moved_keeps_its_issue() -> None:
    project = synced(scoped("a.md"), scoped("a.md", 2, "Set the buoys"))
    changes = project.synced(scoped("b.md"), scoped("a.md", 2, "Set the buoys"))
    assert [(change.op, change.issue) for change in changes] == [("update", 1)]
    assert dict(changes[0].fields)["document"] == ("a.md", "b.md")
    assert project.marker(1).identity == f"{NAMESPACE}/ISSUE/b.md/ISSUE-001"
    assert project.marker(1).aliases == (f"{NAMESPACE}/ISSUE/a.md/ISSUE-001",)
    assert project.issue(1).title == "ISSUE-001: Mend the pier (b.md)"


def test_a_like_title_will_do() -> None:
    project = synced(scoped("a.md"))
    assert ops(project.synced(scoped("b.md", title="Mending the old pier"))) == [("update", "b.md#ISSUE-001")]


def test_an_unlike_title_is_another_item() -> None:
    project = synced(KEPT, scoped("a.md"))
    assert ops(project.synced(KEPT, scoped("b.md", title="Redis"))) == [
        ("create", "b.md#ISSUE-001"),
        ("orphan", "a.md#ISSUE-001"),
    ]


def test_the_name_of_the_document_makes_no_titles_alike() -> None:
    project = synced(KEPT, scoped("here/gaps-and-actions.md", title="Redis"))
    changes = project.synced(KEPT, scoped("there/gaps-and-actions.md", title="Quay"))
    assert [op for op, _ in ops(changes)] == ["create", "orphan"]


def test_what_moved_and_changed_its_status_is_closed_in_one_go() -> None:
    project = synced(scoped("a.md"))
    done = scoped("b.md", status=Status.RESOLVED, status_text="Done")
    assert ops(project.synced(done)) == [("close", "b.md#ISSUE-001")]
    assert (project.issue(1).state, len(project.tracker.issues)) == (State.CLOSED, 1)


def test_of_two_candidates_none_is_taken() -> None:
    project = synced(KEPT, scoped("a.md"))
    changes = project.synced(KEPT, scoped("b.md"), scoped("c.md"))
    assert [op for op, _ in ops(changes)] == ["create", "create", "orphan"]


def test_of_two_candidates_the_one_with_the_same_words_is_taken() -> None:
    project = synced(scoped("a.md"))
    changes = project.synced(scoped("b.md", title="MEND THE PIER!"), scoped("c.md", title="Mend the piers"))
    assert ops(changes) == [("create", "c.md#ISSUE-001"), ("update", "b.md#ISSUE-001")]


def test_a_copied_document_takes_nobodys_issue() -> None:
    project = synced(scoped("a.md"))
    assert ops(project.synced(scoped("a.md"), scoped("b.md"))) == [("create", "b.md#ISSUE-001")]


def test_an_orphan_that_turns_up_elsewhere_has_its_issue_back() -> None:
    project = synced(scoped("a.md"))
    project.synced(documents=register(documents=["a.md"]))
    assert "orphaned" in project.issue(1).labels
    assert ops(project.synced(scoped("b.md"))) == [("update", "b.md#ISSUE-001")]
    assert "orphaned" not in project.issue(1).labels


def test_a_released_item_that_moved_gets_no_new_issue() -> None:
    project = synced(scoped("a.md"))
    project.tracker.edits(1, remove_labels=frozenset({"gapkeeper"}))
    assert project.synced(scoped("b.md")) == ()


def test_a_kind_that_is_scoped_now_keeps_its_issues() -> None:
    project = synced(item("ISSUE-001", "Mend the pier", path="a.md"))
    assert ops(project.synced(scoped("a.md"))) == [("update", "a.md#ISSUE-001")]


def test_links_follow_and_stay_ours() -> None:
    """A link whose other end moved is neither made anew nor taken for a person's."""
    waits = later(1, "Paint it", depends_on=["a.md#ISSUE-001"])
    project = synced(scoped("a.md"), waits)
    assert project.issue(2).links == {("blocked_by", 1)} or project.issue(1).links == {("blocked_by", 2)}
    blocked = next(number for number, issue in project.tracker.issues.items() if issue.links)
    moved = later(1, "Paint it", depends_on=["b.md#ISSUE-001"])
    assert {change.key for change in project.synced(scoped("b.md"), moved)} == {"LATER-001", "b.md#ISSUE-001"}
    assert len(project.issue(blocked).links) == 1
    project.synced(scoped("b.md"), later(1, "Paint it"))
    assert project.issue(blocked).links == frozenset()


# --- With the document, by git --------------------------------------------------------------------------


def test_a_title_may_change_in_the_commit_that_renames_the_document() -> None:
    project = synced(scoped("a.md"))
    anew = scoped("b.md", title="Something else entirely")
    assert [op for op, _ in ops(issue_changes(project.plan(anew)))] == ["create", "orphan"]
    (change,) = project.synced(anew, history=renamed({"b.md": "a.md"}))
    assert (change.op, change.issue) == ("update", 1)
    assert project.issue(1).title == "ISSUE-001: Something else entirely (b.md)"


def test_all_items_of_a_renamed_document_follow() -> None:
    before = [scoped("a.md", number, f"{'xyzw'[number]} thing") for number in range(1, 4)]
    project = synced(*before)
    after = [scoped("b.md", number, f"{'mnop'[number]} changed") for number in range(1, 4)]
    changes = project.synced(*after, history=renamed({"b.md": "a.md"}))
    assert [(change.op.value, change.issue) for change in changes] == [("update", 1), ("update", 2), ("update", 3)]


def test_git_knows_better_than_titles() -> None:
    project = synced(scoped("a.md"))
    documents = [scoped("b.md", title="Mend the other pier"), scoped("c.md")]
    changes = project.synced(*documents, history=renamed({"b.md": "a.md"}))
    assert ops(changes) == [("create", "c.md#ISSUE-001"), ("update", "b.md#ISSUE-001")]


def test_git_is_not_asked_where_nothing_is_gone_or_nothing_could_be_it() -> None:
    asked: list[str] = []
    history = renamed({}, asked)
    project = synced(scoped("a.md"))
    project.synced(scoped("a.md"), scoped("b.md"), history=history)  # nothing is gone
    project.synced(scoped("b.md"), later(1), history=history)  # nothing new has that ID
    assert asked == []


def test_git_is_asked_once_for_each_revision() -> None:
    asked: list[str] = []
    project = synced(*(scoped("a.md", number, f"Thing {number}") for number in range(1, 9)))
    project.plan(*(scoped("b.md", number, f"Thing {number}") for number in range(1, 9)), history=renamed({}, asked))
    assert asked == [REVISION]


@pytest.mark.parametrize("history", [History(), renamed({"new/b.md": "a.md"})])
def test_a_renamed_document_is_no_mass_change(history: History) -> None:
    project = synced(*(scoped("a.md", number, f"Thing {number}") for number in range(1, 31)))
    plan = project.plan(*(scoped("new/b.md", number, f"Thing {number}") for number in range(1, 31)), history=history)
    assert (plan.refused, len(plan.changes)) == (None, 30)


def test_an_issue_that_documents_vouch_for_moves_as_well() -> None:
    """Its author's word does not count, and its marker is believed since the document names it."""
    project = Project()
    number = project.tracker.writes("Pier", by=GUEST)
    project.synced(scoped("a.md", issue_link=number))
    assert [change.issue for change in project.synced(scoped("b.md", issue_link=number))] == [number]


@pytest.mark.parametrize("rest", [{"ignored": True}, {"status": Status.RESOLVED}])
def test_a_wrong_link_does_not_hide_that_an_item_moved_although_nothing_is_new(rest: dict[str, object]) -> None:
    project = Project()
    project.synced(scoped("a.md"))
    assert ("orphan", "ISSUE-001") not in ops(project.synced(scoped("b.md", issue_link=99, **rest)))
    assert "orphaned" not in project.issue(1).labels


# --- Another ID -----------------------------------------------------------------------------------------


def test_a_renumbering_is_proposed_and_not_done() -> None:
    project = synced(later(3), later(4, "Dredge"))
    plan = project.plan(later(13, "MEND the pier."), later(4, "Dredge"))
    (change,) = plan.changes
    assert (change.op, change.key, change.issue) == ("update", "LATER-013", 1)
    assert (change.held, plan.empty) == ("--accept-renumbering", True)
    assert change.reason == (
        "LATER-013 looks like LATER-003 renumbered (#1); if it is another item, take `gapkeeper` off #1"
    )
    assert dict(change.fields)["id"] == ("LATER-003", "LATER-013")
    writes = list(project.tracker.log)
    project.sync(later(13), later(4, "Dredge"))
    assert project.tracker.log == writes


def test_a_renumbering_that_is_accepted_is_the_same_issue() -> None:
    project = synced(later(3))
    waiting = project.plan(later(13)).fingerprint
    project.policy = SyncPolicy(accept_renumbering=True)
    assert project.plan(later(13)).fingerprint != waiting
    assert ops(project.synced(later(13))) == [("update", "LATER-013")]
    assert project.issue(1).title == "LATER-013: Mend the pier"
    assert project.marker(1).aliases == (f"{NAMESPACE}/LATER//LATER-003",)
    project.policy = SyncPolicy()
    assert project.synced(later(13)) == ()


def test_a_state_that_moved_waits_for_the_renumbering() -> None:
    project = synced(later(3))
    project.tracker.closes(1)
    (change,) = project.plan(later(13, status=Status.BLOCKED)).changes
    assert (change.op, change.held, change.comment) == ("update", "--accept-renumbering", None)
    project.policy = SyncPolicy(accept_renumbering=True)
    assert ops(project.synced(later(13, status=Status.BLOCKED))) == [("conflict", "LATER-013")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([later(3)], [later(13, "Mend the piers")]),  # alike, and not the same
        ([later(3), later(4)], [later(13)]),  # which of them?
        ([later(3)], [later(13), later(14)]),  # which of them?
        ([later(3)], [item("ACTION-013", "Mend the pier")]),  # another kind
        ([later(3, "")], [later(13, "")]),  # no words
        ([scoped("a.md", 3)], [scoped("b.md", 13)]),  # in another document
    ],
)
def test_what_is_not_certain_is_gone_and_new(before: list[Item], after: list[Item]) -> None:
    project = synced(*before)
    changes = issue_changes(project.plan(*after))
    assert [change.held for change in changes] == [None] * (len(before) + len(after))
    assert {change.op.value for change in changes} == {"create", "orphan"}


def test_in_a_document_that_was_renamed_as_well() -> None:
    project = synced(scoped("a.md", 3))
    plan = project.plan(scoped("b.md", 13), history=renamed({"b.md": "a.md"}))
    assert [change.held for change in plan.changes] == ["--accept-renumbering"]


def test_what_was_finished_may_come_again() -> None:
    project = synced(later(3, "Yearly inspection"))
    project.synced(later(3, "Yearly inspection", status=Status.RESOLVED, status_text="Done"))
    assert ops(project.synced(later(13, "Yearly inspection"))) == [("create", "LATER-013")]


def test_taking_the_label_off_says_that_it_is_another_item() -> None:
    project = synced(later(3))
    project.tracker.edits(1, remove_labels=frozenset({"gapkeeper"}))
    assert ops(project.synced(later(13))) == [("create", "LATER-013")]


def test_a_document_decides_without_the_option() -> None:
    project = synced(later(3))
    renumbered = later(13, "Quite another title", issue_link=1)
    assert ops(project.synced(renumbered)) == [("update", "LATER-013")]
    assert project.issue(1).title == "LATER-013: Quite another title"


def test_a_document_reopens_what_it_names() -> None:
    project = synced(later(3))
    project.synced(later(3, status=Status.RESOLVED, status_text="Done"))
    assert ops(project.synced(later(13, "Quite another title", issue_link=1))) == [("reopen", "LATER-013")]


def test_a_document_does_not_take_the_issue_of_an_item_that_is_there() -> None:
    project = synced(later(3))
    assert ops(project.synced(later(3), later(13, issue_link=1))) == [("create", "LATER-013")]


def test_a_document_that_names_a_persons_issue_says_that_it_is_no_renumbering() -> None:
    project = synced(later(3))
    number = project.tracker.writes("Something")
    changes = project.synced(later(13, issue_link=number))
    assert ops(changes) == [("adopt", "LATER-013"), ("orphan", "LATER-003")]


def test_the_old_id_back_again_is_the_same_issue() -> None:
    project = synced(later(3))
    project.policy = SyncPolicy(accept_renumbering=True)
    project.synced(later(13))
    project.policy = SyncPolicy()
    assert [change.issue for change in project.synced(later(3))] == [1]


def test_an_id_that_was_given_away_belongs_to_whom_it_was_given() -> None:
    """The marker knows LATER-003 as a former name, and what is called so now is something else."""
    project = synced(later(3))
    project.policy = SyncPolicy(accept_renumbering=True)
    project.synced(later(13))
    changes = project.synced(later(3, "Legal review"))
    assert ops(changes) == [("create", "LATER-003"), ("orphan", "LATER-013")]


def test_a_renumbering_is_no_mass_change() -> None:
    project = synced(*(later(number, f"Thing {number}") for number in range(1, 21)))
    plan = project.plan(*(later(number + 100, f"Thing {number}") for number in range(1, 21)))
    assert (plan.refused, {change.held for change in plan.changes}) == (None, {"--accept-renumbering"})


def test_a_person_who_closed_it_keeps_a_word_in_it() -> None:
    project = synced(later(3))
    project.tracker.closes(1, Reason.NOT_PLANNED)
    (change,) = project.plan(later(13)).changes
    assert change.held == "--accept-renumbering"
