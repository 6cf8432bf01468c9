"""Two clones, two branches, one tracker: whoever syncs second undoes nothing, and history may be written anew."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from builders import EMBEDDED, REVISION, item, register, snapshot
from gapkeeper.__main__ import main
from gapkeeper.adapters.git_branches import checked_out, containing
from gapkeeper.model.policy import SyncPolicy
from gapkeeper.planning.history import History
from gapkeeper.planning.plan import plan
from repositories import Repository

if TYPE_CHECKING:
    from pathlib import Path

    from _pytest.capture import CaptureFixture

    from gapkeeper.model.plan import Refusal

SYNCED = "5" * 40


# --- The rule -------------------------------------------------------------------------------------------


def refused(history: History, policy: SyncPolicy | None = None, *, synced: str | None = SYNCED) -> Refusal | None:
    planned = plan(
        register(item()),
        replace(snapshot(), synced=synced),
        policy or SyncPolicy(),
        tracker="test",
        capabilities=EMBEDDED,
        history=history,
    )
    return planned.refused


def git(*pairs: tuple[str, str], where: str | None = "on feature") -> History:
    """A git that knows these pairs of ancestor and descendant, and where everything is."""
    return History(is_ancestor=lambda first, second: (first, second) in pairs, where=lambda _revision: where)


def test_what_comes_after_the_last_sync_goes_on() -> None:
    assert refused(git((SYNCED, REVISION))) is None
    assert refused(git(), synced=REVISION) is None
    assert refused(git(), synced=None) is None


def test_what_comes_before_it_is_behind() -> None:
    refusal = refused(git((REVISION, SYNCED)))
    assert refusal is not None
    assert (refusal.code, refusal.exit_code) == ("behind", 3)


@pytest.mark.parametrize("where", ["on feature", "not in this clone"])
def test_what_is_beside_it_is_refused_with_both_revisions_and_what_to_do(where: str) -> None:
    refusal = refused(git(where=where))
    assert refusal is not None
    assert (refusal.code, refusal.exit_code) == ("not-the-base-branch", 3)
    for said in (REVISION[:12], SYNCED[:12], f"that is {where}", "check out or merge", "--allow-mass-change"):
        assert said in refusal.message
    assert refused(git(where=where), SyncPolicy(allow_mass_change=True)) is None


def test_what_is_on_no_branch_any_more_was_amended_or_rebased() -> None:
    assert refused(git(where=None)) is None
    assert refused(git((REVISION, SYNCED), where=None)) is None  # and taken back is not behind


def test_a_branch_that_is_named_is_obeyed() -> None:
    here = History(is_branch=lambda name: name == "main")
    assert refused(here, SyncPolicy(branch="main"), synced=None) is None
    refusal = refused(here, SyncPolicy(branch="release"), synced=None)
    assert refusal is not None
    assert (refusal.code, refusal.exit_code) == ("not-the-base-branch", 3)
    assert "release" in refusal.message
    assert refused(here, SyncPolicy(branch="release", allow_mass_change=True), synced=None) is not None


# --- Git's answers --------------------------------------------------------------------------------------


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "first")
    made.commit({"LATER.md": later("Open"), ".gitignore": ".gapkeeper\n"})
    return made


def later(*statuses: str) -> str:
    items = [f"### LATER-{n:03}: Thing {n}\n\n**Status:** {words}\n" for n, words in enumerate(statuses, 1)]
    return "\n".join(["# Later\n", *items])


def clone(repository: Repository, path: Path) -> Repository:
    made = Repository(path)
    made.git("fetch", "--quiet", str(repository.path), "main:refs/remotes/origin/main")
    made.git("reset", "--quiet", "--hard", "origin/main")
    return made


def test_branches_that_have_a_commit(repository: Repository) -> None:
    first = repository.git("rev-parse", "HEAD")
    assert containing(repository.path, first) == ("main",)
    repository.git("checkout", "--quiet", "-b", "feature/x")
    repository.git("update-ref", "refs/remotes/origin/main", first)
    repository.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    second = repository.commit({"b.md": "b"})
    assert containing(repository.path, first) == ("feature/x", "main", "origin/main")
    assert containing(repository.path, second) == ("feature/x",)
    repository.git("commit", "--quiet", "--amend", "--message=other")
    assert containing(repository.path, second) == ()
    for unknown in ("0" * 40, "--all", "no\0name", ""):
        assert containing(repository.path, unknown) is None


def test_the_branch_that_is_checked_out(repository: Repository) -> None:
    assert checked_out(repository.path) == "main"
    repository.git("checkout", "--quiet", "-b", "feature/x")
    assert checked_out(repository.path) == "feature/x"
    repository.git("checkout", "--quiet", "--detach")
    assert checked_out(repository.path) is None


# --- In turn --------------------------------------------------------------------------------------------


def sync(repository: Repository, tracker: Path, *options: str) -> int:
    return main(["sync", str(repository.path), "--tracker", f"sqlite:{tracker}", *options])


def test_two_clones_on_two_branches_do_not_take_turns(
    repository: Repository, tmp_path: Path, capsys: CaptureFixture[str]
) -> None:
    tracker, second = tmp_path / "tracker.db", clone(repository, tmp_path / "second")
    assert sync(repository, tracker) == 0
    second.git("checkout", "--quiet", "-b", "feature")
    second.commit({"LATER.md": later("Done")})
    repository.commit({"LATER.md": later("Open", "Open")})
    assert sync(second, tracker) == 0  # it comes after the last sync
    capsys.readouterr()
    assert sync(repository, tracker) == 3
    said = capsys.readouterr().err
    assert "not-the-base-branch" in said
    assert "not in this clone" in said
    repository.git("fetch", "--quiet", str(second.path), "feature:feature")
    assert sync(repository, tracker) == 3
    assert "that is on feature" in capsys.readouterr().err
    assert sync(second, tracker) == 0  # it may go on
    repository.git("merge", "--quiet", "--strategy=ours", "--message=merge", "feature")
    assert sync(repository, tracker) == 0
    capsys.readouterr()
    assert sync(second, tracker) == 3  # behind, once it knows of it
    assert "not-the-base-branch" in capsys.readouterr().err
    second.git("fetch", "--quiet", str(repository.path), "main:refs/remotes/origin/main")
    assert sync(second, tracker) == 3
    assert "behind" in capsys.readouterr().err


def test_a_commit_that_was_amended_goes_on(repository: Repository, tmp_path: Path) -> None:
    tracker = tmp_path / "tracker.db"
    repository.commit({"LATER.md": later("Open", "Open")})
    assert sync(repository, tracker) == 0
    repository.git("commit", "--quiet", "--amend", "--message=other")
    assert sync(repository, tracker) == 0
    repository.git("reset", "--quiet", "--hard", "HEAD~1")
    assert sync(repository, tracker) == 0


def test_our_own_proposal_keeps_no_commit_that_people_gave_up(repository: Repository, tmp_path: Path) -> None:
    tracker = tmp_path / "tracker.db"
    repository.commit({"LATER.md": later("Open", "Open")})
    assert sync(repository, tracker) == 0
    repository.git("branch", "gapkeeper/docs")
    repository.git("commit", "--quiet", "--amend", "--message=other")
    assert sync(repository, tracker) == 0


def test_a_history_that_was_written_anew_wants_a_word_once(repository: Repository, tmp_path: Path) -> None:
    tracker = tmp_path / "tracker.db"
    assert sync(repository, tracker) == 0
    repository.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repository.git("checkout", "--quiet", "--orphan", "new")
    repository.commit({"LATER.md": later("Open", "Open")})
    assert sync(repository, tracker) == 3
    assert sync(repository, tracker, "--allow-mass-change") == 0
    assert sync(repository, tracker) == 0


def test_the_configured_branch_counts_and_no_other(
    repository: Repository, tmp_path: Path, capsys: CaptureFixture[str]
) -> None:
    tracker = tmp_path / "tracker.db"
    repository.commit({"gapkeeper.toml": '[sync]\nbranch = "main"\n'})
    assert sync(repository, tracker) == 0
    repository.git("checkout", "--quiet", "-b", "feature")
    assert sync(repository, tracker) == 3
    assert "another branch than main" in capsys.readouterr().err
    assert sync(repository, tracker, "--rev", "main") == 0
    repository.git("checkout", "--quiet", "--detach")  # as in CI
    assert sync(repository, tracker) == 0
    repository.commit({"b.md": "b"})
    assert sync(repository, tracker) == 3


def test_a_folder_without_git_has_no_branch(tmp_path: Path) -> None:
    (tmp_path / "LATER.md").write_text(later("Open"), "utf-8")
    (tmp_path / "gapkeeper.toml").write_text('[sync]\nbranch = "main"\n', "utf-8")
    for _ in range(2):
        assert main(["sync", str(tmp_path)]) == 0
