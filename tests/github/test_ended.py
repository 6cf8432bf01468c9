"""A sync whose process is killed at any of its requests, before or after GitHub did it, and run again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from github_counterpart.running import EndedAt
from stories import STORIES, assert_same, seen

if TYPE_CHECKING:
    from stories import Start

#: How many requests the sync of each story sends at least: a proof that sees no requests any more must not pass.
LEAST = {"the first sync": 14, "everything": 20}
#: One of so many points is tried in each run of the tests; `make test-all` tries all of them.
SAMPLE = 1 if settings.get_current_profile_name() == "thorough" else 5


@pytest.mark.parametrize("story", STORIES)
def test_ended_at_any_request_and_run_again(start: Start, story: str) -> None:
    with start(STORIES[story]) as runner:
        (whole,) = runner.to_the_end(runs=1)
        undisturbed = seen(runner.github)
        (again,) = runner.to_the_end(runs=1)
        assert len(again.requests.writes) == 0, again.said
    assert len(whole.requests) >= LEAST[story]
    tried = 0
    for k in range(1, len(whole.requests) + 1):
        for done in (False, True):
            if (2 * k + done) % SAMPLE:
                continue
            name = f"request {k} of {len(whole.requests)}: {whole.requests[k - 1].name}"
            where = f"ended {'after' if done else 'before'} {name}"
            with start(STORIES[story]) as runner:
                assert runner.run(trouble=EndedAt(k, done=done)).code == -9, where
                runner.to_the_end()
                assert_same(seen(runner.github), undisturbed, where)
            tried += 1
    print(f"{story}: {tried} of {2 * len(whole.requests)} points")  # noqa: T201  shown with -rP
