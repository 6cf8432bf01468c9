"""What is refused before the first write, and what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from builders import EMBEDDED, FORGE, item, register
from gapkeeper.errors import RefusedError
from gapkeeper.model.policy import MassChange, OnRemove, SyncPolicy
from gapkeeper.model.register import DocumentInfo
from gapkeeper.model.status import Rank, Status
from gapkeeper.planning.history import History
from syncing import Project

if TYPE_CHECKING:
    from gapkeeper.model.items import Item
    from gapkeeper.model.plan import Plan


def items(count: int, status: Status = Status.PENDING, *, first: int = 1, **rest: object) -> list[Item]:
    numbers = range(first, first + count)
    return [item(f"LATER-{number:03}", f"Thing {number}", status, **rest) for number in numbers]  # type: ignore[arg-type] # as item's


def refused(plan: Plan) -> str | None:
    return None if plan.refused is None else plan.refused.code


@pytest.fixture
def project() -> Project:
    """Twenty open items in one document."""
    made = Project()
    made.synced(*items(20))
    return made


# --- Mass change ----------------------------------------------------------------------------------------


def section(count: int) -> list[Item]:
    """So many items that a section's status closed."""
    return items(count, Status.RESOLVED, status_text="Done", rank=Rank.SECTION)


def test_more_than_a_quarter_and_more_than_five_are_refused(project: Project) -> None:
    plan = project.plan(*section(6), *items(14, first=7))
    assert (refused(plan), plan.refused and plan.refused.exit_code) == ("mass-change", 3)
    assert plan.refused is not None
    for said in ("6 of 20", "LATER-001", "25%", "--allow-mass-change"):
        assert said in plan.refused.message
    with pytest.raises(RefusedError, match="mass-change"):
        project.sync(*section(6), *items(14, first=7))
    assert not [entry for entry in project.tracker.log if entry.startswith("update")]


@pytest.mark.parametrize("closed", [0, 1, 5])
def test_up_to_a_quarter_is_not(project: Project, closed: int) -> None:
    assert refused(project.plan(*section(closed), *items(20 - closed, first=closed + 1))) is None


def test_five_of_six_are_few() -> None:
    project = Project()
    project.synced(*items(6))
    assert refused(project.plan(*section(5), *items(1, first=6))) is None


def test_the_limits_are_policy(project: Project) -> None:
    documents = [*section(6), *items(14, first=7)]
    project.policy = SyncPolicy(mass_change=MassChange(share=0.5))
    assert refused(project.plan(*documents)) is None
    project.policy = SyncPolicy(mass_change=MassChange(share=0.01, count=6))
    assert refused(project.plan(*documents)) is None
    project.policy = SyncPolicy(allow_mass_change=True)
    assert len(project.sync(*documents).outcomes) == 6 + 1  # and one new label


def test_a_close_whose_own_statement_was_edited_does_not_count(project: Project) -> None:
    for rank in (Rank.HEADING, Rank.ROW, Rank.LIST):
        assert refused(project.plan(*items(20, Status.RESOLVED, status_text="Done", rank=rank))) is None


@pytest.mark.parametrize("rank", [Rank.SECTION, Rank.RANGE])
def test_a_close_by_section_or_range_counts(project: Project, rank: Rank) -> None:
    assert refused(project.plan(*items(20, Status.RESOLVED, status_text="Done", rank=rank))) == "mass-change"


def test_a_close_by_a_legend_counts(project: Project) -> None:
    """The words are the same, and so are the rules: a legend in the document gives them another meaning."""
    assert refused(project.plan(*items(20, Status.RESOLVED, status_text="pending"))) == "mass-change"


def test_a_close_by_another_item_counts(project: Project) -> None:
    resolved = items(20, Status.RESOLVED, resolved_by="ACTION-1", winners=(("title", 0),))
    assert refused(project.plan(*resolved)) == "mass-change"


def test_a_reading_change_counts_where_it_is_accepted_and_waits_where_not(project: Project) -> None:
    reread = register(*items(20, Status.RESOLVED, status_text="pending"), rules="rules-2")
    assert refused(project.plan(documents=reread)) is None
    project.policy = SyncPolicy(accept_reading=True)
    assert refused(project.plan(documents=reread)) == "mass-change"


@pytest.mark.parametrize("on_remove", [OnRemove.LABEL, OnRemove.CLOSE])
def test_absence_counts(project: Project, on_remove: OnRemove) -> None:
    project.policy = SyncPolicy(on_remove=on_remove)
    assert refused(project.plan(*items(14))) == "mass-change"
    assert refused(project.plan(*items(15))) is None


def test_what_is_orphaned_already_does_not_count(project: Project) -> None:
    project.synced(*items(15))
    assert refused(project.plan(*items(12))) is None


def test_documents_that_were_moved_do_not_count() -> None:
    project = Project()
    before = [item(f"ISSUE-{n:03}", f"Thing {n}", path="old.md", scoped=True) for n in range(1, 21)]
    project.synced(*before)
    after = [item(f"ISSUE-{n:03}", f"Thing {n}", path="new.md", scoped=True) for n in range(1, 21)]
    plan = project.plan(*after)
    assert (refused(plan), len(plan.changes)) == (None, 20)


def test_narrowed_to_few_it_is_not_refused(project: Project) -> None:
    project.policy = SyncPolicy(limit=5)
    assert refused(project.plan(*section(20))) is None


# --- Documents ------------------------------------------------------------------------------------------


def test_a_document_that_cannot_be_read_is_refused(project: Project) -> None:
    broken = DocumentInfo("gaps.md", None, 0, error="permission denied; make it readable")
    plan = project.plan(documents=register(*items(20), documents=["LATER.md", broken]))
    assert refused(plan) == "unreadable-document"
    assert plan.refused is not None
    assert "gaps.md (permission denied" in plan.refused.message
    project.policy = SyncPolicy(allow_mass_change=True)
    assert refused(project.plan(documents=register(*items(20), documents=["LATER.md", broken]))) is None


def test_no_documents_at_all_are_refused_where_there_are_issues(project: Project) -> None:
    plan = project.plan(documents=register())
    assert refused(plan) == "shrunk"
    assert plan.refused is not None
    assert "no planning documents" in plan.refused.message
    assert refused(Project().plan(documents=register())) is None


def spread(paths: str) -> list[Item]:
    return [item(f"LATER-{ord(path):03}", f"Thing {path}", path=f"{path}.md") for path in paths]


def test_a_document_set_that_shrank_by_more_than_half_is_refused() -> None:
    project = Project()
    project.synced(*spread("abcde"))
    plan = project.plan(*spread("ab"))
    assert refused(plan) == "shrunk"
    assert plan.refused is not None
    assert "3 of 5 documents" in plan.refused.message
    assert "c.md, d.md, e.md" in plan.refused.message
    assert refused(project.plan(*spread("abc"))) is None
    project.policy = SyncPolicy(on_remove=OnRemove.IGNORE)
    assert refused(project.plan(*spread("ab"))) is None  # nothing comes of it


def test_items_that_left_a_document_that_is_still_there_are_not_a_lost_document() -> None:
    project = Project()
    project.synced(*spread("abcde"))
    kept = register(*spread("ab"), documents=[f"{path}.md" for path in "abcde"])
    assert refused(project.plan(documents=kept)) is None


def test_items_that_moved_to_another_document_are_not_lost() -> None:
    project = Project()
    project.synced(*spread("abcde"))
    moved = [item(f"LATER-{ord(path):03}", f"Thing {path}", path="all.md") for path in "abcde"]
    assert refused(project.plan(*moved)) is None


def test_a_document_that_was_split_up_is_not_lost_for_the_item_that_was_dropped() -> None:
    project = Project()
    kept, dropped = item("LATER-001", "Kept", path="old.md"), item("LATER-002", "Dropped", path="old.md")
    project.synced(kept, dropped)
    plan = project.plan(item("LATER-001", "Kept", path="new.md"))
    assert ([change.op.value for change in plan.changes], refused(plan)) == (["label", "orphan"], None)


def test_finished_documents_may_be_archived() -> None:
    project = Project()
    project.synced(*spread("abcde"))
    done = [
        item(f"LATER-{ord(p):03}", f"Thing {p}", Status.RESOLVED, path=f"{p}.md", status_text="Done") for p in "bcde"
    ]
    project.synced(*spread("a"), *done)
    assert project.plan(*spread("a")).changes == ()
    assert refused(project.plan(*spread("a"))) is None


# --- Creates, revisions ------------------------------------------------------------------------------------


def test_many_new_issues_on_a_forge_want_a_yes() -> None:
    project = Project(SyncPolicy(max_creates=20), FORGE)
    plan = project.plan(*items(21))
    assert refused(plan) == "many-creates"
    assert plan.refused is not None
    assert "a mail for each" in plan.refused.message
    assert refused(project.plan(*items(20))) is None
    project.policy = SyncPolicy(max_creates=20, limit=20)
    assert refused(project.plan(*items(21))) is None
    project.policy = SyncPolicy(max_creates=None)
    assert refused(project.plan(*items(21))) is None


def test_the_embedded_tracker_mails_nobody() -> None:
    assert refused(Project(SyncPolicy(max_creates=20), EMBEDDED).plan(*items(21))) is None


def test_a_run_at_an_ancestor_of_the_last_sync_is_refused(project: Project) -> None:
    def is_ancestor(first: str, second: str) -> bool:
        return (first, second) == ("old", "c0ffee1000000000000000000000000000000000")

    history = History(is_ancestor=is_ancestor, where=lambda _revision: "on main")
    plan = project.plan(documents=register(*items(20), revision="old"), history=history)
    assert refused(plan) == "behind"
    assert refused(project.plan(documents=register(*items(20), revision="new"), history=history)) is None
    assert refused(project.plan(documents=register(*items(20), revision=None), history=history)) is None
    assert (
        refused(project.plan(*items(20), history=History(is_ancestor=lambda _first, _second: True))) is None
    )  # it is the same


@pytest.mark.parametrize(("newest", "code"), [("pushed", "behind"), (None, None), ("old", None), ("before", None)])
def test_on_a_forge_a_clone_that_is_behind_its_remote_is_refused(newest: str | None, code: str | None) -> None:
    asked: list[str] = []

    def ask(branch: str) -> str | None:
        asked.append(branch)
        return newest

    history = History(is_ancestor=lambda first, second: (first, second) == ("before", "old"), newest=ask)
    documents = register(*items(1), revision="old")
    policy = SyncPolicy(branch="main")
    assert refused(Project(policy, FORGE).plan(documents=documents, history=history)) == code
    assert set(asked) == {"main"}
    asked.clear()
    assert refused(Project(policy, EMBEDDED).plan(documents=documents, history=history)) is None
    assert asked == []


def test_a_refused_plan_is_shown_whole(project: Project) -> None:
    plan = project.plan(*section(20))
    assert len([change for change in plan.changes if change.op == "close"]) == 20
