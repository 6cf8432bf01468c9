"""The state's file, for all threads of a process."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from typing import TYPE_CHECKING, Self

from gapkeeper.adapters import sqlite_file
from gapkeeper.adapters.sqlite_state.location import refuse_what_cannot_be_a_state
from gapkeeper.adapters.sqlite_state.lock import FileLock
from gapkeeper.adapters.sqlite_state.schema import KIND
from gapkeeper.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Database:
    """One connection that all threads take turns on.

    SQLite lets one write at a time anyway, and every transaction here is short.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self.connection = connection
        self._turn = threading.Lock()
        self._closed = False

    @classmethod
    def open(cls, path: Path, *, make: bool, busy_seconds: float) -> Self:
        """Open the file; see `open_state`."""
        with KIND.own_words(path), contextlib.ExitStack() as on_error:
            refuse_what_cannot_be_a_state(path)
            if make:
                _make_private(path)
            elif not path.exists():
                raise UnavailableError(f"there is no state {path} yet", hint="The service makes it when it starts.")
            connection = sqlite_file.connect(path, "rw", busy_seconds=busy_seconds, one_thread=False)
            on_error.callback(connection.close)
            connection.row_factory = sqlite3.Row
            if KIND.version(connection, path) < len(KIND.migrations):
                _upgrade(connection, path)
            else:
                KIND.check(connection, path)
            # Every commit is on the disk before the call returns; macOS has to be told twice.
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA fullfsync = ON")
            on_error.pop_all()
        return cls(path, connection)

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One consistent view of all that is read inside."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One write: all of it is kept, or nothing."""
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextlib.contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._turn:
            if self._closed:
                raise UnavailableError(f"the state {self.path} was closed", hint="The service is about to end.")
            with (
                KIND.own_words(self.path),
                sqlite_file.transaction(self.connection, begin),
                KIND.plausible(self.path),
            ):
                yield self.connection

    def close(self) -> None:
        """Close the file; not in the middle of a transaction."""
        with self._turn:
            self._closed = True
            self.connection.close()


def _make_private(path: Path) -> None:
    """Make the file where there is none: errors name things in private repositories, which are nobody else's."""
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))


def _upgrade(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables, or bring them up to date; not under the feet of a service that knows the older ones."""
    with FileLock(path).hold():
        connection.execute("PRAGMA journal_mode = WAL")
        KIND.migrate(connection, path)
