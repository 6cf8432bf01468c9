"""A sync whose process is killed at any of its requests, before or after GitLab did it, and run again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from forge_bad_days import prove_every_end
from gitlab_stories import STORIES, seen

if TYPE_CHECKING:
    from gitlab_stories import Start

#: How many requests the sync of each story sends at least.
LEAST = {"the first sync": 14, "everything": 20, "a proposal to renew": 8, "a proposal to withdraw": 5}
#: One of so many points is tried in each run of the tests; `make test-all` tries all of them.
SAMPLE = {"the first sync": 9, "everything": 9, "a proposal to renew": 9, "a proposal to withdraw": 9}


@pytest.mark.parametrize("story", STORIES)
def test_ended_at_any_request_and_run_again(start: Start, story: str) -> None:
    tried = prove_every_end(start, STORIES[story], seen, least=LEAST[story], sample=SAMPLE[story])
    print(f"{story}: {tried}")  # noqa: T201  shown with -rP
