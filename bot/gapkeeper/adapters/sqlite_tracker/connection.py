"""The SQLite file: opened, migrated, locked; and its errors in our own words."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from typing import TYPE_CHECKING, Self

from gapkeeper.adapters import sqlite_file
from gapkeeper.adapters.sqlite_tracker.location import (
    prepare_folder,
    refuse_missing_folder,
    refuse_what_cannot_be_a_tracker,
)
from gapkeeper.adapters.sqlite_tracker.schema import KIND

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NO_SUPPORT_FILES = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN})


class Database:
    """One connection to a tracker file, for one thread.

    A file opened for reading is opened read-only in SQLite as well. (SQLite then still puts its `-wal` and
    `-shm` files beside it, which the next writer clears away; the tracker file itself is not touched.)
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, *, busy_seconds: float) -> None:
        self.path = path
        self.connection = connection
        self._busy_seconds = busy_seconds

    @classmethod
    def for_writing(cls, path: Path, *, busy_seconds: float) -> Self:
        """Open the file; make it, and its default folder, where there is none.

        Raises:
            UnavailableError: it cannot be opened, is damaged, or is not ours to write to.
            BusyError: another process is making or upgrading it.
        """
        with KIND.own_words(path), contextlib.ExitStack() as on_error:
            refuse_what_cannot_be_a_tracker(path)
            prepare_folder(path)
            connection = sqlite_file.connect(path, "rwc", busy_seconds=busy_seconds)
            on_error.callback(connection.close)
            database = cls(path, connection, busy_seconds=busy_seconds)
            if KIND.version(connection, path) < len(KIND.migrations):
                with database.lock():
                    connection.execute("PRAGMA journal_mode = WAL")
                    _migrate(connection, path)
            else:
                KIND.check(connection, path)
            # Every commit is on the disk before the call returns.
            connection.execute("PRAGMA synchronous = FULL")
            on_error.pop_all()
        return database

    @classmethod
    def for_reading(cls, path: Path, *, busy_seconds: float) -> Self:
        """Open the file read-only; where there is none, an empty tracker that leaves no file behind.

        Raises:
            UnavailableError: it cannot be opened, or is damaged.
        """
        with KIND.own_words(path), contextlib.ExitStack() as on_error:
            refuse_what_cannot_be_a_tracker(path)
            refuse_missing_folder(path)
            if path.exists():
                connection = _connect_read_only(path, busy_seconds)
                on_error.callback(connection.close)
                if KIND.version(connection, path) < len(KIND.migrations):
                    connection = _upgraded_copy(connection, path)
            else:
                connection = _upgraded_copy(sqlite3.connect(":memory:"), path)
            on_error.pop_all()
        return cls(path, connection, busy_seconds=busy_seconds)

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One consistent view of the tracker for all that is read inside."""
        with KIND.own_words(self.path), sqlite_file.transaction(self.connection, "BEGIN"):
            yield self.connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One write: all of it is kept, or nothing."""
        with KIND.own_words(self.path), sqlite_file.transaction(self.connection, "BEGIN IMMEDIATE"):
            yield self.connection

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the tracker for one run, so that no two work on it at once; waits as long as a write does.

        The lock is SQLite's own on an empty file beside the tracker: the system gives it back when the
        process ends, however it ends.

        Raises:
            BusyError: another process holds it.
        """
        path = self.path.with_name(self.path.name + ".lock")
        with contextlib.ExitStack() as held:
            with KIND.own_words(self.path):
                connection = sqlite3.connect(path, timeout=self._busy_seconds, isolation_level=None)
                held.callback(connection.close)
                connection.execute("BEGIN EXCLUSIVE")
            yield

    def close(self) -> None:
        """Close the file."""
        self.connection.close()


def _connect_read_only(path: Path, busy_seconds: float) -> sqlite3.Connection:
    connection = sqlite_file.connect(path, "ro", busy_seconds=busy_seconds)
    try:
        connection.execute("PRAGMA schema_version").fetchone()
    except sqlite3.DatabaseError as error:
        connection.close()
        log = path.with_name(path.name + "-wal")
        if sqlite_file.primary_code(error) in _NO_SUPPORT_FILES and not (log.exists() and log.stat().st_size):
            # A folder that cannot be written to, and nothing that waits to be taken over: the file is complete.
            return sqlite_file.connect(path, "ro&immutable=1", busy_seconds=busy_seconds)
        raise
    return connection


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    def first(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO meta VALUES ('namespace', ?)", (_namespace(path),))

    KIND.migrate(connection, path, first=first)


def _upgraded_copy(connection: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    """In memory, what the next writer will make of the file: the tables of this version."""
    copy = sqlite_file.prepared(sqlite3.connect(":memory:", isolation_level=None))
    try:
        with contextlib.closing(connection):
            connection.backup(copy)
        _migrate(copy, path)
    except sqlite3.Error:
        copy.close()
        raise
    return copy


def _namespace(path: Path) -> str:
    """The ID that a tracker made at this place gets and then keeps, wherever the file goes.

    Made from the place and not by chance: a plan against a tracker that is not there yet has the
    fingerprint that the first sync arrives at.
    """
    place = str(path.resolve()).encode("utf-8", "surrogateescape")
    return hashlib.sha256(b"gapkeeper embedded tracker\0" + place).hexdigest()[:32]
