"""What is remembered between runs and may be lost: answers with their ETags, and how much was created when.

One SQLite file. It holds what the token could read, so nobody else may read it; the token itself is not in it. Where
it cannot be opened, is damaged or is full, the run remembers nothing and is none the worse.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import sqlite3
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gapkeeper.adapters.http.answer import Json

_VERSION = 2  # of the tables and of what is kept in them; a file of another version is made anew
_KEPT_DAYS = 30
_BUSY_SECONDS = 5.0
_TABLES = """
    CREATE TABLE answers (
        account TEXT, url TEXT, etag TEXT, link TEXT, body BLOB, at TEXT, PRIMARY KEY (account, url)
    ) STRICT;
    CREATE TABLE creates (account TEXT, at TEXT) STRICT;
    CREATE INDEX creates_by_time ON creates (account, at);
    CREATE TABLE issues (scope TEXT, number INTEGER, data BLOB, PRIMARY KEY (scope, number)) STRICT;
    CREATE TABLE notes (scope TEXT, name TEXT, data TEXT, PRIMARY KEY (scope, name)) STRICT;
"""


class Kept(NamedTuple):
    """An answer that is kept."""

    etag: str | None
    link: str | None
    data: Json
    at: dt.datetime  # when it was last given or confirmed


class Store:
    """A file that may be lost. Every method works without one."""

    def __init__(self, path: Path | None, *, busy_seconds: float = _BUSY_SECONDS) -> None:
        """``path`` None: in memory, for one run. Its folder has to be there."""
        self._connection = _opened(path, busy_seconds)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def answer(self, account: str, url: str) -> Kept | None:
        """What was last answered to this account."""
        rows = self.rows("SELECT etag, link, body, at FROM answers WHERE account = ? AND url = ?", account, url)
        for etag, link, body, at in rows:
            with contextlib.suppress(ValueError, zlib.error):
                return Kept(etag, link, unpacked(body), dt.datetime.fromisoformat(at))
        return None

    def keep(self, account: str, url: str, kept: Kept) -> None:
        """Remember an answer instead of the former one."""
        with self.writing() as connection:
            row = (account, url, kept.etag, kept.link, packed(kept.data), _text(kept.at))
            connection.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?)", row)

    def note_create(self, account: str, at: dt.datetime) -> None:
        """Something was created."""
        with self.writing() as connection:
            connection.execute("INSERT INTO creates VALUES (?, ?)", (account, _text(at)))

    def creates_since(self, account: str, since: dt.datetime) -> list[dt.datetime]:
        """When something was created, the oldest first."""
        rows = self.rows("SELECT at FROM creates WHERE account = ? AND at > ? ORDER BY at", account, _text(since))
        return [dt.datetime.fromisoformat(at) for (at,) in rows]

    def note(self, scope: str, name: str) -> Json:
        """A small thing that was remembered; None where it was not."""
        for (data,) in self.rows("SELECT data FROM notes WHERE scope = ? AND name = ?", scope, name):
            with contextlib.suppress(ValueError):
                return json.loads(data)
        return None

    def set_note(self, scope: str, name: str, value: Json) -> None:
        """Remember a small thing."""
        with self.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO notes VALUES (?, ?, ?)", (scope, name, json.dumps(value)))

    def forget(self, scope: str) -> None:
        """Everything that was remembered of a scope."""
        with self.writing() as connection:
            for table in ("issues", "notes"):
                connection.execute(f"DELETE FROM {table} WHERE scope = ?", (scope,))  # noqa: S608 - names are ours

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What a query finds; nothing where the file cannot be read."""
        try:
            return self._connection.execute(query, values).fetchall()
        except sqlite3.Error:
            return []

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """All of what is written inside is remembered, or nothing."""
        with contextlib.suppress(sqlite3.Error), self._connection:
            yield self._connection


def packed(data: Json) -> bytes:
    """JSON in few bytes."""
    return zlib.compress(json.dumps(data, separators=(",", ":")).encode(), 1)


def unpacked(data: bytes) -> Json:
    """The JSON that was packed. `ValueError` or `zlib.error` where it is damaged."""
    return json.loads(zlib.decompress(data))


def _text(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")


def _opened(path: Path | None, busy_seconds: float) -> sqlite3.Connection:
    if path is not None:
        with contextlib.suppress(sqlite3.OperationalError, OSError):  # locked, full, or not ours to write
            connection = _connected(path, busy_seconds)
            if connection is None:
                path.unlink()
                connection = _connected(path, busy_seconds)
            if connection is not None:
                return connection
    connection = sqlite3.connect(":memory:")
    _make(connection)
    return connection


def _connected(path: Path, busy_seconds: float) -> sqlite3.Connection | None:
    """The file; None where it is damaged, or was made by another version."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600))
    connection = sqlite3.connect(path, timeout=busy_seconds)
    try:
        connection.execute("PRAGMA synchronous = OFF")  # it may be lost
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                _make(connection)
            old = _text(dt.datetime.now(dt.UTC) - dt.timedelta(days=_KEPT_DAYS))
            for table in ("answers", "creates") if version in {0, _VERSION} else ():
                connection.execute(f"DELETE FROM {table} WHERE at < ?", (old,))  # noqa: S608 - names are ours
    except sqlite3.OperationalError:
        connection.close()
        raise
    except sqlite3.DatabaseError:
        version = None
    if version in {0, _VERSION}:
        return connection
    connection.close()
    return None


def _make(connection: sqlite3.Connection) -> None:
    for statement in _TABLES.split(";"):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {_VERSION}")
