"""The service's metrics in Prometheus' format.

Label values come from closed sets, and repositories from the operator's file: whatever strangers send makes no new
series. Nothing of documents, issues or errors is in them.
"""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from gapkeeper import __version__
from gapkeeper.entry.service.state_metrics import StateCollector
from gapkeeper.entry.web.receiving import Received
from gapkeeper.model.jobs import JobKind, Outcome
from gapkeeper.model.plan import Op

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prometheus_client.metrics_core import Metric
    from prometheus_client.registry import Collector

    from gapkeeper.model.jobs import RunRecord
    from gapkeeper.ports import Clock
    from gapkeeper.service_ports import ServiceState

OTHER = "other"  # what stands for a label value that is in no list here

FORGES = ("github", "gitlab")
REQUESTS = ("read", "unchanged", "write")  # `unchanged`: a read that was answered 304, and not counted as `read`
DOCUMENTS = ("parsed", "cached")

#: Events of GitHub and GitLab that somebody may send us, as they name them: every other is `other`.
EVENTS = frozenset(
    {
        *("check_run", "check_suite", "confidential_issue", "confidential_note", "create", "delete", "feature_flag"),
        *("installation", "installation_repositories", "issue", "issue_comment", "issues", "job", "label"),
        *("merge_request", "milestone", "note", "ping", "pipeline", "pull_request", "pull_request_review"),
        *("pull_request_review_comment", "push", "release", "repository", "status", "tag_push", "workflow_job"),
        *("workflow_run",),
    }
)

_RUN_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800)
_DELIVERY_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class Metrics:
    """What is counted, in a registry of its own. Every method may be called from any thread."""

    def __init__(self, state: ServiceState, clock: Clock) -> None:
        """Metrics that start at nought; ``state`` is read each time that they are asked for."""
        registry = CollectorRegistry()
        self._registry = registry
        self._runs = Counter(
            "gapkeeper_runs", "Runs that have ended, by what they did.", ("kind", "outcome"), registry=registry
        )
        self._run_seconds = Histogram(
            "gapkeeper_run_seconds", "How long runs took.", ("kind",), buckets=_RUN_SECONDS, registry=registry
        )
        self._changes = Counter(
            "gapkeeper_changes", "Changes of issues and documents that were made.", ("op",), registry=registry
        )
        self._requests = Counter(
            "gapkeeper_requests",
            "Requests to forges; `unchanged` are reads that cost nothing.",
            ("forge", "kind"),
            registry=registry,
        )
        self._quota_left = Gauge(
            "gapkeeper_quota_left", "Requests that the forge still allows, by its last answer.", ("forge",),
            registry=registry,
        )  # fmt: skip
        self._documents = Counter(
            "gapkeeper_documents", "Documents that runs have read anew, or knew already.", ("how",), registry=registry
        )
        self._deliveries = Counter(
            "gapkeeper_deliveries",
            "Webhook deliveries, by what was answered.",
            ("forge", "event", "outcome"),
            registry=registry,
        )
        self._delivery_seconds = Histogram(
            "gapkeeper_delivery_seconds",
            "How long webhook deliveries waited for their answer.",
            ("forge",),
            buckets=_DELIVERY_SECONDS,
            registry=registry,
        )
        self._mirror_bytes = Gauge(
            "gapkeeper_mirror_bytes", "The size of a repository's git mirror.", ("repository",), registry=registry
        )
        Info("gapkeeper_build", "What runs here.", registry=registry).info(
            {"version": __version__, "python": platform.python_version()}
        )
        ProcessCollector(registry=registry)
        registry.register(StateCollector(state, clock))
        self._begin_at_nought()

    def _begin_at_nought(self) -> None:
        """Make the series before anything happens: an increase from nothing is none to Prometheus."""
        for kind in JobKind:
            self._run_seconds.labels(kind)
            for outcome in Outcome:
                self._runs.labels(kind, outcome)
        for op in Op:
            self._changes.labels(op)
        for how in DOCUMENTS:
            self._documents.labels(how)
        for forge in FORGES:
            self._deliveries.labels(forge, OTHER, Received.UNSIGNED)

    def run_ended(self, run: RunRecord) -> None:
        """A run has ended: count it, what it changed and the documents that it read.

        Its requests are not counted here: see `request`.
        """
        self._runs.labels(run.job.kind, run.outcome).inc()
        self._run_seconds.labels(run.job.kind).observe(max(0.0, (run.ended_at - run.started_at).total_seconds()))
        for op in Op:
            self._changes.labels(op).inc(run.counts.get(op, 0))
        for how in DOCUMENTS:
            self._documents.labels(how).inc(run.counts.get(how, 0))

    def request(self, forge: str, kind: str, quota_left: int | None = None) -> None:
        """A request was answered. ``kind`` is one of `REQUESTS`; ``quota_left`` is what the answer says."""
        forge = _one_of(FORGES, forge)
        self._requests.labels(forge, _one_of(REQUESTS, kind)).inc()
        if quota_left is not None:
            self._quota_left.labels(forge).set(quota_left)

    def delivery(self, forge: str, event: str, outcome: str, seconds: float) -> None:
        """A webhook delivery was answered. ``outcome`` is a `Received`; ``event`` may be anything."""
        forge = _one_of(FORGES, forge)
        self._deliveries.labels(forge, _one_of(EVENTS, event), outcome).inc()
        self._delivery_seconds.labels(forge).observe(seconds)

    def mirror(self, repository: str, size: int) -> None:
        """A repository's mirror was fetched; ``size`` in bytes."""
        self._mirror_bytes.labels(repository).set(size)

    def exposition(self) -> tuple[bytes, str]:
        """All metrics as they are now, and the type of that content. Reads the state, so it may take a moment."""
        return generate_latest(_WithoutCreated(self._registry)), CONTENT_TYPE_PLAIN_0_0_4


class _WithoutCreated:
    """What a registry has, without the moment at which each series began: twice as many series, and no use here."""

    def __init__(self, registry: Collector) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        for metric in self._registry.collect():
            metric.samples = [sample for sample in metric.samples if not sample.name.endswith("_created")]
            yield metric


def _one_of(known: Iterable[str], value: str) -> str:
    return value if value in known else OTHER
