"""SQLite files that are ours: opened, brought up to date, written in one step; errors in our own words."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gapkeeper.errors import BusyError, TrackerError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_FORMAT})


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file is for: its tables, and what people are told about it."""

    name: str  # "tracker"
    application_id: int  # marks a file as of this kind
    migrations: tuple[tuple[str, ...], ...]  # see `migrate`
    another: str  # how another file is named: "--tracker sqlite:PATH"
    mend: str  # what to do about a damaged one
    wait: str  # what to do while another process holds it

    def refuse_what_is_no_file(self, path: Path) -> None:
        """Raise `UnavailableError` for a folder, a pipe or a device."""
        if path.is_dir():
            raise UnavailableError(
                f"{path} is a folder, not a {self.name} file", hint=f"Name a file: {self.another}, or move the folder."
            )
        if path.exists() and not path.is_file():  # a pipe would be waited for
            raise UnavailableError(f"{path} is not a file", hint=f"Name a file: {self.another}.")

    def version(self, connection: sqlite3.Connection, path: Path) -> int:
        """How many migrations the file has seen; 0 for an empty one. Raises where the file is not for us."""
        with _at_one_moment(connection):  # another process may be making the file
            version, application, tables = (
                _number(connection, "PRAGMA user_version"),
                _number(connection, "PRAGMA application_id"),
                _number(connection, "SELECT count(*) FROM sqlite_master"),
            )
        if application == self.application_id:
            if version > len(self.migrations):
                raise UnavailableError(
                    f"{path} was written by a newer Gapkeeper "
                    f"(tables of version {version}, known: {len(self.migrations)})",
                    hint=f"Upgrade Gapkeeper, or name another file: {self.another}.",
                )
            return version
        if application == 0 and not tables:
            return 0
        raise UnavailableError(
            f"{path} is a SQLite database of another program", hint=f"Name another file: {self.another}."
        )

    def migrate(
        self,
        connection: sqlite3.Connection,
        path: Path,
        *,
        first: Callable[[sqlite3.Connection], object] | None = None,
    ) -> None:
        """Bring the tables up to date, all in one step.

        A migration is a tuple of statements; the file's ``user_version`` says how many were applied. ``first`` is
        called once, when the file is made.
        """
        with transaction(connection, "BEGIN IMMEDIATE"):
            version = self.version(connection, path)  # another process may have been faster
            for migration in self.migrations[version:]:
                for statement in migration:
                    connection.execute(statement)
            if version == 0 and first is not None:
                first(connection)
            connection.execute(f"PRAGMA application_id = {self.application_id}")
            connection.execute(f"PRAGMA user_version = {len(self.migrations)}")

    def check(self, connection: sqlite3.Connection, path: Path) -> None:
        """Find damage before anything is written on top of it; takes about a millisecond a megabyte."""
        (result,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if result != "ok":
            raise self.damaged(path, result)

    def damaged(self, path: Path, what: str) -> UnavailableError:
        """The error for a file that is not what we wrote."""
        return UnavailableError(f"the {self.name} {path} is damaged, or no {self.name} at all ({what})", hint=self.mend)

    @contextlib.contextmanager
    def own_words(self, path: Path) -> Iterator[None]:
        """SQLite's and the system's errors as ours, with the place and what to do.

        Those that only a mistake of ours can raise stay what they are.
        """
        try:
            yield
        except (sqlite3.ProgrammingError, sqlite3.IntegrityError, sqlite3.NotSupportedError):
            raise
        except sqlite3.DatabaseError as error:
            raise self._translated(error, path) from error
        except OSError as error:
            why = error.strerror or str(error)
            raise (self._unusable(path, why) if os.path.lexists(path) else self._unmade(path, why)) from error

    @contextlib.contextmanager
    def plausible(self, path: Path) -> Iterator[None]:
        """A word, number or time that we never write is damage, too."""
        try:
            yield
        except ValueError as error:
            raise self.damaged(path, str(error)) from error

    def _translated(self, error: sqlite3.DatabaseError, path: Path) -> TrackerError:
        code = primary_code(error)
        if code in _BUSY:
            return BusyError(f"another process holds the {self.name} {path}", hint=self.wait)
        if code == sqlite3.SQLITE_FULL:
            return UnavailableError(
                f"the disk is full: the {self.name} {path} could not be written to",
                hint="Free some space and start again; what was written before is kept.",
            )
        if code == sqlite3.SQLITE_READONLY:
            return UnavailableError(
                f"the {self.name} {path} cannot be written to: the file or its folder is read-only",
                hint=f"Give yourself write permission on both, or name another file: {self.another}.",
            )
        if code in _DAMAGED:
            return self.damaged(path, str(error))
        return self._unusable(path, str(error))

    def _unmade(self, path: Path, why: str) -> UnavailableError:
        return UnavailableError(
            f"the {self.name} {path.name} cannot be made in {path.parent} ({why})",
            hint="Give the account that runs this the right to write in that folder, "
            f"or name another file: {self.another}.",
        )

    def _unusable(self, path: Path, why: str) -> UnavailableError:
        return UnavailableError(
            f"the {self.name} {path} cannot be read or written ({why})",
            hint="Look whether its disk is full or failing, and at the permissions of the file and its folder.",
        )


def connect(path: Path, mode: str, *, busy_seconds: float, one_thread: bool = True) -> sqlite3.Connection:
    """Open a file without any check of what it holds; ``mode`` as in SQLite's URIs: "rwc", "ro"."""
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    return prepared(
        sqlite3.connect(uri, uri=True, timeout=busy_seconds, isolation_level=None, check_same_thread=one_thread)
    )


def prepared(connection: sqlite3.Connection) -> sqlite3.Connection:
    """The same connection; strict, and without trust in what it finds."""
    # The file may have come with a cloned repository: its schema is not trusted to call functions.
    for pragma in ("foreign_keys = ON", "trusted_schema = OFF", "cell_size_check = ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection, begin: str) -> Iterator[sqlite3.Connection]:
    """What is done inside is kept as a whole, or not at all. ``begin``: "BEGIN" to read, "BEGIN IMMEDIATE" to write."""
    connection.execute(begin)
    try:
        yield connection
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:  # an error, or a commit that did not fit on the disk
            connection.execute("ROLLBACK")


def primary_code(error: sqlite3.Error) -> int:
    """SQLite's result code without its details."""
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code & 0xFF


def _number(connection: sqlite3.Connection, query: str) -> int:
    return int(connection.execute(query).fetchone()[0])


@contextlib.contextmanager
def _at_one_moment(connection: sqlite3.Connection) -> Iterator[None]:
    """What is read in here is of one and the same state of the file."""
    if connection.in_transaction:
        yield
        return
    with transaction(connection, "BEGIN"):
        yield
