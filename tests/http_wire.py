"""A wire without a network: answers come from a function, time from a clock that only sleeping moves."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Protocol

import httpx

from builders import NOW
from gapkeeper.adapters.http.cache import account_of
from gapkeeper.adapters.http.client import Client, Retries, Wire
from gapkeeper.adapters.http.host import Host
from gapkeeper.adapters.http.pacing import Limits, Pacing
from gapkeeper.adapters.http.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

    from gapkeeper.adapters.http.client import Sent
    from gapkeeper.adapters.http.paces import Paces

BASE = "https://api.example.org"
TOKEN = "a-very-secret-token"  # noqa: S105 - of nobody
UNPACED = Limits(seconds_between_writes=0)


class Time:
    """A clock, and sleeping that is over at once and kept."""

    def __init__(self) -> None:
        self.now = NOW
        self.slept: list[float] = []

    def __call__(self) -> dt.datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += dt.timedelta(seconds=seconds)


class Passing(Protocol):
    """A clock, and how it is waited for."""

    def __call__(self) -> dt.datetime: ...

    def sleep(self, seconds: float) -> None: ...


class Server:
    """Answers requests with a function, and keeps them."""

    def __init__(self, answer: Callable[[httpx.Request], httpx.Response]) -> None:
        self._answer = answer
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self._answer(request)

    @property
    def asked(self) -> list[str]:
        return [f"{request.method} {request.url.raw_path.decode()}" for request in self.requests]


def client(  # noqa: PLR0913 - every part has a default
    server: Callable[[httpx.Request], httpx.Response] | None,
    *,
    time: Passing | None = None,
    store: Store | None = None,
    limits: Limits = UNPACED,
    retries: int = 0,
    token: str | None = TOKEN,
    read_only: str | None = None,
    sent: Callable[[Sent], None] = lambda _: None,
    paces: Paces | None = None,
) -> Client:
    """A client whose requests a function answers; None: the network, which no test asks."""
    time = time or Time()
    store = store or Store(None)
    wire = Wire(
        host=Host(BASE),
        store=store,
        pacing=Pacing(limits, clock=time, sleep=time.sleep, store=store, paces=paces),
        retries=Retries(retries),
        transport=None if server is None else httpx.MockTransport(server),
        sent=sent,
    )
    account = account_of(token or "")
    return Client(wire, lambda: token and f"Bearer {token}", account=account, read_only=read_only)


def raising(error: Exception) -> Callable[[httpx.Request], httpx.Response]:
    """A server that never answers."""

    def answer(_: httpx.Request) -> httpx.Response:
        raise error

    return answer
