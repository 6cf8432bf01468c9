"""Documents that a team really wrote, synced to GitLab: 43 issues, whatever happens on the way."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

import pytest

from forge_bad_days import THOROUGH, prove_bad_days, prove_every_end
from forge_stories import CORPUS, really_written
from gitlab_counterpart.faults import USUAL
from gitlab_stories import first_sync, seen

if TYPE_CHECKING:
    from gitlab_stories import Start, Story

ISSUES, LABELS, LINKS = 43, 14, 10
#: Reads of a first sync: project, account, labels, open merge requests, and the list before and after.
READS = 6
#: BAD_DAYS=200 tries so many.
SEEDS = int(os.environ.get("BAD_DAYS") or (20 if THOROUGH else 2))

pytestmark = pytest.mark.skipif(CORPUS is None, reason="GAPKEEPER_CORPUS names no corpus")


@pytest.fixture
def cutover() -> Story:
    return partial(first_sync, documents=really_written("cutover"))


def test_takes_one_request_for_each_thing_and_then_one_page_of_reads(start: Start, cutover: Story) -> None:
    with start(cutover) as runner:
        first = runner.run()
        assert first.code == 0, first.said
        assert len(runner.gitlab.project.issues) == ISSUES
        assert len(first.requests.writes) == ISSUES + LABELS + LINKS
        assert len(first.requests) <= ISSUES + LABELS + LINKS + READS
        (only,) = runner.run().requests
        assert only.name == "GET /projects/{id}/issues"


def test_ended_at_any_request_and_run_again(start: Start, cutover: Story) -> None:
    print(prove_every_end(start, cutover, seen, least=ISSUES + LABELS + LINKS, sample=29))  # noqa: T201  shown with -rP


def test_on_a_bad_day_all_ends_as_on_a_good_one(start: Start, cutover: Story) -> None:
    print(prove_bad_days(start, cutover, seen, seeds=SEEDS, runs=20, faults=USUAL))  # noqa: T201  shown with -rP
