"""Several processes on one tracker: who waits, who gives way, and what a killed one leaves behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from gapkeeper.adapters.sqlite_tracker import SqliteTracker, open_reader, open_tracker
from gapkeeper.errors import BusyError
from gapkeeper.model.plan import IssueUpdate
from gapkeeper.model.status import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from gapkeeper.model.snapshot import Issue


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tracker.db"


def create(tracker: SqliteTracker) -> Issue:
    return tracker.create_issue("A title", "", frozenset({"bug"}), milestone=None, assignees=frozenset())


HOLD = """
import sys
from pathlib import Path
from gapkeeper.adapters.sqlite_tracker import open_tracker
tracker = open_tracker(Path(sys.argv[1]))
with tracker.lock() if sys.argv[2] == "run" else tracker._database.writing():
    print("held", flush=True)
    sys.stdin.read()
"""


class TestTwoProcesses:
    @pytest.fixture
    def hold(self, path: Path) -> Iterator[Callable[[str], subprocess.Popen[str]]]:
        """Starts a process that holds the run lock, or a write, until its input is closed."""
        with contextlib.ExitStack() as running:

            def start(what: str) -> subprocess.Popen[str]:
                command = [sys.executable, "-c", HOLD, str(path), what]
                process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
                running.enter_context(process)
                running.callback(process.kill)
                assert process.stdout is not None
                assert process.stdout.readline() == "held\n"
                return process

            yield start

    def test_a_second_run_gives_way(self, path: Path, hold: Callable[[str], subprocess.Popen[str]]) -> None:
        with open_tracker(path, busy_seconds=0.1) as tracker:
            hold("run")
            with pytest.raises(BusyError, match=str(path)) as caught, tracker.lock():
                pytest.fail("two runs at once")
            assert caught.value.exit_code == 4
            assert "Wait" in (caught.value.hint or "")
            create(tracker)  # a person still writes

    def test_the_lock_ends_with_the_process_that_held_it(
        self, path: Path, hold: Callable[[str], subprocess.Popen[str]]
    ) -> None:
        with open_tracker(path, busy_seconds=0.1) as tracker:
            process = hold("run")
            process.send_signal(signal.SIGKILL)
            process.wait()
            with tracker.lock():
                pass

    def test_a_short_wait_is_waited_out(self, path: Path, hold: Callable[[str], subprocess.Popen[str]]) -> None:
        with open_tracker(path, busy_seconds=30) as tracker:
            process = hold("run")
            assert process.stdin is not None
            process.stdin.close()
            with tracker.lock():
                pass

    def test_a_lock_is_free_again_after_an_error(self, path: Path) -> None:
        with open_tracker(path, busy_seconds=0.1) as tracker, open_tracker(path, busy_seconds=0.1) as other:
            with pytest.raises(ZeroDivisionError), tracker.lock():
                raise ZeroDivisionError
            with other.lock(), pytest.raises(BusyError), tracker.lock():
                pytest.fail("two runs at once")

    def test_a_write_that_takes_too_long_is_not_waited_for(
        self, path: Path, hold: Callable[[str], subprocess.Popen[str]]
    ) -> None:
        with open_tracker(path, busy_seconds=0.1) as tracker:
            create(tracker)
            hold("write")
            with pytest.raises(BusyError, match=str(path)):
                create(tracker)
            assert len(tracker.snapshot("bug", everything=False).issues) == 1  # reading goes on

    def test_both_can_make_the_tracker(self, path: Path) -> None:
        program = f"""
import sys
from pathlib import Path
from gapkeeper.adapters.sqlite_tracker import open_tracker
sys.stdin.read()
with open_tracker(Path({str(path)!r})) as tracker:
    tracker.create_issue("A title", "", frozenset(), milestone=None, assignees=frozenset())
"""
        read_end, write_end = os.pipe()
        command = [sys.executable, "-c", program]
        with contextlib.ExitStack() as running:
            processes = [
                running.enter_context(subprocess.Popen(command, stdin=read_end, stderr=subprocess.PIPE, text=True))
                for _ in range(4)
            ]
            os.close(read_end)
            os.close(write_end)  # which starts all of them
            assert [process.communicate()[1] for process in processes] == [""] * 4
        with open_tracker(path) as tracker:
            assert [issue.number for issue in tracker.snapshot("", everything=True).others or ()] == [1, 2, 3, 4]


WRITE_ON = """
import sys
from pathlib import Path
from gapkeeper.adapters.sqlite_tracker import open_tracker
from gapkeeper.model.plan import IssueUpdate
from gapkeeper.model.status import State
tracker = open_tracker(Path(sys.argv[1]))
while True:
    bug = frozenset({"bug"})
    issue = tracker.create_issue("A title", "text " * 500, bug, milestone=None, assignees=frozenset())
    tracker.update_issue(issue.number, IssueUpdate(title="Closed", state=State.CLOSED))
    print(issue.number, flush=True)
"""


@pytest.mark.parametrize("milliseconds", [40, 90, 150])
def test_a_killed_process_loses_nothing_that_it_had_finished(path: Path, milliseconds: int) -> None:
    command = [sys.executable, "-c", WRITE_ON, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(milliseconds / 1000)
        process.kill()
        finished = 1 + len(process.stdout.read().splitlines())
    with open_reader(path) as reader:  # which copes with what the killed one left behind
        assert len(reader.snapshot("bug", everything=False).issues) >= finished
    with open_tracker(path) as tracker:
        issues = tracker.snapshot("bug", everything=False).issues
        assert finished <= len(issues) <= finished + 1
        assert [issue.number for issue in issues] == list(range(1, len(issues) + 1))
        assert all((issue.title, issue.state) == ("Closed", State.CLOSED) for issue in issues[:finished])
        for issue in issues[finished:]:  # begun: one of its two steps at most
            assert (issue.title, issue.state) in {("A title", State.OPEN), ("Closed", State.CLOSED)}
        assert len({event.issue for event in tracker.events()} - {None}) == len(issues)
        tracker.update_issue(1, IssueUpdate(title="Goes on"))
