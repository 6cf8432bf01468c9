"""The service's jobs and runs, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.model.jobs import JobState
from gapkeeper.reporting.register_json import VERSION, Json

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from gapkeeper.model.jobs import Job, QueuedJob, RunRecord


def jobs_json(jobs: Sequence[QueuedJob], counts: Mapping[JobState, int]) -> Json:
    """How many there are, and those that are given."""
    return {
        "version": VERSION,
        "counts": {state.value: counts.get(state, 0) for state in JobState},
        "jobs": [_queued(job) for job in jobs],
    }


def job_json(job: QueuedJob, runs: Sequence[RunRecord]) -> Json:
    """One job, and its last runs."""
    return {"version": VERSION, **_queued(job), "runs": [_run(run) for run in runs]}


def service_runs_json(runs: Sequence[RunRecord]) -> Json:
    """Runs as they are given."""
    return {"version": VERSION, "runs": [_run(run) for run in runs]}


def _job(job: Job) -> Json:
    return {"kind": job.kind.value, "repository": job.repository, "pull": job.pull or None}


def _queued(job: QueuedJob) -> Json:
    return {
        "id": job.id,
        **_job(job.job),
        "state": job.state.value,
        "reasons": list(job.reasons),
        "attempts": job.attempts,
        "queued_at": job.queued_at.isoformat(),
        "due_at": job.due_at.isoformat(),
        "started_at": _moment(job.started_at),
        "error": job.error,
    }


def _run(run: RunRecord) -> Json:
    return {
        "id": run.id,
        **_job(run.job),
        "reasons": list(run.reasons),
        "started_at": run.started_at.isoformat(),
        "ended_at": run.ended_at.isoformat(),
        "outcome": run.outcome.value,
        "commit": run.commit,
        "score": None if run.score is None else round(run.score, 2),
        "open_items": run.open_items,
        "counts": dict(run.counts),
        "error": run.error,
        "hint": run.hint,
    }


def _moment(when: dt.datetime | None) -> str | None:
    return None if when is None else when.isoformat()
