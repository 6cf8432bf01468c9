"""Whether the process is to stop; known to everything that waits."""

from __future__ import annotations

import threading

from gapkeeper.errors import BusyError


class Stopping:
    """Whether the process is to stop; known to everything that waits."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """Stop."""
        self._event.set()

    def is_set(self) -> bool:
        """Whether it is time to go."""
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until it is time to go; whether it is."""
        return self._event.wait(seconds)

    def sleep(self, seconds: float) -> None:
        """Wait so long. Raises `BusyError` where it is time to go: a run then ends between two writes."""
        if self.wait(seconds):
            self.check()

    def check(self) -> None:
        """Raise `BusyError` where it is time to go."""
        if self.is_set():
            raise BusyError("the service is stopping", hint="It goes on when it is started again.")
