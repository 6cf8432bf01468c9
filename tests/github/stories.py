"""Repositories in which the next sync has much to write, and what anybody can see of them afterwards."""

from __future__ import annotations

import difflib
import json
import re
import subprocess
from functools import partial
from typing import TYPE_CHECKING

from github_counterpart.accounts import Role
from github_counterpart.documents import fetch, push
from github_counterpart.facts import every, facts
from github_counterpart.running import Runner
from github_counterpart.seed import OWNER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from github_counterpart.github import GitHub

    Story = Callable[[GitHub, Path], Runner]
    Start = Callable[[Story], AbstractContextManager[Runner]]

_MARKER = re.compile(r"<!-- gapkeeper: marker \d+ \w+ (\{.*\}) -->$")
_NUMBER = re.compile(r"#(\d+)\b")
#: It is made for people along with the first labels; where that fails, nothing of an issue is missing.
NOT_NEEDED = "label gapkeeper: hold "
IGNORE = {".gitignore": ".gapkeeper/\n"}
LATER = """\
# Later

**Updated:** 2026-03-02

### LATER-001: Mend the pier

**Status:** Pending

### LATER-002: Order new buoys

**Status:** Blocked

**Depends on:** LATER-001

### LATER-003: Paint the bollards

**Status:** Pending

### LATER-004: Sound the fairway

**Status:** In progress

**Priority:** High

### LATER-005: Let the old shed

**Status:** Pending

**Depends on:** LATER-003, LATER-004
"""


def cloned(github: GitHub, folder: Path) -> Runner:
    """The repository as somebody cloned it who runs syncs there."""
    bare, clone = _bare(folder), folder / "clone"
    fetch(github, bare)
    subprocess.run(["git", "clone", "--quiet", bare, clone], check=True)
    return Runner(github, clone)


def pulled(runner: Runner) -> None:
    """The clone has what the base branch has."""
    fetch(runner.github, _bare(runner.folder.parent))
    subprocess.run(["git", "-C", runner.folder, "pull", "--quiet", "--ff-only"], check=True)


def _bare(folder: Path) -> Path:
    """Where GitHub's git would be; what it has once fetched it keeps for the next story."""
    bare = folder.with_name("pier.git")
    if not bare.exists():
        subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", bare], check=True)
    return bare


def first_sync(github: GitHub, folder: Path, documents: Mapping[str, str | bytes]) -> Runner:
    """There is no issue yet."""
    push(github, {**documents, **IGNORE})
    return cloned(github, folder)


def everything(github: GitHub, folder: Path) -> Runner:
    """A sync, and then people did what they can do, in the tracker and in the documents."""
    runner = first_sync(github, folder, {"docs/LATER.md": LATER})
    runner.to_the_end(runs=1)
    github.grant("Rosa", Role.WRITE)
    github.grant("Piet", Role.TRIAGE)
    github.act("Rosa", "PATCH", "/issues/1", {"state": "closed"})  # to be written back
    github.act("Piet", "PATCH", "/issues/2", {"state": "closed"})  # told on the issue and nothing else
    github.act(OWNER, "POST", "/issues", {"title": "LATER-006: Buy a winch", "body": "By spring.", "labels": ["mine"]})
    changed = LATER.replace("bollards\n\n**Status:** Pending", "bollards\n\n**Status:** ✅ Resolved")
    changed = changed.replace("Sound the fairway", "Sound both fairways")
    more = "\n### LATER-006: Buy a winch\n\n**Status:** Pending\n\n### LATER-007: Dig a well\n\n**Status:** Pending\n"
    push(github, {"docs/LATER.md": changed + more}, "Write what is new")
    pulled(runner)
    return runner


#: What the next sync has to write, and the repository that it finds.
STORIES: Mapping[str, Story] = {
    "the first sync": partial(first_sync, documents={"docs/LATER.md": LATER}),
    "everything": everything,
}


def seen(github: GitHub) -> list[str]:
    """Everything that counts, in any order: which number an issue has depends on which run made it.

    Issues are called by how their titles begin. Two of one item would both be there, under one name.
    """
    titles = {str(issue["number"]): issue["title"].partition(":")[0] for issue in every(github, "/issues?state=all")}
    lines = [_without_counts(line) for line in facts(github) if not line.startswith(NOT_NEEDED)]
    return sorted(_NUMBER.sub(lambda number: f"#{titles.get(number[1], number[1])}", line) for line in lines)


def _without_counts(line: str) -> str:
    match = _MARKER.search(line)
    if match is None:
        return line
    said = json.loads(match[1])
    del said["serial"]
    if "links" in said:
        said["links"] = said["links"][0]  # the other half is noted by whichever run comes next to the issue
    return f"{line[: match.start()]}{said}"


def assert_same(found: list[str], expected: list[str], where: str) -> None:
    difference = "\n".join(difflib.unified_diff(expected, found, "expected", where, lineterm="", n=0))
    assert not difference, difference
