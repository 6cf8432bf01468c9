"""What a service has done and has to do, for tests of what it shows."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from builders import NOW
from gapkeeper.model.jobs import Job, JobKind, JobState, Known, Outcome, QueuedJob, RepositoryState, RunRecord
from gapkeeper.reporting.status_page import RepositoryView, StatusView

HOSTILE = "a\r\nb<script>alert(1)</script>\"'&\x1b[31m\u202e\u2028 ::error::x ##[group]"
HOSTILE_HINT = "Open <https://evil.example/?a=1&b=2>, \"then\" 'that'"


def ago(**span: float) -> dt.datetime:
    return NOW - dt.timedelta(**span)


def run(repository: str = "harbour", outcome: Outcome = Outcome.CHANGED, **changes: object) -> RunRecord:
    made = RunRecord(
        id="r-1",
        job=Job(JobKind.RECONCILE, repository),
        reasons=("schedule",),
        started_at=ago(minutes=3, seconds=4.5),
        ended_at=ago(minutes=3),
        outcome=outcome,
        commit="c0ffee" * 6 + "c0ff",
        score=44.75,
        open_items=12,
        counts={"create": 2, "close": 1, "parsed": 3, "cached": 120, "reads": 1, "unchanged": 3, "writes": 3},
    )
    return replace(made, **changes)  # type: ignore[arg-type]


FAILED = run(
    outcome=Outcome.BROKEN,
    counts={},
    error="GitHub does not know the token (401)",
    hint="Make a new one, and set GAPKEEPER_GITHUB_TOKEN.",
)


def queued(id_: int = 7, state: JobState = JobState.QUEUED, **changes: object) -> QueuedJob:
    made = QueuedJob(
        id=id_,
        job=Job(JobKind.REVIEW, "harbour", 7),
        state=state,
        reasons=("pull_request 72d3162e",),
        attempts=0 if state is JobState.QUEUED else 1,
        queued_at=ago(minutes=1),
        due_at=ago(seconds=30),
        started_at=ago(seconds=20) if state is JobState.RUNNING else None,
        error="the forge did not answer" if state is JobState.DEAD else None,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def repository(name: str = "harbour", **changes: object) -> RepositoryView:
    state = RepositoryState(known=Known(branch="main"), last=run(name), last_good_at=ago(minutes=3))
    return RepositoryView(
        name,
        replace(state, **changes),  # type: ignore[arg-type]
        url=f"https://github.com/owner/{name}",
        next_at=NOW + dt.timedelta(minutes=12),
    )


def view(*repositories: RepositoryView, **changes: object) -> StatusView:
    made = StatusView(now=NOW, version="1.2.3", repositories=repositories, counts={}, jobs=(), runs=())
    return replace(made, **changes)  # type: ignore[arg-type]
