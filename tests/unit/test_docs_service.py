"""What the page on the service shows is true: the file loads, commands and variables exist, and metrics are these."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gapkeeper.adapters.sqlite_state import open_state
from gapkeeper.entry.cli.app import COMMANDS
from gapkeeper.entry.cli.jobs import command as jobs
from gapkeeper.entry.service.metrics import Metrics
from gapkeeper.errors import GapkeeperError
from gapkeeper.model.jobs import Job, JobKind, Outcome, RunRecord
from gapkeeper.settings import environment
from gapkeeper.settings.conform import conform, keys_of
from gapkeeper.settings.listing import unknown_variables
from gapkeeper.settings.service import Repository, Service, ServiceFile, State
from gapkeeper.settings.service_file import load_service

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "service.md").read_text("utf-8")
PAGES = sorted(DOCS.glob("*.md"))
NOW = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)


def test_the_file_that_is_shown_loads(tmp_path: Path) -> None:
    (shown,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    file = tmp_path / "service.toml"
    file.write_text(shown, "utf-8")
    assert [one.name for one in load_service(file, {}).repositories] == ["octocat/harbour", "yards/north/pier"]


def test_variables_are_ones_that_set_something() -> None:
    named = dict.fromkeys(re.findall(r"GAPKEEPER_[A-Z_]*[A-Z]", PAGE), "1")
    assert len(named) > 10
    assert unknown_variables(named) == []
    values, _, faults = environment.read(named, ServiceFile)
    assert faults == []
    assert [fault for fault in conform(ServiceFile, values)[1] if "is not a key" in fault.message] == []


def test_keys_are_keys() -> None:
    known = {key for table in (Service, State, Repository) for key in keys_of(table)}
    named = set(re.findall(r"`\[(?:service|state)\] (\w+)`", PAGE))
    assert named
    assert named <= known
    assert {"debounce_seconds", "grace_seconds", "keep_days", "mirror_limit_mb"} <= known


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_are_commands(page: Path) -> None:
    called = re.findall(r"^ {4}gapkeeper ([a-z]+)(?: ([a-z]+))?", page.read_text("utf-8"), re.MULTILINE)
    assert {word for word, _ in called} <= set(COMMANDS)
    assert {second for word, second in called if word == "jobs" and second} <= set(jobs.commands)


def test_outcomes_are_explained() -> None:
    table = PAGE.split("| A run ended |")[1].split("\n\n")[0]
    assert {word for word in re.findall(r"`(\w+)`", table) if word in set(Outcome)} == set(Outcome)


def exposed(folder: Path) -> Iterator[str]:
    """The names of all metrics of a service that has done something."""
    with open_state(folder / "state.db") as state:
        run = RunRecord("1", Job(JobKind.RECONCILE, "a"), (), NOW, NOW, Outcome.UNCHANGED, score=1.0)
        state.records.add(run)
        metrics = Metrics(state, lambda: NOW)
        metrics.run_ended(run)
        metrics.request("github", "read", 1)
        metrics.delivery("github", "push", "accepted", 0.1)
        metrics.mirror("a", 1)
        text = metrics.exposition()[0].decode()
    for name, kind in re.findall(r"^# TYPE (\S+) (\S+)", text, re.MULTILINE):
        yield "process_*" if name.startswith("process_") else name
        assert kind != "counter" or name.endswith("_total")


def test_the_table_of_metrics_is_complete(tmp_path: Path) -> None:
    table = PAGE.split("## Metrics")[1].split("Worth an alert")[0]
    assert set(re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)) == set(exposed(tmp_path))


def test_alerts_ask_for_metrics_that_there_are(tmp_path: Path) -> None:
    (alerts,) = re.findall(r"```promql\n(.*?)```", PAGE, re.DOTALL)
    asked = set(re.findall(r"gapkeeper_\w+", alerts))
    assert asked
    assert asked <= set(exposed(tmp_path))


def test_a_second_service_ends_as_the_page_says(tmp_path: Path) -> None:
    with open_state(tmp_path / "state.db") as first, first.lock.hold(), open_state(tmp_path / "state.db") as second:
        with pytest.raises(GapkeeperError) as caught, second.lock.hold():
            pass
        assert f"(exit {caught.value.exit_code})" in PAGE
