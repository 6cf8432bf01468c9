"""The workflow that `gapkeeper init --ci github` writes: its commands, with the permissions that its jobs ask for."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import yaml

from gapkeeper.entry.cli import ci_files
from github_counterpart.accounts import Kind, Role
from github_counterpart.facts import every
from github_counterpart.seed import ACTIONS, FULL_NAME, OWNER
from review_story import BETTER, DOCUMENTS, bare_of
from stories import first_sync
from test_review_story import OnGitHub

if TYPE_CHECKING:
    from pathlib import Path

    from github_counterpart.running import Run, Runner
    from stories import Start

JOBS: dict[str, Any] = yaml.safe_load(ci_files.text("github"))["jobs"]


def in_job(runner: Runner, name: str, **event: str) -> Run:
    """What a job runs, in its environment and with its token."""
    job = JOBS[name]
    permissions = {what.replace("-", "_"): how for what, how in job["permissions"].items()}
    token = runner.github.token(ACTIONS, kind=Kind.ACTIONS, permissions={"metadata": "read", **permissions})
    (step,) = [step for step in job["steps"] if step.get("run", "").startswith("gapkeeper ")]
    assert step["env"] == {"GITHUB_TOKEN": "${{ github.token }}"}
    runner.environment = {
        "GAPKEEPER_GITHUB_URL": "",  # not set in a job
        "GAPKEEPER_GITHUB_TOKEN": "",
        "GITHUB_TOKEN": token,
        "GITHUB_ACTIONS": "true",
        "GITHUB_REPOSITORY": FULL_NAME,
        "GITHUB_SERVER_URL": runner.github.url,
        **event,
    }
    return runner.run(*step["run"].split()[1:])


def test_it_syncs_and_proposes_what_people_close(start: Start) -> None:
    with start(partial(first_sync, documents=DOCUMENTS)) as runner:
        github = runner.github
        first = in_job(runner, "sync")
        assert first.code == 0, first.said
        assert len(every(github, "/issues?state=open")) == 5

        github.grant("Rosa", Role.WRITE)
        github.act("Rosa", "PATCH", "/issues/1", {"state": "closed"})
        second = in_job(runner, "sync", GITHUB_EVENT_NAME="issues")
        assert second.code == 0, second.said
        (pull,) = github.act(OWNER, "GET", "/pulls?state=all")
        assert pull["head"]["ref"] == "gapkeeper/docs"


def test_it_comments_and_sets_the_status(start: Start, tmp_path: Path) -> None:
    with start(partial(first_sync, documents=DOCUMENTS)) as runner:
        assert in_job(runner, "sync").code == 0
        pulls = OnGitHub(runner.github)
        number = pulls.propose(BETTER, bare_of(runner))
        event = tmp_path / "event.json"
        event.write_text(json.dumps({"pull_request": {"number": number}}), "utf-8")
        run = in_job(runner, "comment", GITHUB_EVENT_NAME="pull_request", GITHUB_EVENT_PATH=str(event))
        assert run.code == 0, run.said
        (body,) = [one["body"] for one in every(runner.github, f"/issues/{number}/comments")]
        assert "closes #1" in body
        assert pulls.verdicts() == [("success", "readiness 50 % (+10)")]
