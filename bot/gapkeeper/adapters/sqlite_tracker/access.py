"""Who may do what with an opened tracker file, and when: shared by everything that is kept in it."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import TYPE_CHECKING

from gapkeeper.adapters.sqlite_tracker.schema import KIND
from gapkeeper.adapters.sqlite_tracker.writes import Write
from gapkeeper.errors import RefusedError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from gapkeeper.adapters.sqlite_tracker.connection import Database
    from gapkeeper.model.snapshot import Actor
    from gapkeeper.ports import Clock


class Access:
    """A tracker file, and who writes to it; without an actor it is read-only, and every write raises."""

    def __init__(self, database: Database, url: str, *, actor: Actor | None, clock: Clock) -> None:
        self.database = database
        self.url = url
        self.clock = clock
        self._actor = actor

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One consistent view of everything that is read inside."""
        with self.database.reading() as connection, KIND.plausible(self.database.path):
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Write]:
        """One write: all of it is kept, or nothing.

        Raises `RefusedError` where the file was opened to be read.
        """
        actor = self.require_actor()
        with self.database.writing() as connection, KIND.plausible(self.database.path):
            now = self.clock().astimezone(dt.UTC).isoformat(timespec="microseconds")
            yield Write(connection, actor, now)

    def require_actor(self) -> Actor:
        """Who writes.

        Raises `RefusedError` where the file was opened to be read.
        """
        if self._actor is None:
            raise RefusedError(f"{self.url} was opened to be read, and cannot be written to")
        return self._actor
