"""When repositories are looked at without anybody asking."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from builders import NOW
from gapkeeper.adapters.sqlite_state import open_state
from gapkeeper.adapters.sqlite_tracker import utc_now
from gapkeeper.entry.service.scheduler import Rhythm, Scheduler
from gapkeeper.model.jobs import Job, JobKind, Outcome, RunRecord

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gapkeeper.adapters.sqlite_state.state import SqliteState

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def state(tmp_path: Path) -> Iterator[SqliteState]:
    with open_state(tmp_path / "state.db") as opened:
        yield opened


def ran(
    state: SqliteState, name: str, at: dt.datetime, outcome: Outcome = Outcome.UNCHANGED, **more: dt.datetime
) -> None:
    state.records.add(RunRecord(f"run of {name}", Job(JobKind.RECONCILE, name), (), at, at, outcome), **more)


@pytest.mark.parametrize(
    ("rhythm", "ago", "overdue"),
    [
        (Rhythm(15), dt.timedelta(minutes=16), True),
        (Rhythm(15), dt.timedelta(minutes=14), False),
        (Rhythm(15), -HOUR, True),  # by a clock that was wrong
        (Rhythm(15, "0 6 * * *"), dt.timedelta(days=1), True),
        (Rhythm(15, f"{(NOW + HOUR).minute} {(NOW + HOUR).hour} * * *"), HOUR, False),
    ],
)
def test_a_look_that_was_missed_is_overdue(rhythm: Rhythm, ago: dt.timedelta, *, overdue: bool) -> None:
    assert rhythm.is_overdue(NOW - ago, NOW) is overdue


def test_a_repository_that_was_never_looked_at_is_overdue() -> None:
    assert Rhythm(15).is_overdue(None, NOW)


class Planned:
    """A scheduler that is planned and does nothing: when it would look, and what a look asks for."""

    def __init__(self, state: SqliteState, **rhythms: Rhythm) -> None:
        self.rhythms = rhythms
        self.called = 0
        self.scheduler = Scheduler(lambda: self.rhythms, state, call=self._call)
        self.scheduler._scheduler.start(paused=True)
        self.scheduler.plan()

    def _call(self) -> None:
        self.called += 1

    def next_run(self, name: str) -> dt.datetime:
        (job,) = (one for one in self.scheduler._scheduler.get_jobs() if one.args == (name,))
        at: dt.datetime = job.next_run_time
        return at


def test_overdue_ones_come_soon_after_the_start_and_others_when_their_time_is(state: SqliteState) -> None:
    now = utc_now()
    ran(state, "late", now - HOUR)
    ran(state, "early", now - dt.timedelta(minutes=5))
    planned = Planned(state, late=Rhythm(15), early=Rhythm(15), new=Rhythm(15))
    for name in ("late", "new"):
        assert now <= planned.next_run(name) <= now + dt.timedelta(seconds=31)
    assert abs(planned.next_run("early") - (now + dt.timedelta(minutes=10))) < dt.timedelta(seconds=2)


def test_one_that_did_not_go_well_is_looked_at_soon_after_a_start(state: SqliteState) -> None:
    ran(state, "harbour", utc_now(), Outcome.BROKEN, paused_until=utc_now() + HOUR)
    assert Planned(state, harbour=Rhythm(60)).next_run("harbour") <= utc_now() + dt.timedelta(seconds=31)


def test_a_rhythm_that_changed_is_followed_and_one_that_did_not_is_left(state: SqliteState) -> None:
    ran(state, "harbour", utc_now())
    planned = Planned(state, harbour=Rhythm(15))
    first = planned.next_run("harbour")
    planned.scheduler.plan()
    assert planned.next_run("harbour") == first
    planned.rhythms = {"harbour": Rhythm(60)}
    planned.scheduler.plan()
    assert planned.next_run("harbour") - first == dt.timedelta(minutes=45)


def test_after_the_clock_was_set_back_nobody_waits_for_the_time_that_was(state: SqliteState) -> None:
    ran(state, "harbour", utc_now() + dt.timedelta(days=300))
    assert Planned(state, harbour=Rhythm(15)).next_run("harbour") <= utc_now() + dt.timedelta(seconds=31)


class TestLooks:
    def test_ask_for_one_job_however_often(self, state: SqliteState) -> None:
        planned = Planned(state, harbour=Rhythm(15))
        for _ in range(3):
            planned.scheduler._look("harbour")
        (job,) = state.queue.jobs()
        assert (job.job, job.reasons) == (Job(JobKind.RECONCILE, "harbour"), ("schedule",))
        assert planned.called == 3

    @pytest.mark.parametrize(("until", "asks"), [(HOUR, 0), (-HOUR, 1), (dt.timedelta(days=40), 1)])
    def test_leave_a_broken_repository_alone_for_a_while(
        self, state: SqliteState, until: dt.timedelta, asks: int
    ) -> None:
        ran(state, "harbour", utc_now(), Outcome.BROKEN, paused_until=utc_now() + until)
        Planned(state, harbour=Rhythm(15)).scheduler._look("harbour")
        assert len(state.queue.jobs()) == asks

    def test_survive_a_state_that_is_closed(self, state: SqliteState) -> None:
        planned = Planned(state, harbour=Rhythm(15))
        state.close()
        planned.scheduler._look("harbour")
        assert planned.called == 0


def test_it_starts_and_stops(state: SqliteState) -> None:
    scheduler = Scheduler(lambda: {"harbour": Rhythm(1)}, state, call=lambda: None)
    scheduler.start(lambda: None)
    try:
        assert scheduler.next_run("harbour") is not None
        assert scheduler.next_run("nobody") is None
    finally:
        scheduler.stop()
