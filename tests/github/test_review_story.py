"""`gapkeeper comment` on a pull request of GitHub, from a clone that has fetched nothing of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pytest

from forge_bad_days import prove_every_end
from forge_stories import CORPUS, really_written
from github_counterpart import documents
from github_counterpart.facts import every
from github_counterpart.seed import OWNER, US
from review_story import DOCUMENTS, bare_of, comment, prove_one_comment, set_ref, to_comment
from stories import first_sync

if TYPE_CHECKING:
    from pathlib import Path

    from github_counterpart.github import GitHub
    from github_counterpart.running import Runner
    from review_story import Files
    from stories import Start


@dataclass(frozen=True)
class OnGitHub:
    """A `review_story.Pulls`."""

    github: GitHub

    def propose(self, files: Files, bare: Path) -> int:
        documents.branch(self.github, "topic", files)
        sent = {"title": "Mend", "head": "topic", "base": "main"}
        number = int(self.github.act(OWNER, "POST", "/pulls", sent)["number"])
        self._fetched(bare, number)
        return number

    def push(self, files: Files, bare: Path, number: int) -> None:
        documents.push(self.github, files, to="topic")
        self._fetched(bare, number)

    def said(self, number: int) -> list[str]:
        return [one["body"] for one in every(self.github, f"/issues/{number}/comments") if one["user"]["login"] == US]

    def verdicts(self) -> list[tuple[str, str]]:
        return [(one["state"], one["description"]) for one in self.github.repository.statuses]

    def _fetched(self, bare: Path, number: int) -> None:
        documents.fetch(self.github, bare, "topic")
        set_ref(bare, f"refs/pull/{number}/head", "topic")


def test_ended_at_any_request_and_run_again(start: Start) -> None:
    print(prove_every_end(start, _to_comment, _seen, least=5, sample=3))  # noqa: T201  shown with -rP


def _to_comment(github: GitHub, folder: Path) -> Runner:
    runner = first_sync(github, folder, DOCUMENTS)
    to_comment(runner, OnGitHub(github))
    return runner


def _seen(github: GitHub) -> list[str]:
    pulls = OnGitHub(github)
    return [*pulls.said(6), *map(str, pulls.verdicts())]


def test_one_comment_stays_one(start: Start) -> None:
    with start(partial(first_sync, documents=DOCUMENTS)) as runner:
        runner.to_the_end(runs=1)
        prove_one_comment(runner, OnGitHub(runner.github))


@pytest.mark.skipif(CORPUS is None, reason="GAPKEEPER_CORPUS names no corpus")
def test_three_items_of_a_real_team(start: Start) -> None:
    written = really_written("cutover")
    with start(partial(first_sync, documents=written)) as runner:
        runner.to_the_end(runs=1)
        pulls = OnGitHub(runner.github)
        number = pulls.propose({"docs/LATER.md": resolved(written["docs/LATER.md"])}, bare_of(runner))
        run = comment(runner, number)
        assert run.code == 0, run.said
        (body,) = pulls.said(number)
        assert "Readiness 44.75 % (±0)" in body.splitlines()[1]
        assert "resolves LATER-001, LATER-002, LATER-003" in body
        assert comment(runner, number).requests.writes == []


def resolved(document: bytes) -> bytes:
    """The first three items of `LATER.md`, resolved as its authors would."""
    for number in (1, 2, 3):
        start = document.index(f"### LATER-{number:03}:".encode())
        end = document.index(b"\n", document.index(b"| **Owner**", start)) + 1
        document = document[:end] + "| **Status** | ✅ **RESOLVED** |\r\n".encode() + document[end:]
    return document
