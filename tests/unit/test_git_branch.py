"""A branch of our own: one commit on the base, moved only where it is ours."""

from __future__ import annotations

import datetime as dt
import subprocess
from typing import TYPE_CHECKING

import pytest

from delivering import BRANCH, NEW, NOON, OLD, as_it_is, edit
from delivering import local_repository as of
from gapkeeper.adapters import git_command
from gapkeeper.adapters.git_repository import GitRepository
from gapkeeper.adapters.sqlite_tracker import SqliteTracker, open_tracker
from gapkeeper.errors import DocumentsError, StaleDocumentsError
from repositories import ENVIRONMENT, Repository

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def tracker(tmp_path: Path) -> Iterator[SqliteTracker]:
    with open_tracker(tmp_path / "tracker.db", clock=lambda: NOON) as opened:
        yield opened


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "repository")
    made.commit({"a.md": OLD, "docs/b.md": OLD, "other.md": "other\n"})
    return made


@pytest.fixture
def local(repository: Repository, tracker: SqliteTracker) -> GitRepository:
    return of(repository.path, tracker)


class TestBranch:
    def test_it_is_one_commit_on_the_base(self, repository: Repository, local: GitRepository) -> None:
        before = as_it_is(repository)
        assert local.branch(BRANCH) is None
        tip = local.set_branch(BRANCH, [edit(), edit("docs/b.md")], "Resolve A", was=None)
        assert repository.git("rev-parse", BRANCH) == tip
        assert repository.git("rev-parse", f"{tip}~") == local.base
        assert repository.git("diff", "--numstat", local.base, tip).splitlines() == ["1\t1\ta.md", "1\t1\tdocs/b.md"]
        after = as_it_is(repository)
        assert after.pop("refs") != before.pop("refs")
        assert after == before  # neither index, files nor what is checked out

    def test_made_again_nothing_moves(self, repository: Repository, tracker: SqliteTracker) -> None:
        tip = of(repository.path, tracker).set_branch(BRANCH, [edit()], "Resolve A", was=None)
        later = GitRepository(repository.path, None, tracker.deliveries, include=(), exclude=(),
                              clock=lambda: NOON + dt.timedelta(days=1))  # fmt: skip
        before = repository.git("reflog", "show", BRANCH)
        assert later.set_branch(BRANCH, [edit()], "Resolve A", was=tip) == tip
        assert repository.git("reflog", "show", BRANCH) == before

    @pytest.mark.parametrize("what", ["edit", "message", "base"])
    def test_anything_else_is_another_commit(self, repository: Repository, tracker: SqliteTracker, what: str) -> None:
        tip = of(repository.path, tracker).set_branch(BRANCH, [edit()], "Resolve A", was=None)
        if what == "base":
            repository.commit({"other.md": "more\n"})
        local = of(repository.path, tracker)
        new = b"a: done\n" if what == "edit" else NEW
        made = local.set_branch(BRANCH, [edit(new=new)], "Other" if what == "message" else "Resolve A", was=tip)
        assert made != tip
        assert repository.git("rev-list", "--count", f"{local.base}..{BRANCH}") == "1"

    @pytest.mark.parametrize("was", [None, "0" * 39 + "1"])
    def test_a_tip_that_is_another_one(self, repository: Repository, local: GitRepository, was: str | None) -> None:
        tip = local.set_branch(BRANCH, [edit()], "Resolve A", was=None)
        with pytest.raises(StaleDocumentsError, match=BRANCH):
            local.set_branch(BRANCH, [edit(new=b"x\n")], "Other", was=was)
        if was is not None:
            with pytest.raises(StaleDocumentsError, match=BRANCH):
                local.delete_branch(BRANCH, was=was)
        assert repository.git("rev-parse", BRANCH) == tip

    def test_a_tip_that_moves_at_the_last_moment(
        self, repository: Repository, local: GitRepository, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tip = local.set_branch(BRANCH, [edit()], "Resolve A", was=None)
        really = git_command.run

        def meanwhile(folder: Path, *words: str, **more: bytes) -> subprocess.CompletedProcess[bytes]:
            if words[0] == "update-ref":
                repository.git("update-ref", f"refs/heads/{BRANCH}", "main")
            return really(folder, *words, **more)

        monkeypatch.setattr(git_command, "run", meanwhile)
        with pytest.raises(StaleDocumentsError, match=BRANCH):
            local.set_branch(BRANCH, [edit(new=b"x\n")], "Other", was=tip)
        assert repository.git("rev-parse", BRANCH) == local.base

    def test_a_document_that_is_not_what_was_read(self, repository: Repository, local: GitRepository) -> None:
        before = as_it_is(repository)
        for path in ("a.md", "none.md", "docs"):
            with pytest.raises(StaleDocumentsError, match=path):
                local.set_branch(BRANCH, [edit(path, old=b"something else\n")], "Resolve A", was=None)
        assert as_it_is(repository) == before

    def test_it_is_not_moved_where_somebody_has_it_checked_out(
        self, repository: Repository, local: GitRepository, tracker: SqliteTracker, tmp_path: Path
    ) -> None:
        tip = local.set_branch(BRANCH, [edit()], "Resolve A", was=None)
        repository.git("worktree", "add", "--quiet", "../linked", BRANCH)
        for place in (repository.path, tmp_path / "linked"):
            other = of(place, tracker, "main")
            assert "linked" in (other.branch_obstacle(BRANCH) or "")
            with pytest.raises(DocumentsError, match=r"checked out in .*linked"):
                other.set_branch(BRANCH, [edit(new=b"x\n")], "Other", was=tip)
            with pytest.raises(DocumentsError, match=r"checked out in .*linked"):
                other.delete_branch(BRANCH, was=tip)
        assert repository.git("rev-parse", BRANCH) == tip
        repository.git("worktree", "remove", "../linked")
        assert local.branch_obstacle(BRANCH) is None

    def test_another_name_of_a_branch_moves_no_branch(self, repository: Repository, local: GitRepository) -> None:
        repository.git("symbolic-ref", f"refs/heads/{BRANCH}", "refs/heads/main")
        before = repository.git("rev-parse", "main")
        with pytest.raises(DocumentsError):
            local.set_branch(BRANCH, [edit()], "Resolve A", was=before)
        assert repository.git("rev-parse", "main") == before

    def test_a_branch_in_the_place_of_its_folder(self, repository: Repository, local: GitRepository) -> None:
        repository.git("branch", "gapkeeper")
        with pytest.raises(DocumentsError, match=BRANCH) as caught:
            local.set_branch(BRANCH, [edit()], "Resolve A", was=None)
        assert not isinstance(caught.value, StaleDocumentsError)
        assert caught.value.hint

    def test_it_is_deleted_and_may_be_gone(self, repository: Repository, local: GitRepository) -> None:
        tip = local.set_branch(BRANCH, [edit()], "Resolve A", was=None)
        local.delete_branch(BRANCH, was=tip)
        local.delete_branch(BRANCH, was=tip)
        assert local.branch(BRANCH) is None
        assert repository.git("branch", "--format=%(refname:short)") == "main"

    def test_on_the_newest_base_from_another_branch(self, repository: Repository, tracker: SqliteTracker) -> None:
        repository.git("checkout", "--quiet", "-b", "feature")
        repository.commit({"f.md": "feature\n"})
        tip = of(repository.path, tracker).set_branch(BRANCH, [edit()], "Resolve A", was=None)
        repository.git("checkout", "--quiet", "main")
        local = of(repository.path, tracker)
        branch = local.branch(BRANCH)
        assert branch is not None
        assert branch.ours  # nobody put a commit on it: the feature is below it, and stays in its own branch
        local.set_branch(BRANCH, [edit()], "Resolve A", was=tip)
        assert repository.git("rev-list", "--count", f"main..{BRANCH}") == "1"


class TestOurs:
    @pytest.fixture
    def tip(self, local: GitRepository) -> str:
        return local.set_branch(BRANCH, [edit()], "Resolve A", was=None)

    def ours(self, repository: Repository, tracker: SqliteTracker) -> bool:
        branch = of(repository.path, tracker).branch(BRANCH)
        assert branch is not None
        return branch.ours

    @pytest.mark.parametrize(
        ("what", "ours"),
        [
            ((), True),
            (("commit", "--quiet", "--allow-empty", "-m", "theirs"), False),
            (("commit", "--quiet", "--allow-empty", "-m", "theirs\n\nMade-by: gapkeeper"), False),
            (("commit", "--quiet", "--amend", "--no-edit"), False),
            (("rebase", "--quiet", "main"), False),
            (("cherry-pick", "main"), False),
            (("merge", "--quiet", "--no-edit", "main"), False),
            (("reset", "--quiet", "--hard", "main~"), True),  # emptied: there is nothing of anybody
        ],
    )
    def test_what_people_do_to_it(
        self,
        repository: Repository,
        tracker: SqliteTracker,
        tip: str,
        what: tuple[str, ...],
        ours: bool,  # noqa: FBT001
    ) -> None:
        repository.commit({"other.md": "more\n"})
        repository.git("checkout", "--quiet", BRANCH)
        if what:
            repository.git(*what)
        repository.git("checkout", "--quiet", "main")
        assert (repository.git("rev-parse", BRANCH) == tip) == (not what)
        assert self.ours(repository, tracker) is ours

    def test_theirs_that_was_merged_is_nobodys(self, repository: Repository, tracker: SqliteTracker, tip: str) -> None:
        repository.git("checkout", "--quiet", BRANCH)
        repository.git("commit", "--quiet", "--allow-empty", "-m", "theirs")
        repository.git("checkout", "--quiet", "main")
        assert not self.ours(repository, tracker)
        repository.git("merge", "--quiet", BRANCH)
        assert self.ours(repository, tracker)
        assert tip

    def test_a_message_that_a_person_reworded(self, repository: Repository, tracker: SqliteTracker, tip: str) -> None:
        """Even as us: without our line it is not as we made it."""
        text = repository.git("cat-file", "commit", tip).replace("\nMade-by: gapkeeper", "")
        made = subprocess.run(["git", "hash-object", "-t", "commit", "-w", "--stdin"], cwd=repository.path, check=True,
                              input=f"{text}\n".encode(), capture_output=True, env=ENVIRONMENT)  # fmt: skip
        repository.git("update-ref", f"refs/heads/{BRANCH}", made.stdout.decode().strip())
        assert not self.ours(repository, tracker)
