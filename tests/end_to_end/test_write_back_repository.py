"""Write-back in repositories that are not as one would wish: what is said, how it ends, and what stays as it was."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from harbours import Port

RESOLVED = ["-| **Status** | Pending |", "+| **Status** | Resolved |"]
FAILED = "failed: write-back #2 LATER-001 "
DONE = {
    "worktree": "1 document edited in the folder, not committed.",
    "commit": "1 document edited in one commit.",
    "pull-request": "1 document edited in a new proposal, from the branch gapkeeper/docs.",
}
commits = pytest.mark.parametrize("mode", ["commit"])
on_commits = pytest.mark.parametrize("mode", ["commit", "pull-request"])
proposes = pytest.mark.parametrize("mode", ["pull-request"])


def refuses(port: Port, why: str) -> None:
    """The write-back fails for this reason, once and again, and nothing is changed; its issue keeps waiting."""
    before = port.harbour.git("for-each-ref"), port.harbour.git("status", "--porcelain", "-uno")
    for _ in range(2):
        assert port.sync(expect=5)[:2] == [FAILED + why, "nothing done; 1 failed"]
    assert (port.harbour.git("for-each-ref"), port.harbour.git("status", "--porcelain", "-uno")) == before
    assert port.harbour.ask("plan")["changes"][-1]["obstacle"] == why


def writes(port: Port) -> None:
    """The write-back is made, and then there is nothing left to do."""
    assert port.sync()[-1] == DONE[port.mode]
    assert port.written() == RESOLVED
    assert port.sync()[0].startswith("Nothing to do")


# --- Branches -----------------------------------------------------------------------------------------


def test_a_close_reaches_the_documents(port: Port) -> None:
    port.rosa("close", "LATER-001")
    writes(port)


def test_no_hook_of_the_repository_runs(port: Port) -> None:
    """What protects a branch from pushes is where it is pushed to; hooks may have come with somebody's files."""
    ran = port.folder / "ran"
    for name in ("pre-commit", "commit-msg", "reference-transaction", "post-commit", "post-index-change"):
        hook = port.folder / ".git/hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch '{ran}'\nexit 1\n")
        hook.chmod(0o755)
    port.rosa("close", "LATER-001")
    assert port.sync()[-1] == DONE[port.mode]
    assert not ran.exists()


@on_commits
@pytest.mark.parametrize("how", ["none yet", "deleted"])
def test_a_branch_without_a_commit(port: Port, how: str) -> None:
    port.rosa("close", "LATER-001")
    if how == "deleted":
        (port.folder / ".git/refs/heads/main").unlink()
    else:
        port.harbour.git("symbolic-ref", "HEAD", "refs/heads/another")
    assert port.sync(expect=5)[0] == FAILED + "there is no commit in this repository yet; commit the documents first"


@pytest.mark.parametrize("mode", ["worktree"])
def test_files_that_nobody_committed_yet_are_edited(port: Port) -> None:
    port.rosa("close", "LATER-001")
    shutil.rmtree(port.folder / ".git")
    port.harbour.git("init", "-qb", "main")
    assert port.sync()[-1] == DONE["worktree"]


@proposes
def test_the_branch_of_proposals_is_deleted(port: Port) -> None:
    port.rosa("close", "LATER-001")
    port.sync()
    port.harbour.git("branch", "-qD", "gapkeeper/docs")
    assert port.sync() == ["commented #2 LATER-001 Mend the pier", "1 commented"]
    assert "A change of the documents was proposed and declined (proposal 1)." in port.comments("LATER-001")[0]
    assert port.sync()[0].startswith("Nothing to do")


@proposes
def test_the_branch_of_proposals_is_checked_out(port: Port, tmp_path_factory: pytest.TempPathFactory) -> None:
    port.rosa("close", "LATER-001")
    port.sync()
    elsewhere = tmp_path_factory.mktemp("linked") / "tree"
    port.harbour.git("worktree", "add", "-q", str(elsewhere), "gapkeeper/docs")
    port.rosa("close", "LATER-002")
    before = port.harbour.git("for-each-ref")
    for line in port.sync(expect=5)[:2]:
        assert line.endswith(f"the branch gapkeeper/docs is checked out in {elsewhere}; switch to another one there")
    assert port.harbour.git("for-each-ref") == before


@proposes
def test_a_proposal_that_is_looked_at_is_not_withdrawn(port: Port, tmp_path_factory: pytest.TempPathFactory) -> None:
    port.rosa("close", "LATER-001")
    port.sync()
    elsewhere = tmp_path_factory.mktemp("linked") / "tree"
    port.harbour.git("worktree", "add", "-q", str(elsewhere), "gapkeeper/docs")
    port.rosa("reopen", "LATER-001")
    before = port.harbour.git("for-each-ref")
    assert port.sync()[0].startswith("Nothing to do")
    assert port.harbour.git("for-each-ref") == before
    port.harbour.git("worktree", "remove", str(elsewhere))
    assert port.sync() == ["Proposal 1 has become empty and is withdrawn."]
    assert port.harbour.git("branch", "--list", "gapkeeper/docs") == ""


@proposes
def test_a_branch_in_the_place_of_ours(port: Port) -> None:
    port.rosa("close", "LATER-001")
    port.harbour.git("branch", "gapkeeper")
    said = port.sync(expect=5)
    assert said[0].startswith(FAILED + "the branch gapkeeper/docs cannot be moved: ")
    assert said[0].endswith("a branch of a similar name be in the way; see to it, and run again.")
    assert said[1:] == ["nothing done; 1 failed"]


def test_a_detached_head(port: Port) -> None:
    port.rosa("close", "LATER-001")
    port.harbour.git("switch", "-q", "--detach")
    if port.mode == "commit":
        refuses(port, "no branch is checked out (the head is detached); switch to one: `git switch`")
        port.harbour.git("switch", "-q", "main")
    writes(port)


# --- In the middle of something -----------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["worktree", "commit"])
@pytest.mark.parametrize("does", ["merge", "rebase", "cherry-pick", "revert"])
def test_in_the_middle_of(port: Port, does: str) -> None:
    harbour = port.harbour
    for branch, text in (("theirs", "b\n"), ("main", "c\n")):
        harbour.git("switch", "-q", *(["-c"] if branch == "theirs" else []), branch)
        harbour.write("other.txt", text)
        harbour.commit(branch)
    if does == "revert":
        harbour.write("other.txt", "d\n")
        harbour.commit("later")
    port.rosa("close", "LATER-001")
    with pytest.raises(Exception, match="exit status"):
        harbour.git(does, {"rebase": "theirs", "revert": "HEAD~"}.get(does, "theirs"))
    refuses(port, f"the repository is in the middle of a {does}; finish or abort it: `git status` says how")
    harbour.git(does, "--abort")
    port.start = harbour.git("rev-parse", "HEAD")
    writes(port)


@proposes
def test_a_merge_is_not_in_the_way_of_a_proposal(port: Port) -> None:
    harbour = port.harbour
    harbour.git("switch", "-qc", "theirs")
    harbour.write("other.txt", "b\n")
    harbour.commit("theirs")
    harbour.git("switch", "-q", "main")
    harbour.git("merge", "-q", "--no-commit", "--no-ff", "theirs")
    port.rosa("close", "LATER-001")
    status = harbour.git("status", "--porcelain")
    writes(port)
    assert harbour.git("status", "--porcelain") == status


@commits
def test_another_git_is_at_work_in_the_index(port: Port) -> None:
    port.rosa("close", "LATER-001")
    lock = port.folder / ".git/index.lock"
    lock.touch()
    refuses(
        port,
        f"another git is at work in this repository, or was killed in it and left {lock}; wait, or delete that file",
    )
    lock.unlink()
    writes(port)


@on_commits
def test_another_git_is_at_work_on_the_branch(port: Port) -> None:
    port.rosa("close", "LATER-001")
    lock = port.folder / ".git/refs/heads" / ("main.lock" if port.mode == "commit" else "gapkeeper/docs.lock")
    lock.parent.mkdir(exist_ok=True)
    lock.touch()
    said = port.sync(expect=65 if port.mode == "commit" else 5)
    assert f"{lock}': File exists" in said[0]
    assert "Another git is at work there, or was killed and left that file; where none is, delete it." in " ".join(said)
    assert not any("edited in" in line for line in said)
    assert port.written() == []
    lock.unlink()
    writes(port)


# --- Other repositories -------------------------------------------------------------------------------


def test_a_bare_repository(port: Port, tmp_path_factory: pytest.TempPathFactory) -> None:
    harbour = port.harbour
    bare = tmp_path_factory.mktemp("bare")
    harbour.git("clone", "-q", "--bare", ".", str(bare))
    shutil.copy(port.folder / "gapkeeper.toml", bare)
    harbour.run("sync", str(bare), "--rev", "main")
    harbour.run("issues", "close", "LATER-001", str(bare), "--as", "Rosa")
    said = port.said("sync", str(bare), "--rev", "main", expect=5 if port.mode == "worktree" else 0)
    if port.mode == "worktree":
        assert said[0] == FAILED + (
            'the documents were read from main, and write_back = "worktree" edits files; leave --rev out, or choose '
            '"commit" or "pull-request" for [sync] write_back'
        )
        return
    assert said[-1] == DONE[port.mode]
    branch = "main" if port.mode == "commit" else "gapkeeper/docs"
    changed = harbour.git("-C", str(bare), "diff", "-U0", f"{branch}~", branch).splitlines()[-2:]
    assert changed == RESOLVED
    assert port.said("sync", str(bare), "--rev", "main")[0].startswith("Nothing to do")


def test_a_shallow_clone(port: Port, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    harbour = port.harbour
    clone = str(tmp_path_factory.mktemp("clone"))
    harbour.git("clone", "-q", "--depth=1", f"file://{tmp_path}", clone)
    harbour.run("sync", clone)
    harbour.run("issues", "close", "LATER-001", clone, "--as", "Rosa")
    assert port.said("sync", clone)[-1] == DONE[port.mode]
    assert port.said("sync", clone)[0].startswith("Nothing to do")
    assert harbour.git("-C", clone, "fsck", "--strict") == ""


def test_a_linked_work_tree(port: Port, tmp_path_factory: pytest.TempPathFactory) -> None:
    harbour = port.harbour
    linked = tmp_path_factory.mktemp("linked") / "tree"
    harbour.git("worktree", "add", "-q", "-b", "side", str(linked))
    harbour.run("sync", str(linked))
    harbour.run("issues", "close", "LATER-001", str(linked), "--as", "Rosa")
    assert port.said("sync", str(linked))[-1] == DONE[port.mode]
    assert port.said("sync", str(linked))[0].startswith("Nothing to do")
    assert harbour.git("status", "--porcelain") == "", "the other work tree was touched"


# --- No repository, and no permission -----------------------------------------------------------------


@pytest.mark.parametrize("mode", ["worktree", "commit", "pull-request", "off"])
def test_a_folder_without_git(port: Port) -> None:
    shutil.rmtree(port.folder / ".git")
    port.rosa("close", "LATER-001")
    if port.mode == "worktree":
        assert port.sync()[-1] == DONE["worktree"]
        assert "| **Status** | Resolved |" in (port.folder / "docs/LATER.md").read_text("utf-8")
    elif port.mode == "off":
        assert port.sync() == ["commented #2 LATER-001 Mend the pier", "1 commented"]
    else:
        assert port.sync(expect=5)[0] == FAILED + (
            f'the folder is not the top of a git repository, so write_back = "{port.mode}" has nowhere to write; with '
            '[sync] write_back = "worktree" the files are edited, with "off" nothing is'
        )


@commits
def test_a_way_that_the_operator_does_not_allow(port: Port, monkeypatch: pytest.MonkeyPatch) -> None:
    port.rosa("close", "LATER-001")
    for allowed, said in (
        ('["pull-request", "off"]', "The operator allows pull-request, off: choose one of them, or set"),
        ("[]", "The operator allows none: set"),
    ):
        monkeypatch.setenv("GAPKEEPER_WRITE_BACK_ALLOWED", allowed)
        for command in ("plan", "sync"):
            assert port.said(command, expect=65) == [
                'error: [sync] write_back = "commit" is not allowed here',
                f"{said} GAPKEEPER_WRITE_BACK_ALLOWED.",
            ]
    assert port.written() == []
    monkeypatch.setenv("GAPKEEPER_WRITE_BACK_ALLOWED", '["commit"]')
    writes(port)


def test_a_tracker_that_cannot_be_held_leaves_documents_alone(port: Port) -> None:
    port.rosa("close", "LATER-001")
    (port.folder / ".gapkeeper/tracker.db.lock").unlink()
    (port.folder / ".gapkeeper/tracker.db.lock").mkdir()
    assert "tracker.db" in port.sync(expect=69)[0]
    assert port.written() == []
