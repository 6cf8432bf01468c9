"""`gapkeeper jobs`: what people type, what they see, and what the queue then holds."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest

from gapkeeper.adapters.sqlite_state import SqliteState, open_state
from gapkeeper.adapters.sqlite_tracker import utc_now
from gapkeeper.entry.cli.run import run as run_command
from gapkeeper.model.jobs import Job, JobKind, JobState
from service_samples import FAILED, HOSTILE, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Say = Callable[..., str]

HARBOUR = Job(JobKind.RECONCILE, "harbour")
REVIEW = Job(JobKind.REVIEW, "pier", 7)

FILE = """
[[repositories]]
tracker = "github:owner/harbour"
name = "harbour"

[[repositories]]
tracker = "github:owner/pier"
name = "pier"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("CI", "FORCE_COLOR", "NO_COLOR", "GAPKEEPER_SERVICE_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "gapkeeper-service.toml").write_text(FILE, "utf-8")
    return tmp_path


@pytest.fixture
def state(folder: Path) -> Iterator[SqliteState]:
    """The service's state, open as the service has it, with a review that was given up and a job that waits."""
    now = utc_now()
    with open_state(folder / "gapkeeper-state.db") as opened:
        opened.queue.put(REVIEW, reason="pull_request 72d3162e", now=now, due=now)
        claimed = opened.queue.claim(now)
        assert claimed is not None
        opened.queue.bury(claimed.id, error="the forge did not answer")
        opened.queue.put(HARBOUR, reason="schedule", now=now, due=now + dt.timedelta(minutes=5, seconds=30))
        yield opened


def states(state: SqliteState) -> dict[Job, JobState]:
    return {job.job: job.state for job in state.queue.jobs()}


def dead_id(state: SqliteState) -> str:
    return str(next(job.id for job in state.queue.jobs() if job.state is JobState.DEAD))


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str]) -> Say:
    """Run a command that ends well, and give what it prints."""

    def call(*arguments: str, ends: int = 0) -> str:
        assert run_command(["jobs", *arguments]) == ends
        out, error = capfd.readouterr()
        return error if ends else out

    return call


@pytest.mark.usefixtures("state")
@pytest.mark.parametrize("arguments", [(), ("list",), ("--limit", "2"), ("--config", "gapkeeper-service.toml")])
def test_jobs_are_listed_with_state_and_reason_or_error(said: Say, arguments: tuple[str, ...]) -> None:
    lines = said(*arguments).splitlines()
    assert len(lines) == 3
    assert "given up" in lines[1]
    assert "review pier#7" in lines[1]
    assert "the forge did not answer" in lines[1]
    assert "reconcile harbour" in lines[2]
    assert "in 5 min" in lines[2]
    assert "schedule" in lines[2]


def test_jobs_beyond_the_limit_are_counted(state: SqliteState, capfd: pytest.CaptureFixture[str]) -> None:
    assert run_command(["jobs", "list", "--limit", "1"]) == 0
    assert "0 running, 1 waiting, 1 given up; 1 not shown" in capfd.readouterr().err
    assert len(states(state)) == 2


@pytest.mark.usefixtures("state")
def test_json_has_the_counts_and_every_job(said: Say) -> None:
    found = json.loads(said("list", "--format", "json"))
    assert found == json.loads(said("--format", "json"))
    assert found["counts"] == {"queued": 1, "running": 0, "dead": 1}
    assert [(job["repository"], job["pull"]) for job in found["jobs"]] == [("pier", 7), ("harbour", None)]


def test_a_job_shows_its_own_runs_and_how_to_replay_it(state: SqliteState, said: Say) -> None:
    state.records.add(run(id="r-2", job=REVIEW, error="it timed out", hint="Look at the forge."))
    state.records.add(run(id="r-3", job=Job(JobKind.RECONCILE, "pier"), error="of another job"))
    text = said("show", dead_id(state))
    assert "the forge did not answer" in text
    assert "it timed out. Look at the forge." in text
    assert "of another job" not in text
    assert f"gapkeeper jobs replay {dead_id(state)}" in text


def test_runs_of_one_repository_are_listed(state: SqliteState, said: Say) -> None:
    state.records.add(run("harbour", id="r-2"))
    state.records.add(run("pier", id="r-3", error="the token is unknown"))
    assert "the token is unknown" in said("runs")
    assert "the token is unknown" not in said("runs", "harbour")
    assert "2 created, 1 closed" in said("runs", "harbour")


@pytest.mark.usefixtures("state")
def test_where_nothing_ran_yet_that_is_said(capfd: pytest.CaptureFixture[str]) -> None:
    assert run_command(["jobs", "runs"]) == 0
    assert capfd.readouterr() == ("", "no run yet; `gapkeeper jobs` lists what waits\n")


@pytest.mark.usefixtures("state")
def test_help_tells_of_the_commands(said: Say) -> None:
    assert "replay" in said("--help")
    assert said("-h") == said("--help")


def test_what_was_given_up_is_replayed_by_its_number(state: SqliteState, said: Say) -> None:
    assert "1 job" in said("replay", dead_id(state))
    assert states(state)[REVIEW] is JobState.QUEUED


def test_all_that_was_given_up_is_replayed(state: SqliteState, said: Say) -> None:
    assert "1 job" in said("replay", "--all")
    assert states(state)[REVIEW] is JobState.QUEUED
    assert "nothing to do" in said("replay", "--all")


def test_what_was_given_up_is_forgotten_by_its_number(state: SqliteState, said: Say) -> None:
    assert "taken away: 1 job" in said("forget", dead_id(state))
    assert states(state) == {HARBOUR: JobState.QUEUED}


def test_all_that_was_given_up_is_forgotten_and_nothing_else(state: SqliteState, said: Say) -> None:
    assert "taken away: 1 job" in said("forget", "--all")
    assert "nothing to do" in said("forget", "--all")
    assert states(state) == {HARBOUR: JobState.QUEUED}


def test_nothing_is_forgotten_where_one_of_the_numbers_waits(state: SqliteState, said: Say) -> None:
    waiting = next(str(job.id) for job in state.queue.jobs() if job.state is JobState.QUEUED)
    assert f"job {waiting} was not given up: it is waiting" in said("forget", dead_id(state), waiting, ends=64)
    assert len(states(state)) == 2


@pytest.mark.parametrize("command", ["replay", "forget"])
@pytest.mark.parametrize("arguments", [(), ("1", "--all")])
def test_a_command_on_what_was_given_up_says_which(
    state: SqliteState, said: Say, command: str, arguments: tuple[str, ...]
) -> None:
    assert "--all" in said(command, *arguments, ends=64)
    assert states(state)[REVIEW] is JobState.DEAD


def test_nothing_is_replayed_where_one_of_the_numbers_is_wrong(state: SqliteState, said: Say) -> None:
    assert "there is no job 999" in said("replay", dead_id(state), "999", ends=1)
    waiting = next(str(job.id) for job in state.queue.jobs() if job.state is JobState.QUEUED)
    assert "was not given up" in said("replay", waiting, dead_id(state), ends=64)
    assert states(state)[REVIEW] is JobState.DEAD


def test_a_run_is_due_at_once_and_ends_a_pause(state: SqliteState, said: Say) -> None:
    paused = utc_now() + dt.timedelta(hours=1)
    state.records.add(FAILED, paused_until=paused)
    assert "it waits already" in said("run", "harbour")
    (job,) = (job for job in state.queue.jobs() if job.job == HARBOUR)
    assert job.reasons == ("schedule", "command")
    assert job.due_at <= dt.datetime.now(dt.UTC)
    assert state.records.state("harbour").paused_until is None


def test_a_pull_request_alone_is_asked_for(state: SqliteState, said: Say) -> None:
    assert "asked for: review harbour#3" in said("run", "harbour", "--pull", "3")
    assert states(state)[Job(JobKind.REVIEW, "harbour", 3)] is JobState.QUEUED


def test_nobody_asks_for_a_repository_that_is_not_configured(state: SqliteState, said: Say) -> None:
    assert "Did you mean harbour?" in said("run", "harbor", ends=64)
    assert len(states(state)) == 2


def test_no_state_is_made_by_who_only_looks(said: Say, folder: Path) -> None:
    said("list", ends=69)
    assert [path.name for path in folder.iterdir()] == ["gapkeeper-service.toml"]


def test_the_file_of_the_service_is_named(state: SqliteState, said: Say, folder: Path) -> None:
    moved = (folder / "gapkeeper-service.toml").rename(folder / "other.toml")
    assert "gapkeeper-service.toml" in said("list", ends=65)
    assert "review pier#7" in said("list", "--config", str(moved))
    assert len(states(state)) == 2


def test_hostile_errors_do_nothing_on_a_terminal(state: SqliteState, said: Say) -> None:
    state.records.add(run("harbour", id="r-9", error=HOSTILE, hint=HOSTILE))
    text = said("runs")
    assert "\x1b" not in text
    assert len(text.splitlines()) == 2
