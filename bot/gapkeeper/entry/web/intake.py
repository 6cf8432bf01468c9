"""The bodies of requests from strangers: limited in bytes, in time, and all together."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

_ALL_TOGETHER = 8  # as many bodies of the largest size may be in memory


class TooLargeError(Exception):
    """The body is longer than is allowed."""


class TooSlowError(Exception):
    """The body did not come in time, or its sender went away."""


class NoRoomError(Exception):
    """Other bodies take all the memory that there is for them."""


class Intake:
    """Reads bodies on one event loop."""

    def __init__(self, limit: int, seconds: float) -> None:
        """Bodies of ``limit`` bytes, each of which has ``seconds`` to come."""
        self._limit = limit
        self._seconds = seconds
        self._room = _ALL_TOGETHER * limit

    @contextlib.asynccontextmanager
    async def body(self, request: Request) -> AsyncIterator[bytes]:
        """The body of a request, for which there is room until the block ends.

        What is too much is read to its end, since a sender that is cut off sees no answer; it is not kept.

        Raises:
            TooLargeError, TooSlowError, NoRoomError: As they say.
        """
        kept = bytearray()
        refused: Exception | None = None
        taken = 0
        try:
            try:
                async with asyncio.timeout(self._seconds):
                    async for chunk in request.stream():
                        refused = refused or self._refuse(len(kept) + len(chunk), len(chunk))
                        if refused is None:
                            self._room -= len(chunk)
                            taken += len(chunk)
                            kept += chunk
            except (TimeoutError, ClientDisconnect):
                refused = refused or TooSlowError()
            if refused is not None:
                raise refused
            yield bytes(kept)
        finally:
            self._room += taken

    def _refuse(self, length: int, more: int) -> Exception | None:
        if length > self._limit:
            return TooLargeError()
        return NoRoomError() if more > self._room else None
