"""The bodies of requests from strangers: limited in bytes and in time, and large ones all together.

Small ones always have room, as connections are limited: else a few that never come to their end would keep out what
forges send, nearly all of which is small.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.datastructures import Address
    from starlette.requests import Request

_SMALL = 200_000  # bytes
_ALL_TOGETHER = 8  # as many bodies of the largest size may be in memory, beside small ones
_OF_ONE = 2  # large bodies of one sender at a time


class TooLargeError(Exception):
    """The body is longer than is allowed."""


class TooSlowError(Exception):
    """The body did not come in time, or its sender went away."""


class NoRoomError(Exception):
    """Other large bodies, of this sender or of all, take what memory there is for them."""


class Intake:
    """Reads bodies on one event loop."""

    def __init__(self, limit: int, seconds: float) -> None:
        """Bodies of ``limit`` bytes, each of which has ``seconds`` to come."""
        self._limit = limit
        self._seconds = seconds
        self._room = _Room(_ALL_TOGETHER * limit)

    @contextlib.asynccontextmanager
    async def body(self, request: Request) -> AsyncIterator[bytes]:
        """The body of a request, for which there is room until the block ends.

        What is too much is read to its end, since a sender that is cut off sees no answer; it is not kept.

        Raises:
            TooLargeError, TooSlowError, NoRoomError: As they say.
        """
        kept = bytearray()
        refused: Exception | None = None
        with contextlib.closing(_Share(self._room, sender_of(request.client))) as share:
            try:
                async with asyncio.timeout(self._seconds):
                    async for chunk in request.stream():
                        refused = refused or self._refuse(len(kept) + len(chunk), share)
                        if refused is None:
                            kept += chunk
            except (TimeoutError, ClientDisconnect):
                refused = refused or TooSlowError()
            if refused is not None:
                raise refused
            yield bytes(kept)

    def _refuse(self, length: int, share: _Share) -> Exception | None:
        if length > self._limit:
            return TooLargeError()
        return None if share.grow(length) else NoRoomError()


class _Room:
    """The memory for large bodies."""

    def __init__(self, size: int) -> None:
        self.free = size
        self.senders: list[str | None] = []  # of each body that is in it


class _Share:
    """What one body takes of it: nothing while it is small, and never for what has not arrived."""

    def __init__(self, room: _Room, sender: str | None) -> None:
        self._room = room
        self._sender = sender
        self._taken = 0

    def grow(self, length: int) -> bool:
        """Take what a body of this length needs; whether it could be had."""
        more = length - self._taken
        if length <= _SMALL:
            return True
        if more > self._room.free or not (self._taken or self._may_begin()):
            return False
        if not self._taken:
            self._room.senders.append(self._sender)
        self._room.free -= more
        self._taken = length
        return True

    def _may_begin(self) -> bool:
        return self._sender is None or self._room.senders.count(self._sender) < _OF_ONE

    def close(self) -> None:
        """Give it back."""
        if self._taken:
            self._room.senders.remove(self._sender)
            self._room.free += self._taken
            self._taken = 0


def sender_of(client: Address | None) -> str | None:
    """Who has sent it: an address, or of IPv6 the network that one household has. Of a proxy of ours nobody knows."""
    if client is None:
        return None
    address = ipaddress.ip_address(client.host)
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address
    if not address.is_global:
        return None
    return str(ipaddress.ip_network((address, min(64, address.max_prefixlen)), strict=False))
