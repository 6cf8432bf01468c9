"""A third of all requests goes wrong at random, and the sync is run again until it says that all is well."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from github_counterpart.faults import Unlucky
from stories import STORIES, assert_same, seen

if TYPE_CHECKING:
    from stories import Start

THOROUGH = settings.get_current_profile_name() == "thorough"
#: How many bad days are tried; more where much is generated.
SEEDS = {"the first sync": 200, "everything": 50} if THOROUGH else dict.fromkeys(STORIES, 5)
#: How often the sync is run again at most. To propose a change takes six writes in one run.
RUNS = {"the first sync": 20, "everything": 60}


@pytest.mark.parametrize("story", STORIES)
def test_on_a_bad_day_all_ends_as_on_a_good_one(start: Start, story: str) -> None:
    with start(STORIES[story]) as runner:
        runner.to_the_end(runs=1)
        undisturbed = seen(runner.github)
    runs = faults = 0
    for seed in range(SEEDS[story]):
        with start(STORIES[story]) as runner:
            unlucky = Unlucky(seed)
            made = runner.to_the_end(runs=RUNS[story], trouble=unlucky)
            what = "\n".join(f"{fault}: {name}" for name, fault in unlucky.met)
            assert_same(seen(runner.github), undisturbed, f"seed {seed}, {len(made)} runs\n{what}\n")
            runs, faults = runs + len(made), faults + len(unlucky.met)
    assert faults > SEEDS[story]
    print(f"{story}: {SEEDS[story]} seeds, {runs} runs, {faults} faults")  # noqa: T201  shown with -rP
