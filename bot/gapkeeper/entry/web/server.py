"""Serves an application in a thread, with limits for whoever connects. Several of them live in one process."""

from __future__ import annotations

import contextlib
import logging
import math
import os
import socket
import threading
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from gapkeeper.entry.web import descriptors
from gapkeeper.errors import UnavailableError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator

    from starlette.types import ASGIApp

    from gapkeeper.settings.service import Listener

_HEADERS = 32_768  # bytes of a request's head
_CONNECTIONS = 256  # of one listener; as many may wait to be taken
_KEEP_ALIVE = 5  # seconds
_PATIENCE = 15.0  # seconds: longer than anything may take to be sent or answered
_START = 10.0  # seconds


class _Impatient(H11Protocol):
    """Closes connections that strangers leave open: uvicorn waits for ever, and for any number of them.

    Where there are too many, the one gives way that has waited longest for its peer: for a request, for the rest of
    one, or to have an answer read.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._before: RequestResponseCycle | None = None
        self.waits_since = self.loop.time()
        self._watch = self.loop.call_later(_PATIENCE, self._look)
        self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        self._watch.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before:
            self.waits_since = self.loop.time()

    def _look(self) -> None:
        """Go on where another request came since the last look; else none comes, or nobody reads the answer."""
        if self.cycle is self._before:
            self.end()
            return
        self._before = self.cycle
        self._watch = self.loop.call_later(_PATIENCE, self._look)

    def _make_room(self) -> None:
        """Where there are too many, end the one that waits longest: this one where all others are being answered."""
        if len(self.connections) <= _CONNECTIONS:
            return
        waiting = [one for one in self.connections if isinstance(one, _Impatient) and one.waits]
        min(waiting, key=lambda one: one.waits_since).end()

    @property
    def waits(self) -> bool:
        """Whether it is the peer's turn."""
        request: RequestResponseCycle | None = self.cycle
        return request is None or request.response_complete or request.more_body or self.flow.write_paused

    def end(self) -> None:
        """Close it, whatever has not been sent; it counts no more."""
        self.connections.discard(self)
        self.transport.abort()


class _Uvicorn(uvicorn.Server):
    """uvicorn's, which says when it has begun."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()


@contextlib.contextmanager
def serve(app: ASGIApp, listener: Listener, *, setting: str, grace: float) -> Iterator[int]:
    """Serve an application until the block ends; gives the port.

    At the end nothing new is accepted, and what is being answered has ``grace`` seconds.

    Args:
        app: The application.
        listener: Where; port 0 is any that is free.
        setting: The setting that says so, for the error.
        grace: Seconds.

    Raises:
        UnavailableError: Where that address cannot be had.
    """
    descriptors.prepare()
    bound = _bind(listener, setting)
    server = _Uvicorn(uvicorn.Config(app, timeout_graceful_shutdown=math.ceil(grace), **_CONFIG))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, name=f"web {setting}")
    port: int = bound.getsockname()[1]
    thread.start()
    try:
        if not server.is_up.wait(_START):
            raise UnavailableError(f"nothing is served at {setting}: the server did not start")
        yield port
    finally:
        server.should_exit = True
        thread.join()
        bound.close()


def _bind(listener: Listener, setting: str) -> socket.socket:
    try:
        found = socket.getaddrinfo(*listener, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        return _listen(*found[0])
    except (OSError, OverflowError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise UnavailableError(
            f"{setting} = {listener.host}:{listener.port} cannot be had: {why}",
            hint="Something else may listen there, or the address is not this machine's.",
        ) from None


def _listen(family: int, kind: int, protocol: int, _: str, address: Any) -> socket.socket:  # noqa: ANN401 - of any family
    """With the protocol said: asyncio sends answers at once where it knows that it is TCP, else up to 40 ms later."""
    with contextlib.ExitStack() as undone:
        bound = undone.enter_context(socket.socket(family, kind, protocol))
        if os.name == "posix":
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what the last process left does not matter
        bound.bind(address)
        bound.listen(_CONNECTIONS)
        undone.pop_all()
        return bound


#: Logs of requests are the caller's; errors alone are logged here, since strangers cause all the rest.
_CONFIG: dict[str, Any] = {
    "loop": "asyncio",
    "http": _Impatient,
    "ws": "none",
    "lifespan": "off",
    "log_config": None,
    "log_level": logging.ERROR,
    "access_log": False,
    "server_header": False,
    "proxy_headers": False,
    "h11_max_incomplete_event_size": _HEADERS,
    "limit_concurrency": 2 * _CONNECTIONS,  # of what is at work: connections never come to that
    "backlog": _CONNECTIONS,
    "timeout_keep_alive": _KEEP_ALIVE,
}
