"""A run that is killed while it commits, proposes or edits files: the next one ends where an undisturbed one does."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from crashing import kill_at, steps
from delivering import BRANCH, NOON, local_repository
from gapkeeper.adapters.sqlite_tracker import open_tracker
from gapkeeper.adapters.work_tree import FolderWorkTree
from gapkeeper.model.delivery import ProposalState, ProposalText
from gapkeeper.model.edits import DocumentEdit
from repositories import Repository, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gapkeeper.adapters.sqlite_tracker import SqliteTracker

EDITS = (
    DocumentEdit("docs/a.md", b"a: open\n", b"a: resolved\n"),
    DocumentEdit("gone.md", b"sparse: open\n", b"sparse: resolved\n"),
    DocumentEdit("windows.md", b"w: open\n", b"w: resolved\n"),
)


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A repository in which people are at work: other files changed, staged, new; one left out; one with CRLF."""
    repository = Repository(tmp_path / "template")
    write(repository.path, {"docs/a.md": EDITS[0].old})
    (repository.path / "docs/a.md").chmod(0o755)
    repository.commit(
        {
            **{edit.path: edit.old for edit in EDITS},
            "other.md": "other\n",
            "staged.md": "staged\n",
            ".gitattributes": "windows.md text eol=crlf\n",
            ".gitignore": ".gapkeeper/\n",
        }
    )
    repository.git("update-index", "--skip-worktree", "gone.md")
    (repository.path / "gone.md").unlink()
    write(repository.path, {"windows.md": "w: open\r\n"})
    repository.git("add", "windows.md")
    write(repository.path, {"other.md": "theirs\n", "new.md": "new\n", "staged.md": "theirs\n", "docs/b.md": "new\n"})
    repository.git("add", "staged.md", "docs/b.md")
    with opened(repository.path):  # so that its tables are made already
        pass
    return repository.path


def opened(folder: Path) -> SqliteTracker:
    return open_tracker(folder / ".gapkeeper/tracker.db", clock=lambda: NOON)


def commit(folder: Path) -> None:
    """What a run does: put in order what the last one left, then write what is not written yet."""
    with opened(folder) as tracker:
        repository = local_repository(folder, tracker)
        repository.recover()
        read = {document.path: document.data for document in repository.documents().documents()}
        edits = [edit for edit in EDITS if read[edit.path] == edit.old]
        if edits:
            repository.commit(edits, "Resolve all\n\nItem: A")


def propose(folder: Path) -> None:
    with opened(folder) as tracker:
        repository = local_repository(folder, tracker)
        repository.recover()
        branch = repository.branch(BRANCH)
        assert branch is None or branch.ours
        repository.set_branch(BRANCH, EDITS, "Resolve all", was=branch and branch.tip)
        text = ProposalText("Resolve all", "All of them.")
        found = repository.proposals(BRANCH)
        if not found:
            repository.propose(BRANCH, text)
        elif (found[0].title, found[0].body) != (text.title, text.body):
            repository.update_proposal(found[0].number, text)


def withdraw(folder: Path) -> None:
    with opened(folder) as tracker:
        repository = local_repository(folder, tracker)
        repository.recover()
        branch = repository.branch(BRANCH)
        for found in repository.proposals(BRANCH):
            if found.state is ProposalState.OPEN:
                repository.withdraw(found.number, "Nothing is left.")
        if branch is not None:
            repository.delete_branch(BRANCH, was=branch.tip)


def edit_files(folder: Path) -> None:
    with opened(folder) as tracker:
        files = FolderWorkTree(folder, tracker.own_edits)
        edits = [
            edit for edit in (EDITS[0], EDITS[2]) if (folder / edit.path).read_bytes() in {edit.old, crlf(edit.old)}
        ]
        edits = [DocumentEdit(edit.path, data, data.replace(b"open", b"resolved"))
                 for edit in edits for data in [(folder / edit.path).read_bytes()]]  # fmt: skip
        assert [files.obstacle(edit.path, edit.old) for edit in edits] == [None] * len(edits)
        files.write(edits)
        for path in ("docs/a.md", "windows.md"):
            assert files.obstacle(path, (folder / path).read_bytes()) is None, "our own edit is not a person's"


def crlf(data: bytes) -> bytes:
    return data.replace(b"\n", b"\r\n")


def state(folder: Path) -> dict[str, object]:
    """Everything that a person can see, and everything that is remembered."""
    repository = Repository(folder)
    with opened(folder) as tracker:
        proposals = tracker.deliveries.all()
        intents = tracker._access.database.connection.execute("SELECT count(*) FROM intents").fetchone()
    return {
        "files": {
            str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mode)
            for path in folder.rglob("*")
            if path.is_file() and not {".git", ".gapkeeper"} & set(path.parts)
        },
        "index": repository.git("ls-files", "--stage", "-v"),
        "staged": repository.git("diff", "--cached", "--stat"),
        "status": repository.git("status", "--porcelain"),
        "branches": repository.git("for-each-ref"),
        "damage": repository.git("fsck", "--strict", "--no-dangling"),
        "proposals": [(one.number, one.state, one.head, one.title, one.body) for one in proposals],
        "intents": intents,
    }


@pytest.fixture
def fresh(template: Path, tmp_path: Path) -> Callable[[], Path]:
    """Gives copies of the repository, each at the same place, so that nothing but what is done differs."""
    place = tmp_path / "copy"

    def copied() -> Path:
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(template, place, symlinks=True)
        return place

    return copied


@pytest.mark.parametrize(("run", "least"), [(commit, 44), (propose, 18), (withdraw, 18), (edit_files, 18)])
def test_killed_at_any_point_and_run_again(fresh: Callable[[], Path], run: Callable[[Path], None], least: int) -> None:
    def begun() -> Path:
        folder = fresh()
        if run is withdraw:
            propose(folder)
        return folder

    folder = begun()
    points = steps(lambda: run(folder))
    undisturbed = state(folder)
    assert len(points) >= least
    for point, what in enumerate(points):
        folder = begun()
        kill_at(point, lambda folder=folder: run(folder))  # type: ignore[misc]
        run(folder)
        assert state(folder) == undisturbed, f"killed {what}, point {point} of {len(points)}: {points[:point]}"


def test_what_a_run_writes_is_what_is_expected(fresh: Callable[[], Path]) -> None:
    folder = fresh()
    before = state(folder)
    commit(folder)
    after = state(folder)
    assert isinstance(before["status"], str)
    assert after["status"] == before["status"]  # a commit of ours changes nothing that people see as theirs
    assert after["staged"] == before["staged"]
    assert (folder / "windows.md").read_bytes() == b"w: resolved\r\n"
    assert (folder / "docs/a.md").stat().st_mode & 0o777 == 0o755
    assert not (folder / "gone.md").exists()
    repository = Repository(folder)
    assert repository.git("show", "HEAD:gone.md") == "sparse: resolved"
    assert repository.git("show", "HEAD:windows.md") == "w: resolved"
    assert repository.git("diff", "--name-only", "HEAD~", "HEAD").split() == [edit.path for edit in EDITS]


def test_killed_again_while_it_is_put_in_order(fresh: Callable[[], Path]) -> None:
    folder = fresh()
    points = steps(lambda: commit(folder))
    undisturbed = state(folder)
    # Where the commit is begun, between two files, before and after the index and the branch.
    begun = points.index("before a write of the tracker") + 1
    for first in range(begun, len(points), 8):
        folder = fresh()
        kill_at(first, lambda folder=folder: commit(folder))  # type: ignore[misc]
        rest = len(steps(lambda folder=folder: commit(folder)))  # type: ignore[misc]
        for second in range(first % 5, rest, 5):
            folder = fresh()
            kill_at(first, lambda folder=folder: commit(folder))  # type: ignore[misc]
            kill_at(second, lambda folder=folder: commit(folder))  # type: ignore[misc]
            commit(folder)
            assert state(folder) == undisturbed, (first, second)
