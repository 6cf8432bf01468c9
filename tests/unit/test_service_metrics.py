"""The metrics: what Prometheus reads, and that no stranger and no bad state makes them grow or fail."""

from __future__ import annotations

import datetime as dt
import math
import sys
from typing import TYPE_CHECKING

import pytest
from prometheus_client.parser import text_string_to_metric_families

from builders import NOW
from gapkeeper.adapters.sqlite_state import SqliteState, open_state
from gapkeeper.entry.service.metrics import Metrics
from gapkeeper.model.jobs import Job, JobKind, Outcome
from service_samples import FAILED, HOSTILE, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HARBOUR = Job(JobKind.RECONCILE, "harbour")


@pytest.fixture
def state(tmp_path: Path) -> Iterator[SqliteState]:
    with open_state(tmp_path / "state.db") as opened:
        yield opened


@pytest.fixture
def metrics(state: SqliteState) -> Metrics:
    return Metrics(state, lambda: NOW)


def samples(metrics: Metrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    content, _ = metrics.exposition()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(content.decode("utf-8"))
        for sample in family.samples
    }


def value(metrics: Metrics, name: str, **labels: str) -> float:
    return samples(metrics)[f"gapkeeper_{name}", tuple(sorted(labels.items()))]


def test_a_run_is_counted_with_its_time_changes_and_documents(metrics: Metrics) -> None:
    metrics.run_ended(run())
    assert value(metrics, "runs_total", kind="reconcile", outcome="changed") == 1
    assert value(metrics, "run_seconds_sum", kind="reconcile") == 4.5
    assert value(metrics, "run_seconds_bucket", kind="reconcile", le="2.5") == 0
    assert value(metrics, "run_seconds_bucket", kind="reconcile", le="5.0") == 1
    assert value(metrics, "changes_total", op="create") == 2
    assert value(metrics, "changes_total", op="close") == 1
    assert value(metrics, "documents_total", how="parsed") == 3
    assert value(metrics, "documents_total", how="cached") == 120


def test_series_are_there_before_anything_happens(metrics: Metrics) -> None:
    assert value(metrics, "runs_total", kind="review", outcome="broken") == 0
    assert value(metrics, "changes_total", op="write-back") == 0
    assert value(metrics, "run_seconds_count", kind="review") == 0
    assert value(metrics, "deliveries_total", forge="github", event="other", outcome="unsigned") == 0
    assert value(metrics, "queue_jobs", state="dead") == 0
    assert value(metrics, "queue_oldest_due_seconds") == 0


def test_a_clock_that_was_set_back_makes_no_negative_time(metrics: Metrics) -> None:
    metrics.run_ended(run(ended_at=NOW - dt.timedelta(days=1)))
    assert value(metrics, "run_seconds_sum", kind="reconcile") == 0


def test_requests_are_counted_by_forge_and_the_quota_is_the_last_answers(metrics: Metrics) -> None:
    metrics.request("github", "read", 4_999)
    metrics.request("github", "write", 4_998)
    metrics.request("github", "unchanged")
    metrics.request("somebody", "something")
    assert value(metrics, "requests_total", forge="other", kind="other") == 1
    assert value(metrics, "requests_total", forge="github", kind="read") == 1
    assert value(metrics, "requests_total", forge="github", kind="unchanged") == 1
    assert value(metrics, "quota_left", forge="github") == 4_998


def test_deliveries_are_counted_and_timed(metrics: Metrics) -> None:
    metrics.delivery("gitlab", "merge_request", "accepted", 0.004)
    assert value(metrics, "deliveries_total", forge="gitlab", event="merge_request", outcome="accepted") == 1
    assert value(metrics, "delivery_seconds_bucket", forge="gitlab", le="0.0025") == 0
    assert value(metrics, "delivery_seconds_bucket", forge="gitlab", le="0.005") == 1


def test_words_of_strangers_make_no_series(metrics: Metrics) -> None:
    metrics.delivery("github", "x", "unsigned", 0)
    before = samples(metrics).keys()
    for number in range(100):
        metrics.delivery("github", f"{HOSTILE}{number}", "unsigned", 0)
    now = samples(metrics)
    assert now.keys() == before
    assert value(metrics, "deliveries_total", forge="github", event="other", outcome="unsigned") == 101


def test_queue_and_repositories_are_as_the_state_has_them_when_asked(metrics: Metrics, state: SqliteState) -> None:
    state.queue.put(HARBOUR, reason="schedule", now=NOW, due=NOW - dt.timedelta(seconds=90))
    state.records.add(run("harbour"))
    state.records.add(run("pier", Outcome.BROKEN, id="r-2", score=None), paused_until=NOW)
    assert value(metrics, "state_readable") == 1
    assert value(metrics, "queue_jobs", state="queued") == 1
    assert value(metrics, "queue_oldest_due_seconds") == 90
    assert value(metrics, "repository_score", repository="harbour") == 44.75
    good = value(metrics, "repository_last_good_timestamp_seconds", repository="harbour")
    assert good == run().ended_at.timestamp()
    assert value(metrics, "repository_failures", repository="pier") == 1
    assert ("gapkeeper_repository_score", (("repository", "pier"),)) not in samples(metrics)


def test_what_is_due_later_is_not_late(metrics: Metrics, state: SqliteState) -> None:
    state.queue.put(HARBOUR, reason="schedule", now=NOW, due=NOW + dt.timedelta(minutes=5))
    assert value(metrics, "queue_oldest_due_seconds") == 0


def test_a_state_that_cannot_be_read_hides_no_other_metric(metrics: Metrics, state: SqliteState) -> None:
    metrics.run_ended(run())
    state.close()
    assert value(metrics, "state_readable") == 0
    assert value(metrics, "runs_total", kind="reconcile", outcome="changed") == 1
    assert not [name for name, _ in samples(metrics) if name.startswith("gapkeeper_queue")]


def test_the_process_and_the_version_are_told(metrics: Metrics) -> None:
    found = dict(samples(metrics).keys())
    assert "version" in dict(found["gapkeeper_build_info"])
    assert sys.platform != "linux" or "process_resident_memory_bytes" in found


def test_hostile_names_are_values_and_nothing_else(metrics: Metrics, state: SqliteState) -> None:
    name = 'har"bour\\\nevil_metric 1'
    state.records.add(run(name))
    metrics.mirror(name, 1_000)
    assert value(metrics, "repository_score", repository=name) == 44.75
    assert value(metrics, "mirror_bytes", repository=name) == 1_000
    assert not [found for found, _ in samples(metrics) if found.startswith("evil")]


def test_no_error_and_nothing_of_documents_is_told(metrics: Metrics, state: SqliteState) -> None:
    state.records.add(FAILED)
    metrics.run_ended(FAILED)
    content, type_ = metrics.exposition()
    assert b"token" not in content
    assert b"c0ffee" not in content
    assert type_.startswith("text/plain; version=0.0.4")


def test_every_value_is_a_number_and_every_name_ours_or_the_processs(metrics: Metrics) -> None:
    metrics.delivery("github", "push", "accepted", 0.1)
    for (name, _), number in samples(metrics).items():
        assert name.startswith(("gapkeeper_", "process_"))
        assert not name.endswith("_created")
        assert not math.isnan(number)
