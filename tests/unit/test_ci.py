"""What a job of CI is told of the pull request that it runs for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gapkeeper.settings.ci import pull_of_job, summary_file

ACTIONS = {"GITHUB_ACTIONS": "true"}
PULL = {**ACTIONS, "GITHUB_EVENT_NAME": "pull_request", "GITHUB_REF": "refs/pull/42/merge"}
MERGE_REQUEST = {
    "GITLAB_CI": "true",
    "CI_PROJECT_ID": "42",
    "CI_MERGE_REQUEST_PROJECT_ID": "42",
    "CI_MERGE_REQUEST_IID": "7",
}
TARGET = {**ACTIONS, "GITHUB_EVENT_NAME": "pull_request_target", "GITHUB_REF": "refs/heads/main"}


def event(tmp_path: Path, content: str | bytes) -> dict[str, str]:
    path = tmp_path / "event.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return {**TARGET, "GITHUB_EVENT_PATH": str(path)}


@pytest.mark.parametrize(
    ("job", "number"),
    [
        (PULL, 42),
        (MERGE_REQUEST, 7),
        ({**MERGE_REQUEST, "CI_PROJECT_ID": "43"}, None),  # in a fork: the number is another project's
        ({"GITLAB_CI": "true", "CI_PROJECT_ID": "42"}, None),  # a pipeline of a branch
        ({**MERGE_REQUEST, "CI_MERGE_REQUEST_IID": "7; rm"}, None),
        ({**PULL, "GITHUB_ACTIONS": "false"}, None),
        ({**PULL, "GITHUB_EVENT_NAME": "push"}, None),
        ({**PULL, "GITHUB_REF": "refs/heads/refs/pull/42/merge"}, None),
        ({**PULL, "GITHUB_REF": "refs/pull/42/merge\n"}, None),
        ({**PULL, "GITHUB_REF": "refs/pull/0/merge"}, None),
        ({**PULL, "GITHUB_REF": f"refs/pull/{'9' * 5000}/merge"}, None),
        (TARGET, None),  # its event is nowhere
        ({}, None),
    ],
)
def test_the_pull_request_of_a_job(job: dict[str, str], number: int | None) -> None:
    assert pull_of_job(job) == number


def test_a_job_on_the_base_branch_finds_its_pull_request_in_the_event(tmp_path: Path) -> None:
    assert pull_of_job(event(tmp_path, json.dumps({"pull_request": {"number": 42, "title": "x" * 99}}))) == 42


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "null",
        "[]",
        '"pull_request"',
        "7",
        "[" * 100_000,
        b"\xff\xfe",
        '{"pull_request": null}',
        '{"pull_request": []}',
        '{"pull_request": {"number": null}}',
        '{"pull_request": {"number": true}}',
        '{"pull_request": {"number": -1}}',
        '{"pull_request": {"number": 4.5}}',
        '{"pull_request": {"number": "../7"}}',
        '{"pull_request": {"number": {"number": 7}}}',
        f'{{"pull_request": {{"number": {"9" * 5000}}}}}',
    ],
)
def test_an_event_can_hold_anything_and_names_no_pull_request_then(tmp_path: Path, content: str | bytes) -> None:
    assert pull_of_job(event(tmp_path, content)) is None


def test_an_event_without_end_is_not_read_to_its_end(tmp_path: Path) -> None:
    whole = json.dumps({"pull_request": {"number": 42}})
    assert pull_of_job(event(tmp_path, whole + " " * 2**24)) == 42
    assert pull_of_job(event(tmp_path, " " * 2**24 + whole)) is None


def test_an_event_that_cannot_be_read_names_none(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.json"):
        assert pull_of_job({**TARGET, "GITHUB_EVENT_PATH": str(path)}) is None


def test_the_page_of_a_job_is_a_file() -> None:
    assert summary_file({**ACTIONS, "GITHUB_STEP_SUMMARY": "/tmp/step.md"}) == Path("/tmp/step.md")  # noqa: S108 - as a name
    assert summary_file({"GITHUB_STEP_SUMMARY": "step.md"}) is None
    assert summary_file(ACTIONS) is None
