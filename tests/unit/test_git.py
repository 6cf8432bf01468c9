"""Documents of a revision, read from git's object store."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gapkeeper.adapters import blame, git, git_command
from gapkeeper.adapters.folder import FolderDocuments
from gapkeeper.adapters.git import CommitFiles, RevisionDocuments, commit_dates, is_ancestor, origin, resolve
from gapkeeper.adapters.git_files import Blob, committed_files
from gapkeeper.errors import DocumentsError, UsageError
from gapkeeper.model.spans import Place
from gapkeeper.settings.repository import DEFAULT_EXCLUDE
from repositories import Repository, write

if TYPE_CHECKING:
    from pathlib import Path

EVERY = ("**/*.md",)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


def read(folder: Path, revision: str = "HEAD") -> dict[str, bytes | None]:
    documents = RevisionDocuments(folder, revision, EVERY, DEFAULT_EXCLUDE).documents()
    return {document.path: document.data for document in documents}


class TestDocuments:
    def test_the_work_tree_is_neither_read_nor_touched(self, repository: Repository) -> None:
        old = repository.commit({"a.md": "old", "docs/b.md": "b"})
        new = repository.commit({"a.md": "new"})
        write(repository.path, {"a.md": "edited", "untracked.md": "x"})
        before = {path: path.stat().st_mtime_ns for path in sorted(repository.path.rglob("*"))}
        assert read(repository.path, old) == {"a.md": b"old", "docs/b.md": b"b"}
        assert read(repository.path, "main") == {"a.md": b"new", "docs/b.md": b"b"}
        assert RevisionDocuments(repository.path, "HEAD~0", EVERY, ()).revision == new
        assert {path: path.stat().st_mtime_ns for path in sorted(repository.path.rglob("*"))} == before

    def test_a_bare_repository(self, repository: Repository, tmp_path: Path) -> None:
        repository.commit({"a.md": "x"})
        repository.git("clone", "--quiet", "--bare", ".", "../bare.git")
        assert read(tmp_path / "bare.git") == {"a.md": b"x"}

    def test_paths_below_the_top_are_relative_to_the_folder(self, repository: Repository) -> None:
        repository.commit({"a.md": "x", "docs/b.md": "b", "docs/deep/c.md": "c"}, date="2026-02-03T23:30:00-02:00")
        documents = RevisionDocuments(repository.path / "docs", "HEAD", EVERY, ())
        assert [document.path for document in documents.documents()] == ["b.md", "deep/c.md"]
        assert documents.exists("deep/c.md")
        assert not documents.exists("../a.md")
        assert documents.commit_dates(["b.md"]) == {"b.md": dt.date(2026, 2, 4)}

    def test_a_folder_that_the_revision_does_not_have(self, repository: Repository) -> None:
        repository.commit({"a.md": "x"})
        (repository.path / "new").mkdir()
        assert read(repository.path / "new") == {}

    def test_links_and_submodules_are_not_followed(self, repository: Repository, tmp_path: Path) -> None:
        other = Repository(tmp_path / "other")
        other.commit({"y.md": "y"})
        (repository.path / "link.md").symlink_to("/etc/passwd")
        repository.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "../other", "sub")
        repository.commit({"a.md": "x"})
        documents = RevisionDocuments(repository.path, "HEAD", EVERY, ())
        assert [document.path for document in documents.documents()] == ["a.md"]
        assert not documents.exists("link.md")

    def test_what_cannot_be_read(self, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
        pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n"
        repository.commit({"a-long.md": "x" * 2_000, "damaged.md": "gone", "fine.md": "x", "pointer.md": pointer})
        monkeypatch.setattr(git, "SIZE_LIMIT", 1_000)
        damaged = repository.git("rev-parse", "HEAD:damaged.md")
        documents = RevisionDocuments(repository.path, "HEAD", EVERY, ())
        assert documents.exists("damaged.md")
        (repository.path / ".git/objects" / damaged[:2] / damaged[2:]).unlink()
        found = {document.path: document for document in documents.documents()}
        assert found.pop("fine.md").data == b"x"
        errors = {path: document.error or "" for path, document in found.items() if document.data is None}
        assert errors["a-long.md"].startswith("it is longer than")
        assert errors["damaged.md"] == "git cannot read it; fetch what this clone lacks, or look with `git fsck`"
        assert "git lfs pull" in errors["pointer.md"]

    def test_a_few_trees_that_hold_billions_of_files_are_refused(self, repository: Repository) -> None:
        tree = repository.git("rev-parse", f"{repository.commit({'a.md': 'x'})}^{{tree}}")
        for _ in range(40):
            entries = "".join(f"040000 tree {tree}\t{name * 200}\n" for name in "ab")
            made = git_command.output(repository.path, "mktree", data=entries.encode())
            tree = made.decode().strip()
        commit = repository.git("commit-tree", "-m", "x", tree)
        with pytest.raises(DocumentsError, match="64 MB of names"):
            read(repository.path, commit)
        with pytest.raises(DocumentsError, match="64 MB of names"):
            committed_files(repository.path, commit)

    def test_folders_that_are_too_deep_are_refused(self) -> None:
        deep = [(f"{number}/{'a/' * 5_000}b.md", Blob("100644", "0" * 40)) for number in range(3)]
        assert "b.md" in {entry.name for entry in CommitFiles(deep[:1]).folders[deep[0][0].removesuffix("b.md")]}
        with pytest.raises(DocumentsError, match="64 MB of names"):
            CommitFiles(deep)

    def test_names_that_are_no_text(self, repository: Repository) -> None:
        names = [b"caf\xe9.md", b"two\nlines.md", b"tab\t.md", b"\x01" + b"0" * 40 + b" 1.md"]
        repository.commit({os.fsdecode(name): "x" for name in names})
        found = read(repository.path)
        assert sorted(os.fsencode(path) for path in found) == sorted(names)
        assert set(commit_dates(repository.path, list(found), resolve(repository.path, "HEAD"))) == set(found)

    names = st.sampled_from(["a", "b.md", "c.md", "docs", ".x", "tests", "é.md"])
    trees = st.dictionaries(st.lists(names, min_size=1, max_size=3).map("/".join), st.binary(max_size=9), max_size=8)

    @given(trees, st.sampled_from(["", "*.md\n", "/docs\n", "docs/*\n!docs/b.md\n"]))
    @settings(max_examples=max(10, settings.default.max_examples // 10) if settings.default else 10)
    def test_a_folder_and_its_commit_hold_the_same(
        self, tmp_path_factory: pytest.TempPathFactory, tree: dict[str, bytes], ignored: str
    ) -> None:
        folder = tmp_path_factory.mktemp("same")
        try:
            repository = Repository(folder)
            for path, data in sorted(tree.items(), key=lambda pair: len(pair[0])):
                if not any(parent.is_file() for parent in (folder / path).parents) and not (folder / path).exists():
                    write(folder, {path: data})
            repository.commit({".gitignore": ignored})
            as_it_is = FolderDocuments(folder, EVERY, DEFAULT_EXCLUDE)
            committed = RevisionDocuments(folder, "HEAD", EVERY, DEFAULT_EXCLUDE)
            assert list(committed.documents()) == list(as_it_is.documents())
            assert committed.revision == as_it_is.revision
            everything = [
                path.relative_to(folder).as_posix() for path in folder.rglob("[!.]*") if ".git/" not in f"{path}/"
            ]
            assert [path for path in everything if not (committed.exists(path) and as_it_is.exists(path))] == []
        finally:
            shutil.rmtree(folder)


class TestRevisions:
    @pytest.mark.parametrize("revision", ["-x", "--upload-pack=touch x", "", "a\nb", "a\0b"])
    def test_what_is_no_name_is_refused(self, repository: Repository, revision: str) -> None:
        with pytest.raises(UsageError, match="is not a revision"):
            resolve(repository.path, revision)

    @pytest.mark.parametrize(
        "revision", ["nowhere", "HEAD:a.md", "HEAD^{tree}", "main..main", "$(touch x)", ":/x", "0" * 40]
    )
    def test_what_is_no_commit(self, repository: Repository, revision: str) -> None:
        repository.commit({"a.md": "x"})
        with pytest.raises(DocumentsError, match="there is no commit") as caught:
            resolve(repository.path, revision)
        assert caught.value.exit_code == 65

    def test_no_repository(self, tmp_path: Path) -> None:
        with pytest.raises(DocumentsError, match="is in no git repository"):
            RevisionDocuments(tmp_path, "HEAD", EVERY, ())

    def test_no_folder(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="there is no folder"):
            RevisionDocuments(tmp_path / "nowhere", "HEAD", EVERY, ())

    def test_no_git(self, repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
        with pytest.raises(DocumentsError, match="git is not installed"):
            RevisionDocuments(repository.path, "HEAD", EVERY, ())
        assert origin(repository.path) is None
        assert blame.author(repository.path, Place("a.md", 1), None) is None

    def test_a_repository_of_somebody_else(self, tmp_path: Path) -> None:
        said = b"fatal: detected dubious ownership in repository at '/x'\n"
        with pytest.raises(DocumentsError, match="belongs to somebody else") as caught:
            git_command.refuse_where_git_cannot_work(tmp_path, subprocess.CompletedProcess([], 128, b"", said))
        assert f"safe.directory {tmp_path}" in (caught.value.hint or "")

    def test_who_comes_before_whom(self, repository: Repository) -> None:
        first = repository.commit({"a.md": "x"})
        second = repository.commit({"a.md": "y"})
        assert is_ancestor(repository.path, first, second) is True
        assert is_ancestor(repository.path, second, second) is True
        assert is_ancestor(repository.path, second, first) is False
        assert is_ancestor(repository.path, "0" * 40, first) is None

    def test_origin(self, repository: Repository) -> None:
        assert origin(repository.path) is None
        repository.git("remote", "add", "origin", "git@github.com:o/n.git")
        assert origin(repository.path) == "git@github.com:o/n.git"


class TestCommitDates:
    def test_the_last_commit_of_each_path(self, repository: Repository) -> None:
        repository.commit({"a.md": "1", "b c.md": "1", "gone.md": "1"}, date="2026-01-01T00:00:00Z")
        repository.commit({"a.md": "2"}, date="2026-01-02T00:00:00Z")
        revision = repository.commit({"other": "3"}, date="2026-01-03T23:59:00-01:00")
        found = commit_dates(repository.path, ["a.md", "b c.md", "other", "never.md"], revision)
        assert found == {"a.md": dt.date(2026, 1, 2), "b c.md": dt.date(2026, 1, 1), "other": dt.date(2026, 1, 4)}
        assert commit_dates(repository.path, ["a.md"], f"{revision}~2") == {"a.md": dt.date(2026, 1, 1)}

    def test_more_paths_than_git_is_asked_about(self, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
        names = [f"{number}.md" for number in range(9)]
        revision = repository.commit(dict.fromkeys(names, "x"))
        monkeypatch.setattr(git, "_NARROW", 3)
        assert set(commit_dates(repository.path, names, revision)) == set(names)

    def test_a_branch_that_was_merged_and_a_merge_that_edits(self, repository: Repository) -> None:
        repository.commit({"a.md": "1", "b.md": "1", "c.md": "1"}, date="2026-01-01T00:00:00Z")
        repository.git("checkout", "--quiet", "-b", "side")
        repository.commit({"b.md": "side", "c.md": "side"}, date="2026-01-02T00:00:00Z")
        repository.git("checkout", "--quiet", "main")
        repository.commit({"a.md": "main", "c.md": "main"}, date="2026-01-03T00:00:00Z")
        with pytest.raises(subprocess.CalledProcessError):
            repository.git("merge", "--quiet", "side")
        revision = repository.commit({"c.md": "both"}, date="2026-01-04T00:00:00Z")
        assert {
            path: day.day for path, day in commit_dates(repository.path, ["a.md", "b.md", "c.md"], revision).items()
        } == {
            "a.md": 3,
            "b.md": 2,
            "c.md": 4,
        }

    def test_in_a_shallow_clone_what_lies_before_is_unknown(self, repository: Repository, tmp_path: Path) -> None:
        repository.commit({"a.md": "1", "b.md": "1"}, date="2026-01-01T00:00:00Z")
        repository.commit({"c.md": "1"}, date="2026-01-02T00:00:00Z")
        revision = repository.commit({"b.md": "2"}, date="2026-01-03T00:00:00Z")
        repository.git("clone", "--quiet", "--depth=2", f"file://{repository.path}", "../shallow")
        found = FolderDocuments(tmp_path / "shallow", EVERY, ()).commit_dates(["a.md", "b.md", "c.md"])
        assert found == {"b.md": dt.date(2026, 1, 3)}
        assert set(commit_dates(repository.path, ["a.md", "b.md", "c.md"], revision)) == {"a.md", "b.md", "c.md"}

    def test_a_date_that_no_calendar_has(self, repository: Repository) -> None:
        repository.commit({"a.md": "1"})
        commit = repository.git("cat-file", "commit", "HEAD").replace(" 1767268800 ", " 99999999999999 ")
        raw = subprocess.run(
            ["git", "hash-object", "-t", "commit", "-w", "--stdin", "--literally"],
            cwd=repository.path, input=f"{commit}\n", capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert commit_dates(repository.path, ["a.md"], raw.stdout.strip()) == {}


class TestSafety:
    def test_nothing_that_the_repository_names_is_run(self, repository: Repository, tmp_path: Path) -> None:
        ran = tmp_path / "ran"
        script = tmp_path / "script"
        script.write_text(f"#!/bin/sh\ntouch {ran}\n")
        script.chmod(0o755)
        repository.commit({"a.md": "1", ".gitattributes": "*.md diff=x filter=x\n"})
        revision = repository.commit({"a.md": "2"})
        for key in ("core.fsmonitor", "core.pager", "pager.log", "diff.external", "diff.x.textconv", "diff.x.command",
                    "filter.x.smudge", "filter.x.clean", "core.sshCommand", "core.editor", "gpg.program"):  # fmt: skip
            repository.git("config", key, str(script))
        repository.git("config", "log.showSignature", "true")
        hook = repository.path / ".git/hooks/post-checkout"
        hook.parent.mkdir(exist_ok=True)
        shutil.copy(script, hook)
        assert read(repository.path) == {"a.md": b"2"}
        assert set(commit_dates(repository.path, ["a.md"], revision)) == {"a.md"}
        assert is_ancestor(repository.path, revision, "HEAD")
        assert blame.author(repository.path, Place("a.md", 1), revision) == "AUTHOR@example.org"
        assert blame.author(repository.path, Place("a.md", 1), None) == "AUTHOR@example.org"
        assert not ran.exists()

    def test_the_variables_of_a_hook_lead_nowhere_else(
        self, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        commit = repository.commit({"a.md": "x"})
        other = Repository(tmp_path / "other")
        other.commit({"b.md": "x"})
        monkeypatch.setenv("GIT_DIR", str(other.path / ".git"))
        monkeypatch.setenv("GIT_WORK_TREE", str(other.path))
        monkeypatch.setenv("GIT_INDEX_FILE", str(other.path / ".git/index"))
        assert resolve(repository.path, "HEAD") == commit
        assert read(repository.path) == {"a.md": b"x"}

    def test_what_is_missing_in_a_partial_clone_is_not_fetched(self, repository: Repository, tmp_path: Path) -> None:
        repository.commit({"a.md": "x"})
        repository.git("config", "uploadpack.allowFilter", "true")
        repository.git(
            "clone", "--quiet", "--no-checkout", "--filter=blob:none", f"file://{repository.path}", "../part"
        )
        documents = RevisionDocuments(tmp_path / "part", "HEAD", EVERY, ())
        (document,) = documents.documents()
        assert document.data is None
        assert document.error
