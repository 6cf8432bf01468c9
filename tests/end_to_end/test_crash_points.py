"""A sync that is killed at any of its writes, on either side: the next one ends where an undisturbed one does."""

from __future__ import annotations

import difflib
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from crash_scenario import STORIES, facts, run
from hypothesis import settings

import disk_writes
from crashing import kill_at, steps

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


@pytest.fixture(params=STORIES, scope="module")
def project(request: pytest.FixtureRequest) -> Iterator[Project]:
    memory = MEMORY if os.access(MEMORY, os.W_OK) else None
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory(dir=memory) as top:
        for name in os.environ:
            if name.startswith(("GAPKEEPER_", "GIT_")):
                patch.delenv(name)
        made = Project(request.param, Path(top))
        STORIES[request.param](made.folder)
        made.folder.rename(made.top / "template")
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


def assert_same(found: list[str], expected: list[str], where: str) -> None:
    difference = "\n".join(difflib.unified_diff(expected, found, "expected", where, lineterm="", n=0))
    assert not difference, difference
