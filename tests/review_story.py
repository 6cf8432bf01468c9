"""A pull request that changes planning documents, as people open it and push to it: told once for every forge."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, Protocol

import forge_stories

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from github_counterpart.running import Commands, Run

    Files = Mapping[str, str | bytes | None]

READINESS = """\
# Readiness

| Area | Weight | Score | Weighted |
|---|---|---|---|
| LATER | 50% | 0% | 0 |
| Moorings | 50% | 80% | 40 |
| **Total** | 100% | | 40 |
"""
DOCUMENTS = {"docs/LATER.md": forge_stories.LATER, "docs/READINESS.md": READINESS}
BETTER = {
    "docs/LATER.md": forge_stories.LATER.replace("pier\n\n**Status:** Pending", "pier\n\n**Status:** ✅ Resolved"),
    "docs/READINESS.md": READINESS.replace("50% | 0% | 0 |", "50% | 20% | 10 |").replace("| | 40 |", "| | 50 |"),
}


class Pulls(Protocol):
    """What people do with a pull request on one forge."""

    def propose(self, files: Files, bare: Path) -> int:
        """Open one from the branch `topic` with one commit; its number. Git has what the forge has."""

    def push(self, files: Files, bare: Path, number: int) -> None:
        """One more commit on it."""

    def said(self, number: int) -> list[str]:
        """Everything that our account said on it."""

    def verdicts(self) -> list[tuple[str, str]]:
        """The state and title of every status that was ever set, the newest last."""


def bare_of(runner: Commands) -> Path:
    """The repository that the clone came from."""
    return runner.folder.parent.with_name("pier.git")


def comment(runner: Commands, number: int, *more: str) -> Run:
    """Run the command in the clone, which stands on the base branch and has fetched nothing of the pull request."""
    return runner.run("comment", "--pull", str(number), *runner.arguments[1:3], *more)


def set_ref(bare: Path, ref: str, branch: str) -> None:
    """What the forge does: a pull request's head is a reference of the project it goes to."""
    subprocess.run(["git", "-C", bare, "update-ref", ref, f"refs/heads/{branch}"], check=True)


def prove_one_comment(runner: Commands, pulls: Pulls) -> None:
    """One comment with the right numbers; the same one after more pushes; nothing is written where nothing changes."""
    bare = bare_of(runner)
    number = pulls.propose(BETTER, bare)
    first = comment(runner, number)
    assert first.code == 0, first.said
    (body,) = pulls.said(number)
    assert "Readiness 40 % → 50 % (+10)" in body.splitlines()[1]
    assert "resolves LATER-001" in body
    assert "closes #1" in body
    assert pulls.verdicts() == [("success", "readiness 50 % (+10)")]

    again = comment(runner, number)
    assert (again.code, again.requests.writes) == (0, []), again.said

    for turn in range(3):
        pulls.push({"src/code.py": f"print({turn})\n"}, bare, number)
        run = comment(runner, number)
        assert run.code == 0, run.said
        assert [write.path for write in run.requests.writes if "status" not in write.path] == []
        assert pulls.said(number) == [body]
    pulls.push({"docs/READINESS.md": READINESS}, bare, number)
    assert comment(runner, number).code == 0
    (edited,) = pulls.said(number)
    assert "Readiness 40 % (±0)" in edited.splitlines()[1]
    assert comment(runner, number).requests.writes == []


def prove_three_items(runner: Commands, pulls: Pulls) -> None:
    """A pull request that resolves LATER-001 to 003 in the documents of a real team."""
    written = forge_stories.really_written("cutover")
    number = pulls.propose({"docs/LATER.md": _resolved(written["docs/LATER.md"])}, bare_of(runner))
    run = comment(runner, number)
    assert run.code == 0, run.said
    (body,) = pulls.said(number)
    assert "Readiness 44.75 % (±0)" in body.splitlines()[1]
    assert re.search(r"resolves LATER-001, LATER-002,? and LATER-003|resolves LATER-001, LATER-002, LATER-003", body)
    assert len(re.findall(r"closes (#\d+(?:, | and )?){3}", body)) == 1
    assert "9 of 18" in body  # what the gate of the cutover still waits for
    for turn in range(4):
        pulls.push({"README.txt": f"{turn}\n"}, bare_of(runner), number)
        run = comment(runner, number)
        assert (run.code, pulls.said(number)) == (0, [body])
    assert comment(runner, number).requests.writes == []


def _resolved(document: bytes) -> bytes:
    """The first three items of `LATER.md`, resolved as its authors would."""
    for number in (1, 2, 3):
        start = document.index(f"### LATER-{number:03}:".encode())
        end = document.index(b"\n", document.index(b"| **Owner**", start)) + 1
        document = document[:end] + "| **Status** | ✅ **RESOLVED** |\r\n".encode() + document[end:]
    return document


def to_comment(runner: Commands, pulls: Pulls) -> Commands:
    """The same runner, which has a pull request to comment on and has said nothing of it."""
    runner.to_the_end(runs=1)
    number = pulls.propose(BETTER, bare_of(runner))
    runner.arguments = ("comment", "--pull", str(number), *runner.arguments[1:3])
    return runner


def seen(pulls: Pulls, number: int) -> list[str]:
    """Everything of ours on a pull request; a forge that is started anew has another address."""
    said = [re.sub(r"http://127\.0\.0\.1:\d+/", "/", body) for body in pulls.said(number)]
    return [*said, *map(str, pulls.verdicts())]
