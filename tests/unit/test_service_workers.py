"""Threads that do jobs: each job once at a time, and every end written down."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from collections import Counter
from typing import TYPE_CHECKING, Any, cast

import pytest

from gapkeeper.adapters.sqlite_state import open_state
from gapkeeper.adapters.sqlite_tracker import utc_now
from gapkeeper.app.settling import Ending
from gapkeeper.entry.service.jobs import Did
from gapkeeper.entry.service.stopping import Stopping
from gapkeeper.entry.service.worker import Pool
from gapkeeper.errors import BusyError, UnavailableError
from gapkeeper.model.jobs import Job, JobKind, JobState, Outcome
from gapkeeper.wiring import shared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from gapkeeper.adapters.sqlite_state.state import SqliteState
    from gapkeeper.model.jobs import QueuedJob, RunRecord
    from gapkeeper.service_ports import ServiceState

PATIENCE = 20.0  # seconds; only a test that fails waits so long
WELL = Did(Ending(Outcome.UNCHANGED))


@pytest.fixture
def state(tmp_path: Path) -> Iterator[SqliteState]:
    with open_state(tmp_path / "state.db") as opened:
        yield opened


class Working:
    """A pool at work on a state, and the runs that it wrote down."""

    def __init__(self, state: SqliteState, do: Callable[[QueuedJob], Did], workers: int = 4) -> None:
        self.stopping = Stopping()
        self.runs: list[RunRecord] = []
        self._more = threading.Condition()
        self.pool = Pool(state, do, stopping=self.stopping, minutes_of=lambda _: 15, ended=self._ended)
        self.pool.start(workers)

    def _ended(self, run: RunRecord) -> None:
        with self._more:
            self.runs.append(run)
            self._more.notify_all()

    def wait(self, runs: int) -> list[RunRecord]:
        with self._more:
            assert self._more.wait_for(lambda: len(self.runs) >= runs, PATIENCE)
            return list(self.runs)

    def stop(self, seconds: float = PATIENCE) -> bool:
        self.stopping.set()
        return self.pool.join(seconds)


@contextlib.contextmanager
def working(state: SqliteState, do: Callable[[QueuedJob], Did], workers: int = 4) -> Iterator[Working]:
    made = Working(state, do, workers)
    try:
        yield made
    finally:
        assert made.stop()


def ask(state: SqliteState, *repositories: str) -> None:
    for repository in repositories:
        state.queue.put(Job(JobKind.RECONCILE, repository), reason="test", now=utc_now(), due=utc_now())


def test_a_run_is_written_down_with_what_it_counted(state: SqliteState) -> None:
    def do(_: QueuedJob) -> Did:
        shared.count("reads", 2)
        return Did(Ending(Outcome.CHANGED), "c0ffee", 44.75, 3, {"create": 3})

    ask(state, "harbour")
    with working(state, do) as at_work:
        (run,) = at_work.wait(1)
    assert (run.outcome, run.commit, run.score, run.open_items) == (Outcome.CHANGED, "c0ffee", 44.75, 3)
    assert dict(run.counts) == {"reads": 2, "create": 3}
    assert state.records.runs() == (run,)
    assert state.queue.counts()[JobState.QUEUED] == state.queue.counts()[JobState.RUNNING] == 0
    assert state.records.state("harbour").last_good_at == run.ended_at


def test_runs_of_one_repository_follow_each_other_and_others_go_on_beside_them(state: SqliteState) -> None:
    at_once: Counter[str] = Counter()
    together = threading.Barrier(2, timeout=PATIENCE)
    overlaps: list[str] = []

    def do(queued: QueuedJob) -> Did:
        name = queued.job.repository
        at_once[name] += 1
        if at_once[name] > 1:
            overlaps.append(name)
        together.wait()  # two that are at work at the same time, or the test fails
        at_once[name] -= 1
        return WELL

    for number in (0, 1, 2):
        for name in ("pier", "quay"):
            job = Job(JobKind.REVIEW, name, number + 1)
            state.queue.put(job, reason="test", now=utc_now(), due=utc_now())
    with working(state, do) as at_work:
        at_work.wait(6)
    assert overlaps == []


def test_a_bug_in_a_job_stops_no_thread(state: SqliteState) -> None:
    def do(queued: QueuedJob) -> Did:
        if queued.job.repository == "bad":
            raise ZeroDivisionError
        return WELL

    ask(state, "bad", "good")
    with working(state, do, workers=1) as at_work:
        runs = {run.job.repository: run for run in at_work.wait(2)}
        assert at_work.pool.alive
    assert runs["good"].outcome is Outcome.UNCHANGED
    assert runs["bad"].error == "this is a bug of gapkeeper: ZeroDivisionError"
    (waiting,) = state.queue.jobs()
    assert (waiting.state, waiting.attempts) == (JobState.QUEUED, 1)


def test_a_repository_that_people_have_to_mend_is_left_alone_for_a_while(state: SqliteState) -> None:
    with working(state, lambda _: Did(Ending(Outcome.BROKEN, "no token"))) as at_work:
        for turn in (1, 2, 3):
            ask(state, "harbour")
            at_work.pool.call()
            run = at_work.wait(turn)[-1]
            known = state.records.state("harbour")
            assert known.paused_until is not None
            assert round((known.paused_until - run.ended_at).total_seconds() / 60) == 30
    assert state.records.state("harbour").failures == 3


def test_attempts_that_are_repeated_are_one_failure_and_no_pause(state: SqliteState) -> None:
    ends = iter(
        [*([Ending(Outcome.FAILED, "away", again_at=utc_now())] * 4), Ending(Outcome.FAILED, "away", dead=True)]
    )
    ask(state, "harbour")
    with working(state, lambda _: Did(next(ends)), workers=1) as at_work:
        for attempt in range(5):
            at_work.wait(attempt + 1)
            at_work.pool.call()
    known = state.records.state("harbour")
    assert known.failures == 1
    assert known.paused_until is not None
    assert known.paused_until <= utc_now()


def test_a_bug_in_writing_an_end_down_blocks_no_repository(state: SqliteState, monkeypatch: pytest.MonkeyPatch) -> None:
    def overflow(*_: object, **__: object) -> None:
        raise OverflowError

    monkeypatch.setattr("gapkeeper.entry.service.worker.paused_until", overflow)
    ask(state, "harbour")
    with working(state, lambda _: WELL) as at_work:
        while state.queue.counts()[JobState.RUNNING] or not state.queue.jobs()[0].attempts:
            at_work.pool.call()
    (waiting,) = state.queue.jobs()
    assert (waiting.state, waiting.error) == (JobState.QUEUED, "a bug of gapkeeper")


def test_what_is_given_up_is_kept_and_can_be_replayed(state: SqliteState) -> None:
    ends = iter([Did(Ending(Outcome.BROKEN, "no", dead=True)), WELL])
    state.queue.put(Job(JobKind.REVIEW, "harbour", 7), reason="test", now=utc_now(), due=utc_now())
    with working(state, lambda _: next(ends)) as at_work:
        at_work.wait(1)
        (dead,) = state.queue.jobs()
        assert (dead.state, dead.error) == (JobState.DEAD, "no")
        assert state.queue.replay(utc_now()) == 1
        at_work.pool.call()
        at_work.wait(2)
    assert state.queue.jobs() == ()


class Full:
    """A state on a disk that is full when each of its parts is used first."""

    def __init__(self, state: SqliteState) -> None:
        self._state = state
        self._used: set[str] = set()

    @property
    def records(self) -> Any:  # noqa: ANN401 - what it stands for
        return self._at_last("records")

    @property
    def queue(self) -> Any:  # noqa: ANN401 - as above
        return self._at_last("queue")

    def _at_last(self, part: str) -> object:
        if part not in self._used:
            self._used.add(part)
            raise UnavailableError("the disk is full")
        return getattr(self._state, part)


def test_a_state_that_cannot_be_written_for_a_while_loses_no_end(state: SqliteState) -> None:
    runs: list[RunRecord] = []
    ask(state, "harbour")
    queued = state.queue.claim(utc_now())
    assert queued is not None
    full = cast("ServiceState", Full(state))
    Pool(full, lambda _: WELL, stopping=Hasty(), minutes_of=lambda _: 15, ended=runs.append)._attempt(queued)
    assert [run.outcome for run in runs] == [Outcome.UNCHANGED]
    assert list(state.records.runs()) == runs
    assert state.queue.jobs() == ()


class Hasty(Stopping):
    """Waits for nobody."""

    def wait(self, seconds: float) -> bool:  # noqa: ARG002 - as the other
        return self.is_set()


class TestStopping:
    def test_a_job_that_is_stopped_waits_for_the_next_start_and_that_is_no_attempt(self, state: SqliteState) -> None:
        begun = threading.Event()
        made: list[Working] = []

        def do(_: QueuedJob) -> Did:
            begun.set()
            with pytest.raises(BusyError):
                made[0].stopping.sleep(PATIENCE)
            return Did(Ending(Outcome.UNFINISHED, "the service is stopping", again_at=utc_now(), counted=False))

        made.append(Working(state, do, workers=1))
        ask(state, "harbour")
        made[0].pool.call()
        assert begun.wait(PATIENCE)
        assert made[0].stop()
        (waiting,) = state.queue.jobs()
        assert (waiting.state, waiting.attempts) == (JobState.QUEUED, 0)
        assert waiting.due_at <= utc_now()

    def test_what_does_not_end_in_time_is_done_again(self, state: SqliteState) -> None:
        begun, release = threading.Event(), threading.Event()

        def do(_: QueuedJob) -> Did:
            begun.set()
            release.wait(PATIENCE)
            return WELL

        ask(state, "harbour")
        hangs = Working(state, do, workers=1)
        assert begun.wait(PATIENCE)
        assert not hangs.stop(seconds=0.05)
        assert state.queue.jobs()[0].state is JobState.RUNNING
        release.set()
        assert hangs.pool.join(PATIENCE)

    def test_nothing_new_is_begun(self, state: SqliteState) -> None:
        stopped = Working(state, lambda _: WELL)
        assert stopped.stop()
        ask(state, "harbour")
        stopped.pool.call()
        assert stopped.runs == []
        assert state.queue.counts()[JobState.QUEUED] == 1


def test_a_job_that_waits_is_begun_when_it_is_due_and_not_at_the_next_look(
    state: SqliteState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gapkeeper.entry.service.worker._LOOK_SECONDS", 2 * PATIENCE)
    with working(state, lambda _: WELL, workers=1) as at_work:
        due = utc_now() + dt.timedelta(seconds=0.2)
        state.queue.put(Job(JobKind.RECONCILE, "harbour"), reason="test", now=utc_now(), due=due)
        at_work.pool.call()
        (run,) = at_work.wait(1)
        assert run.started_at >= due
