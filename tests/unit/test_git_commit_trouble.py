"""What stands in the way of a commit, who is faster, and what is left where one was broken off."""

from __future__ import annotations

import dataclasses
import subprocess
from typing import TYPE_CHECKING

import pytest

from delivering import NEW, NOON, OLD, as_it_is, edit
from delivering import local_repository as of
from gapkeeper.adapters import git_command, git_commit
from gapkeeper.adapters.sqlite_tracker import SqliteTracker, open_tracker
from gapkeeper.errors import DocumentsError, StaleDocumentsError
from repositories import ENVIRONMENT, Repository, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gapkeeper.adapters.git_repository import GitRepository


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


class TestInTheWay:
    """Each is told before anything is written, and nothing is."""

    def refused(
        self,
        repository: Repository,
        tracker: SqliteTracker,
        said: str,
        *,
        path: str = "a.md",
        revision: str | None = None,
    ) -> None:
        before = as_it_is(repository)
        local = of(repository.path, tracker, revision)
        assert said in (local.obstacle([path]) or "")
        assert said in local.obstacles([path])[path]
        with pytest.raises(DocumentsError, match=said) as caught:
            local.commit([edit(path)], "Resolve A")
        assert not isinstance(caught.value, StaleDocumentsError)
        assert as_it_is(repository) == before
        assert tracker.deliveries.intent(repository.path / ".git") is None

    def test_a_detached_head(self, repository: Repository, tracker: SqliteTracker) -> None:
        repository.git("checkout", "--quiet", "--detach")
        self.refused(repository, tracker, "detached")

    def test_a_revision_that_is_not_checked_out(self, repository: Repository, tracker: SqliteTracker) -> None:
        repository.commit({"docs/b.md": "more\n"})
        self.refused(repository, tracker, "not read from what is checked out", revision="HEAD~")
        assert of(repository.path, tracker, "main").obstacle(["a.md"]) is None

    def test_a_merge_in_progress(self, repository: Repository, tracker: SqliteTracker) -> None:
        repository.git("checkout", "--quiet", "-b", "side")
        repository.commit({"docs/b.md": "side\n"})
        repository.git("checkout", "--quiet", "main")
        repository.commit({"docs/b.md": "main\n"})
        with pytest.raises(subprocess.CalledProcessError):
            repository.git("merge", "side")
        self.refused(repository, tracker, "in the middle of a merge")

    def test_local_changes(self, repository: Repository, tracker: SqliteTracker) -> None:
        write(repository.path, {"docs/b.md": "theirs\n"})
        self.refused(repository, tracker, "docs/b.md has changes that nobody committed", path="docs/b.md")
        local = of(repository.path, tracker)
        assert local.obstacles(["a.md", "docs/b.md"]).keys() == {"docs/b.md"}

    def test_staged_changes(self, repository: Repository, tracker: SqliteTracker) -> None:
        write(repository.path, {"a.md": "theirs\n"})
        repository.git("add", "a.md")
        write(repository.path, {"a.md": OLD})
        self.refused(repository, tracker, "staged")

    def test_a_file_that_was_deleted(self, repository: Repository, tracker: SqliteTracker) -> None:
        (repository.path / "a.md").unlink()
        self.refused(repository, tracker, "was deleted")

    def test_a_file_that_is_not_committed(self, repository: Repository, tracker: SqliteTracker) -> None:
        write(repository.path, {"new.md": OLD})
        self.refused(repository, tracker, "no file of the newest commit", path="new.md")

    def test_a_read_only_file(self, repository: Repository, tracker: SqliteTracker) -> None:
        (repository.path / "a.md").chmod(0o444)
        self.refused(repository, tracker, "read-only")

    def test_symbolic_links(self, repository: Repository, tracker: SqliteTracker) -> None:
        (repository.path / "link.md").symlink_to("a.md")
        (repository.path / "away").symlink_to("docs")
        repository.commit({})
        self.refused(repository, tracker, "no file of the newest commit", path="link.md")
        self.refused(repository, tracker, "no file of the newest commit", path="away/b.md")
        (repository.path / "docs").rename(repository.path / "real")
        (repository.path / "docs").symlink_to("real")  # in the work tree only
        self.refused(repository, tracker, "symbolic link", path="docs/b.md")

    def test_a_submodule(self, repository: Repository, tracker: SqliteTracker) -> None:
        inner = Repository(repository.path.parent / "inner")
        inner.commit({"y.md": OLD})
        repository.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "../inner", "sub")
        repository.commit({})
        self.refused(repository, tracker, "no file of the newest commit", path="sub/y.md")
        assert of(repository.path / "sub", tracker).obstacle(["y.md"]) is None

    def test_another_git_at_work(self, repository: Repository, tracker: SqliteTracker) -> None:
        (repository.path / ".git/index.lock").touch()
        self.refused(repository, tracker, "index.lock")

    def test_a_file_in_conflict(self, repository: Repository, tracker: SqliteTracker) -> None:
        blob = repository.git("rev-parse", "HEAD:a.md")
        entries = "".join(f"100644 {blob} {stage}\ta.md\n" for stage in (1, 2, 3))
        subprocess.run(["git", "update-index", "--index-info"], cwd=repository.path, env=ENVIRONMENT, check=True,
                       input=f"0 {'0' * 40}\ta.md\n{entries}".encode())  # fmt: skip
        self.refused(repository, tracker, "in conflict")


class TestMeanwhile:
    """Somebody is faster: nothing of theirs is overwritten, and nothing of ours is left half done."""

    def test_the_branch_moved_since_it_was_read(self, repository: Repository, local: GitRepository) -> None:
        assert local.base
        repository.commit({"other.md": "theirs\n"})
        before = as_it_is(repository)
        with pytest.raises(StaleDocumentsError, match="moved"):
            local.commit([edit()], "Resolve A")
        assert as_it_is(repository) == before

    def test_a_document_changed_since_it_was_read(self, repository: Repository, local: GitRepository) -> None:
        before = as_it_is(repository)
        with pytest.raises(StaleDocumentsError, match=r"docs/b\.md"):
            local.commit([edit(), edit("docs/b.md", old=b"something else\n")], "Resolve A")
        assert as_it_is(repository) == before

    @pytest.mark.parametrize("at", ["unpack-objects", "config", "update-index", "update-ref"])
    def test_a_person_commits_while_we_do(
        self,
        repository: Repository,
        local: GitRepository,
        tracker: SqliteTracker,
        monkeypatch: pytest.MonkeyPatch,
        at: str,
    ) -> None:
        really = git_command.run

        def meanwhile(folder: Path, *words: str, **more: bytes) -> subprocess.CompletedProcess[bytes]:
            if words[0] == at:
                monkeypatch.setattr(git_command, "run", really)
                write(repository.path, {"other.md": "theirs\n"})
                repository.git("commit", "--quiet", "-m", "theirs", "other.md")
            return really(folder, *words, **more)

        monkeypatch.setattr(git_command, "run", meanwhile)
        with pytest.raises(StaleDocumentsError, match="moved"):
            local.commit([edit(), edit("docs/b.md")], "Resolve A")
        assert repository.git("log", "-1", "--format=%s") == "theirs"
        assert repository.git("status", "--porcelain") == ""
        assert (repository.path / "a.md").read_bytes() == OLD
        assert tracker.deliveries.intent(repository.path / ".git") is None

    def test_a_person_commits_ours_while_we_do(
        self, repository: Repository, local: GitRepository, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        really = git_command.run

        def meanwhile(folder: Path, *words: str, **more: bytes) -> subprocess.CompletedProcess[bytes]:
            if words[0] == "update-ref":
                monkeypatch.setattr(git_command, "run", really)
                repository.git("commit", "--quiet", "--all", "-m", "theirs and ours")
            return really(folder, *words, **more)

        monkeypatch.setattr(git_command, "run", meanwhile)
        with pytest.raises(StaleDocumentsError):
            local.commit([edit()], "Resolve A")
        assert repository.git("status", "--porcelain") == ""
        assert (repository.path / "a.md").read_bytes() == NEW

    def test_a_file_is_edited_while_we_commit(
        self, repository: Repository, local: GitRepository, tracker: SqliteTracker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        really = git_commit.make

        def meanwhile(*arguments: object) -> None:
            write(repository.path, {"docs/b.md": "theirs\n"})
            really(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(git_commit, "make", meanwhile)
        with pytest.raises(StaleDocumentsError, match=r"docs/b\.md"):
            local.commit([edit(), edit("docs/b.md")], "Resolve A")
        assert repository.git("status", "--porcelain") == "M docs/b.md"
        assert (repository.path / "a.md").read_bytes() == OLD
        assert tracker.deliveries.intent(repository.path / ".git") is None

    @pytest.mark.parametrize("at", ["update-index", "update-ref"])
    def test_a_git_that_fails_leaves_everything_as_it_was(
        self,
        repository: Repository,
        local: GitRepository,
        tracker: SqliteTracker,
        monkeypatch: pytest.MonkeyPatch,
        at: str,
    ) -> None:
        before = as_it_is(repository)
        really = git_command.run

        def failing(folder: Path, *words: str, **more: bytes) -> subprocess.CompletedProcess[bytes]:
            if words[0] == at:
                monkeypatch.setattr(git_command, "run", really)
                return subprocess.CompletedProcess(words, 128, b"", b"fatal: no space left on device")
            return really(folder, *words, **more)

        monkeypatch.setattr(git_command, "run", failing)
        with pytest.raises(DocumentsError, match="no space left"):
            local.commit([edit(), edit("docs/b.md")], "Resolve A")
        assert as_it_is(repository) == before
        assert tracker.deliveries.intent(repository.path / ".git") is None
        local.commit([edit(), edit("docs/b.md")], "Resolve A")
        assert repository.git("status", "--porcelain") == ""

    def test_two_runs_with_trackers_of_their_own(
        self, repository: Repository, local: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        really = git_command.run

        def meanwhile(folder: Path, *words: str, **more: bytes) -> subprocess.CompletedProcess[bytes]:
            if words[0] == "update-ref":
                monkeypatch.setattr(git_command, "run", really)
                with open_tracker(tmp_path / "other.db") as other:
                    of(repository.path, other).commit([edit("docs/b.md")], "Resolve B")
            return really(folder, *words, **more)

        monkeypatch.setattr(git_command, "run", meanwhile)
        with pytest.raises(StaleDocumentsError, match="moved"):
            local.commit([edit()], "Resolve A")
        assert repository.git("log", "-1", "--format=%s") == "Resolve B"
        assert repository.git("status", "--porcelain") == ""


class TestBrokenOff:
    """A run was killed while it committed, and people went on before the next one."""

    @pytest.fixture
    def broken_off(self, repository: Repository, local: GitRepository, monkeypatch: pytest.MonkeyPatch) -> Repository:
        """Killed when the files and the index were written, and the branch was not."""

        class Killed(BaseException):
            pass

        def killed(*_: object, **__: object) -> None:
            raise Killed

        with monkeypatch.context() as patch:
            patch.setattr(git_commit, "move_ref", killed)
            with pytest.raises(Killed):
                local.commit([edit(), edit("docs/b.md")], "Resolve A")
        assert repository.git("status", "--porcelain").split() == ["M", "a.md", "M", "docs/b.md"]
        return repository

    def test_it_is_told_and_then_completed(self, broken_off: Repository, tracker: SqliteTracker) -> None:
        assert "broken off" in (of(broken_off.path, tracker).obstacle(["a.md"]) or "")
        local = of(broken_off.path, tracker)
        assert local.recover() == "a commit to main that a run had begun was completed"
        assert local.recover() is None
        assert broken_off.git("log", "-1", "--format=%s") == "Resolve A"
        assert broken_off.git("status", "--porcelain") == ""
        assert local.obstacle(["a.md"]) is None
        assert local.base == broken_off.git("rev-parse", "main")

    def test_a_person_edited_a_file(self, broken_off: Repository, tracker: SqliteTracker) -> None:
        write(broken_off.path, {"a.md": "theirs\n"})
        assert of(broken_off.path, tracker).recover() == "a commit to main that a run had begun was given up"
        assert (broken_off.path / "a.md").read_bytes() == b"theirs\n"
        assert (broken_off.path / "docs/b.md").read_bytes() == OLD
        assert broken_off.git("status", "--porcelain") == "M a.md"
        assert broken_off.git("log", "-1", "--format=%s") == "change"

    def test_a_person_committed_it(self, broken_off: Repository, tracker: SqliteTracker) -> None:
        broken_off.git("commit", "--quiet", "-m", "theirs")
        assert "given up" in (of(broken_off.path, tracker).recover() or "")
        assert broken_off.git("status", "--porcelain") == ""
        assert (broken_off.path / "a.md").read_bytes() == NEW

    def test_a_person_committed_something_else(self, broken_off: Repository, tracker: SqliteTracker) -> None:
        write(broken_off.path, {"other.md": "theirs\n"})
        broken_off.git("commit", "--quiet", "-m", "theirs", "other.md")
        assert "given up" in (of(broken_off.path, tracker).recover() or "")
        assert broken_off.git("status", "--porcelain") == ""
        assert (broken_off.path / "a.md").read_bytes() == OLD

    def test_a_person_took_it_back(self, broken_off: Repository, tracker: SqliteTracker) -> None:
        broken_off.git("reset", "--quiet", "--hard")
        assert "completed" in (of(broken_off.path, tracker).recover() or "")  # nobody said that it was unwanted
        assert broken_off.git("status", "--porcelain") == ""

    def test_a_person_switched_the_branch(self, broken_off: Repository, tracker: SqliteTracker) -> None:
        broken_off.git("checkout", "--quiet", "-b", "other")
        assert "given up" in (of(broken_off.path, tracker).recover() or "")
        assert broken_off.git("status", "--porcelain") == ""
        assert broken_off.git("rev-parse", "other") == broken_off.git("rev-parse", "main")

    def test_a_person_staged_another_mode(self, broken_off: Repository, tracker: SqliteTracker) -> None:
        broken_off.git("update-index", "--chmod=+x", "a.md")
        assert "given up" in (of(broken_off.path, tracker).recover() or "")
        assert broken_off.git("ls-files", "--stage", "a.md").startswith("100755")

    def test_another_git_is_at_work(self, broken_off: Repository, tracker: SqliteTracker) -> None:
        lock = broken_off.path / ".git/index.lock"
        lock.touch()
        with pytest.raises(DocumentsError, match=r"index\.lock"):
            of(broken_off.path, tracker).recover()
        lock.unlink()
        assert "completed" in (of(broken_off.path, tracker).recover() or "")

    def test_a_person_staged_something_else(self, broken_off: Repository, tracker: SqliteTracker) -> None:
        write(broken_off.path, {"a.md": "theirs\n"})
        broken_off.git("add", "a.md")
        write(broken_off.path, {"a.md": NEW})
        assert "given up" in (of(broken_off.path, tracker).recover() or "")
        assert broken_off.git("show", ":a.md") == "theirs"

    def test_a_record_that_is_not_ours(self, repository: Repository, tracker: SqliteTracker) -> None:
        """The tracker may have come with the repository: its record moves no branch to somebody's commit."""
        parent = repository.git("rev-parse", "HEAD")
        repository.git("checkout", "--quiet", "-b", "side")
        theirs = repository.commit({"a.md": NEW})
        repository.git("checkout", "--quiet", "main")
        old, new = (repository.git("rev-parse", f"{name}:a.md") for name in (parent, theirs))
        intent = git_commit.Intent(
            "refs/heads/main", parent, theirs, (git_commit.FileChange("a.md", "100644", old, new),)
        )
        before = as_it_is(repository)
        other = git_commit.FileChange("docs/b.md", "100644", new, old)
        for text in (
            intent.to_text(),
            dataclasses.replace(intent, files=(other,)).to_text(),
            dataclasses.replace(intent, commit=f"{theirs}\n{theirs}").to_text(),
            dataclasses.replace(intent, branch="HEAD").to_text(),
            dataclasses.replace(intent, commit="0" * 40).to_text(),
            "{",
            "[]",
            '{"files": 1}',
            '{"files": [{}], "branch": 1}',
            '{"files": [], "branch": 1, "parent": 1, "commit": 1}',
        ):
            tracker.deliveries.begin(repository.path / ".git", text)
            assert "given up" in (of(repository.path, tracker).recover() or "")
            assert as_it_is(repository) == before
