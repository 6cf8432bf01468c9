"""Proposals of a local repository: what people make of one is read from the branches, and recorded."""

from __future__ import annotations

import datetime as dt
import shutil
from typing import TYPE_CHECKING

import pytest

from gapkeeper.adapters.git_repository import GitRepository
from gapkeeper.adapters.sqlite_tracker import SqliteTracker, open_reader, open_tracker
from gapkeeper.errors import ConflictError, DocumentsError, NotFoundError, RefusedError, RejectedError
from gapkeeper.model.delivery import Proposal, ProposalState, ProposalText
from gapkeeper.model.edits import DocumentEdit
from gapkeeper.model.snapshot import Actor, Role
from repositories import Repository

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOON = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
BRANCH = "gapkeeper/docs"
EDIT = DocumentEdit("a.md", b"1\n2\n3\n4\na: open\n6\n7\n8\n9\n", b"1\n2\n3\n4\na: resolved\n6\n7\n8\n9\n")
TEXT = ProposalText("Resolve A", "It was closed.")


@pytest.fixture
def tracker(tmp_path: Path) -> Iterator[SqliteTracker]:
    with open_tracker(tmp_path / "tracker.db", clock=lambda: NOON) as opened:
        yield opened


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "repository")
    made.commit({"a.md": EDIT.old, "other.md": "1\n"})
    return made


def of(repository: Repository, tracker: SqliteTracker, revision: str | None = None) -> GitRepository:
    return GitRepository(
        repository.path, revision, tracker.deliveries, include=("**/*.md",), exclude=(), clock=lambda: NOON
    )


@pytest.fixture
def proposed(repository: Repository, tracker: SqliteTracker) -> Proposal:
    local = of(repository, tracker)
    local.set_branch(BRANCH, [EDIT], "Resolve A", was=None)
    return local.propose(BRANCH, TEXT)


def last(repository: Repository, tracker: SqliteTracker) -> Proposal:
    return of(repository, tracker).proposals(BRANCH)[0]


def test_it_is_kept_as_it_was_proposed(repository: Repository, tracker: SqliteTracker, proposed: Proposal) -> None:
    tip = repository.git("rev-parse", BRANCH)
    expected = Proposal(1, BRANCH, TEXT.title, TEXT.body, head=tip, url=f"{tracker.url}!1")
    assert proposed == last(repository, tracker) == expected
    assert of(repository, tracker).proposals("another") == ()


def test_one_branch_has_one_open_proposal(repository: Repository, tracker: SqliteTracker, proposed: Proposal) -> None:
    with pytest.raises(RejectedError, match=r"proposal 1 .* is open already"):
        of(repository, tracker).propose(BRANCH, TEXT)
    assert len(tracker.deliveries.all()) == proposed.number == 1


def test_nothing_is_proposed_from_no_branch(repository: Repository, tracker: SqliteTracker) -> None:
    with pytest.raises(RejectedError, match="no branch"):
        of(repository, tracker).propose(BRANCH, TEXT)


def test_its_text_can_change_while_it_is_open(
    repository: Repository, tracker: SqliteTracker, proposed: Proposal
) -> None:
    local = of(repository, tracker)
    local.update_proposal(proposed.number, ProposalText("Resolve B", "Other."))
    assert (last(repository, tracker).title, last(repository, tracker).body) == ("Resolve B", "Other.")
    with pytest.raises(NotFoundError):
        local.update_proposal(7, TEXT)
    with pytest.raises(RejectedError, match="characters"):
        local.update_proposal(proposed.number, ProposalText("x" * 300, ""))
    local.withdraw(proposed.number, "Nothing is left.")
    with pytest.raises(ConflictError, match="withdrawn already"):
        local.update_proposal(proposed.number, TEXT)


def test_the_head_is_the_tip_of_its_branch(repository: Repository, tracker: SqliteTracker, proposed: Proposal) -> None:
    tip = of(repository, tracker).set_branch(BRANCH, [EDIT], "Other words", was=proposed.head)
    assert last(repository, tracker).head == tracker.deliveries.all()[0].head == tip
    repository.git("checkout", "--quiet", BRANCH)
    theirs = repository.commit({"other.md": "theirs\n"})
    for _ in range(2):  # also for who looks from the branch itself
        assert last(repository, tracker).head == theirs
        assert last(repository, tracker).state is ProposalState.OPEN
        of(repository, tracker).recover()
        repository.git("checkout", "--quiet", "main")


MERGES = {
    "fast-forward": [("merge", "--ff-only", BRANCH)],
    "merge": [("merge", "--no-ff", "--no-edit", BRANCH)],
    "squash": [("merge", "--squash", BRANCH), ("commit", "-m", "squashed")],
    "pick": [("cherry-pick", BRANCH)],
    "rebase": [("rebase", "main", BRANCH), ("checkout", "main"), ("merge", "--ff-only", BRANCH)],
}


@pytest.mark.parametrize("way", MERGES)
@pytest.mark.parametrize("then", [(), ("delete",), ("edit",), ("delete", "edit")])
def test_merged_in_any_way(
    repository: Repository,
    tracker: SqliteTracker,
    proposed: Proposal,
    way: str,
    then: tuple[str, ...],
) -> None:
    if way != "fast-forward":
        repository.commit({"other.md": "2\n"})
    for command in MERGES[way]:
        repository.git(*command)
    if "delete" in then:
        repository.git("branch", "-D", BRANCH)
    if "edit" in then:  # the document goes on
        repository.commit({"a.md": "rewritten\n"})
    assert last(repository, tracker).state is ProposalState.MERGED
    assert tracker.deliveries.all()[0].state is ProposalState.OPEN  # who reads writes nothing
    of(repository, tracker).recover()
    recorded = tracker.deliveries.all()[0]
    assert (recorded.state, recorded.closed_at, recorded.closed_by) == (ProposalState.MERGED, NOON, None)
    assert last(repository, tracker) == recorded
    assert proposed.state is ProposalState.OPEN


def test_declined_by_deleting_its_branch(repository: Repository, tracker: SqliteTracker, proposed: Proposal) -> None:
    repository.git("branch", "-D", BRANCH)
    declined = last(repository, tracker)
    assert (declined.state, declined.head) == (ProposalState.DECLINED, proposed.head)
    of(repository, tracker).recover()
    assert tracker.deliveries.all()[0].state is ProposalState.DECLINED
    repository.git("update-ref", f"refs/heads/{BRANCH}", proposed.head)  # what is recorded stays
    assert last(repository, tracker).state is ProposalState.DECLINED


def test_declined_where_the_commit_itself_is_lost(
    repository: Repository, tracker: SqliteTracker, proposed: Proposal
) -> None:
    repository.git("branch", "-D", BRANCH)
    repository.git("reflog", "expire", "--expire=now", "--all")
    repository.git("gc", "--quiet", "--prune=now")
    assert last(repository, tracker).state is ProposalState.DECLINED
    assert proposed.head not in repository.git("rev-list", "--all")


def test_declined_by_emptying_its_branch(repository: Repository, tracker: SqliteTracker, proposed: Proposal) -> None:
    repository.git("branch", "--force", BRANCH, "main")
    assert last(repository, tracker).state is ProposalState.DECLINED
    assert proposed.state is ProposalState.OPEN


def test_a_change_that_a_person_took_further_is_open(
    repository: Repository, tracker: SqliteTracker, proposed: Proposal
) -> None:
    repository.git("checkout", "--quiet", BRANCH)
    repository.commit({"other.md": "theirs\n"})
    repository.git("checkout", "--quiet", "main")
    repository.git("cherry-pick", proposed.head)  # ours only
    assert last(repository, tracker).state is ProposalState.OPEN
    repository.git("cherry-pick", BRANCH)
    assert last(repository, tracker).state is ProposalState.MERGED


def test_merged_into_another_branch_than_is_checked_out(
    repository: Repository, tracker: SqliteTracker, proposed: Proposal
) -> None:
    repository.git("branch", "feature")
    repository.git("merge", "--quiet", "--no-ff", "--no-edit", BRANCH)
    repository.git("branch", "-D", BRANCH)
    repository.git("checkout", "--quiet", "feature")
    assert last(repository, tracker).state is ProposalState.MERGED
    assert proposed.state is ProposalState.OPEN


def test_merged_without_what_it_was_made_on(repository: Repository, tracker: SqliteTracker) -> None:
    repository.git("checkout", "--quiet", "-b", "feature")
    repository.commit({"f.md": "feature\n"})
    local = of(repository, tracker)
    local.set_branch(BRANCH, [EDIT], "Resolve A", was=None)
    local.propose(BRANCH, TEXT)
    repository.git("checkout", "--quiet", "main")
    assert last(repository, tracker).state is ProposalState.OPEN
    repository.git("cherry-pick", BRANCH)
    assert last(repository, tracker).state is ProposalState.MERGED


def test_reading_an_old_revision_declines_nothing(
    repository: Repository, tracker: SqliteTracker, proposed: Proposal
) -> None:
    repository.commit({"other.md": "2\n"})
    repository.git("merge", "--quiet", "--squash", BRANCH)
    repository.git("commit", "--quiet", "-m", "squashed")
    repository.git("branch", "-D", BRANCH)
    of(repository, tracker, "HEAD~2").recover()
    assert tracker.deliveries.all()[0].state is ProposalState.MERGED
    assert proposed.state is ProposalState.OPEN


def test_a_maintainer_declines_it(repository: Repository, tracker: SqliteTracker, proposed: Proposal) -> None:
    with open_tracker(tracker._database.path, actor=Actor("Rosa", Role.WRITE), clock=lambda: NOON) as person:
        person.decline_proposal(proposed.number)
        with pytest.raises(ConflictError, match="declined already"):
            person.decline_proposal(proposed.number)
        with pytest.raises(NotFoundError, match="no proposal 9"):
            person.decline_proposal(9)
    found = last(repository, tracker)
    assert (found.state, found.closed_by, found.closed_at) == (ProposalState.DECLINED, "Rosa", NOON)
    with pytest.raises(ConflictError):
        of(repository, tracker).update_proposal(proposed.number, TEXT)


def test_withdrawn_by_us(repository: Repository, tracker: SqliteTracker, proposed: Proposal) -> None:
    local = of(repository, tracker)
    local.withdraw(proposed.number, "Nothing is left.")
    local.delete_branch(BRANCH, was=proposed.head)
    found = last(repository, tracker)
    assert (found.state, found.closed_by) == (ProposalState.WITHDRAWN, "gapkeeper")
    with pytest.raises(NotFoundError):
        local.withdraw(7, "")


def test_not_withdrawn_under_the_eyes_of_who_looks_at_it(
    repository: Repository, tracker: SqliteTracker, proposed: Proposal
) -> None:
    repository.git("checkout", "--quiet", BRANCH)
    with pytest.raises(DocumentsError, match="checked out"):
        of(repository, tracker).withdraw(proposed.number, "Nothing is left.")
    assert last(repository, tracker) == proposed


def test_a_new_one_after_the_old(repository: Repository, tracker: SqliteTracker, proposed: Proposal) -> None:
    repository.git("merge", "--quiet", BRANCH)
    local = of(repository, tracker)
    edit = DocumentEdit("a.md", EDIT.new, EDIT.old)
    local.set_branch(BRANCH, [edit], "Reopen A", was=proposed.head)
    second = local.propose(BRANCH, TEXT)
    assert [(one.number, one.state) for one in of(repository, tracker).proposals(BRANCH)] == [
        (2, ProposalState.OPEN),
        (1, ProposalState.MERGED),
    ]
    assert second.head == repository.git("rev-parse", BRANCH)


def test_one_that_was_merged_is_not_taken_for_the_rebuilt_one(
    repository: Repository, tracker: SqliteTracker, proposed: Proposal
) -> None:
    """A run that was killed between the branch and the proposal."""
    repository.git("merge", "--quiet", BRANCH)
    of(repository, tracker).set_branch(
        BRANCH, [DocumentEdit("a.md", EDIT.new, EDIT.old)], "Reopen A", was=proposed.head
    )
    assert [one.state for one in of(repository, tracker).proposals(BRANCH)] == [ProposalState.MERGED]


def test_a_reader_proposes_nothing(repository: Repository, tracker: SqliteTracker, proposed: Proposal) -> None:
    repository.git("merge", "--quiet", BRANCH)
    with open_reader(tracker._database.path) as reader:
        local = of(repository, reader)
        assert local.proposals(BRANCH)[0].state is ProposalState.MERGED
        for write in (
            lambda: local.propose(BRANCH, TEXT),
            lambda: local.update_proposal(proposed.number, TEXT),
            lambda: local.withdraw(proposed.number, ""),
            lambda: reader.decline_proposal(proposed.number),
        ):
            with pytest.raises(RefusedError):
                write()
    assert tracker.deliveries.all()[0].state is ProposalState.OPEN


class TestPlaces:
    def test_two_clones_with_one_tracker(
        self, repository: Repository, tracker: SqliteTracker, proposed: Proposal
    ) -> None:
        repository.git("clone", "--quiet", ".", "../clone")
        clone = Repository(repository.path.parent / "clone")
        assert of(clone, tracker).proposals(BRANCH) == ()  # not declined for want of a branch there
        other = of(clone, tracker)
        other.set_branch(BRANCH, [EDIT], "Resolve A", was=None)
        assert other.propose(BRANCH, TEXT).number == 2
        assert [one.number for one in of(repository, tracker).proposals(BRANCH)] == [proposed.number]
        with pytest.raises(NotFoundError):
            other.update_proposal(proposed.number, TEXT)

    def test_the_work_trees_of_a_repository_share_them(
        self, repository: Repository, tracker: SqliteTracker, proposed: Proposal
    ) -> None:
        repository.git("worktree", "add", "--quiet", "-b", "other", "../linked")
        linked = Repository(repository.path.parent / "linked")
        assert of(linked, tracker).proposals(BRANCH) == (proposed,)

    def test_a_repository_that_is_moved_with_its_tracker_keeps_them(self, tmp_path: Path) -> None:
        repository = Repository(tmp_path / "here")
        repository.commit({"a.md": EDIT.old})
        with open_tracker(repository.path / ".gapkeeper/tracker.db") as tracker:
            local = of(repository, tracker)
            local.set_branch(BRANCH, [EDIT], "Resolve A", was=None)
            local.propose(BRANCH, TEXT)
        shutil.move(repository.path, tmp_path / "there")
        moved = Repository(tmp_path / "there")
        with open_reader(moved.path / ".gapkeeper/tracker.db") as tracker:
            assert [one.state for one in of(moved, tracker).proposals(BRANCH)] == [ProposalState.OPEN]
