"""Several processes on one state, and what one that is killed leaves behind."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import platform
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import disk_writes
from crashing import kill_at, steps
from gapkeeper.adapters.sqlite_state import open_state
from gapkeeper.errors import BusyError
from gapkeeper.model.jobs import Delivery, Job, JobKind, JobState, Outcome, RunRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from gapkeeper.adapters.sqlite_state import SqliteState

    Start = Callable[[str], subprocess.Popen[str]]

NOON = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
HARBOUR = Job(JobKind.RECONCILE, "harbour")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


@pytest.fixture
def start(path: Path) -> Iterator[Start]:
    """Starts a process that runs a program on the open `state`; its input is open until it is closed or killed."""
    with contextlib.ExitStack() as running:

        def start(program: str) -> subprocess.Popen[str]:
            command = [sys.executable, "-c", f"{PRELUDE}{program}", str(path)]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            running.enter_context(process)
            running.callback(process.kill)
            return process

        yield start


PRELUDE = """
import datetime as dt, sys
from pathlib import Path
from gapkeeper.adapters.sqlite_state import open_state
from gapkeeper.errors import BusyError
from gapkeeper.model.jobs import *
NOON = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
def opened(): return open_state(Path(sys.argv[1]))
def say(*words): print(*words, flush=True)
"""
HOLD = """
with opened().lock.hold():
    say("held")
    sys.stdin.read()
"""
HOLD_WITH_A_CHILD = """
import subprocess
child = "print('child', flush=True); sys.stdin.read(); print('ended')"
with opened().lock.hold():
    subprocess.Popen([sys.executable, "-c", "import sys; " + child], close_fds=False).wait()
"""
WRITE = """
with opened()._database.writing():
    say("held")
    sys.stdin.read()
"""
WORK = """
state = opened()
say("ready")
sys.stdin.read()
while (found := state.queue.claim(NOON)) is not None or state.queue.counts()[JobState.QUEUED]:
    if found is not None:
        say(found.job.pull)
        state.queue.done(found.id)
"""
ACCEPT = """
state = opened()
number = 0
while True:
    state.deliveries.accept([Delivery("github", str(number), "push", (Job(JobKind.REVIEW, "harbour", number),))],
        now=NOON, due=NOON)
    say(number)
    number += 1
"""


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def put(state: SqliteState, job: Job = HARBOUR) -> bool:
    return state.queue.put(job, reason="schedule", now=NOON, due=NOON)


class TestLock:
    def test_the_message_names_who_holds_it(self, path: Path, start: Start) -> None:
        process = start(HOLD)
        assert line(process) == "held"
        with open_state(path) as state:
            with pytest.raises(BusyError) as caught, state.lock.hold():
                pytest.fail("two services on one state")
            holder = f"process {process.pid} on {platform.node()}"
            assert caught.value.message == f"the state {path} is used by another service ({holder})"
            assert put(state)  # whoever only asks goes on

    def test_a_killed_process_gives_it_back(self, path: Path, start: Start) -> None:
        process = start(HOLD)
        assert line(process) == "held"
        process.kill()
        process.wait()
        note = path.with_name("state.db.lock")
        assert note.read_text() == f"process {process.pid} on {platform.node()}"
        note.write_text("process 1 on a host with a much longer name" * 10)
        with open_state(path) as state, state.lock.hold():
            assert note.read_text() == f"process {os.getpid()} on {platform.node()}"

    def test_children_that_outlive_it_do_not_keep_it(self, path: Path, start: Start) -> None:
        process = start(HOLD_WITH_A_CHILD)
        assert line(process) == "child"
        process.kill()
        process.wait()
        with open_state(path) as state, state.lock.hold():
            pass
        assert process.stdin is not None
        process.stdin.close()  # which ends the child
        assert line(process) == "ended"


class TestTogether:
    def test_a_write_of_another_process_is_waited_for_and_not_for_ever(self, path: Path, start: Start) -> None:
        process = start(WRITE)
        assert line(process) == "held"
        with open_state(path, busy_seconds=0.05) as state:
            with pytest.raises(BusyError, match=f"another process holds the state {path}") as caught:
                put(state)
            assert caught.value.hint
            assert state.queue.jobs() == ()  # reading goes on
        with open_state(path, busy_seconds=30) as state:
            assert process.stdin is not None
            process.stdin.close()
            assert put(state)

    def test_all_can_make_it_and_one_does(self, path: Path, start: Start) -> None:
        program = "try: opened()\nexcept BusyError: say('busy')\nelse: say('open')"
        said = [line(process) for process in [start(f"{program}") for _ in range(4)]]
        assert "open" in said
        assert set(said) <= {"open", "busy"}
        with open_state(path) as state:
            assert put(state)

    def test_no_job_is_taken_twice_and_none_is_lost(self, path: Path, start: Start) -> None:
        with open_state(path) as state:
            for number in range(90):
                put(state, Job(JobKind.REVIEW, f"r{number % 9}", number))
            workers = [start(WORK) for _ in range(3)]
            assert [line(worker) for worker in workers] == ["ready"] * 3
            for worker in workers:
                assert worker.stdin is not None
                worker.stdin.close()
            taken = [int(number) for worker in workers for number in worker.stdout or ()]
            assert sorted(taken) == list(range(90))
            assert state.queue.jobs() == ()


class TestKilled:
    def test_in_the_middle_of_accepting_nothing_that_was_answered_is_lost(self, path: Path, start: Start) -> None:
        process = start(ACCEPT)
        for number in range(30):
            assert line(process) == str(number)
        process.kill()
        answered = 30 + len((process.stdout or sys.stdin).read().splitlines())
        with open_state(path) as state:
            there = {job.job.pull for job in state.queue.jobs(1_000_000)}
            assert there >= set(range(answered))
            ids = [Delivery("github", str(number), "push", ()) for number in range(answered + 1)]
            new = state.deliveries.accept(ids, now=NOON, due=NOON)
            assert [number for number, is_new in enumerate(new) if is_new] == sorted(set(range(answered + 1)) - there)

    def test_at_any_write_all_that_was_asked_for_is_done_or_waits(self, path: Path) -> None:
        """A day of the service, killed at every single write, and what the next day makes of it."""

        def day() -> None:
            with open_state(path) as state, state.lock.hold():
                state.queue.resume(NOON)
                state.deliveries.accept([Delivery("github", "1", "push", (HARBOUR,))], now=NOON, due=NOON)
                while (found := state.queue.claim(NOON)) is not None:
                    run = RunRecord(f"{found.id}-{found.attempts}", found.job, (), NOON, NOON, Outcome.CHANGED)
                    state.records.add(run)
                    if found.attempts == 1:
                        state.queue.again(found.id, due=NOON, error="once more")
                    else:
                        state.queue.done(found.id)

        def forget() -> None:
            for file in path.parent.iterdir():
                file.unlink()

        points = len(steps(day, watch=disk_writes.watch))
        assert points > 10
        for point in range(points):
            forget()
            kill_at(point, day, watch=disk_writes.watch)
            with open_state(path) as state:
                waiting, runs = state.queue.jobs(), state.records.runs()
                known = state.deliveries.accept([Delivery("github", "1", "", ())], now=NOON, due=NOON) == [False]
                assert known == bool(waiting or runs)
                if not known:
                    state.deliveries.forget(NOON + dt.timedelta(days=1))
            day()
            with open_state(path) as state:
                assert state.queue.counts() == dict.fromkeys(JobState, 0)
                assert not state.records.runs()[0].id.endswith("-1")
