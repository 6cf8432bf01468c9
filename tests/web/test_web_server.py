"""The server under the applications: what it does to whoever connects, and how it begins and ends."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from typing import TYPE_CHECKING

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from gapkeeper.entry.web import server
from gapkeeper.entry.web.server import serve
from gapkeeper.errors import UnavailableError
from gapkeeper.settings.service import Listener

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request
    from starlette.responses import Response

HERE = Listener("127.0.0.1", 0)


def saying(text: str) -> Starlette:
    async def say(request: Request) -> Response:  # noqa: ARG001 - as all endpoints
        return PlainTextResponse(text)

    return Starlette(routes=[Route("/", say)])


@contextlib.contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        yield connection


def get(port: int, **headers: str) -> httpx.Response:
    return httpx.get(f"http://127.0.0.1:{port}/", headers=headers, trust_env=False)


def test_two_live_in_one_process() -> None:
    with (
        serve(saying("public"), HERE, setting="[service] public", grace=1) as one,
        serve(saying("private"), HERE, setting="[service] listen", grace=1) as other,
    ):
        assert (get(one).text, get(other).text) == ("public", "private")
    with pytest.raises(httpx.ConnectError):
        get(one)


def test_it_says_neither_what_it_is_nor_believes_what_proxies_say() -> None:
    async def who(request: Request) -> Response:
        assert request.client
        return PlainTextResponse(f"{request.client.host} {request.url.scheme}")

    with serve(Starlette(routes=[Route("/", who)]), HERE, setting="x", grace=1) as port:
        answer = get(port, **{"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"})
    assert answer.text == "127.0.0.1 http"
    assert "server" not in answer.headers


def test_an_address_that_is_taken_is_named_with_its_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(UnavailableError, match=rf"\[service\] public = 127.0.0.1:{port} cannot be had: .*in use"),
            serve(saying("x"), Listener("127.0.0.1", port), setting="[service] public", grace=1),
        ):
            pass


@pytest.mark.parametrize("listener", [Listener("no.such.host.invalid", 80), Listener("203.0.113.9", 0)])
def test_an_address_that_is_not_ours_is_named_with_its_setting(listener: Listener) -> None:
    with (
        pytest.raises(UnavailableError, match=rf"\[service\] listen = {listener.host}:"),
        serve(saying("x"), listener, setting="[service] listen", grace=1),
    ):
        pass


def test_answers_are_sent_at_once() -> None:
    """asyncio switches Nagle's algorithm off where the socket says that it is TCP."""
    with contextlib.closing(server._bind(HERE, "x")) as bound:
        assert bound.proto == socket.IPPROTO_TCP


def test_nothing_of_it_stays_behind() -> None:
    before = threading.active_count()
    for _ in range(3):
        with serve(saying("x"), HERE, setting="x", grace=1) as port:
            get(port)
    assert threading.active_count() == before


def test_a_connection_on_which_no_request_comes_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_PATIENCE", 0.1)
    with serve(saying("x"), HERE, setting="x", grace=1) as port:
        with connected(port) as silent:
            assert silent.recv(1) == b""
        with connected(port) as slow:
            slow.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
            with contextlib.suppress(ConnectionError):
                assert slow.recv(1) == b""


def test_a_request_that_takes_long_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_PATIENCE", 0.05)

    async def slow(request: Request) -> Response:  # noqa: ARG001 - as all endpoints
        await asyncio.sleep(0.3)
        return PlainTextResponse("at last")

    with serve(Starlette(routes=[Route("/", slow)]), HERE, setting="x", grace=1) as port:
        assert get(port).text == "at last"


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 400_000 + b"\r\n\r\n",
        b"GET /" + b"x" * 40_000,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    ],
    ids=["header", "target", "tls", "no host", "length", "lengths"],
)
def test_what_is_no_request_is_refused_and_logged_by_nobody(request_: bytes, caplog: pytest.LogCaptureFixture) -> None:
    with serve(saying("x"), HERE, setting="x", grace=1) as port:
        with connected(port) as stranger, contextlib.suppress(ConnectionError):
            stranger.sendall(request_)
            assert stranger.recv(100).startswith(b"HTTP/1.1 4")
        assert get(port).text == "x"
    assert caplog.records == []


def test_more_connections_than_it_has_room_for_are_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(server._CONFIG, "limit_concurrency", 3)
    with serve(saying("x"), HERE, setting="x", grace=1) as port:
        with contextlib.ExitStack() as many:
            for _ in range(3):
                many.enter_context(connected(port))
            assert get(port).status_code == 503
        while get(port).status_code == 503:  # until it has seen that they are gone
            pass


class TestTheEnd:
    def test_what_is_being_answered_is_finished(self) -> None:
        begun, go_on = threading.Event(), threading.Event()

        async def slow(request: Request) -> Response:  # noqa: ARG001 - as all endpoints
            begun.set()
            await asyncio.to_thread(go_on.wait)
            return PlainTextResponse("finished")

        answers: list[str] = []
        with serve(Starlette(routes=[Route("/", slow)]), HERE, setting="x", grace=20) as port:
            asking = threading.Thread(target=lambda: answers.append(get(port).text))
            asking.start()
            assert begun.wait(20)
            threading.Timer(0.2, go_on.set).start()
        asking.join()
        assert answers == ["finished"]

    def test_what_takes_too_long_is_ended(self) -> None:
        begun = threading.Event()

        async def endless(request: Request) -> Response:  # noqa: ARG001 - as all endpoints
            begun.set()
            await asyncio.sleep(3_600)
            return PlainTextResponse("never")

        with (
            serve(Starlette(routes=[Route("/", endless)]), HERE, setting="x", grace=0.1) as port,
            connected(port) as waiting,
        ):
            waiting.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert begun.wait(20)
