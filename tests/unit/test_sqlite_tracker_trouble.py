"""Damage, full disks, missing permissions: an error that names place and remedy, and nothing lost."""

from __future__ import annotations

import dataclasses
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gapkeeper.adapters.sqlite_tracker import SqliteTracker, connection, open_reader, open_tracker, schema
from gapkeeper.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from gapkeeper.model.snapshot import Issue


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tracker.db"


def create(tracker: SqliteTracker, title: str = "A title", body: str = "") -> Issue:
    return tracker.create_issue(title, body, frozenset({"bug"}), milestone=None, assignees=frozenset())


def fill(path: Path, issues: int = 50) -> None:
    with open_tracker(path) as tracker:
        for n in range(issues):
            create(tracker, f"Issue {n}", "text " * 200)


def read_all(path: Path) -> None:
    with open_reader(path) as reader:
        reader.snapshot("gapkeeper", everything=True)


def write_one(path: Path) -> None:
    with open_tracker(path) as tracker:
        create(tracker)


def overwrite(path: Path, offset: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


class TestDamage:
    @pytest.mark.parametrize("use", [read_all, write_one])
    @pytest.mark.parametrize(
        "damage",
        [
            pytest.param(lambda path: path.write_text("not a database, but long enough to be one" * 40), id="text"),
            pytest.param(lambda path: path.write_bytes(b"\0" * 8192), id="zeros"),
            pytest.param(lambda path: os.truncate(path, path.stat().st_size // 2), id="half"),
            pytest.param(lambda path: os.truncate(path, 50), id="fifty-bytes"),
            pytest.param(lambda path: overwrite(path, 100, b"\xa5" * 4000), id="first-page"),
            pytest.param(lambda path: overwrite(path, 4096, b"\xa5" * 8 * 4096), id="later-pages"),
        ],
    )
    def test_is_told_with_place_and_remedy_and_left_as_it_is(
        self, path: Path, damage: Callable[[Path], object], use: Callable[[Path], None]
    ) -> None:
        fill(path)
        damage(path)
        before = path.read_bytes()
        with pytest.raises(UnavailableError, match=str(path)) as caught:
            use(path)
        assert "damaged" in caught.value.message
        assert caught.value.hint
        assert caught.value.exit_code == 69
        assert path.read_bytes() == before

    def test_is_found_before_anything_is_written_on_top_of_it(self, path: Path) -> None:
        fill(path)
        with sqlite3.connect(path) as other:
            (page,) = other.execute("SELECT rootpage FROM sqlite_master WHERE name = 'comments'").fetchone()
            (size,) = other.execute("PRAGMA page_size").fetchone()
        other.close()
        overwrite(path, (page - 1) * size, b"\xa5" * size)
        with pytest.raises(UnavailableError, match="damaged"):
            open_tracker(path)

    def test_values_that_we_never_write_are_damage(self, path: Path) -> None:
        fill(path, 1)
        with sqlite3.connect(path) as other:
            other.execute("PRAGMA ignore_check_constraints = ON")
            other.execute("UPDATE people SET role = 'emperor'")
        other.close()
        with pytest.raises(UnavailableError, match="emperor"):
            read_all(path)
        with pytest.raises(UnavailableError, match="CHECK constraint failed in people"):
            open_tracker(path)

    @pytest.mark.parametrize("use", [read_all, write_one])
    def test_another_programs_database_is_left_alone(self, path: Path, use: Callable[[Path], None]) -> None:
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE recipes (name)")
        other.close()
        before = path.read_bytes()
        with pytest.raises(UnavailableError, match="another program"):
            use(path)
        assert path.read_bytes() == before

    @pytest.mark.parametrize("use", [read_all, write_one])
    def test_a_newer_schema_asks_for_an_upgrade(self, path: Path, use: Callable[[Path], None]) -> None:
        fill(path, 1)
        with sqlite3.connect(path) as newer:
            newer.execute(f"PRAGMA user_version = {len(schema.MIGRATIONS) + 1}")
        newer.close()
        with pytest.raises(UnavailableError, match="newer Gapkeeper") as caught:
            use(path)
        assert "Upgrade" in (caught.value.hint or "")

    @pytest.mark.parametrize("use", [read_all, write_one])
    def test_a_folder_in_its_place(self, path: Path, use: Callable[[Path], None]) -> None:
        path.mkdir()
        with pytest.raises(UnavailableError, match="is a folder"):
            use(path)

    @pytest.mark.parametrize("use", [read_all, write_one])
    def test_a_pipe_in_its_place_is_not_waited_for(self, path: Path, use: Callable[[Path], None]) -> None:
        os.mkfifo(path)
        with pytest.raises(UnavailableError, match="is not a file"):
            use(path)

    @pytest.mark.parametrize("use", [read_all, write_one])
    @pytest.mark.parametrize("linked", ["folder", "file"])
    def test_no_link_is_followed_out_of_the_default_place(
        self, tmp_path: Path, linked: str, use: Callable[[Path], None]
    ) -> None:
        outside = tmp_path / "outside"
        outside.mkdir()
        place = tmp_path / ".gapkeeper"
        if linked == "folder":
            place.symlink_to(outside, target_is_directory=True)
        else:
            place.mkdir()
            (place / "tracker.db").symlink_to(outside / "tracker.db")
        with pytest.raises(UnavailableError, match="symbolic link"):
            use(place / "tracker.db")
        assert list(outside.iterdir()) == []

    def test_a_file_in_place_of_the_folder(self, tmp_path: Path) -> None:
        (tmp_path / ".gapkeeper").write_text("mine")
        with pytest.raises(UnavailableError, match="cannot be prepared"):
            write_one(tmp_path / ".gapkeeper" / "tracker.db")
        assert (tmp_path / ".gapkeeper").read_text() == "mine"

    @pytest.mark.parametrize("size", [0, 4096])
    def test_an_empty_file_is_a_tracker_not_yet_made(self, path: Path, size: int) -> None:
        if size:  # made by a process that ended before it made the tables
            begun = sqlite3.connect(path)
            begun.execute("PRAGMA journal_mode = WAL")
            begun.close()
        else:
            path.touch()
        assert path.stat().st_size == size
        read_all(path)
        assert path.stat().st_size == size
        write_one(path)
        read_all(path)


class TestMigration:
    @pytest.fixture(autouse=True)
    def newer(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        fill(path, 3)
        migrations = (*schema.MIGRATIONS, ("ALTER TABLE issues ADD COLUMN colour",))
        monkeypatch.setattr(connection, "KIND", dataclasses.replace(schema.KIND, migrations=migrations))

    def test_a_writer_upgrades_the_file_and_keeps_what_is_in_it(self, path: Path) -> None:
        with open_tracker(path) as tracker:
            assert len(tracker.snapshot("", everything=True).others or ()) == 3
            tracker._database.connection.execute("SELECT colour FROM issues")

    def test_a_reader_leaves_the_file_as_it_is(self, path: Path) -> None:
        before = path.read_bytes()
        with open_reader(path) as reader:
            assert len(reader.snapshot("", everything=True).others or ()) == 3
            reader._database.connection.execute("SELECT colour FROM issues")
        assert path.read_bytes() == before


AS_NOBODY = """
import os, sys
from pathlib import Path
from gapkeeper.adapters.sqlite_tracker import open_reader, open_tracker
from gapkeeper.errors import UnavailableError
from gapkeeper.model.plan import IssueUpdate
path = Path(sys.argv[1])
os.setgroups([]); os.setgid(65534); os.setuid(65534)
print(len(open_reader(path).snapshot("bug", everything=False).issues))
try:
    with open_tracker(path) as tracker:
        tracker.update_issue(1, IssueUpdate(title="Other"))
except UnavailableError as error:
    print(error)
"""


class TestNoRoom:
    def test_a_full_disk_undoes_the_write_and_keeps_the_rest(self, path: Path) -> None:
        fill(path, 5)
        with open_tracker(path) as tracker:
            pages = tracker._database.connection.execute("PRAGMA page_count").fetchone()[0]
            tracker._database.connection.execute(f"PRAGMA max_page_count = {pages}")
            before = tracker.snapshot("bug", everything=True), tracker.events()
            with pytest.raises(UnavailableError, match="disk is full") as caught:
                create(tracker, body="x" * 60_000)
            assert str(path) in caught.value.message
            after = tracker.snapshot("bug", everything=True), tracker.events()
            assert after[0].issues == before[0].issues
            assert after[1] == before[1]
            tracker._database.connection.execute("PRAGMA max_page_count = 100000")
            assert create(tracker).number == 6

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody who may not write")
    @pytest.mark.parametrize("folder_mode", [0o555, 0o777])
    def test_a_file_that_may_only_be_read(self, path: Path, folder_mode: int) -> None:
        fill(path, 1)
        with tempfile.TemporaryDirectory() as place:  # pytest's own folders are closed to others
            public = Path(place) / "tracker.db"
            shutil.move(path, public)
            public.chmod(0o444)
            Path(place).chmod(folder_mode)
            command = [sys.executable, "-c", AS_NOBODY, str(public)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            assert done.stderr == ""
            assert done.stdout.startswith(f"1\nthe tracker {public} cannot be written to")
            assert "permission" in done.stdout


def test_finding_one_issue_does_not_read_the_others(path: Path) -> None:
    """Growth by query plan, not by the clock: nothing that is asked for one issue scans a table."""
    fill(path, 1)
    with open_tracker(path) as tracker:
        asked: list[str] = []
        tracker._database.connection.set_trace_callback(asked.append)
        tracker.issue(1)
        tracker.comments(1)
        tracker.events(1)
        tracker._database.connection.set_trace_callback(None)
        plans = [
            row[3]
            for query in asked
            if query.lstrip().startswith("SELECT")
            for row in tracker._database.connection.execute(f"EXPLAIN QUERY PLAN {query}")
        ]
    assert len(plans) > 5
    assert [step for step in plans if step.startswith("SCAN")] == []
