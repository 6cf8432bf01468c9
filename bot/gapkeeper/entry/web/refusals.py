"""What the log says of deliveries that nobody has signed: that there are some, and nothing of what is in them."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_log = logging.getLogger(__name__)

_SECONDS = 60.0  # between two lines: strangers must not fill a disk


class Refusals:
    """Those of one forge. Told from one thread."""

    def __init__(self, forge: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._forge = forge
        self._clock = clock
        self._amount = 0  # that no line has told of
        self._said_at: float | None = None

    def add(self) -> None:
        """One more. The first is told at once, and those of the next minute with the first one after it."""
        self._amount += 1
        now = self._clock()
        if self._said_at is not None and now - self._said_at < _SECONDS:
            return
        _log.warning(
            "webhooks without a valid signature on /webhooks/%s: %d; does the secret differ?", self._forge, self._amount
        )
        self._amount, self._said_at = 0, now
