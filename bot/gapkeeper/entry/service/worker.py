"""The threads that do jobs: each takes one, does it, and writes down how it ended; no job can stop them."""

from __future__ import annotations

import datetime as dt
import threading
import time
import uuid
from typing import TYPE_CHECKING

import structlog

from gapkeeper.adapters.sqlite_tracker import utc_now
from gapkeeper.app.settling import ending_of_error, paused_until
from gapkeeper.entry.service import logs
from gapkeeper.entry.service.jobs import Did
from gapkeeper.errors import TrackerError
from gapkeeper.model.jobs import JobKind, RunRecord
from gapkeeper.wiring import shared

if TYPE_CHECKING:
    from collections.abc import Callable

    from gapkeeper.app.settling import Ending
    from gapkeeper.entry.service.stopping import Stopping
    from gapkeeper.model.jobs import Job, QueuedJob
    from gapkeeper.service_ports import ServiceState

_LOOK_SECONDS = 1.0  # how often the queue is looked at without a call: `gapkeeper jobs` and the clock do not call
_BUG_PAUSE = dt.timedelta(minutes=10)
_TROUBLE_SECONDS = 5.0  # between attempts to reach a state that is full, locked or damaged

log = structlog.get_logger("gapkeeper.worker")


class Pool:
    """Threads that do jobs."""

    def __init__(
        self,
        state: ServiceState,
        do: Callable[[QueuedJob], Did],
        *,
        stopping: Stopping,
        minutes_of: Callable[[str], int],
        ended: Callable[[RunRecord], None],
    ) -> None:
        """Threads that are not started yet.

        Args:
            state: Queue and records.
            do: Does one job.
            stopping: Whether to stop.
            minutes_of: The minutes between two looks at a repository, by its name.
            ended: Told of each run that was written down.
        """
        self._state = state
        self._do = do
        self._stopping = stopping
        self._minutes_of = minutes_of
        self._ended = ended
        self._called = threading.Condition()
        self._calls = 0
        self._threads: list[threading.Thread] = []

    def start(self, workers: int) -> None:
        """Start so many threads. They end with the process, however it ends: a job that is cut off is done again."""
        self._threads = [
            threading.Thread(target=self._work, name=f"worker-{number}", daemon=True) for number in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    def call(self) -> None:
        """Say that there is something to do."""
        with self._called:
            self._calls += 1
            self._called.notify_all()

    @property
    def alive(self) -> bool:
        """Whether all threads are there."""
        return all(thread.is_alive() for thread in self._threads)

    def join(self, seconds: float) -> bool:
        """Wait until all threads have ended, so long at most; whether they have."""
        until = time.monotonic() + seconds
        self.call()
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _work(self) -> None:
        while not self._stopping.is_set():
            calls, now = self._calls, utc_now()
            try:
                queued = self._state.queue.claim(now)
                if queued is None:
                    self._wait(calls, self._idle_seconds(now))
                else:
                    self._attempt(queued)
            except TrackerError as error:
                logs.state_unavailable(log, error)
                self._stopping.wait(_TROUBLE_SECONDS)
            except Exception:  # a thread that is gone would never be missed
                log.exception("worker.bug")
                self._stopping.wait(_TROUBLE_SECONDS)

    def _idle_seconds(self, now: dt.datetime) -> float:
        """How long there is nothing to do. What was due ``now`` is a repository's that somebody is at work on."""
        due = self._state.queue.next_due()
        return _LOOK_SECONDS if due is None or due <= now else min(_LOOK_SECONDS, (due - now).total_seconds())

    def _wait(self, calls: int, seconds: float) -> None:
        """Wait so long, or until there was another call than so many."""
        with self._called:
            self._called.wait_for(lambda: self._calls != calls or self._stopping.is_set(), seconds)

    def _attempt(self, queued: QueuedJob) -> None:
        """Do a job, and write down how that ended."""
        run = uuid.uuid4().hex[:12]
        with (
            structlog.contextvars.bound_contextvars(run_id=run, repository=queued.job.repository),
            shared.tally() as counted,
        ):
            started = utc_now()
            did = self._done(queued)
            record = RunRecord(
                id=run,
                job=queued.job,
                reasons=queued.reasons,
                started_at=started,
                ended_at=utc_now(),
                outcome=did.ending.outcome,
                commit=did.commit,
                score=did.score,
                open_items=did.open_items,
                counts={**did.operations, **counted},
                error=did.ending.error,
                hint=did.ending.hint,
            )
            try:
                self._written_down(queued, record, did.ending)
            except Exception:
                log.exception("worker.bug")
                later = utc_now() + _BUG_PAUSE  # the repository must not wait for the next start
                self._persist(lambda: self._state.queue.again(queued.id, due=later, error="a bug of gapkeeper"))

    def _done(self, queued: QueuedJob) -> Did:
        try:
            return self._do(queued)
        except Exception as error:
            log.exception("job.bug")
            return Did(ending_of_error(error, queued.job, queued.attempts, utc_now()))

    def _written_down(self, queued: QueuedJob, record: RunRecord, ending: Ending) -> None:
        """Write the end down, however long that takes: until then, nobody else works on the repository."""
        steps = (
            lambda: self._state.records.add(record, paused_until=self._paused_until(queued.job, ending)),
            lambda: self._settle(queued, ending),
        )
        for step in steps:
            if not self._persist(step):
                return  # it still counts as running, and is done again after the start
        self._ended(record)

    def _persist(self, step: Callable[[], None]) -> bool:
        """Take a step until the state takes it, or it is time to stop; whether it was taken."""
        while True:
            try:
                step()
            except TrackerError as error:
                logs.state_unavailable(log, error)
                if self._stopping.wait(_TROUBLE_SECONDS):
                    return False
            else:
                return True

    def _settle(self, queued: QueuedJob, ending: Ending) -> None:
        queue, error = self._state.queue, ending.line
        if ending.again_at is not None:
            due = utc_now() if self._stopping.is_set() else ending.again_at
            queue.again(queued.id, due=due, error=error, counted=ending.counted)
        elif ending.dead:
            queue.bury(queued.id, error=error or "it failed")
        else:
            queue.done(queued.id)

    def _paused_until(self, job: Job, ending: Ending) -> dt.datetime | None:
        if job.kind is not JobKind.RECONCILE:
            return None
        last_good_at = self._state.records.state(job.repository).last_good_at
        minutes = self._minutes_of(job.repository)
        return paused_until(ending, last_good_at=last_good_at, minutes=minutes, now=utc_now())
