"""Metrics that stand in the service's state, and are read when somebody asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from gapkeeper.errors import TrackerError
from gapkeeper.model.jobs import JobState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client.metrics_core import Metric

    from gapkeeper.ports import Clock
    from gapkeeper.service_ports import JobQueue, Records, ServiceState


class StateCollector(Collector):
    """Reads queue and records. State that cannot be read is told as such, and hides no other metric."""

    def __init__(self, state: ServiceState, clock: Clock) -> None:
        self._state = state
        self._clock = clock

    def describe(self) -> list[Metric]:
        """Nothing: a registry that asks for names in advance would read the state before it is wanted."""
        return []

    def collect(self) -> Iterator[Metric]:
        """All of it, or only that it cannot be read."""
        readable = GaugeMetricFamily("gapkeeper_state_readable", "Whether the service's state could be read: 1 or 0.")
        found: list[Metric] = []
        try:
            found += [*self._queue(self._state.queue), *_repositories(self._state.records)]
        except TrackerError:
            readable.add_metric((), 0)
        else:
            readable.add_metric((), 1)
        yield from (readable, *found)

    def _queue(self, queue: JobQueue) -> Iterator[Metric]:
        jobs = GaugeMetricFamily("gapkeeper_queue_jobs", "Jobs in the queue.", labels=("state",))
        counts = queue.counts()
        for state in JobState:
            jobs.add_metric((state,), counts.get(state, 0))
        yield jobs
        due = queue.next_due()
        late = 0.0 if due is None else max(0.0, (self._clock() - due).total_seconds())
        yield GaugeMetricFamily(
            "gapkeeper_queue_oldest_due_seconds", "For how long the job that waits longest has been due.", value=late
        )


def _repositories(records: Records) -> tuple[Metric, ...]:
    labels = ("repository",)
    score = GaugeMetricFamily(
        "gapkeeper_repository_score", "Readiness in per cent; missing where the documents state none.", labels=labels
    )
    good = GaugeMetricFamily(
        "gapkeeper_repository_last_good_timestamp_seconds", "When a run last ended well.", labels=labels
    )
    failures = GaugeMetricFamily("gapkeeper_repository_failures", "Runs in a row that did not end well.", labels=labels)
    for name, state in records.states().items():
        if state.score is not None:
            score.add_metric((name,), state.score)
        if state.last_good_at is not None:
            good.add_metric((name,), state.last_good_at.timestamp())
        failures.add_metric((name,), state.failures)
    return score, good, failures
