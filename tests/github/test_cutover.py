"""Documents that a team really wrote, synced to GitHub: 43 issues, whatever happens on the way."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

import pytest

from forge_bad_days import THOROUGH, prove_bad_days, prove_every_end
from forge_stories import CORPUS, really_written
from github_counterpart.facts import every
from github_counterpart.faults import USUAL
from stories import first_sync, seen

if TYPE_CHECKING:
    from github_counterpart.github import GitHub
    from stories import Start, Story

#: BAD_DAYS=200 tries so many.
SEEDS = int(os.environ.get("BAD_DAYS") or (60 if THOROUGH else 2))
ISSUES = 43

pytestmark = pytest.mark.skipif(CORPUS is None, reason="GAPKEEPER_CORPUS names no corpus")


@pytest.fixture
def cutover() -> Story:
    return partial(first_sync, documents=really_written("cutover"))


def test_takes_one_request_for_each_thing_and_then_one_that_is_free(start: Start, cutover: Story) -> None:
    with start(cutover) as runner:
        first = runner.run()
        assert first.code == 0, first.said
        assert _issues(runner.github) == ISSUES
        assert first.requests.count("POST /repos/{owner}/{repo}/issues/{issue_number}/comments") == 0
        made = len(first.requests.writes)
        assert made == _issues(runner.github) + _labels(runner.github) + _links(runner.github)
        assert len(first.requests) <= made + 3 + 1
        (only,) = runner.run().requests
        assert (only.status, only.conditional) == (304, True)


def test_ended_at_any_request_and_run_again(start: Start, cutover: Story) -> None:
    print(prove_every_end(start, cutover, seen, least=ISSUES, sample=29))  # noqa: T201  shown with -rP


def test_on_a_bad_day_all_ends_as_on_a_good_one(start: Start, cutover: Story) -> None:
    print(prove_bad_days(start, cutover, seen, seeds=SEEDS, runs=20, faults=USUAL))  # noqa: T201  shown with -rP


def _issues(github: GitHub) -> int:
    return len(every(github, "/issues?state=all"))


def _labels(github: GitHub) -> int:
    return len(every(github, "/labels"))


def _links(github: GitHub) -> int:
    return sum(len(blockers) for blockers in github.repository.blocked_by.values())
