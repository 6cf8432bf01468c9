"""The journal of runs."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from gapkeeper.model.policy import WriteBack
from gapkeeper.model.runs import Run, RunEnd, RunStart

if TYPE_CHECKING:
    import sqlite3

    from gapkeeper.adapters.sqlite_tracker.access import Access

_RUNS = """
    SELECT id, started_at, revision, branch, fingerprint, planned, write_back,
        ended_at, done, failed, exit_code, stopped
    FROM runs ORDER BY id DESC LIMIT ?
"""


class Journal:
    """Every run that wrote to the tracker: what it was to do, and what became of it."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def begin(self, start: RunStart) -> int:
        """A run begins; its number."""
        with self._access.writing() as write:
            cursor = write.connection.execute(
                "INSERT INTO runs (started_at, revision, branch, fingerprint, planned, write_back)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (write.now, start.revision, start.branch, start.fingerprint, start.planned, start.write_back),
            )
            return int(cursor.lastrowid or 0)

    def end(self, run: int, end: RunEnd) -> None:
        """It has ended."""
        with self._access.writing() as write:
            write.connection.execute(
                "UPDATE runs SET ended_at = ?, done = ?, failed = ?, exit_code = ?, stopped = ? WHERE id = ?",
                (write.now, end.done, end.failed, end.exit_code, end.stopped, run),
            )

    def runs(self, limit: int = 20) -> tuple[Run, ...]:
        """The last ones, the newest first."""
        with self._access.reading() as connection:
            return tuple(_run(row) for row in connection.execute(_RUNS, (limit,)))


def synced(connection: sqlite3.Connection) -> str | None:
    """The revision of the last run that ended well."""
    row = connection.execute("SELECT revision FROM runs WHERE exit_code = 0 ORDER BY id DESC LIMIT 1").fetchone()
    return None if row is None else row[0]


def _run(row: tuple[object, ...]) -> Run:
    id_, started, revision, branch, fingerprint, planned, write_back, ended, done, failed, exit_code, stopped = row
    return Run(
        id=_number(id_),
        started_at=_time(started),
        start=RunStart(_text(revision), _text(branch), str(fingerprint), _number(planned), WriteBack(str(write_back))),
        ended_at=None if ended is None else _time(ended),
        end=None if exit_code is None else RunEnd(_number(done), _number(failed), _number(exit_code), _text(stopped)),
    )


def _number(value: object) -> int:
    return int(str(value))


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _time(value: object) -> dt.datetime:
    return dt.datetime.fromisoformat(str(value))
