"""Commands that look at a project on GitLab, and at what was done to it."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from forge_stories import LATER
from gitlab_counterpart.world import Role
from gitlab_stories import first_sync

if TYPE_CHECKING:
    from github_counterpart.running import Run
    from gitlab_counterpart.running import Runner
    from gitlab_stories import Start

begun = partial(first_sync, documents={"docs/LATER.md": LATER})


def look(runner: Runner, *command: str) -> Run:
    """Run a command that only reads."""
    run = runner.run(*command, *runner.arguments[1:3])
    assert run.requests.writes == []
    return run


def test_an_issue_is_shown_with_its_address(start: Start) -> None:
    with start(begun) as runner:
        runner.to_the_end(runs=1)
        run = look(runner, "issues", "show", "LATER-001")
        assert run.code == 0, run.said
        assert "Mend the pier" in run.said
        assert "/issues/1" in run.said


def test_proposals_are_merge_requests_and_are_declined_on_their_own_page(start: Start) -> None:
    with start(begun) as runner:
        runner.to_the_end(runs=1)
        runner.gitlab.grant("Rosa", Role.DEVELOPER)
        runner.gitlab.act("Rosa", "PUT", "/issues/1", {"state_event": "close"})
        runner.to_the_end(runs=1)
        (only,) = json.loads(look(runner, "proposals", "list", "--format", "json").said)["proposals"]
        assert (only["state"], only["branch"]) == ("open", "gapkeeper/docs")
        assert only["url"] in look(runner, "proposals", "show", str(only["number"])).said
        run = look(runner, "proposals", "decline", str(only["number"]), "--as", "Rosa")
        assert (run.code, only["url"] in run.said) == (64, True), run.said


def test_runs_are_noted_in_the_folder(start: Start) -> None:
    with start(begun) as runner:
        runner.to_the_end(runs=1)
        (only,) = json.loads(look(runner, "runs", "--format", "json").said)["runs"]
        assert (only["exit_code"], only["failed"], only["stopped"]) == (0, 0, None)
