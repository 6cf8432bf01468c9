"""Both ends of a pull request are found, and fetched where a clone lacks them; nothing else happens to the clone."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from gapkeeper.adapters import git_fetch, git_pull, git_remote
from gapkeeper.adapters.git_pull import Ends, bring
from gapkeeper.adapters.git_range import merge_base, newest_change
from gapkeeper.errors import DocumentsError, StaleDocumentsError, UnavailableError
from pulling import PLAN, Forge
from repositories import Repository, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    return Forge(tmp_path)


def commits(repository: Repository, number: int, name: str = "code.py") -> str:
    """As many commits that change the code; the last."""
    return [repository.commit({name: f"{step}\n"}) for step in range(number)][-1]


def state(clone: Repository) -> dict[str, str | bytes]:
    """What belongs to the person: where they stand, their branches, their files, what they fetched last."""
    files = {
        path.relative_to(clone.path).as_posix(): path.read_bytes()
        for path in clone.path.rglob("*")
        if path.is_file() and (".git" not in path.parts or path.name in {"HEAD", "FETCH_HEAD", "index", "config"})
    }
    references = clone.git("for-each-ref").splitlines()
    return {**files, "references": "\n".join(line for line in references if "refs/gapkeeper/" not in line)}


def test_where_all_is_there_nothing_is_fetched(forge: Forge) -> None:
    topic = forge.branch()
    pull = forge.open(topic.commit({"docs/LATER.md": "x"}))
    clone = forge.clone()
    clone.git("fetch", "--quiet", "origin", pull.head_ref)
    forge.repository.git("config", "uploadpack.hideRefs", "refs/pull")
    assert bring(clone.path, pull) == Ends(pull.head, forge.start)
    assert "gapkeeper" not in clone.git("for-each-ref")


def test_what_is_missing_is_fetched_and_nothing_else_changes(forge: Forge) -> None:
    clone = forge.clone()
    write(clone.path, {"docs/LATER.md": "edited", "new.md": "x"})
    clone.git("fetch", "--quiet", "origin", "main")
    others = forge.repository.commit({"code.py": "others\n"})
    pull = forge.open(forge.branch(forge.start).commit({"docs/LATER.md": "x"}))
    forge.repository.git("tag", "v1")
    before = state(clone)
    assert bring(clone.path, pull) == Ends(pull.head, forge.start)
    assert state(clone) == before
    assert clone.git("rev-parse", "refs/gapkeeper/pull/7/head", "refs/gapkeeper/pull/7/base").split() == [
        pull.head,
        others,
    ]
    assert clone.git("rev-parse", "--is-shallow-repository") == "false"
    clone.git("fsck", "--strict")


def test_a_base_that_moved_at_the_remote_counts(forge: Forge) -> None:
    clone = forge.clone()
    moved = commits(forge.repository, 2)
    pull = forge.open(forge.branch().commit({"docs/LATER.md": "x"}))
    assert bring(clone.path, pull) == Ends(pull.head, moved)


@pytest.mark.parametrize(("own", "others"), [(1, 1), (4, 1), (3, 6), (12, 2)])
def test_a_shallow_checkout_of_a_merge_is_deepened_until_it_suffices(
    forge: Forge, own: int, others: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(git_pull, "_DEPTHS", (2, 5, git_fetch.ALL))
    before = commits(forge.repository, 5)
    pull = forge.open(commits(forge.branch(), own))
    commits(forge.repository, others, "others.py")
    job = forge.checkout_of_a_merge(pull)
    head, files = job.git("rev-parse", "HEAD"), state(job)
    assert bring(job.path, pull) == Ends(pull.head, before)
    assert (job.git("rev-parse", "HEAD"), state(job)) == (head, files)
    assert merge_base(job.path, pull.head, "refs/gapkeeper/pull/7/base") == before
    assert not (job.path / ".git/shallow.lock").exists()
    job.git("fsck", "--connectivity-only")
    job.git("log", "--oneline", pull.head)
    assert bring(job.path, pull) == Ends(pull.head, before)


def test_a_checkout_of_the_head_itself_is_deepened_too(forge: Forge) -> None:
    pull = forge.open(commits(forge.branch(), 3), ref="refs/merge-requests/7/head")
    job = Repository(forge.path / "job")
    job.git("remote", "add", "origin", forge.url)
    job.git("fetch", "--quiet", "--depth=1", "origin", "refs/merge-requests/7/head")
    job.git("checkout", "--quiet", "--detach", "FETCH_HEAD")
    assert bring(job.path, pull) == Ends(pull.head, forge.start)
    assert job.git("rev-parse", "--is-shallow-repository") == "false"


def test_a_head_that_moved_meanwhile_is_told(forge: Forge) -> None:
    topic = forge.branch()
    pull = forge.open(topic.commit({"docs/LATER.md": "x"}))
    topic.git("commit", "--quiet", "--amend", "--message=forced")
    forge.open(topic.git("rev-parse", "HEAD"))
    clone = forge.clone()
    with pytest.raises(StaleDocumentsError, match="was pushed to meanwhile"):
        bring(clone.path, pull)
    assert "gapkeeper" not in clone.git("for-each-ref")
    clone.git("fsck")


def test_histories_that_have_nothing_in_common(forge: Forge) -> None:
    other = forge.branch()
    other.git("checkout", "--quiet", "--orphan", "other")
    pull = forge.open(other.commit({"docs/LATER.md": "x"}))
    ends = bring(forge.clone().path, pull)
    assert ends.base == forge.start
    assert "have no commit in common" in (ends.why or "")


def test_a_remote_that_has_no_more_history_itself(forge: Forge) -> None:
    commits(forge.repository, 3)
    pull = forge.open(commits(forge.branch("main~2"), 2))
    mirror = Repository(forge.path / "mirror")
    specs = ("refs/heads/main:refs/heads/other", f"{pull.head_ref}:{pull.head_ref}")
    mirror.git("fetch", "--quiet", "--depth=1", forge.url, *specs)
    mirror.git("branch", "main", "other")
    job = Repository(forge.path / "job")
    job.git("remote", "add", "origin", f"file://{mirror.path}")
    job.git("fetch", "--quiet", "--depth=1", "origin", "main")
    ends = bring(job.path, pull)
    assert ends.base == mirror.git("rev-parse", "main")
    assert "fetch-depth: 0" in (ends.why or "")


def test_without_a_remote_what_is_there_is_compared(forge: Forge) -> None:
    pull = forge.open(forge.branch().commit({"docs/LATER.md": "x"}))
    assert bring(forge.repository.path, pull) == Ends(pull.head, forge.start)
    lacking = forge.open("refs/heads/main")
    with pytest.raises(DocumentsError, match="this clone does not have 0000000000") as caught:
        bring(forge.repository.path, type(pull)(**{**_fields(lacking), "head": "0" * 40}))
    assert "git remote add origin" in (caught.value.hint or "")


def _fields(pull: object) -> dict[str, object]:
    return {name: getattr(pull, name) for name in type(pull).__slots__}  # type: ignore[attr-defined]  # a dataclass's


def test_without_a_remote_a_shallow_clone_says_what_to_do(forge: Forge) -> None:
    pull = forge.open(commits(forge.branch(), 2))
    clone = forge.clone("--depth=1")
    clone.git("fetch", "--quiet", "--depth=1", "origin", pull.head_ref)
    clone.git("update-ref", "refs/heads/topic", pull.head)
    clone.git("config", "--unset", "remote.origin.url")
    ends = bring(clone.path, pull)
    assert ends.base == forge.start
    assert "git fetch --unshallow" in (ends.why or "")


def test_a_base_branch_that_is_nowhere(forge: Forge) -> None:
    pull = forge.open(forge.branch().commit({"docs/LATER.md": "x"}), base="gone")
    clone = forge.clone()
    for _ in range(2):
        ends = bring(clone.path, pull)
        assert (ends.head, ends.base) == (pull.head, None)
        assert "no branch gone" in (ends.why or "")


def test_a_clone_of_something_else_is_told(forge: Forge) -> None:
    pull = forge.open(forge.branch().commit({"docs/LATER.md": "x"}))
    forge.repository.git("update-ref", "-d", pull.head_ref)
    with pytest.raises(DocumentsError, match="has no refs/pull/7/head") as caught:
        bring(forge.clone().path, pull)
    assert "a fork or a mirror" in (caught.value.hint or "")


@pytest.mark.parametrize("name", ["-x", "a b", "a:refs/heads/b", "a*", "a\nb", "a..b", "", "a//b"])
def test_what_is_no_name_never_reaches_git(forge: Forge, name: str) -> None:
    pull = forge.open(forge.start)
    with pytest.raises(DocumentsError, match="is no name of a branch"):
        bring(forge.repository.path, type(pull)(**{**_fields(pull), "base": name}))


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that takes connections and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_remote_that_never_answers_is_not_waited_for(
    forge: Forge, silent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull = forge.open(forge.branch().commit({"docs/LATER.md": "x"}))
    clone = forge.clone()
    clone.git("config", "remote.origin.url", f"http://user:hunter2@127.0.0.1:{silent}/x")
    monkeypatch.setattr(git_remote, "_SECONDS", 0.3)
    with pytest.raises(UnavailableError, match=r"no answer in 0\.3 seconds"):
        bring(clone.path, pull)
    monkeypatch.setattr(git_remote, "newest", lambda *_: forge.start)
    monkeypatch.setattr(git_fetch, "_SECONDS", 0.3)
    with pytest.raises(UnavailableError, match="cannot be fetched: no answer") as caught:
        bring(clone.path, pull)
    assert "hunter2" not in str(caught.value)


def test_the_lock_of_another_git_is_respected(forge: Forge) -> None:
    pull = forge.open(commits(forge.branch(), 2))
    job = forge.checkout_of_a_merge(pull)
    lock = job.path / ".git/shallow.lock"
    lock.touch()
    with pytest.raises(DocumentsError, match="another git is fetching"):
        bring(job.path, pull)
    assert lock.exists()


def test_nothing_that_the_repository_names_is_run_by_a_fetch(forge: Forge, tmp_path: Path) -> None:
    pull = forge.open(forge.branch().commit({"docs/LATER.md": "x", ".gitattributes": "* filter=harm diff=harm\n"}))
    clone = forge.clone()
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/harm\n")
    program.chmod(0o755)
    keys = (
        "core.sshCommand", "core.gitProxy", "core.alternateRefsCommand", "core.fsmonitor", "credential.helper",
        "remote.origin.uploadpack", "remote.origin.vcs", "filter.harm.smudge", "diff.harm.textconv",
    )  # fmt: skip
    for key in keys:
        clone.git("config", key, str(program))
    clone.git("config", f"url.ext::{program} .insteadOf", "file://")
    clone.git("config", "protocol.ext.allow", "always")
    for hook in ("reference-transaction", "post-merge", "post-checkout", "pre-auto-gc"):
        (clone.path / ".git/hooks").mkdir(exist_ok=True)
        (clone.path / ".git/hooks" / hook).symlink_to(program)
    assert bring(clone.path, pull) == Ends(pull.head, forge.start)
    assert clone.git("-c", "core.hooksPath=/dev/null", "rev-parse", "refs/gapkeeper/pull/7/head") == pull.head
    assert not (tmp_path / "harm").exists()


def test_the_header_of_a_job_is_taken_along_from_a_file_that_is_included(forge: Forge, tmp_path: Path) -> None:
    clone = forge.clone()
    included = write(tmp_path, {"token": '[http "https://forge.example/"]\n    extraheader = Authorization: x\n'})
    clone.git("config", f"includeIf.gitdir:{clone.path}/.git.path", str(included / "token"))
    remote = git_remote.remote_of(clone.path)
    assert remote is not None
    assert remote.settings["http.https://forge.example/.extraheader"] == "Authorization: x"


class TestNewestChange:
    def test_stays_the_same_when_later_commits_change_no_document(self, forge: Forge) -> None:
        topic = forge.branch()
        changed = topic.commit({"docs/LATER.md": "x"})
        later = commits(topic, 3)
        assert newest_change(topic.path, forge.start, later, ["docs/LATER.md"]) == changed
        assert newest_change(topic.path / "docs", forge.start, later, ["LATER.md"]) == changed
        assert newest_change(topic.path, changed, later, ["docs/LATER.md"]) is None

    def test_a_merge_that_brings_the_bases_changes_counts(self, forge: Forge) -> None:
        """The commit before it does not have the documents as the head has them."""
        topic = forge.branch()
        topic.commit({"docs/LATER.md": PLAN + "x"})
        forge.repository.commit({"docs/other.md": "x"})
        topic.git("merge", "--quiet", "--no-ff", "--message=merge", "main")
        merge, head = topic.git("rev-parse", "HEAD"), commits(topic, 1)
        assert newest_change(topic.path, "main", head, ["docs/LATER.md", "docs/other.md"]) == merge
