"""Documents of a folder as it is."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gapkeeper.adapters.folder import FolderDocuments
from gapkeeper.adapters.selection import SIZE_LIMIT, Entry, Selection
from gapkeeper.errors import DocumentsError, UsageError
from gapkeeper.settings.repository import DEFAULT_EXCLUDE
from repositories import Repository, write

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gapkeeper.model.documents import Document

EVERY = ("**/*.md",)


def source(folder: Path, include: Iterable[str] = EVERY, exclude: Iterable[str] = DEFAULT_EXCLUDE) -> FolderDocuments:
    return FolderDocuments(folder, include, exclude)


def paths(folder: Path, include: Iterable[str] = EVERY, exclude: Iterable[str] = DEFAULT_EXCLUDE) -> list[str]:
    return [document.path for document in source(folder, include, exclude).documents()]


def only(folder: Path) -> Document:
    (document,) = source(folder).documents()
    return document


class TestWhichFiles:
    def test_in_byte_order_of_the_whole_path(self, tmp_path: Path) -> None:
        names = ["a/x.md", "a-b/x.md", "a.md", "a0/x.md", "B.md", "é.md", "ż/x.md", "z.md"]
        write(tmp_path, dict.fromkeys(names, "x"))
        assert paths(tmp_path) == sorted(names, key=os.fsencode)

    def test_the_defaults(self, tmp_path: Path) -> None:
        read = [".hidden/plan.md", ".plan.md", "README.md", "docs/LATER.md", "docs/tests.md", "latest/x.md"]
        not_read = [
            "CHANGELOG.md", "LICENSE.md", "a/tests/x.md", "fixtures/x.md", "node_modules/x/y.md", "vendor/x.md",
            ".github/x.md", ".git/x.md", ".gapkeeper/x.md", "docs/.gapkeeper/x.md", "notes.txt", "x.MD",
        ]  # fmt: skip
        write(tmp_path, dict.fromkeys(read + not_read, "x"))
        assert paths(tmp_path) == sorted(read)

    def test_patterns_are_those_of_gitignore(self, tmp_path: Path) -> None:
        write(tmp_path, dict.fromkeys(["a.md", "docs/a.md", "docs/b.txt", "docs/old/c.md", "x/docs/d.md"], "x"))
        assert paths(tmp_path, ["/docs/"], []) == ["docs/a.md", "docs/b.txt", "docs/old/c.md"]
        assert paths(tmp_path, ["docs/*.md"], []) == ["docs/a.md"]
        assert paths(tmp_path, ["*.md", "!/a.md"], ["old/"]) == ["docs/a.md", "x/docs/d.md"]
        assert paths(tmp_path, ["*.md"], ["docs/**", "!docs/a.md"]) == ["a.md", "docs/a.md", "x/docs/d.md"]

    def test_excluded_folders_are_not_listed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write(tmp_path, {"node_modules/a/x.md": "x", "b/skipped/x.md": "x", "b/.gitignore": "skipped\n", "c/x.md": "x"})
        documents = source(tmp_path)
        listed = []
        entries = FolderDocuments.entries
        monkeypatch.setattr(
            FolderDocuments, "entries", lambda self, folder: listed.append(folder) or entries(self, folder)
        )
        assert [document.path for document in documents.documents()] == ["c/x.md"]
        assert listed == ["", "b/", "c/"]

    def test_a_folder_with_the_name_of_a_document_is_a_folder(self, tmp_path: Path) -> None:
        write(tmp_path, {"next.md/plan.md": "x"})
        (tmp_path / "empty.md").mkdir()
        assert paths(tmp_path) == ["next.md/plan.md"]

    def test_names_that_are_no_text_are_kept(self, tmp_path: Path) -> None:
        names = [
            b"caf\xe9.md",
            b"two\nlines.md",
            b"line\nfeed/x.md",
            "right\u202eleft.md".encode(),
            b"\x1b[2J.md",
            b"tab\t.md",
        ]
        for name in names:
            path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(b"x")
        documents = list(source(tmp_path).documents())
        assert [os.fsencode(document.path) for document in documents] == sorted(names)
        assert all(document.data == b"x" for document in documents)

    def test_folders_can_be_nested_more_deeply_than_calls(self) -> None:
        class Deep:
            def entries(self, folder: str) -> list[Entry]:
                below = [Entry("d", is_folder=True)] if folder.count("/") < 5_000 else []
                return [*below, Entry("x.md", is_folder=False)]

            def ignore_file(self, folder: str) -> None:
                assert folder is not None

        assert sum(1 for _ in Selection(EVERY, ()).walk(Deep())) == 5_001


class TestGitignore:
    def test_the_nearest_file_and_the_last_line_count(self, tmp_path: Path) -> None:
        write(
            tmp_path,
            {
                ".gitignore": b"\xef\xbb\xbf# ours\r\n*.tmp.md\r\n/out/\n!keep.tmp.md\nno[range\n",
                "docs/.gitignore": "!a.tmp.md\n/b.md\n",
                "a.tmp.md": "x", "keep.tmp.md": "x", "out/x.md": "x", "out/keep.tmp.md": "x",
                "docs/a.tmp.md": "x", "docs/b.md": "x", "docs/out/x.md": "x", "docs/c/b.md": "x",
            },
        )  # fmt: skip
        assert paths(tmp_path) == ["docs/a.tmp.md", "docs/c/b.md", "docs/out/x.md", "keep.tmp.md"]

    def test_everything_but_one_kind_of_file(self, tmp_path: Path) -> None:
        write(tmp_path, {".gitignore": "*\n!*/\n!plan.md\n", "plan.md": "x", "a/plan.md": "x", "a/b/other.md": "x"})
        assert paths(tmp_path) == ["a/plan.md", "plan.md"]

    def test_a_link_in_its_place_is_not_read(self, tmp_path: Path) -> None:
        write(tmp_path, {"patterns": "*.md\n", "x.md": "x"})
        (tmp_path / ".gitignore").symlink_to("patterns")
        assert paths(tmp_path) == ["x.md"]

    def test_a_pattern_cannot_be_made_to_run_for_ever(self, tmp_path: Path) -> None:
        write(tmp_path, {".gitignore": f"{'a*' * 60}b\n", f"{'a' * 200}.md": "x"})
        assert len(paths(tmp_path)) == 1

    names = st.sampled_from(["a", "b", "ab", "a.md", "b.md", "docs"])
    trees = st.dictionaries(st.lists(names, min_size=1, max_size=3).map("/".join), st.just("x"), max_size=8)
    parts = st.sampled_from(["a", "b", "*", "**", "?", "[ab]", "[!a]", "*.md", "docs"])
    lines = st.builds(
        "".join,
        st.tuples(
            st.sampled_from(["", "!", "/", "!/", "\\!"]),
            st.lists(parts, min_size=1, max_size=3).map("/".join),
            st.sampled_from(["", "/", "/**", " ", "\\ "]),
        ),
    )  # fmt: skip
    ignores = st.dictionaries(
        st.sampled_from(["", "a/", "docs/"]), st.lists(lines, max_size=4).map("\n".join), max_size=2
    )

    @given(trees, ignores)
    @settings(max_examples=max(20, settings.default.max_examples // 4) if settings.default else 20)
    def test_git_ignores_the_same(
        self, tmp_path_factory: pytest.TempPathFactory, tree: dict[str, str], ignores: dict[str, str]
    ) -> None:
        folder = tmp_path_factory.mktemp("ignored")
        try:
            repository = Repository(folder)
            for path in sorted(tree, key=len):
                if not any(parent.is_file() for parent in (folder / path).parents) and not (folder / path).exists():
                    write(folder, {path: "x"})
            for place, text in ignores.items():
                if (folder / place).is_dir():
                    write(folder, {f"{place}.gitignore": text})
            listed = repository.git("ls-files", "--others", "--exclude-standard", "-z").split("\0")
            expected = sorted(path for path in listed if path and not path.endswith(".gitignore"))
            assert paths(folder, ["*", "!.gitignore"], []) == expected
        finally:
            shutil.rmtree(folder)


class TestLinks:
    def test_links_are_not_followed(self, tmp_path: Path) -> None:
        outside = tmp_path / "outside"
        folder = write(tmp_path / "folder", {"real/LATER.md": "x"})
        write(outside, {"secret.md": "secret"})
        (folder / "leaves.md").symlink_to(outside / "secret.md")
        (folder / "leaves").symlink_to(outside, target_is_directory=True)
        (folder / "loop").symlink_to(folder, target_is_directory=True)
        (folder / "self.md").symlink_to("self.md")
        (folder / "same.md").symlink_to("real/LATER.md")
        (folder / "dangling.md").symlink_to("nowhere.md")
        assert paths(folder) == ["real/LATER.md"]

    def test_a_link_to_the_folder_itself_may_be_named(self, tmp_path: Path) -> None:
        write(tmp_path / "folder", {"x.md": "x"})
        (tmp_path / "link").symlink_to("folder", target_is_directory=True)
        assert paths(tmp_path / "link") == ["x.md"]

    def test_a_file_that_becomes_a_link_while_it_is_read_is_not_followed(self, tmp_path: Path) -> None:
        folder = write(tmp_path / "folder", {"a.md": "x", "b.md": "x"})
        write(tmp_path, {"secret.md": "secret"})
        documents = source(folder).documents()
        next(documents)
        (folder / "b.md").unlink()
        (folder / "b.md").symlink_to(tmp_path / "secret.md")
        document = next(documents)
        assert document.data is None
        assert "exclude it" in (document.error or "")


class TestWhatCannotBeRead:
    def test_one_document_is_read_at_a_time(self, tmp_path: Path) -> None:
        write(tmp_path, {"a.md": "x", "b.md": "x"})
        documents = source(tmp_path).documents()
        next(documents)
        write(tmp_path, {"b.md": "changed"})
        assert next(documents).data == b"changed"

    def test_a_file_that_vanished(self, tmp_path: Path) -> None:
        write(tmp_path, {"a.md": "x", "b.md": "x"})
        documents = source(tmp_path).documents()
        next(documents)
        (tmp_path / "b.md").unlink()
        document = next(documents)
        assert (document.path, document.data) == ("b.md", None)
        assert document.error == "it vanished while the folder was read; run the command again"

    def test_a_file_without_permission(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write(tmp_path, {"a.md": "x"})

        def forbidden(path: str, _: int) -> int:
            raise PermissionError(13, "Permission denied", path)

        monkeypatch.setattr(os, "open", forbidden)
        document = only(tmp_path)
        assert document.data is None
        assert document.error == "permission denied; make it readable, or exclude it: [documents] exclude"

    def test_a_folder_without_permission_is_not_passed_over(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(tmp_path, {"a/x.md": "x", "b/x.md": "x"})
        scandir = os.scandir

        def forbidden(path: Path) -> object:
            if path.name == "a":
                raise PermissionError(13, "Permission denied", str(path))
            return scandir(path)

        monkeypatch.setattr(os, "scandir", forbidden)
        first, second = source(tmp_path).documents()
        assert (first.path, first.data) == ("a", None)
        assert (first.error or "").startswith("the folder cannot be listed: permission denied; make it readable")
        assert second.path == "b/x.md"

    def test_a_folder_that_is_gone(self, tmp_path: Path) -> None:
        folder = write(tmp_path / "folder", {"x.md": "x"})
        documents = source(folder)
        shutil.rmtree(folder)
        with pytest.raises(DocumentsError, match="cannot be listed: No such file or directory"):
            list(documents.documents())

    def test_a_file_of_fifty_megabytes(self, tmp_path: Path) -> None:
        with (tmp_path / "x.md").open("wb") as file:
            file.truncate(50_000_000)
        document = only(tmp_path)
        assert document.data is None
        assert document.error == "it is longer than 10 MB; split it, or exclude it: [documents] exclude"

    def test_a_file_as_long_as_is_allowed(self, tmp_path: Path) -> None:
        write(tmp_path, {"x.md": b"x" * SIZE_LIMIT})
        assert len(only(tmp_path).data or b"") == SIZE_LIMIT

    def test_a_pipe_is_not_waited_for(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "x.md")
        document = only(tmp_path)
        assert document.data is None
        assert (document.error or "").startswith("it is not a regular file")

    def test_bytes_that_are_no_text_are_handed_on(self, tmp_path: Path) -> None:
        data = b"\x00\xff\xfe" + bytes(range(256))
        write(tmp_path, {"x.md": data})
        assert only(tmp_path).data == data

    def test_a_pointer_of_git_lfs(self, tmp_path: Path) -> None:
        write(tmp_path, {"x.md": "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n"})
        assert "git lfs pull" in (only(tmp_path).error or "")

    @pytest.mark.parametrize(
        ("name", "message"), [("nowhere", "there is no folder"), ("x.md", "is a file, not a folder")]
    )
    def test_what_is_no_folder(self, tmp_path: Path, name: str, message: str) -> None:
        write(tmp_path, {"x.md": "x"})
        with pytest.raises(UsageError, match=message) as caught:
            source(tmp_path / name)
        assert caught.value.exit_code == 64
        assert caught.value.hint


def test_exists(tmp_path: Path) -> None:
    folder = write(tmp_path / "folder", {"docs/Plan.md": "x", "docs/x.png": "x", ".git/config": "x"})
    write(tmp_path, {"outside.md": "x"})
    (folder / "leaves").symlink_to(tmp_path, target_is_directory=True)
    (folder / "stays").symlink_to("docs", target_is_directory=True)
    exists = source(folder).exists
    there = ["docs/Plan.md", "docs", "docs/", "docs/x.png", "./docs/../docs/Plan.md", "", ".", "stays/Plan.md"]
    not_there = [
        "docs/plan.md", "Docs/Plan.md", "docs/Plan.md/x", "nowhere", "../outside.md", "docs/../../outside.md",
        "leaves/outside.md", "leaves", "/etc", str(tmp_path / "outside.md"), "docs/\0", "docs/Plan.md\n",
    ]  # fmt: skip
    assert [path for path in there if not exists(path)] == []
    assert [path for path in not_there if exists(path)] == []


class TestRevision:
    def test_no_repository(self, tmp_path: Path) -> None:
        write(tmp_path, {"x.md": "x"})
        documents = source(tmp_path)
        assert documents.revision is None
        assert documents.commit_dates(["x.md"]) == {}

    def test_the_repository_above_is_not_looked_at(self, tmp_path: Path) -> None:
        Repository(tmp_path).commit({"docs/x.md": "x"})
        documents = source(tmp_path / "docs")
        assert documents.revision is None
        assert documents.commit_dates(["x.md"]) == {}

    def test_before_the_first_commit(self, tmp_path: Path) -> None:
        assert source(Repository(tmp_path).path).revision is None

    def test_a_branch_a_tag_and_packed_references(self, tmp_path: Path) -> None:
        repository = Repository(tmp_path)
        first = repository.commit({"x.md": "x"})
        assert source(tmp_path).revision == first
        second = repository.commit({"x.md": "y"})
        assert source(tmp_path).revision == second
        repository.git("pack-refs", "--all")
        assert not (tmp_path / ".git/refs/heads/main").exists()
        assert source(tmp_path).revision == second
        repository.git("checkout", "--quiet", "--detach", first)
        assert source(tmp_path).revision == first

    def test_a_linked_work_tree(self, tmp_path: Path) -> None:
        repository = Repository(tmp_path / "main")
        commit = repository.commit({"x.md": "x"}, date="2026-03-01T12:00:00Z")
        repository.git("worktree", "add", "--quiet", "-b", "other", "../linked")
        documents = source(tmp_path / "linked")
        assert documents.revision == commit
        assert documents.commit_dates(["x.md"])["x.md"].isoformat() == "2026-03-01"

    @pytest.mark.parametrize(
        "head",
        ["", "ref: ", "ref: refs/heads/nowhere", "ref: refs/../../secret", "ref: refs/heads/x\n", "0" * 39, "\xff"],
    )
    def test_what_git_would_not_write(self, tmp_path: Path, head: str) -> None:
        write(
            tmp_path,
            {"secret": "0" * 40, ".git/HEAD": head.encode("latin-1"), ".git/refs/heads/x": "ref: refs/heads/x"},
        )
        assert source(tmp_path).revision is None

    def test_a_folder_that_only_looks_like_a_repository(self, tmp_path: Path) -> None:
        write(tmp_path, {"x.md": "x", ".git/HEAD": "1" * 40})
        documents = source(tmp_path)
        assert documents.revision == "1" * 40
        assert documents.commit_dates(["x.md"]) == {}

    def test_without_git_a_folder_is_still_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        commit = Repository(tmp_path).commit({"x.md": "x"})
        monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
        documents = source(tmp_path)
        assert [document.path for document in documents.documents()] == ["x.md"]
        assert documents.revision == commit
        assert documents.commit_dates(["x.md"]) == {}

    def test_another_repository_inside_is_not_part_of_this_one(self, tmp_path: Path) -> None:
        repository = Repository(tmp_path / "outer")
        repository.commit({"x.md": "x"})
        Repository(tmp_path / "outer/inner").commit({"y.md": "y"})
        assert paths(tmp_path / "outer") == ["x.md"]
        assert paths(tmp_path) == ["outer/inner/y.md", "outer/x.md"]
