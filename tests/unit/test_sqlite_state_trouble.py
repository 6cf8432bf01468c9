"""Damage, full disks, missing permissions, wrong names: an error that names place and remedy, and nothing lost."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gapkeeper.adapters.sqlite_state import database, open_state, schema
from gapkeeper.adapters.sqlite_tracker import open_tracker
from gapkeeper.errors import BusyError, UnavailableError
from gapkeeper.model.jobs import Delivery, Job, JobKind, JobState

if TYPE_CHECKING:
    from collections.abc import Callable

    from gapkeeper.adapters.sqlite_state import SqliteState

NOON = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


def deliver(state: SqliteState, *ids: object) -> list[bool]:
    jobs = (Job(JobKind.RECONCILE, "harbour"),)
    return state.deliveries.accept([Delivery("github", str(id_), "push", jobs) for id_ in ids], now=NOON, due=NOON)


def fill(path: Path, deliveries: int = 2_000) -> None:
    with open_state(path) as state:
        deliver(state, *range(deliveries))


def overwrite(path: Path, offset: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


class TestDamage:
    @pytest.mark.parametrize(
        "damage",
        [
            pytest.param(lambda path: path.write_text("not a database, but long enough to be one" * 40), id="text"),
            pytest.param(lambda path: path.write_bytes(b"\0" * 8192), id="zeros"),
            pytest.param(lambda path: os.truncate(path, path.stat().st_size // 2), id="half"),
            pytest.param(lambda path: os.truncate(path, 50), id="fifty-bytes"),
            pytest.param(lambda path: overwrite(path, 100, b"\xa5" * 4000), id="first-page"),
            pytest.param(lambda path: overwrite(path, 4096, b"\xa5" * 20 * 4096), id="later-pages"),
        ],
    )
    def test_is_told_with_place_and_remedy_and_left_as_it_is(
        self, path: Path, damage: Callable[[Path], object]
    ) -> None:
        fill(path)
        damage(path)
        before = path.read_bytes()
        with pytest.raises(UnavailableError, match=f"the state {path} is damaged") as caught:
            open_state(path)
        assert "move it aside" in (caught.value.hint or "")
        assert path.read_bytes() == before

    @pytest.mark.parametrize(
        ("column", "value", "what"),
        [
            ("kind", "dance", "dance"),
            ("reasons", "7", "no words"),
            ("reasons", "[", "line 1"),
            ("due_at", 9 * 10**18, "no moment"),
        ],
    )
    def test_values_that_we_never_write_are_damage(self, path: Path, column: str, value: object, what: str) -> None:
        fill(path, 1)
        with closing(sqlite3.connect(path)) as other, other:
            other.execute(f"UPDATE jobs SET {column} = ?", (value,))  # noqa: S608
        with open_state(path) as state:
            with pytest.raises(UnavailableError, match=what) as caught:
                state.queue.jobs()
            assert "damaged" in caught.value.message

    @pytest.mark.parametrize("program", ["another", "tracker"])
    def test_another_programs_database_is_left_alone(self, path: Path, program: str) -> None:
        if program == "tracker":
            open_tracker(path).close()
        else:
            with closing(sqlite3.connect(path)) as other, other:
                other.execute("CREATE TABLE recipes (name)")
        before = path.read_bytes()
        with pytest.raises(UnavailableError, match="another program") as caught:
            open_state(path)
        assert "[state]" in (caught.value.hint or "")
        assert path.read_bytes() == before

    def test_a_newer_file_asks_for_an_upgrade(self, path: Path) -> None:
        fill(path, 1)
        with closing(sqlite3.connect(path)) as newer:
            newer.execute(f"PRAGMA user_version = {len(schema.KIND.migrations) + 1}")
        with pytest.raises(UnavailableError, match="newer Gapkeeper") as caught:
            open_state(path)
        assert "Upgrade" in (caught.value.hint or "")


class TestPlace:
    def test_a_folder(self, path: Path) -> None:
        path.mkdir()
        with pytest.raises(UnavailableError, match="is a folder"):
            open_state(path)

    def test_a_pipe_is_not_waited_for(self, path: Path) -> None:
        os.mkfifo(path)
        with pytest.raises(UnavailableError, match="is not a file"):
            open_state(path)

    def test_a_link_would_be_a_second_name_with_a_second_lock(self, path: Path) -> None:
        fill(path, 1)
        link = path.with_name("link.db")
        link.symlink_to(path)
        with pytest.raises(UnavailableError, match="symbolic link"):
            open_state(link)

    def test_a_link_in_place_of_the_lock_is_not_followed(self, path: Path, tmp_path: Path) -> None:
        (tmp_path / "mine").write_text("mine")
        with open_state(path) as state:
            path.with_name("state.db.lock").unlink()
            path.with_name("state.db.lock").symlink_to(tmp_path / "mine")
            with pytest.raises(UnavailableError, match="symbolic links"), state.lock.hold():
                pytest.fail("locked a file elsewhere")
        assert (tmp_path / "mine").read_text() == "mine"

    def test_a_folder_that_is_missing_is_not_made(self, tmp_path: Path) -> None:
        with pytest.raises(UnavailableError, match="no folder"):
            open_state(tmp_path / "nowhere" / "state.db")
        assert list(tmp_path.iterdir()) == []

    def test_a_folder_that_takes_no_file_is_named_with_the_reason(self) -> None:
        if not Path("/proc/self").exists():
            pytest.skip("no folder in which nobody can make a file")
        with pytest.raises(UnavailableError, match=r"the state x\.db cannot be made in /proc \(") as caught:
            open_state(Path("/proc/x.db"))
        assert "the right to write in that folder" in (caught.value.hint or "")

    def test_whoever_only_looks_makes_no_file(self, path: Path, tmp_path: Path) -> None:
        with pytest.raises(UnavailableError, match="no state"):
            open_state(path, make=False)
        assert list(tmp_path.iterdir()) == []
        fill(path, 1)
        with open_state(path, make=False) as state:
            assert state.queue.counts()[JobState.QUEUED] == 1

    def test_an_empty_file_becomes_a_state(self, path: Path) -> None:
        path.touch()
        fill(path, 1)

    def test_nobody_else_may_read_any_of_it(self, path: Path, tmp_path: Path) -> None:
        before = os.umask(0)
        try:
            with open_state(path) as state, state.lock.hold():
                deliver(state, 1)
                modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
        finally:
            os.umask(before)
        assert modes == dict.fromkeys(["state.db", "state.db-shm", "state.db-wal", "state.db.lock"], 0o600)


class TestUpgrade:
    @pytest.fixture(autouse=True)
    def newer(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        fill(path, 3)
        migrations = (*schema.KIND.migrations, ("ALTER TABLE jobs ADD COLUMN colour",))
        monkeypatch.setattr(database, "KIND", dataclasses.replace(schema.KIND, migrations=migrations))

    def test_what_is_in_the_file_stays(self, path: Path) -> None:
        with open_state(path) as state:
            assert deliver(state, 1, 2, 3) == [False, False, True]
            state._database.connection.execute("SELECT colour FROM jobs")

    def test_not_under_the_feet_of_a_service_that_runs(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        newer = database.KIND
        monkeypatch.setattr(database, "KIND", schema.KIND)
        with open_state(path) as older, older.lock.hold():
            monkeypatch.setattr(database, "KIND", newer)
            with pytest.raises(BusyError, match="another service"):
                open_state(path)
            monkeypatch.setattr(database, "KIND", schema.KIND)
            assert deliver(older, 4) == [True]


AS_NOBODY = """
import os, sys
from pathlib import Path
from gapkeeper.adapters.sqlite_state import open_state
from gapkeeper.errors import UnavailableError
path = Path(sys.argv[1])
os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    open_state(path).queue.drop([])
except UnavailableError as error:
    print(error)
"""


class TestNoRoom:
    def test_a_full_disk_undoes_the_write_and_keeps_the_rest(self, path: Path) -> None:
        fill(path, 5)
        with open_state(path) as state:
            connection = state._database.connection
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {pages}")
            with pytest.raises(UnavailableError, match="disk is full") as caught:
                deliver(state, *range(5, 5_000))
            assert str(path) in caught.value.message
            assert state.queue.jobs()[0].reasons[-1] == "push 4"
            connection.execute("PRAGMA max_page_count = 100000")
            assert deliver(state, 4, 5) == [False, True]

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody who may not write")
    @pytest.mark.parametrize(("file_mode", "folder_mode"), [(0o444, 0o555), (0o444, 0o777), (0o600, 0o777)])
    def test_a_file_that_may_not_be_written_to(self, path: Path, file_mode: int, folder_mode: int) -> None:
        fill(path, 1)
        with tempfile.TemporaryDirectory() as place:  # pytest's own folders are closed to others
            public = Path(place) / "state.db"
            shutil.move(path, public)
            public.chmod(file_mode)
            Path(place).chmod(folder_mode)
            command = [sys.executable, "-c", AS_NOBODY, str(public)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            assert done.stderr == ""
            assert done.stdout.startswith(f"the state {public} cannot be")
            assert "permission" in done.stdout


def test_nothing_reads_a_whole_table_to_find_one_row(path: Path) -> None:
    """Growth by query plan, not by the clock."""
    fill(path, 1)
    with open_state(path) as state:
        asked: list[str] = []
        state._database.connection.set_trace_callback(asked.append)
        deliver(state, 1, 2)
        found = state.queue.claim(NOON)
        assert found is not None
        state.queue.again(found.id, due=NOON, error=None)
        state.queue.next_due()
        state.records.state("harbour")
        state.records.runs("harbour")
        state._database.connection.set_trace_callback(None)
        plans = [
            row[3]
            for query in asked
            if query.split()[0] in {"SELECT", "UPDATE", "DELETE"}
            for row in state._database.connection.execute(f"EXPLAIN QUERY PLAN {query}")
        ]
    assert len(plans) > 8
    # The queue is walked in the order of dues, to the first job that can be taken.
    assert [step.split()[-1] for step in plans if step.startswith("SCAN")] == ["waiting"]
