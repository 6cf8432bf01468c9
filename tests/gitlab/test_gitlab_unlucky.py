"""A third of all requests goes wrong at random, and the sync is run again until it says that all is well."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from forge_bad_days import THOROUGH, prove_bad_days
from gitlab_counterpart.faults import USUAL
from gitlab_stories import STORIES, seen

if TYPE_CHECKING:
    from gitlab_stories import Start

#: How many bad days are tried; more where much is generated.
OFTEN = {"the first sync": 200, "everything": 50, "a proposal to renew": 30, "a proposal to withdraw": 30}
SELDOM = {"the first sync": 2, "everything": 2, "a proposal to renew": 1, "a proposal to withdraw": 1}
SEEDS = OFTEN if THOROUGH else SELDOM
#: How often the sync is run again at most.
RUNS = {"the first sync": 20, "everything": 60, "a proposal to renew": 40, "a proposal to withdraw": 40}


@pytest.mark.parametrize("story", STORIES)
def test_on_a_bad_day_all_ends_as_on_a_good_one(start: Start, story: str) -> None:
    tried = prove_bad_days(start, STORIES[story], seen, seeds=SEEDS[story], runs=RUNS[story], faults=USUAL)
    print(f"{story}: {tried}")  # noqa: T201  shown with -rP
