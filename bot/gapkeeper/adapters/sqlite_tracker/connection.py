"""The SQLite file: opened, migrated, locked; and its errors in our own words."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from typing import TYPE_CHECKING, Self

from gapkeeper.adapters.sqlite_tracker.location import (
    prepare_folder,
    refuse_missing_folder,
    refuse_what_cannot_be_a_tracker,
)
from gapkeeper.adapters.sqlite_tracker.schema import APPLICATION_ID, MIGRATIONS
from gapkeeper.errors import BusyError, TrackerError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_FORMAT})
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
        with _own_words(path), contextlib.ExitStack() as on_error:
            refuse_what_cannot_be_a_tracker(path)
            prepare_folder(path)
            connection = _connect(path, "rwc", busy_seconds)
            on_error.callback(connection.close)
            database = cls(path, connection, busy_seconds=busy_seconds)
            if _version(connection, path) < len(MIGRATIONS):
                with database.lock():
                    connection.execute("PRAGMA journal_mode = WAL")
                    _migrate(connection, path)
            else:
                _check(connection, path)
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
        with _own_words(path), contextlib.ExitStack() as on_error:
            refuse_what_cannot_be_a_tracker(path)
            refuse_missing_folder(path)
            if path.exists():
                connection = _connect_read_only(path, busy_seconds)
                on_error.callback(connection.close)
                if _version(connection, path) < len(MIGRATIONS):
                    connection = _upgraded_copy(connection, path)
            else:
                connection = _upgraded_copy(sqlite3.connect(":memory:"), path)
            on_error.pop_all()
        return cls(path, connection, busy_seconds=busy_seconds)

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One consistent view of the tracker for all that is read inside."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One write: all of it is kept, or nothing."""
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextlib.contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with _own_words(self.path):
            self.connection.execute(begin)
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            finally:
                if self.connection.in_transaction:  # an error, or a commit that did not fit on the disk
                    self.connection.execute("ROLLBACK")

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
            with _own_words(self.path):
                connection = sqlite3.connect(path, timeout=self._busy_seconds, isolation_level=None)
                held.callback(connection.close)
                connection.execute("BEGIN EXCLUSIVE")
            yield

    def close(self) -> None:
        """Close the file."""
        self.connection.close()


def _prepared(connection: sqlite3.Connection) -> sqlite3.Connection:
    # The file may have come with a cloned repository: its schema is not trusted to call functions.
    for pragma in ("foreign_keys = ON", "trusted_schema = OFF", "cell_size_check = ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _connect(path: Path, mode: str, busy_seconds: float) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    return _prepared(sqlite3.connect(uri, uri=True, timeout=busy_seconds, isolation_level=None))


def _connect_read_only(path: Path, busy_seconds: float) -> sqlite3.Connection:
    connection = _connect(path, "ro", busy_seconds)
    try:
        connection.execute("PRAGMA schema_version").fetchone()
    except sqlite3.DatabaseError as error:
        connection.close()
        log = path.with_name(path.name + "-wal")
        if _primary_code(error) in _NO_SUPPORT_FILES and not (log.exists() and log.stat().st_size):
            # A folder that cannot be written to, and nothing that waits to be taken over: the file is complete.
            return _connect(path, "ro&immutable=1", busy_seconds)
        raise
    return connection


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])


def _tables(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])


@contextlib.contextmanager
def _at_one_moment(connection: sqlite3.Connection) -> Iterator[None]:
    """What is read in here is of one and the same state of the file."""
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """How many migrations the file has seen; 0 for an empty one. Raises where the file is not for us."""
    with _at_one_moment(connection):  # another process may be making the file
        version, application, tables = (
            _number(connection, "user_version"),
            _number(connection, "application_id"),
            _tables(connection),
        )
    if application == APPLICATION_ID:
        if version > len(MIGRATIONS):
            raise UnavailableError(
                f"{path} was written by a newer Gapkeeper (tables of version {version}, known: {len(MIGRATIONS)})",
                hint="Upgrade Gapkeeper, or name another file: --tracker sqlite:PATH.",
            )
        return version
    if application == 0 and not tables:
        return 0
    raise UnavailableError(
        f"{path} is a SQLite database of another program", hint="Name another file: --tracker sqlite:PATH."
    )


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("BEGIN IMMEDIATE")
    version = _version(connection, path)  # another process may have been faster
    for migration in MIGRATIONS[version:]:
        for statement in migration:
            connection.execute(statement)
    if version == 0:
        connection.execute("INSERT INTO meta VALUES ('namespace', ?)", (_namespace(path),))
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    connection.execute("COMMIT")


def _upgraded_copy(connection: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    """In memory, what the next writer will make of the file: the tables of this version."""
    copy = _prepared(sqlite3.connect(":memory:", isolation_level=None))
    try:
        with contextlib.closing(connection):
            connection.backup(copy)
        _migrate(copy, path)
    except sqlite3.Error:
        copy.close()
        raise
    return copy


def _check(connection: sqlite3.Connection, path: Path) -> None:
    """Find damage before anything is written on top of it; takes about a millisecond a megabyte."""
    (result,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if result != "ok":
        raise damaged(path, result)


def _namespace(path: Path) -> str:
    """The ID that a tracker made at this place gets and then keeps, wherever the file goes.

    Made from the place and not by chance: a plan against a tracker that is not there yet has the
    fingerprint that the first sync arrives at.
    """
    place = str(path.resolve()).encode("utf-8", "surrogateescape")
    return hashlib.sha256(b"gapkeeper embedded tracker\0" + place).hexdigest()[:32]


def damaged(path: Path, what: str) -> UnavailableError:
    """The error for a file that is not what we wrote."""
    return UnavailableError(
        f"the tracker {path} is damaged, or no tracker at all ({what})",
        hint="Put a copy of the file back, or move it aside: a sync then makes a new one from the documents.",
    )


def _primary_code(error: sqlite3.Error) -> int:
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code & 0xFF


@contextlib.contextmanager
def _own_words(path: Path) -> Iterator[None]:
    """SQLite's and the system's errors as ours, with the place and what to do.

    Those that only a mistake of ours can raise stay what they are.
    """
    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.IntegrityError, sqlite3.NotSupportedError):
        raise
    except sqlite3.DatabaseError as error:
        raise _translated(error, path) from error
    except OSError as error:
        raise _unusable(path, error.strerror or str(error)) from error


def _translated(error: sqlite3.DatabaseError, path: Path) -> TrackerError:
    code = _primary_code(error)
    if code in _BUSY:
        return BusyError(
            f"another process holds the tracker {path}",
            hint="Wait until its run has ended and start again. What was asked for just now was not written.",
        )
    if code == sqlite3.SQLITE_FULL:
        return UnavailableError(
            f"the disk is full: the tracker {path} could not be written to",
            hint="Free some space and start again; what was written before is kept.",
        )
    if code == sqlite3.SQLITE_READONLY:
        return UnavailableError(
            f"the tracker {path} cannot be written to: the file or its folder is read-only",
            hint="Give yourself write permission on both, or name another file: --tracker sqlite:PATH.",
        )
    if code in _DAMAGED:
        return damaged(path, str(error))
    return _unusable(path, str(error))


def _unusable(path: Path, why: str) -> UnavailableError:
    return UnavailableError(
        f"the tracker {path} cannot be read or written ({why})",
        hint="Look whether its disk is full or failing, and at the permissions of the file and its folder.",
    )
