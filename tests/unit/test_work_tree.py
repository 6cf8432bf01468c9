"""Documents edited where they are: what is in the way, and what is left as it was."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from gapkeeper.adapters import files, git_command
from gapkeeper.adapters.folder import FolderDocuments
from gapkeeper.adapters.sqlite_tracker import SqliteTracker, open_reader, open_tracker
from gapkeeper.adapters.work_tree import FolderWorkTree
from gapkeeper.errors import DocumentsError, RefusedError, StaleDocumentsError
from gapkeeper.model.edits import DocumentEdit
from repositories import Repository, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

OLD, NEW = b"a: open\n", b"a: resolved\n"


@pytest.fixture
def tracker(tmp_path: Path) -> Iterator[SqliteTracker]:
    with open_tracker(tmp_path / "tracker.db") as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder without git."""
    place = tmp_path / "folder"
    place.mkdir()
    return write(place, {"a.md": OLD, "docs/b.md": OLD})


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "repository")
    made.commit({"a.md": OLD, "docs/b.md": OLD})
    return made


@pytest.fixture
def work_tree(repository: Repository, tracker: SqliteTracker) -> FolderWorkTree:
    return FolderWorkTree(repository.path, tracker.own_edits)


def edit(path: str = "a.md", old: bytes = OLD, new: bytes = NEW) -> DocumentEdit:
    return DocumentEdit(path, old, new)


class TestWriting:
    def test_the_new_bytes_take_the_place_of_the_old(self, folder: Path, tracker: SqliteTracker) -> None:
        FolderWorkTree(folder, tracker.own_edits).write([edit(), edit("docs/b.md", new=b"\x80\r\n\xff")])
        assert (folder / "a.md").read_bytes() == NEW
        assert (folder / "docs/b.md").read_bytes() == b"\x80\r\n\xff"
        assert sorted(path.name for path in folder.rglob("*")) == ["a.md", "b.md", "docs"]

    @pytest.mark.parametrize("mode", [0o644, 0o755, 0o600, 0o464])
    def test_the_mode_stays(self, folder: Path, tracker: SqliteTracker, mode: int) -> None:
        (folder / "a.md").chmod(mode)
        FolderWorkTree(folder, tracker.own_edits).write([edit()])
        assert stat.S_IMODE((folder / "a.md").stat().st_mode) == mode

    def test_one_stale_document_and_nothing_is_written(self, folder: Path, tracker: SqliteTracker) -> None:
        work_tree = FolderWorkTree(folder, tracker.own_edits)
        for spoil in (
            lambda: write(folder, {"docs/b.md": "somebody was here\n"}),
            (folder / "docs/b.md").unlink,
            (folder / "docs").rmdir,
            lambda: write(folder, {"docs": "a file now"}),
        ):
            spoil()
            with pytest.raises(StaleDocumentsError, match=r"docs/b\.md"):
                work_tree.write([edit(), edit("docs/b.md")])
            assert (folder / "a.md").read_bytes() == OLD

    def test_a_document_that_changes_at_the_last_moment_is_not_overwritten(
        self, folder: Path, tracker: SqliteTracker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        really = files.Replacements.take_places

        def meanwhile(replacements: files.Replacements) -> None:
            write(folder, {"a.md": "theirs\n"})
            really(replacements)

        monkeypatch.setattr(files.Replacements, "take_places", meanwhile)
        with pytest.raises(StaleDocumentsError, match=r"a\.md"):
            FolderWorkTree(folder, tracker.own_edits).write([edit()])
        assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == {"a.md": b"theirs\n"}

    @pytest.mark.parametrize(
        ("code", "said"),
        [
            (errno.ENOSPC, "disk is full"),
            (errno.EACCES, "permission"),
            (errno.EROFS, "read-only file system"),
            (errno.EIO, "disk that it is on"),
        ],
    )
    def test_a_disk_that_says_no(
        self, folder: Path, tracker: SqliteTracker, monkeypatch: pytest.MonkeyPatch, code: int, said: str
    ) -> None:
        def fail(*_: object, **__: object) -> None:
            raise OSError(code, os.strerror(code))

        for step in ("fsync", "rename"):
            with monkeypatch.context() as patch:
                patch.setattr(os, step, fail)
                with pytest.raises(DocumentsError, match=r"a\.md") as caught:
                    FolderWorkTree(folder, tracker.own_edits).write([edit()])
            assert not isinstance(caught.value, StaleDocumentsError)
            assert said in caught.value.line.lower()
            assert caught.value.hint
            assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == {"a.md": OLD}

    def test_a_reader_of_the_records_writes_nothing(self, folder: Path, tmp_path: Path) -> None:
        with open_reader(tmp_path / "none.db") as reader:
            work_tree = FolderWorkTree(folder, reader.own_edits)
            assert work_tree.obstacle("a.md", OLD) is None
            with pytest.raises(RefusedError):
                work_tree.write([edit()])
        assert (folder / "a.md").read_bytes() == OLD
        assert not (tmp_path / "none.db").exists()

    def test_what_a_killed_run_left_is_no_document_and_is_taken_away(
        self, folder: Path, tracker: SqliteTracker
    ) -> None:
        with subprocess.Popen([sys.executable, "-c", ""]) as ended:
            pass
        write(folder, {f".gapkeeper-{ended.pid}-00.tmp": "half", f".gapkeeper-{os.getpid()}-00.tmp": "at work"})
        everything = FolderDocuments(folder, ["**/*"], [])
        assert [document.path for document in everything.documents()] == ["a.md", "docs/b.md"]
        FolderWorkTree(folder, tracker.own_edits).write([edit()])
        assert sorted(path.name for path in folder.iterdir()) == [f".gapkeeper-{os.getpid()}-00.tmp", "a.md", "docs"]


class TestLinks:
    @pytest.fixture
    def outside(self, tmp_path: Path) -> Path:
        place = tmp_path / "outside"
        place.mkdir()
        return write(place, {"a.md": OLD, "deep/b.md": OLD})

    @pytest.mark.parametrize("path", ["file.md", "link/a.md", "link/deep/b.md", "docs/up/b.md", "dangling.md"])
    def test_nothing_is_read_or_written_through_one(
        self, folder: Path, outside: Path, tracker: SqliteTracker, path: str
    ) -> None:
        (folder / "file.md").symlink_to(outside / "a.md")
        (folder / "link").symlink_to(outside)
        (folder / "docs/up").symlink_to(folder / "docs")  # within the folder is no better
        (folder / "dangling.md").symlink_to(outside / "nothing")
        work_tree = FolderWorkTree(folder, tracker.own_edits)
        assert "symbolic link" in (work_tree.obstacle(path, OLD) or "")
        with pytest.raises(DocumentsError, match="symbolic link"):
            work_tree.write([edit(path)])
        assert (outside / "a.md").read_bytes() == (outside / "deep/b.md").read_bytes() == OLD
        assert (folder / "docs/b.md").read_bytes() == OLD

    @pytest.mark.parametrize("path", ["../outside/a.md", "/etc/hostname", "docs/../a.md", "./a.md", "", "a.md/", "a\0"])
    def test_a_path_that_is_none_of_a_document(
        self, folder: Path, outside: Path, tracker: SqliteTracker, path: str
    ) -> None:
        work_tree = FolderWorkTree(folder, tracker.own_edits)
        assert work_tree.obstacle(path, OLD)
        with pytest.raises(DocumentsError):
            work_tree.write([edit(path)])
        assert (outside / "a.md").read_bytes() == OLD

    def test_a_folder_that_becomes_a_link_while_it_is_written_to(
        self, folder: Path, outside: Path, tracker: SqliteTracker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        really = files.Replacements.take_places

        def meanwhile(replacements: files.Replacements) -> None:
            (folder / "docs").rename(folder / "moved")
            (folder / "docs").symlink_to(outside / "deep")
            really(replacements)

        monkeypatch.setattr(files.Replacements, "take_places", meanwhile)
        with pytest.raises(DocumentsError, match="symbolic link"):
            FolderWorkTree(folder, tracker.own_edits).write([edit("docs/b.md")])
        assert (outside / "deep/b.md").read_bytes() == OLD


class TestFiles:
    """Obstacles that need no git to be seen."""

    @pytest.mark.parametrize(
        ("spoil", "said"),
        [
            (lambda folder: (folder / "a.md").unlink(), "is not there any more"),
            (lambda folder: write(folder, {"a.md": "changed\n"}), "was changed since it was read"),
            (lambda folder: (folder / "a.md").chmod(0o444), "a.md is read-only"),
            (lambda folder: (folder / "a.md").chmod(0), "a.md"),
            (lambda folder: folder.chmod(0o555), "the folder of a.md is read-only"),
            (lambda folder: ((folder / "a.md").unlink(), os.mkfifo(folder / "a.md")), "not a regular file"),
            (lambda folder: ((folder / "a.md").unlink(), (folder / "a.md").mkdir()), "not a regular file"),
        ],
    )
    def test_what_is_in_the_way_is_named(
        self, folder: Path, tracker: SqliteTracker, spoil: Callable[[Path], object], said: str
    ) -> None:
        work_tree = FolderWorkTree(folder, tracker.own_edits)
        assert work_tree.obstacle("a.md", OLD) is None
        spoil(folder)
        assert said in (work_tree.obstacle("a.md", OLD) or "")
        with pytest.raises(DocumentsError, match=r"a\.md"):
            work_tree.write([edit()])
        folder.chmod(0o755)
        assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


class TestLocalChanges:
    def test_a_committed_file_can_be_edited(self, work_tree: FolderWorkTree) -> None:
        assert work_tree.obstacle("a.md", OLD) is None
        assert work_tree.obstacle("docs/b.md", OLD) is None

    def test_what_nobody_committed_is_refused_by_name(self, repository: Repository, work_tree: FolderWorkTree) -> None:
        write(repository.path, {"docs/b.md": "theirs\n"})
        said = work_tree.obstacle("docs/b.md", b"theirs\n") or ""
        assert said.startswith("docs/b.md has changes that nobody committed")
        assert work_tree.obstacle("a.md", OLD) is None

    def test_our_own_edit_is_not_a_persons(self, repository: Repository, tracker: SqliteTracker) -> None:
        FolderWorkTree(repository.path, tracker.own_edits).write([edit()])
        with open_reader(tracker._database.path) as reader:  # another run, that only plans
            later = FolderWorkTree(repository.path, reader.own_edits)
            assert later.obstacle("a.md", NEW) is None
            repository.git("add", "a.md")
            assert later.obstacle("a.md", NEW) is None
            write(repository.path, {"a.md": NEW + b"and theirs\n"})
            assert "nobody committed" in (later.obstacle("a.md", NEW + b"and theirs\n") or "")

    def test_our_edit_of_one_document_is_not_ours_in_another(
        self, repository: Repository, work_tree: FolderWorkTree
    ) -> None:
        work_tree.write([edit()])
        write(repository.path, {"docs/b.md": NEW})
        assert work_tree.obstacle("docs/b.md", NEW)

    def test_staged_changes_are_refused_also_where_the_file_is_back(
        self, repository: Repository, work_tree: FolderWorkTree
    ) -> None:
        write(repository.path, {"a.md": "staged\n"})
        repository.git("add", "a.md")
        write(repository.path, {"a.md": OLD})
        assert "staged" in (work_tree.obstacle("a.md", OLD) or "")
        repository.git("rm", "--quiet", "--cached", "--force", "a.md")
        assert "staged" in (work_tree.obstacle("a.md", OLD) or "")

    def test_a_mode_that_is_staged(self, repository: Repository, work_tree: FolderWorkTree) -> None:
        repository.git("update-index", "--chmod=+x", "a.md")
        assert "staged" in (work_tree.obstacle("a.md", OLD) or "")

    def test_a_commit_while_we_look_is_seen(self, repository: Repository, work_tree: FolderWorkTree) -> None:
        write(repository.path, {"a.md": NEW})
        assert work_tree.obstacle("a.md", NEW)
        repository.commit({})
        assert work_tree.obstacle("a.md", NEW) is None

    def test_a_file_that_git_does_not_track_has_nothing_to_protect(
        self, repository: Repository, work_tree: FolderWorkTree
    ) -> None:
        write(repository.path, {"new.md": "new\n"})
        assert work_tree.obstacle("new.md", b"new\n") is None
        repository.git("add", "--intent-to-add", "new.md")
        assert work_tree.obstacle("new.md", b"new\n")

    def test_before_the_first_commit(self, tmp_path: Path, tracker: SqliteTracker) -> None:
        repository = Repository(tmp_path / "young")
        write(repository.path, {"a.md": OLD, "b.md": OLD})
        repository.git("add", "b.md")
        work_tree = FolderWorkTree(repository.path, tracker.own_edits)
        assert work_tree.obstacle("a.md", OLD) is None
        assert "staged" in (work_tree.obstacle("b.md", OLD) or "")

    def test_it_costs_two_runs_of_git_for_any_number_of_documents(
        self, repository: Repository, work_tree: FolderWorkTree, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        paths = [f"{number}.md" for number in range(50)]
        repository.commit(dict.fromkeys(paths, OLD))
        asked: list[tuple[str, ...]] = []
        really = git_command._open
        monkeypatch.setattr(
            git_command, "_open", lambda at, words, *more: (asked.append(words), really(at, words, *more))[1]
        )
        assert [work_tree.obstacle(path, OLD) for path in paths] == [None] * 50
        assert [words[0] for words in asked] == ["ls-tree", "ls-files"]

    @pytest.mark.parametrize(
        "name", [b"with space.md", b'quo"te.md', b"two\nlines.md", b"caf\xe9.md", "ünï.md".encode(), b"tab\t.md",
                 b":(top)a.md", b"-n.md", b"*.md", b"\\.md"],
    )  # fmt: skip
    def test_names_of_any_kind(self, repository: Repository, work_tree: FolderWorkTree, name: bytes) -> None:
        path = "docs/" + os.fsdecode(name)
        repository.commit({path: OLD})
        assert work_tree.obstacle(path, OLD) is None
        work_tree.write([edit(path)])
        assert work_tree.obstacle(path, NEW) is None
        (repository.path / path).write_bytes(b"theirs\n")
        assert path in (work_tree.obstacle(path, b"theirs\n") or "")


class TestLineEnds:
    def test_a_checkout_with_crlf_is_no_change(self, repository: Repository, work_tree: FolderWorkTree) -> None:
        repository.git("config", "core.autocrlf", "true")
        crlf = OLD.replace(b"\n", b"\r\n")
        write(repository.path, {"a.md": crlf})
        assert work_tree.obstacle("a.md", crlf) is None
        theirs = crlf + b"theirs\r\n"
        write(repository.path, {"a.md": theirs})
        assert work_tree.obstacle("a.md", theirs)

    def test_committed_with_mixed_line_ends(self, repository: Repository, work_tree: FolderWorkTree) -> None:
        repository.commit({"mixed.md": b"one\r\ntwo\nthree\r\n"})
        for same in (b"one\r\ntwo\r\nthree\r\n", b"one\ntwo\nthree\n", b"one\r\ntwo\nthree\r\n"):
            write(repository.path, {"mixed.md": same})
            assert work_tree.obstacle("mixed.md", same) is None
        write(repository.path, {"mixed.md": b"one\ntwo\r\nthree\n"})  # a person did this
        assert work_tree.obstacle("mixed.md", b"one\ntwo\r\nthree\n")


class TestUnfinishedWork:
    def conflict(self, repository: Repository) -> None:
        """Two branches that cannot be merged; `main` is checked out."""
        repository.git("checkout", "--quiet", "-b", "side")
        repository.commit({"docs/b.md": "side\n"})
        repository.commit({"docs/c.md": "side\n"})
        repository.git("checkout", "--quiet", "main")
        repository.commit({"docs/b.md": "main\n"})
        repository.commit({"docs/c.md": "main\n"})

    @pytest.mark.parametrize(
        ("command", "said"),
        [
            (("merge", "side"), "a merge"),
            (("rebase", "side"), "a rebase"),
            (("rebase", "--apply", "side"), "a rebase"),
            (("cherry-pick", "side"), "a cherry-pick"),
            (("cherry-pick", "side~", "side"), "a cherry-pick"),
            (("revert", "--no-edit", "main~2"), "a revert"),
            (("am", "../mail"), "`git am`"),
        ],
    )
    def test_it_is_finished_first(
        self, repository: Repository, work_tree: FolderWorkTree, command: tuple[str, ...], said: str
    ) -> None:
        self.conflict(repository)
        repository.commit({"docs/b.md": "main again\n"})
        mail = repository.git("format-patch", "--stdout", "-1", "side~")
        (repository.path.parent / "mail").write_text(mail + "\n")
        with pytest.raises(subprocess.CalledProcessError):
            repository.git(*command)
        assert f"in the middle of {said}" in (work_tree.obstacle("a.md", OLD) or "")
        repository.git(command[0], "--abort")
        assert work_tree.obstacle("a.md", OLD) is None

    def test_in_a_bisection(self, repository: Repository, work_tree: FolderWorkTree) -> None:
        repository.commit({"x.md": "x"})
        repository.commit({"x.md": "y"})
        repository.git("bisect", "start", "HEAD", "HEAD~2")
        assert "bisection" in (work_tree.obstacle("a.md", OLD) or "")

    def test_a_linked_work_tree_has_its_own(
        self, repository: Repository, work_tree: FolderWorkTree, tracker: SqliteTracker
    ) -> None:
        self.conflict(repository)
        repository.git("worktree", "add", "--quiet", "-b", "other", "../linked", "main")
        linked = Repository(repository.path.parent / "linked")
        with pytest.raises(subprocess.CalledProcessError):
            linked.git("merge", "side")
        assert "a merge" in (FolderWorkTree(linked.path, tracker.own_edits).obstacle("a.md", OLD) or "")
        assert work_tree.obstacle("a.md", OLD) is None


class TestWhereGitIsNot:
    def test_a_folder_below_the_top_is_no_repository(self, repository: Repository, tracker: SqliteTracker) -> None:
        work_tree = FolderWorkTree(repository.path / "docs", tracker.own_edits)
        write(repository.path, {"docs/b.md": "theirs\n"})
        assert work_tree.obstacle("b.md", b"theirs\n") is None  # as in reading: what is above is not looked at

    def test_no_git_at_all(
        self, repository: Repository, work_tree: FolderWorkTree, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        write(repository.path, {"a.md": "theirs\n"})
        assert work_tree.obstacle("a.md", b"theirs\n") is None
        assert work_tree.obstacle("a.md", OLD)

    def test_a_git_folder_that_git_did_not_make(self, folder: Path, tracker: SqliteTracker) -> None:
        (folder / ".git").mkdir()
        assert FolderWorkTree(folder, tracker.own_edits).obstacle("a.md", OLD) is None

    def test_a_damaged_repository_is_told(self, repository: Repository, work_tree: FolderWorkTree) -> None:
        for path in sorted(repository.path.glob(".git/objects/??/*")):
            path.unlink()
        assert "git" in (work_tree.obstacle("a.md", OLD) or "")

    def test_a_repository_that_git_does_not_trust(
        self, repository: Repository, work_tree: FolderWorkTree, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            git_command,
            "run",
            lambda *_, **__: subprocess.CompletedProcess(
                [], 128, b"", b"fatal: detected dubious ownership in repository"
            ),
        )
        assert "safe.directory" in (work_tree.obstacle("a.md", OLD) or "")
        assert repository.path.exists()
