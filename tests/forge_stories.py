"""Projects in which the next sync has much to write, told once for every forge."""

from __future__ import annotations

import difflib
import json
import os
import re
import subprocess
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from contextlib import AbstractContextManager

    from github_counterpart.running import Commands

    Story = Callable[["Place", Path], Commands]
    Start = Callable[[Story], AbstractContextManager[Commands]]

_MARKER = re.compile(r"<!-- gapkeeper: marker \d+ \w+ (\{.*\}) -->$")
_NUMBER = re.compile(r"#(\d+)\b")
#: It is made for people along with the first labels; where that fails, nothing of an issue is missing.
NOT_NEEDED = "label gapkeeper: hold "
#: A branch that nothing is proposed from any more: a withdrawal was broken off, and the next proposal takes it.
_LEFT = "branch gapkeeper/docs "
_OPEN = re.compile(r"(?:pull|merge) request [#!]\d+ open")
_WITHDRAWN = re.compile(r"withdrawn [0-9a-f]{40}")  # the commit's name tells when it was made
#: Where documents that teams really wrote are; None: nowhere.
CORPUS = os.environ.get("GAPKEEPER_CORPUS")
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


class Place(Protocol):
    """A project on a forge, and what people do there. Rosa may write, Piet may not and closes issues all the same."""

    def push(self, files: Mapping[str, str | bytes | None], message: str = "Write") -> object:
        """One commit on the base branch."""

    def fetch(self, repository: Path) -> object:
        """Bring the base branch into a bare repository."""

    def grant(self) -> None:
        """Rosa and Piet come."""

    def close(self, login: str, number: int) -> None:
        """Somebody closes an issue."""

    def reopen(self, login: str, number: int) -> None:
        """Somebody opens an issue again."""

    def report(self, title: str, body: str, label: str) -> None:
        """The owner opens an issue."""

    def runner(self, folder: Path) -> Commands:
        """Runs syncs in a folder."""


def cloned(place: Place, folder: Path) -> Commands:
    """The repository as somebody cloned it who runs syncs there."""
    bare, clone = _bare(folder), folder / "clone"
    place.fetch(bare)
    subprocess.run(["git", "clone", "--quiet", bare, clone], check=True)
    return place.runner(clone)


def pulled(place: Place, folder: Path) -> None:
    """A clone has what the base branch has."""
    place.fetch(_bare(folder.parent))
    subprocess.run(["git", "-C", folder, "pull", "--quiet", "--ff-only"], check=True)


def _bare(folder: Path) -> Path:
    """Where the forge's git would be; what it has once fetched it keeps for the next story."""
    bare = folder.with_name("pier.git")
    if not bare.exists():
        subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", bare], check=True)
    return bare


def first_sync(place: Place, folder: Path, documents: Mapping[str, str | bytes]) -> Commands:
    """There is no issue yet."""
    place.push({**documents, **IGNORE})
    return cloned(place, folder)


def really_written(folder: str) -> Mapping[str, bytes]:
    """The documents of one team, from the corpus."""
    top = Path(CORPUS or "") / folder
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in sorted(top.rglob("*.md"))}


def everything(place: Place, folder: Path) -> Commands:
    """A sync, and then people did what they can do, in the tracker and in the documents."""
    runner = first_sync(place, folder, {"docs/LATER.md": LATER})
    runner.to_the_end(runs=1)
    place.grant()
    place.close("Rosa", 1)  # to be written back
    place.close("Piet", 2)  # told on the issue and nothing else
    place.report("LATER-006: Buy a winch", "By spring.", "mine")
    changed = LATER.replace("bollards\n\n**Status:** Pending", "bollards\n\n**Status:** ✅ Resolved")
    changed = changed.replace("Sound the fairway", "Sound both fairways")
    more = "\n### LATER-006: Buy a winch\n\n**Status:** Pending\n\n### LATER-007: Dig a well\n\n**Status:** Pending\n"
    place.push({"docs/LATER.md": changed + more}, "Write what is new")
    pulled(place, runner.folder)
    return runner


def proposed(place: Place, folder: Path) -> Commands:
    """What Rosa closed waits in a proposal."""
    runner = first_sync(place, folder, {"docs/LATER.md": LATER})
    runner.to_the_end(runs=1)
    place.grant()
    place.close("Rosa", 1)
    runner.to_the_end(runs=1)
    return runner


def renewed(place: Place, folder: Path) -> Commands:
    """A proposal has to be made anew: it lacks something, and the base branch has moved."""
    runner = proposed(place, folder)
    place.close("Rosa", 3)
    place.push({"docs/OTHER.md": "# Other\n"})
    pulled(place, runner.folder)
    return runner


def emptied(place: Place, folder: Path) -> Commands:
    """A proposal has become empty."""
    runner = proposed(place, folder)
    place.reopen("Rosa", 1)
    return runner


#: What the next sync has to write, and the repository that it finds.
STORIES: Mapping[str, Story] = {
    "the first sync": partial(first_sync, documents={"docs/LATER.md": LATER}),
    "everything": everything,
    "a proposal to renew": renewed,
    "a proposal to withdraw": emptied,
}


def comparable(lines: Iterable[str], titles: Mapping[str, str]) -> list[str]:
    """Everything that counts, in any order: which number an issue has depends on which run made it.

    Issues are called by how their titles begin. Two of one item would both be there, under one name.
    """
    names = {number: title.partition(":")[0] for number, title in titles.items()}
    lines = list(lines)
    needless = (NOT_NEEDED,) if any(map(_OPEN.match, lines)) else (NOT_NEEDED, _LEFT)
    kept = [_WITHDRAWN.sub("withdrawn", _without_counts(line)) for line in lines if not line.startswith(needless)]
    return sorted(_NUMBER.sub(lambda number: f"#{names.get(number[1], number[1])}", line) for line in kept)


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
