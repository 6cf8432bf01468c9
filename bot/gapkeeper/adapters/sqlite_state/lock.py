"""Who may work on the state: a lock of the system's on a file beside it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import platform
from typing import TYPE_CHECKING

from gapkeeper.adapters.sqlite_state.schema import KIND
from gapkeeper.errors import BusyError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LONGEST = 300  # bytes of a note that are read


class FileLock:
    """The lock on one state. The system gives it back when the process ends, however it ends.

    The file stays: whoever took it away could take it from under another that is about to lock it.
    """

    def __init__(self, path: Path) -> None:
        self._state = path
        self._path = path.with_name(path.name + ".lock")

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """Hold it until the block ends.

        Raises `BusyError` where another service does, `UnavailableError` where the file cannot be made or locked.
        """
        with contextlib.ExitStack() as held:
            with KIND.own_words(self._state):
                descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
                held.callback(os.close, descriptor)
                self._lock(descriptor)
                held.callback(fcntl.flock, descriptor, fcntl.LOCK_UN)  # a child that is just starting has it open, too
                _write(descriptor, f"process {os.getpid()} on {platform.node()}")
                held.callback(os.ftruncate, descriptor, 0)
            yield

    def _lock(self, descriptor: int) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, _LONGEST, 0).decode("utf-8", "replace").strip()
            raise BusyError(
                f"the state {self._state} is used by another service{f' ({holder})' if holder else ''}",
                hint="Stop that one first, or give this one a state of its own.",
            ) from error


def _write(descriptor: int, note: str) -> None:
    """Replace what stands in the file: a killed process may have left its own note."""
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, note.encode("utf-8", "backslashreplace"), 0)
