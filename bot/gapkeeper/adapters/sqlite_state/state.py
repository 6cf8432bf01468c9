"""The whole state, as `ServiceState`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from gapkeeper.adapters.sqlite_state.database import Database
from gapkeeper.adapters.sqlite_state.deliveries import SqliteDeliveries
from gapkeeper.adapters.sqlite_state.lock import FileLock
from gapkeeper.adapters.sqlite_state.queue import SqliteQueue
from gapkeeper.adapters.sqlite_state.records import SqliteRecords

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

#: How long a write waits for another process before it gives way.
BUSY_SECONDS = 10.0


class SqliteState:
    """The service's state in one file; for any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.lock = FileLock(database.path)
        self.queue = SqliteQueue(database)
        self.deliveries = SqliteDeliveries(database)
        self.records = SqliteRecords(database)

    def close(self) -> None:
        """Close it. Threads that still work with it get `UnavailableError`."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_state(path: Path, *, make: bool = True, busy_seconds: float = BUSY_SECONDS) -> SqliteState:
    """Open the state that the service keeps in a file.

    Whoever only looks or replays opens it without its lock, beside the service that holds it.

    Args:
        path: The file; its folder has to be there.
        make: Make the file where there is none; False: that is an error.
        busy_seconds: How long a write waits for another process.

    Raises:
        UnavailableError: there is no file and none is made; it is damaged, of a newer version or another program's,
            or cannot be opened.
        BusyError: it has to be made or upgraded, and another process works with it.
    """
    return SqliteState(Database.open(path, make=make, busy_seconds=busy_seconds))
