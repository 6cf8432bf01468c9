"""The states that the contract suite runs on, and jobs to try them with."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import TYPE_CHECKING, Protocol

from gapkeeper.adapters.sqlite_state import open_state
from gapkeeper.model.jobs import Job, JobKind, QueuedJob

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gapkeeper.service_ports import ServiceState

NOON = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
HOUR = dt.timedelta(hours=1)
HARBOUR = Job(JobKind.RECONCILE, "harbour")
ISLAND = Job(JobKind.RECONCILE, "island")
PULL = Job(JobKind.REVIEW, "harbour", 7)


class Opener(Protocol):
    """Opens the one state of a test, as another process would; as often as it is called."""

    def __call__(self) -> ServiceState: ...


def _sqlite(folder: Path, opened: contextlib.ExitStack) -> ServiceState:
    return opened.enter_context(contextlib.closing(open_state(folder / "state.db")))


#: Opens the state in a folder of the test's, and closes it with the stack.
STATES: dict[str, Callable[[Path, contextlib.ExitStack], ServiceState]] = {"sqlite": _sqlite}


def put(state: ServiceState, job: Job = HARBOUR, reason: str = "schedule", *, after: float = 0) -> bool:
    """Ask for a job at noon, due so many seconds later."""
    return state.queue.put(job, reason=reason, now=NOON, due=NOON + after * SECOND)


def claim(state: ServiceState, now: dt.datetime = NOON) -> QueuedJob:
    """Claim a job that is there."""
    found = state.queue.claim(now)
    assert found is not None
    return found


def only(state: ServiceState) -> QueuedJob:
    """The one job that is there."""
    (job,) = state.queue.jobs()
    return job


def dead(state: ServiceState, job: Job = HARBOUR, error: str = "no token") -> QueuedJob:
    """Put a job into a queue where no other is due, and give it up."""
    put(state, job)
    claimed = claim(state)
    assert claimed.job == job
    state.queue.bury(claimed.id, error=error)
    return next(one for one in state.queue.jobs() if one.id == claimed.id)
