"""The time as GitHub has it. Tests let hours pass without waiting."""

from __future__ import annotations

import datetime as dt
import time


class Clock:
    """Runs like any clock, and can be moved forward.

    It is a `Clock` of the ports (``clock()``), and what a paced client waits with (``clock.wait(seconds)``).
    """

    def __init__(self) -> None:
        self._ahead = 0.0
        self.waited: list[float] = []  # seconds, each time that somebody waited

    def __call__(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self.seconds, dt.UTC)

    @property
    def seconds(self) -> float:
        """Since 1970."""
        return time.time() + self._ahead

    @property
    def milliseconds(self) -> int:
        return int(self.seconds * 1000)

    def advance(self, seconds: float) -> None:
        self._ahead += seconds

    def wait(self, seconds: float) -> None:
        """Wait, without waiting."""
        self.waited.append(seconds)
        self.advance(max(0.0, seconds))
