"""The jobs that `gapkeeper init --ci gitlab` writes: their commands, in the environment that GitLab gives them."""

from __future__ import annotations

import shlex
import subprocess
from functools import partial
from typing import TYPE_CHECKING, Any

import yaml

from gapkeeper.entry.cli import ci_files
from gitlab_counterpart.seed import PATH
from gitlab_stories import first_sync
from review_story import BETTER, DOCUMENTS, bare_of
from test_gitlab_review_story import OnGitLab

if TYPE_CHECKING:
    from github_counterpart.running import Run
    from gitlab_counterpart.running import Runner
    from gitlab_stories import Start

PIPELINE: dict[str, Any] = yaml.safe_load(ci_files.text("gitlab"))


def in_job(runner: Runner, name: str, **more: str) -> Run:
    """What a job runs; its checkout stands on a commit and on no branch, as GitLab's do."""
    job = {
        "GITLAB_CI": "true",
        "CI_PROJECT_PATH": PATH,
        "CI_PROJECT_ID": "1",
        "CI_SERVER_URL": runner.gitlab.url,
        "GAPKEEPER_GITLAB_URL": "",  # not set in a job
        "CI_JOB_TOKEN": "glcbt-of-the-job",
        **more,
    }
    subprocess.run(["git", "-C", runner.folder, "checkout", "--quiet", "--detach"], check=True)
    *before, command = PIPELINE[name]["script"]
    for line in before:
        words = shlex.split(line.replace("$CI_COMMIT_BRANCH", job.get("CI_COMMIT_BRANCH", "")))
        subprocess.run(words, cwd=runner.folder, check=True, capture_output=True)
    assert command.startswith("gapkeeper ")
    runner.environment = job
    return runner.run(*command.split()[1:])


def test_they_sync_and_comment(start: Start) -> None:
    with start(partial(first_sync, documents=DOCUMENTS)) as runner:
        synced = in_job(runner, "gapkeeper-sync", CI_COMMIT_BRANCH="main")
        assert synced.code == 0, synced.said
        assert len(runner.gitlab.project.issues) == 5

        pulls = OnGitLab(runner.gitlab)
        number = pulls.propose(BETTER, bare_of(runner))
        merge_request = {"CI_MERGE_REQUEST_IID": str(number), "CI_MERGE_REQUEST_PROJECT_ID": "1"}
        commented = in_job(runner, "gapkeeper-comment", **merge_request)
        assert commented.code == 0, commented.said
        (body,) = pulls.said(number)
        assert "closes #1" in body
        assert pulls.verdicts() == [("success", "readiness 50 % (+10)")]
