"""Commands that look at a project on GitHub, and at what was done to it."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from forge_stories import LATER
from github_counterpart.accounts import Role
from stories import first_sync

if TYPE_CHECKING:
    from github_counterpart.running import Run, Runner
    from stories import Start

begun = partial(first_sync, documents={"docs/LATER.md": LATER})


def look(runner: Runner, *command: str) -> Run:
    """Run a command that only reads."""
    run = runner.run(*command, *runner.arguments[1:3])
    assert len(run.requests.writes) == 0
    return run


def proposed(runner: Runner) -> None:
    """A close of Rosa's that waits in a pull request."""
    runner.to_the_end(runs=1)
    runner.github.grant("Rosa", Role.WRITE)
    runner.github.act("Rosa", "PATCH", "/issues/1", {"state": "closed"})
    runner.to_the_end(runs=1)


class TestIssues:
    def test_are_listed(self, start: Start) -> None:
        with start(begun) as runner:
            runner.to_the_end(runs=1)
            run = look(runner, "issues", "list")
            assert run.code == 0, run.said
            assert "LATER-005" in run.said
            assert "5 open, 0 closed" in run.said

    def test_one_is_shown_by_key_or_number_with_its_address(self, start: Start) -> None:
        with start(begun) as runner:
            runner.to_the_end(runs=1)
            for name in ("LATER-001", "1"):
                run = look(runner, "issues", "show", name)
                assert run.code == 0, run.said
                assert "Mend the pier" in run.said
                assert "harbour/pier/issues/1" in run.said
                assert "History" not in run.said  # it is read there

    def test_what_was_said_on_it_is_unknown_to_programs(self, start: Start) -> None:
        with start(begun) as runner:
            runner.to_the_end(runs=1)
            shown = json.loads(look(runner, "issues", "show", "1", "--format", "json").said)
            assert (shown["issue"]["key"], shown["comments"], shown["events"]) == ("LATER-001", None, None)

    def test_nobody_else_is_played_there(self, start: Start) -> None:
        with start(begun) as runner:
            runner.to_the_end(runs=1)
            run = look(runner, "issues", "close", "1", "--as", "Rosa")
            assert run.code == 64, run.said
            assert "where they are" in run.said


class TestProposals:
    def test_are_pull_requests(self, start: Start) -> None:
        with start(begun) as runner:
            proposed(runner)
            (only,) = json.loads(look(runner, "proposals", "list", "--format", "json").said)["proposals"]
            assert (only["state"], only["branch"]) == ("open", "gapkeeper/docs")
            run = look(runner, "proposals", "show", str(only["number"]))
            assert run.code == 0, run.said
            assert only["url"] in run.said
            assert "git merge" not in run.said

    def test_are_declined_on_their_own_page(self, start: Start) -> None:
        with start(begun) as runner:
            proposed(runner)
            (only,) = json.loads(look(runner, "proposals", "list", "--format", "json").said)["proposals"]
            run = look(runner, "proposals", "decline", str(only["number"]), "--as", "Rosa")
            assert run.code == 64, run.said
            assert only["url"] in run.said


class TestRuns:
    def test_are_noted_in_the_folder(self, start: Start) -> None:
        with start(begun) as runner:
            assert json.loads(look(runner, "runs", "--format", "json").said)["runs"] == []
            runner.to_the_end(runs=1)
            (only,) = json.loads(look(runner, "runs", "--format", "json").said)["runs"]
            assert (only["exit_code"], only["failed"], only["stopped"]) == (0, 0, None)
            assert only["planned"] == only["done"] > 0

    def test_need_no_token(self, start: Start) -> None:
        with start(begun) as runner:
            runner.to_the_end(runs=1)
            runner.token = ""
            run = look(runner, "runs")
            assert run.code == 0, run.said
            assert list(run.requests) == []

    def test_a_folder_that_takes_no_file_keeps_none_and_syncs(self, start: Start) -> None:
        with start(begun) as runner:
            (runner.folder / ".gapkeeper").mkdir()
            (runner.folder / ".gapkeeper" / "runs.db").mkdir()
            runner.to_the_end(runs=1)
            assert look(runner, "runs").code == 69
