"""Commits of our own on the branch that is checked out, in repositories that people work in."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from delivering import BRANCH, NEW, NOON, OLD, as_it_is, edit
from delivering import local_repository as of
from gapkeeper.adapters import git_command, git_objects
from gapkeeper.adapters.git_files import committed_files
from gapkeeper.adapters.sqlite_tracker import SqliteTracker, open_reader, open_tracker
from gapkeeper.errors import DocumentsError, RefusedError
from gapkeeper.model.delivery import ProposalText
from gapkeeper.model.edits import DocumentEdit
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


class TestReading:
    def test_the_base_is_what_is_checked_out(self, repository: Repository, local: GitRepository) -> None:
        write(repository.path, {"a.md": "not committed\n"})
        assert local.base == repository.git("rev-parse", "main")
        assert {document.path: document.data for document in local.documents().documents()}["a.md"] == OLD

    def test_or_a_revision(self, repository: Repository, tracker: SqliteTracker) -> None:
        old = repository.git("rev-parse", "HEAD")
        repository.commit({"a.md": NEW})
        assert of(repository.path, tracker, "main~").base == old

    def test_it_stays_what_was_read(self, repository: Repository, local: GitRepository) -> None:
        base = local.base
        repository.commit({"a.md": NEW})
        assert local.base == base

    def test_no_commit_yet(self, tmp_path: Path, tracker: SqliteTracker) -> None:
        young = Repository(tmp_path / "young")
        write(young.path, {"HEAD": "a file of this name", "a.md": OLD})
        local = of(young.path, tracker)
        assert "no commit" in (local.obstacle(["a.md"]) or "")
        assert local.recover() is None
        with pytest.raises(DocumentsError, match="no commit"):
            local.documents()

    def test_no_repository(self, tmp_path: Path, tracker: SqliteTracker) -> None:
        local = of(tmp_path, tracker)
        assert "no git repository" in (local.obstacle(["a.md"]) or "")
        assert local.recover() is None
        with pytest.raises(DocumentsError, match="no git repository"):
            _ = local.base


class TestCommit:
    def test_it_holds_the_edits_and_says_who_made_it(self, repository: Repository, local: GitRepository) -> None:
        before = repository.git("rev-parse", "HEAD")
        made = local.commit([edit(), edit("docs/b.md")], "Resolve A\n\nBecause.\n\nItem: A\n")
        assert repository.git("rev-parse", "main") == made == local.base
        assert repository.git("log", "-1", "--format=%an|%ae|%cn|%ce|%cI|%aI|%P", made) == (
            "gapkeeper|gapkeeper@noreply.invalid|gapkeeper|gapkeeper@noreply.invalid|"
            f"2026-11-24T12:00:00+00:00|2026-11-24T12:00:00+00:00|{before}"
        )
        assert (
            repository.git("log", "-1", "--format=%B", made) == "Resolve A\n\nBecause.\n\nItem: A\nMade-by: gapkeeper"
        )
        assert repository.git("log", "-1", "--format=%(trailers:only,unfold)") == "Item: A\nMade-by: gapkeeper"
        assert repository.git("diff", "--numstat", before, made).splitlines() == ["1\t1\ta.md", "1\t1\tdocs/b.md"]
        assert repository.git("status", "--porcelain") == ""
        assert (repository.path / "a.md").read_bytes() == NEW
        assert repository.git("fsck", "--strict") == ""

    def test_what_people_staged_changed_or_added_stays(self, repository: Repository, local: GitRepository) -> None:
        repository.commit({"staged.md": "1\n", "changed.md": "1\n", "deleted.md": "1\n", "untracked": "1"})
        write(repository.path, {"staged.md": "2\n", "changed.md": "2\n", "new.md": "n\n", "staged-new.md": "n\n"})
        repository.git("rm", "--quiet", "deleted.md")
        repository.git("add", "staged.md", "staged-new.md")
        before = repository.git("status", "--porcelain"), repository.git("diff"), repository.git("diff", "--cached")
        made = local.commit([edit()], "Resolve A")
        assert (
            repository.git("status", "--porcelain"), repository.git("diff"), repository.git("diff", "--cached")
        ) == before  # fmt: skip
        assert repository.git("diff", "--name-only", f"{made}~", made) == "a.md"

    def test_a_folder_below_the_top(self, repository: Repository, tracker: SqliteTracker) -> None:
        local = of(repository.path / "docs", tracker)
        assert local.obstacles(["b.md", "../a.md"]).keys() == {"../a.md"}
        made = local.commit([edit("b.md")], "Resolve B")
        assert repository.git("diff", "--name-only", f"{made}~", made) == "docs/b.md"
        assert repository.git("status", "--porcelain") == ""

    def test_a_mode_is_kept(self, repository: Repository, local: GitRepository) -> None:
        (repository.path / "docs/b.md").chmod(0o755)
        repository.commit({})
        local.commit([edit("docs/b.md")], "Resolve B")
        assert repository.git("ls-tree", "HEAD", "docs/b.md").startswith("100755")
        assert repository.git("status", "--porcelain") == ""
        assert (repository.path / "docs/b.md").stat().st_mode & 0o777 == 0o755

    def test_no_edits_make_no_commit(self, repository: Repository, local: GitRepository) -> None:
        before = as_it_is(repository)
        assert local.commit([], "Nothing") == repository.git("rev-parse", "HEAD")
        assert as_it_is(repository) == before

    def test_a_second_commit_follows_the_first(self, repository: Repository, local: GitRepository) -> None:
        first = local.commit([edit()], "Resolve A")
        second = local.commit([edit("docs/b.md")], "Resolve B")
        assert repository.git("rev-parse", f"{second}~") == first

    @pytest.mark.parametrize(
        ("message", "whole"),
        [
            ("Subject", "Subject\n\nMade-by: gapkeeper\n"),
            ("Subject\n\nText.\n", "Subject\n\nText.\n\nMade-by: gapkeeper\n"),
            ("Item: A", "Item: A\n\nMade-by: gapkeeper\n"),  # a subject is no trailer
            ("S\n\nItem: A\n  and B\nIssue: #1", "S\n\nItem: A\n  and B\nIssue: #1\nMade-by: gapkeeper\n"),
            ("S\n\nText: it\nis no trailer", "S\n\nText: it\nis no trailer\n\nMade-by: gapkeeper\n"),
            ("caf\udce9 \0zero", "caf? zero\n\nMade-by: gapkeeper\n"),
        ],
    )
    def test_the_last_line_of_a_message_is_ours(self, message: str, whole: str) -> None:
        assert git_objects.with_trailer(message) == whole

    @pytest.mark.parametrize("name", [b"with space.md", b'quo"te.md', b"two\nlines.md", b"caf\xe9.md", b"tab\t.md",
                                      b":(top)a.md", b"-n.md", b"*.md"])  # fmt: skip
    def test_names_of_any_kind(self, repository: Repository, local: GitRepository, name: bytes) -> None:
        path = "docs/" + os.fsdecode(name)
        repository.commit({path: OLD})
        assert local.obstacles([path]) == {}
        local.commit([edit(path)], "Resolve it")
        assert committed_files(repository.path, "HEAD")[path].id == git_objects.object_id(b"blob", NEW, "0" * 40)
        assert repository.git("status", "--porcelain") == ""

    def test_sha_256(self, tmp_path: Path, tracker: SqliteTracker) -> None:
        place = tmp_path / "long"
        place.mkdir()
        subprocess.run(
            ["git", "init", "-q", "-b", "main", "--object-format=sha256"], cwd=place, env=ENVIRONMENT, check=True
        )
        repository = Repository(place)
        repository.commit({"a.md": OLD, "docs/b.md": OLD})
        local = of(place, tracker)
        assert len(local.commit([edit(), edit("docs/b.md")], "Resolve A")) == 64
        assert repository.git("status", "--porcelain") == ""
        assert repository.git("fsck", "--strict") == ""

    def test_it_costs_seven_runs_of_git_for_any_number_of_documents(
        self, repository: Repository, local: GitRepository, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        paths = [f"{number}/{number}.md" for number in range(40)]
        repository.commit(dict.fromkeys(paths, OLD))
        asked: list[str] = []
        really, started = git_command.run, git_command._start
        monkeypatch.setattr(
            git_command, "run", lambda at, *words, **more: (asked.append(words[0]), really(at, *words, **more))[1]
        )
        monkeypatch.setattr(git_command, "_start", lambda at, *words: (asked.append(words[0]), started(at, *words))[1])
        assert local.obstacles(paths) == {}
        # Where the folder is, what is read, what is checked out; the files of the commit; the index.
        assert asked == ["rev-parse", "rev-parse", "rev-parse", "cat-file", "ls-files"]
        asked.clear()
        local.commit([edit(path) for path in paths], "Resolve all")
        assert asked == ["rev-parse", "cat-file", "ls-files", "unpack-objects", "config", "update-index", "update-ref"]


class TestLineEnds:
    @pytest.mark.parametrize("how", ["autocrlf", "attributes"])
    def test_a_checkout_with_crlf_stays_one(self, repository: Repository, tracker: SqliteTracker, how: str) -> None:
        if how == "autocrlf":
            repository.git("config", "core.autocrlf", "true")
        else:
            repository.commit({".gitattributes": "*.md text eol=crlf\n"})
        (repository.path / "a.md").unlink()
        repository.git("checkout", "a.md")
        crlf = (repository.path / "a.md").read_bytes()
        assert crlf == OLD.replace(b"\n", b"\r\n")
        new = NEW.replace(b"\n", b"\r\n")
        for old, edited in ((OLD, NEW), (crlf, new)):  # read from the commit, or from the file
            local = of(repository.path, tracker)
            assert local.obstacle(["a.md"]) is None
            local.commit([DocumentEdit("a.md", old, edited)], "Resolve A")
            assert (repository.path / "a.md").read_bytes() == new
            assert repository.git("cat-file", "blob", "HEAD:a.md").encode() + b"\n" == NEW
            assert repository.git("status", "--porcelain") == ""
            assert repository.git("diff", "--numstat", "HEAD~", "HEAD") == "1\t1\ta.md"
            repository.git("reset", "--quiet", "--hard", "HEAD~")

    def test_crlf_that_is_committed_stays_as_it_is(self, repository: Repository, local: GitRepository) -> None:
        repository.git("config", "core.autocrlf", "true")
        repository.git("-c", "core.autocrlf=false", "rm", "--quiet", "--cached", "a.md")
        write(repository.path, {"a.md": b"one\r\ntwo\n"})
        repository.git("-c", "core.autocrlf=false", "add", "a.md")
        repository.git("-c", "core.autocrlf=false", "commit", "--quiet", "-m", "mixed")
        local.commit([DocumentEdit("a.md", b"one\r\ntwo\n", b"uno\r\ntwo\n")], "Edit")
        assert (repository.path / "a.md").read_bytes() == b"uno\r\ntwo\n"


class TestPlaces:
    def test_a_bare_repository(self, repository: Repository, tracker: SqliteTracker, tmp_path: Path) -> None:
        repository.git("clone", "--quiet", "--bare", ".", "../bare.git")
        local = of(tmp_path / "bare.git", tracker)
        assert local.obstacles(["a.md", "none.md"]).keys() == {"none.md"}
        made = local.commit([edit(), edit("docs/b.md")], "Resolve A")
        repository.git("pull", "--quiet", "../bare.git", "main")
        assert repository.git("rev-parse", "HEAD") == made
        assert (repository.path / "a.md").read_bytes() == NEW
        assert local.recover() is None

    def test_a_bare_repository_whose_branch_somebody_has_checked_out(
        self, repository: Repository, tracker: SqliteTracker, tmp_path: Path
    ) -> None:
        repository.git("clone", "--quiet", "--bare", ".", "../bare.git")
        repository.git("--git-dir=../bare.git", "worktree", "add", "--quiet", "../linked", "main")
        assert "checked out in another folder" in (of(tmp_path / "bare.git", tracker).obstacle(["a.md"]) or "")
        made = of(tmp_path / "linked", tracker).commit([edit()], "Resolve A")
        assert Repository(tmp_path / "linked").git("status", "--porcelain") == ""
        assert of(tmp_path / "bare.git", tracker).base == made

    def test_a_linked_work_tree(self, repository: Repository, tracker: SqliteTracker, tmp_path: Path) -> None:
        repository.git("worktree", "add", "--quiet", "-b", "other", "../linked")
        linked = Repository(tmp_path / "linked")
        made = of(linked.path, tracker).commit([edit()], "Resolve A")
        assert repository.git("rev-parse", "other") == made
        assert linked.git("status", "--porcelain") == repository.git("status", "--porcelain") == ""
        assert (repository.path / "a.md").read_bytes() == OLD

    def test_a_shallow_clone(self, repository: Repository, tracker: SqliteTracker, tmp_path: Path) -> None:
        repository.commit({"other.md": "more\n"})
        repository.git("clone", "--quiet", "--depth=1", f"file://{repository.path}", "../shallow")
        shallow = Repository(tmp_path / "shallow")
        local = of(shallow.path, tracker)
        tip = local.set_branch(BRANCH, [edit()], "Resolve A", was=None)
        branch = local.branch(BRANCH)
        assert branch is not None
        assert (branch.tip, branch.parent, branch.ours) == (tip, local.base, True)
        local.commit([edit()], "Resolve A")
        assert shallow.git("status", "--porcelain") == ""
        repository.commit({"other.md": "even more\n"})
        shallow.git("fetch", "--quiet", "--depth=1")
        shallow.git("reset", "--quiet", "--hard", "origin/main")
        branch = of(shallow.path, tracker).branch(BRANCH)  # its parent is in no branch of this clone any more
        assert branch is not None
        assert branch.ours

    @pytest.mark.parametrize("index", ["--sparse-index", "--no-sparse-index"])
    def test_a_sparse_checkout(self, repository: Repository, local: GitRepository, index: str) -> None:
        repository.commit({"far/away/c.md": OLD, "docs/deep/d.md": OLD})
        repository.git("sparse-checkout", "set", "--cone", index, "docs")
        assert not (repository.path / "far").exists()
        paths = ["far/away/c.md", "docs/b.md", "docs/deep/d.md"]
        assert local.obstacles(paths) == {}
        local.commit([edit(path) for path in paths], "Resolve all")
        assert not (repository.path / "far").exists()
        assert (repository.path / "docs/b.md").read_bytes() == NEW
        assert repository.git("show", "HEAD:far/away/c.md").encode() + b"\n" == NEW
        assert repository.git("status", "--porcelain") == ""
        assert repository.git("ls-files", "-t", "far") == "S far/away/c.md"

    def test_a_file_that_somebody_does_not_want_watched(self, repository: Repository, local: GitRepository) -> None:
        repository.git("update-index", "--assume-unchanged", "a.md")
        local.commit([edit()], "Resolve A")
        assert repository.git("ls-files", "-v", "a.md") == "h a.md"
        write(repository.path, {"a.md": "theirs\n"})
        assert "nobody committed" in (local.obstacle(["a.md"]) or "")

    def test_a_partial_clone_is_not_filled(
        self, repository: Repository, tracker: SqliteTracker, tmp_path: Path
    ) -> None:
        repository.git("config", "uploadpack.allowFilter", "true")
        repository.git("clone", "--quiet", "--bare", "--filter=blob:none", f"file://{repository.path}", "../part.git")
        local = of(tmp_path / "part.git", tracker)
        assert local.set_branch(BRANCH, [edit()], "Resolve A", was=None)  # no blob is needed to replace one


class TestSafety:
    def test_nothing_that_the_repository_names_is_run(
        self, repository: Repository, tracker: SqliteTracker, tmp_path: Path
    ) -> None:
        ran = tmp_path / "ran"
        script = tmp_path / "script"
        script.write_text(f'#!/bin/sh\necho "$0 $*" >> {ran}\nexit 1\n')
        script.chmod(0o755)
        repository.commit({".gitattributes": "*.md diff=x filter=x merge=x\nother.md filter=x=y\n"})
        for key in (
            "core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.alternateRefsCommand",
            "diff.external", "diff.x.textconv", "diff.x.command", "merge.x.driver", "uploadpack.packObjectsHook",
            "filter.x.smudge", "filter.x.clean", "filter.x.process", "filter.x=y.clean", "gpg.program",
            "gpg.ssh.program",
        ):  # fmt: skip
            repository.git("config", key, str(script))
        for key in ("commit.gpgSign", "tag.gpgSign", "log.showSignature", "filter.x.required", "core.logAllRefUpdates"):
            repository.git("config", key, "true")
        repository.git("config", "i18n.commitEncoding", "latin-1")
        hooks = repository.path / ".git/hooks"
        hooks.mkdir(exist_ok=True)
        for hook in ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "reference-transaction",
                     "post-index-change", "pre-auto-gc", "post-checkout", "post-rewrite"):  # fmt: skip
            (hooks / hook).symlink_to(script)
        os.utime(repository.path / ".git/index", (1, 1))  # so that git looks into each file when it writes a new one
        local = of(repository.path, tracker)
        assert local.obstacle(["a.md"]) is None
        tip = local.set_branch(BRANCH, [edit("docs/b.md")], "Resolve B", was=None)
        local.propose(BRANCH, ProposalText("Resolve B", ""))
        made = local.commit([edit()], "Resolve A")
        assert local.recover() is None
        assert local.proposals(BRANCH)
        assert local.branch(BRANCH)
        local.delete_branch(BRANCH, was=tip)
        assert not ran.exists(), ran.read_text()
        assert "gpgsig" not in repository.git("cat-file", "commit", made)
        assert "encoding" not in repository.git("cat-file", "commit", made)

    def test_the_variables_of_a_hook_lead_nowhere_else(
        self, repository: Repository, tracker: SqliteTracker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = Repository(tmp_path / "other")
        other.commit({"a.md": OLD})
        before = as_it_is(other)
        for name, value in (("GIT_DIR", other.path / ".git"), ("GIT_WORK_TREE", other.path), ("GIT_PREFIX", "docs/"),
                            ("GIT_INDEX_FILE", other.path / ".git/index"),
                            ("GIT_AUTHOR_NAME", "Somebody")):  # fmt: skip
            monkeypatch.setenv(name, str(value))
        of(repository.path, tracker).commit([edit()], "Resolve A")
        monkeypatch.undo()
        assert repository.git("log", "-1", "--format=%s %an") == "Resolve A gapkeeper"
        assert as_it_is(other) == before

    def test_a_reader_of_the_records_writes_nothing(self, repository: Repository, tmp_path: Path) -> None:
        before = as_it_is(repository)
        with open_reader(tmp_path / "none.db") as reader:
            local = of(repository.path, reader)
            assert local.obstacle(["a.md"]) is None
            assert local.proposals(BRANCH) == ()
            for write_ in (
                lambda: local.commit([edit()], "Resolve A"),
                lambda: local.set_branch(BRANCH, [edit()], "Resolve A", was=None),
                lambda: local.delete_branch("main", was=local.base),
                local.recover,
            ):
                with pytest.raises(RefusedError):
                    write_()
        assert as_it_is(repository) == before
        assert not (tmp_path / "none.db").exists()


class TestObjects:
    names = st.sampled_from(["a", "a.md", "a-b.md", "a0", "docs", "docs.md", "docs-x", "é.md"])
    trees = st.dictionaries(
        st.lists(names, min_size=1, max_size=3).map("/".join), st.binary(max_size=9), min_size=1, max_size=8
    )

    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(trees, st.data())
    def test_any_tree_with_other_bytes_is_the_tree_that_git_makes(
        self, tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes], data: st.DataObject
    ) -> None:
        paths = {path: text for path, text in files.items() if not any(other.startswith(f"{path}/") for other in files)}
        repository = Repository(tmp_path_factory.mktemp("any") / "repository")
        repository.commit(paths)
        chosen = data.draw(st.lists(st.sampled_from(sorted(paths)), unique=True, min_size=1))
        edits = [DocumentEdit(path, paths[path], paths[path] + b"\nmore \x80") for path in chosen]
        with open_tracker(repository.path.parent / "tracker.db") as tracker:
            of(repository.path, tracker).set_branch(BRANCH, edits, "Edit", was=None)
        assert repository.git("fsck", "--strict") == ""
        expected = repository.commit({edit.path: edit.new for edit in edits})
        assert repository.git("rev-parse", f"{BRANCH}^{{tree}}") == repository.git("rev-parse", f"{expected}^{{tree}}")

    @pytest.mark.parametrize("length", [0, 1, 15, 16, 17, 2047, 2048, 2049, 300_000])
    def test_objects_of_any_length(self, repository: Repository, length: int) -> None:
        objects = git_objects.Objects("0" * 40)
        name = objects.add(b"blob", os.urandom(length))
        objects.store(repository.path)
        assert repository.git("cat-file", "-s", name) == str(length)
        assert repository.git("fsck", "--strict", "--no-dangling") == ""
