"""A sync that meets GitLab's limits stops cleanly, and the next one goes on where it was."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from forge_stories import LATER
from gitlab_counterpart import clones
from gitlab_stories import first_sync, pulled

if TYPE_CHECKING:
    from gitlab_stories import Start

begun = partial(first_sync, documents={"docs/LATER.md": LATER})
ITEMS = 5


@pytest.mark.parametrize("says_when", [True, False])
def test_of_new_issues(start: Start, *, says_when: bool) -> None:
    with start(begun) as runner:
        gitlab = runner.gitlab
        gitlab.limits.enforced, gitlab.limits.retry_after = True, says_when
        gitlab.limits.endpoints = {"issues": 2, "notes": 60}
        for made in (2, 4):
            run = runner.run()
            assert run.code == 4, run.said
            assert len(gitlab.project.issues) == made
            assert gitlab.limits.hits.pop() == "issues"
            gitlab.clock.advance(61)
        runner.to_the_end(runs=1)
        assert len(gitlab.project.issues) == ITEMS
        assert runner.run().requests.writes == []


def test_of_notes(start: Start) -> None:
    with start(begun) as runner:
        gitlab = runner.gitlab
        runner.to_the_end(runs=1)
        clones.push(gitlab, {"docs/LATER.md": LATER.replace("**Status:** Pending", "**Status:** ✅ Resolved")})
        pulled(runner)
        gitlab.limits.enforced, gitlab.limits.endpoints = True, {"issues": 200, "notes": 2}
        assert runner.run().code == 4
        assert [issue.state for issue in gitlab.project.issues.values()].count("closed") == 2
        gitlab.clock.advance(61)
        runner.to_the_end(runs=1)
        closed = [issue for issue in gitlab.project.issues.values() if issue.state == "closed"]
        assert [sum(not note.system for note in issue.notes) for issue in closed] == [1, 1, 1]


def test_of_an_account(start: Start) -> None:
    with start(begun) as runner:
        gitlab = runner.gitlab
        gitlab.limits.enforced, gitlab.limits.a_minute = True, 12
        codes = []
        while not codes or codes[-1] != 0:
            codes.append(runner.run().code)
            gitlab.clock.advance(61)
            assert len(codes) < 5
        assert codes[0] == 4
        assert len(gitlab.project.issues) == ITEMS
