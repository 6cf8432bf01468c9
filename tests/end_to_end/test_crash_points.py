"""A sync that is killed at any of its writes, on either side: the next one ends where an undisturbed one does."""

from __future__ import annotations

import contextlib
import difflib
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from crash_scenario import STORIES, facts, run
from harbours import forget_the_environment
from hypothesis import settings

import disk_writes
from crashing import kill_at, steps
from gapkeeper.__main__ import main

if TYPE_CHECKING:
    from collections.abc import Iterator

#: How many writes the sync of each story has at least: a proof that sees no writes any more must not pass.
LEAST = {
    "the first sync": 25,
    "files": 40,
    "a commit": 45,
    "a proposal": 30,
    "a proposal, renewed": 10,
    "a proposal, merged": 10,
    "a proposal, withdrawn": 11,
}
#: A disk in memory, where there is one: a kill loses nothing that a real disk would keep.
MEMORY = "/dev/shm"  # noqa: S108 - what is made there has a name of its own
#: One of so many points is tried in each run of the tests; `make test-all` tries all of them.
SAMPLE = 1 if settings.get_current_profile_name() == "thorough" else 5


class Project(NamedTuple):
    """A project that the sync under test finds; each copy is made at the same place."""

    story: str
    top: Path

    def fresh(self) -> Path:
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.top / "template", self.folder, symlinks=True)
        return self.folder

    @property
    def folder(self) -> Path:
        return self.top / "project"

    def sync(self) -> None:
        run(self.folder, "sync")

    def killed(self, point: int) -> None:
        kill_at(point, self.sync, watch=disk_writes.watch)


@contextlib.contextmanager
def project_of(story: str) -> Iterator[Project]:
    memory = MEMORY if os.access(MEMORY, os.W_OK) else None
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory(dir=memory) as top:
        forget_the_environment(patch)
        made = Project(story, Path(top))
        STORIES[story](made.folder)
        made.folder.rename(made.top / "template")
        yield made


@pytest.fixture(params=STORIES, scope="module")
def project(request: pytest.FixtureRequest) -> Iterator[Project]:
    with project_of(request.param) as made:
        yield made


def test_killed_at_any_write_and_run_again(project: Project) -> None:
    folder = project.fresh()
    points = steps(project.sync, watch=disk_writes.watch)
    undisturbed = facts(folder)
    assert len(points) >= LEAST[project.story]
    run(folder, "plan", "--detailed-exitcode")  # nothing is left
    for point in range(0, len(points), SAMPLE):
        where = f"killed before write {point} of {len(points)}: {points[point]}"
        project.fresh()
        project.killed(point)
        left = facts(folder)
        run(folder, "plan")
        assert_same(facts(folder), left, f"{where}; and a plan")
        project.sync()
        assert_same(facts(folder), undisturbed, where)
        project.sync()
        assert_same(facts(folder), undisturbed, f"{where}; and a second sync")
    print(f"{project.story}: {len(points[::SAMPLE])} of {len(points)} points")  # noqa: T201  shown with -rP


def test_killed_again_in_the_run_that_goes_on(project: Project) -> None:
    folder = project.fresh()
    points = steps(project.sync, watch=disk_writes.watch)
    undisturbed = facts(folder)
    for first in range(1, len(points) - 1, 3 * SAMPLE):
        project.fresh()
        project.killed(first)
        rest = len(steps(project.sync, watch=disk_writes.watch))
        second = first * 7 % rest
        project.fresh()
        project.killed(first)
        project.killed(second)
        project.sync()
        where = f"killed before {points[first]}, write {first} of {len(points)}, and then before {second} of {rest}"
        assert_same(facts(folder), undisturbed, where)


@pytest.mark.parametrize(
    ("story", "before", "lock", "code"),
    [
        ("a commit", "git update-index", ".git/index.lock", 65),
        ("a commit", "git update-ref", ".git/refs/heads/main.lock", 65),
        ("a proposal", "git update-ref", ".git/refs/heads/gapkeeper/docs.lock", 5),
    ],
)
def test_git_that_is_killed_with_us_leaves_a_lock_that_is_named(
    story: str, before: str, lock: str, code: int, capfd: pytest.CaptureFixture[str]
) -> None:
    """As git wants it, a person looks whether it is still at work; then the next run goes on."""
    with project_of(story) as project:
        folder = project.fresh()
        points = steps(project.sync, watch=disk_writes.watch)
        undisturbed = facts(folder)
        project.fresh()
        project.killed(points.index(before))
        left = folder / lock
        left.parent.mkdir(exist_ok=True)
        left.touch()
        capfd.readouterr()
        with contextlib.chdir(folder):
            assert main(["sync"]) == code
        assert str(left) in "".join(capfd.readouterr())
        left.unlink()
        project.sync()
        assert_same(facts(folder), undisturbed, f"killed with {before}")


def assert_same(found: list[str], expected: list[str], where: str) -> None:
    difference = "\n".join(difflib.unified_diff(expected, found, "expected", where, lineterm="", n=0))
    assert not difference, difference
