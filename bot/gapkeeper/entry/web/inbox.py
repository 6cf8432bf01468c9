"""Deliveries on their way into the state: stored before they are answered, many in one step.

A commit that survives a power cut takes milliseconds, however much is in it. So one thread commits all that wait, and
what comes meanwhile waits for the next commit.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections import deque
from concurrent.futures import Future
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.errors import GapkeeperError, UnavailableError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator

    from gapkeeper.model.jobs import Delivery
    from gapkeeper.ports import Clock
    from gapkeeper.service_ports import Deliveries

_log = logging.getLogger(__name__)

_AT_ONCE = 500  # deliveries in one commit
_WAITING = 2_000  # more than the forges send in the ten seconds that they wait for an answer


class CrowdedError(Exception):
    """More wait than can be answered in time."""


class _Waiting(NamedTuple):
    delivery: Delivery
    stored: Future[bool]  # whether it is new


class Inbox:
    """Where handlers leave deliveries, from any event loop."""

    def __init__(
        self,
        deliveries: Deliveries,
        *,
        clock: Clock,
        debounce: dt.timedelta,
        arrived: Callable[[], None] = lambda: None,
        most: int = _WAITING,
    ) -> None:
        """An inbox that is closed until `open`.

        Args:
            deliveries: The state.
            clock: The time.
            debounce: How long their jobs wait, so that a burst becomes one job.
            arrived: Called in the inbox's thread when there are new jobs.
            most: More than this do not wait.
        """
        self._deliveries = deliveries
        self._clock = clock
        self._debounce = debounce
        self._arrived = arrived
        self._most = most
        self._waiting: deque[_Waiting] = deque()
        self._changed = threading.Condition()
        self._closed = True
        self._failing = False  # the last commit did

    @contextlib.contextmanager
    def open(self) -> Iterator[None]:
        """Take deliveries until the block ends; what waits then is still stored."""
        thread = threading.Thread(target=self._work, name="inbox")
        self._closed = False
        thread.start()
        try:
            yield
        finally:
            with self._changed:
                self._closed = True
                self._changed.notify()
            thread.join()

    async def put(self, delivery: Delivery) -> bool:
        """Store a delivery; whether it is new. Returns when it survives a power cut.

        Raises:
            CrowdedError: Too many wait, or the service ends.
            UnavailableError: The state cannot be written.
            BusyError: Another process holds it.
        """
        waiting = _Waiting(delivery, Future())
        with self._changed:
            if self._closed or len(self._waiting) >= self._most:
                raise CrowdedError
            self._waiting.append(waiting)
            self._changed.notify()
        return await asyncio.wrap_future(waiting.stored)

    def _work(self) -> None:
        while batch := self._take():
            try:
                new = self._store([one.delivery for one in batch])
            except GapkeeperError as error:
                self._failed(batch, error)
            except Exception:  # noqa: BLE001 - a bug must not end the thread: nothing would be stored any more
                _log.exception("deliveries could not be stored")
                self._failed(batch, UnavailableError("deliveries could not be stored"))
            else:
                for one, is_new in zip(batch, new, strict=True):
                    one.stored.set_result(is_new)

    def _take(self) -> list[_Waiting]:
        """What waits, when something does; nothing when the inbox is closed and empty."""
        with self._changed:
            while True:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if not self._waiting:
                    return []
                batch = [self._waiting.popleft() for _ in range(min(_AT_ONCE, len(self._waiting)))]
                # A handler that was cancelled answers nobody: the forge sends it again, or people do.
                batch = [one for one in batch if one.stored.set_running_or_notify_cancel()]
                if batch:
                    return batch

    def _store(self, deliveries: list[Delivery]) -> list[bool]:
        now = self._clock()
        new = self._deliveries.accept(deliveries, now=now, due=now + self._debounce)
        if self._failing:
            _log.warning("deliveries can be stored again")
            self._failing = False
        if any(new):
            self._arrived()
        return new

    def _failed(self, batch: list[_Waiting], error: GapkeeperError) -> None:
        if not self._failing:  # said once: forges go on sending
            _log.error("deliveries cannot be stored: %s", error.line)
            self._failing = True
        for one in batch:
            one.stored.set_exception(error)
