"""`gapkeeper comment` on a merge request of GitLab, from a clone that has fetched nothing of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pytest

from forge_bad_days import prove_every_end
from forge_stories import CORPUS, really_written
from gitlab_counterpart import clones
from gitlab_counterpart.seed import OWNER, US
from gitlab_stories import first_sync
from review_story import DOCUMENTS, prove_one_comment, prove_three_items, seen, set_ref, to_comment

if TYPE_CHECKING:
    from pathlib import Path

    from gitlab_counterpart.gitlab import GitLab
    from gitlab_counterpart.running import Runner
    from gitlab_stories import Start
    from review_story import Files


@dataclass(frozen=True)
class OnGitLab:
    """A `review_story.Pulls`."""

    gitlab: GitLab

    def propose(self, files: Files, bare: Path) -> int:
        branches = self.gitlab.project.repository.branches
        branches["topic"] = branches["main"]
        clones.push(self.gitlab, files, to="topic")
        sent = {"title": "Mend", "source_branch": "topic", "target_branch": "main"}
        number = int(self.gitlab.act(OWNER, "POST", "/merge_requests", sent)["iid"])
        self._fetched(bare, number)
        return number

    def push(self, files: Files, bare: Path, number: int) -> None:
        clones.push(self.gitlab, files, to="topic")
        self._fetched(bare, number)

    def said(self, number: int) -> list[str]:
        notes = self.gitlab.project.requests[number].notes
        return [note.body for note in notes if note.login == US and not note.system]

    def verdicts(self) -> list[tuple[str, str]]:
        return [
            (status.status, status.description or "")
            for pipeline in self.gitlab.project.pipelines
            for status in pipeline.statuses
        ]

    def _fetched(self, bare: Path, number: int) -> None:
        clones.fetch(self.gitlab, bare, "topic")
        set_ref(bare, f"refs/merge-requests/{number}/head", "topic")


def test_ended_at_any_request_and_run_again(start: Start) -> None:
    print(prove_every_end(start, _to_comment, _seen, least=5, sample=3))  # noqa: T201  shown with -rP


def _to_comment(gitlab: GitLab, folder: Path) -> Runner:
    runner = first_sync(gitlab, folder, DOCUMENTS)
    to_comment(runner, OnGitLab(gitlab))
    return runner


def _seen(gitlab: GitLab) -> list[str]:
    return seen(OnGitLab(gitlab), 1)


def test_one_comment_stays_one(start: Start) -> None:
    with start(partial(first_sync, documents=DOCUMENTS)) as runner:
        runner.to_the_end(runs=1)
        prove_one_comment(runner, OnGitLab(runner.gitlab))


@pytest.mark.skipif(CORPUS is None, reason="GAPKEEPER_CORPUS names no corpus")
def test_three_items_of_a_real_team(start: Start) -> None:
    with start(partial(first_sync, documents=really_written("cutover"))) as runner:
        runner.to_the_end(runs=1)
        prove_three_items(runner, OnGitLab(runner.gitlab))
