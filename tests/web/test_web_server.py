"""The server under the applications: what it does to whoever connects, and how it begins and ends."""

from __future__ import annotations

import asyncio
import contextlib
import select
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from gapkeeper.entry.web import server
from gapkeeper.entry.web.server import serve
from gapkeeper.errors import UnavailableError
from gapkeeper.settings.service import Listener

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

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


MUCH = 100_000_000  # bytes: more than a system keeps for those who do not read them
ASKS = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


SERVED = """
import resource, threading
from test_web_server import HERE, saying, serve
resource.setrlimit(resource.RLIMIT_NOFILE, ({}, {}))
with serve(saying("x"), HERE, setting="x", grace=1) as port:
    print(port, flush=True)
    threading.Event().wait()
"""


def is_closed(connection: socket.socket, within: float = 0) -> bool:
    """Whether the server has closed a connection on which it has said nothing more."""
    return bool(select.select([connection], [], [], within)[0])


def read_to(end: bytes, connection: socket.socket) -> None:
    """Read one answer, which ends so."""
    answer = b""
    while not answer.endswith(end):
        more = connection.recv(1_000)
        assert more, f"it is closed after {answer!r}"
        answer += more


def rest(connection: socket.socket) -> int:
    """How many bytes come until it is closed."""
    length = 0
    while more := len(connection.recv(1_000_000)):
        length += more
    return length


@contextlib.contextmanager
def served(soft: int, hard: int) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """A server that may have so many files open, and its process."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVED.format(soft, hard)],
        cwd=Path(__file__).parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        try:
            yield int(process.stdout.readline()), process
        finally:
            process.kill()


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
    monkeypatch.setattr(server, "_PATIENCE", 0.4)

    async def slow(request: Request) -> Response:  # noqa: ARG001 - as all endpoints
        await asyncio.sleep(0.6)
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


def test_a_connection_on_which_no_answer_is_read_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_PATIENCE", 0.1)
    ended = threading.Event()

    async def much(request: Request) -> Response:  # noqa: ARG001 - as all endpoints
        async def chunks() -> AsyncIterator[bytes]:
            for _ in range(MUCH // 100_000):
                yield b"x" * 100_000
            ended.set()  # all the rest was sent to nobody

        return StreamingResponse(chunks())

    with serve(Starlette(routes=[Route("/", much)]), HERE, setting="x", grace=1) as port, connected(port) as silent:
        silent.sendall(ASKS)
        assert ended.wait(20)
        assert 0 < rest(silent) < MUCH


class TestTooManyConnections:
    """What is more than the listener has room for."""

    def test_those_that_wait_longest_give_way(self) -> None:
        with serve(saying("x"), HERE, setting="x", grace=1) as port, contextlib.ExitStack() as many:
            idle = [many.enter_context(connected(port)) for _ in range(400)]
            assert get(port).text == "x"  # its connection was taken after all others
            assert [is_closed(one) for one in idle] == [True] * (401 - server._CONNECTIONS) + [False] * 255
            idle[-1].sendall(ASKS)
            assert idle[-1].recv(100).startswith(b"HTTP/1.1 200 ")

    def test_so_do_those_whose_request_or_answer_does_not_go_on(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(server, "_CONNECTIONS", 2)
        stuck = threading.Semaphore(0)

        async def body(request: Request) -> Response:
            stuck.release()
            with contextlib.suppress(ClientDisconnect):
                await request.body()
            return PlainTextResponse("x")

        async def much(request: Request) -> Response:  # noqa: ARG001 - as all endpoints
            async def chunks() -> AsyncIterator[bytes]:
                for number in range(MUCH // 100_000):
                    yield b"x" * 100_000
                    if number == 1:
                        stuck.release()

            return StreamingResponse(chunks())

        app = Starlette(routes=[Route("/body", body, methods=["POST"]), Route("/much", much), *saying("x").routes])
        with serve(app, HERE, setting="x", grace=1) as port, connected(port) as slow, connected(port) as silent:
            slow.sendall(b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1")
            silent.sendall(b"GET /much HTTP/1.1\r\nHost: x\r\n\r\n")
            assert stuck.acquire(timeout=20)
            assert stuck.acquire(timeout=20)
            with connected(port) as idle:
                for _ in range(3):
                    assert get(port).text == "x"
                assert is_closed(slow)
                assert 0 < rest(silent) < MUCH
                assert not is_closed(idle)

    def test_what_is_being_answered_stays_and_the_new_one_goes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(server, "_CONNECTIONS", 2)
        begun, go_on = threading.Semaphore(0), threading.Event()

        async def slow(request: Request) -> Response:  # noqa: ARG001 - as all endpoints
            begun.release()
            await asyncio.to_thread(go_on.wait)
            return PlainTextResponse("finished")

        with serve(Starlette(routes=[Route("/", slow)]), HERE, setting="x", grace=1) as port:
            with connected(port) as one, connected(port) as other:
                for connection in (one, other):
                    connection.sendall(ASKS)
                    assert begun.acquire(timeout=20)
                with connected(port) as third:
                    assert is_closed(third, within=20)
                go_on.set()
                for connection in (one, other):
                    read_to(b"\r\n\r\nfinished", connection)
            assert get(port).text == "finished"

    def test_who_asks_and_goes_away_cannot_heap_up_work(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(server._CONFIG, "limit_concurrency", 3)
        begun, go_on = threading.Semaphore(0), threading.Event()

        async def slow(request: Request) -> Response:  # noqa: ARG001 - as all endpoints
            begun.release()
            await asyncio.to_thread(go_on.wait)
            return PlainTextResponse("finished")

        with serve(Starlette(routes=[Route("/", slow)]), HERE, setting="x", grace=1) as port:
            for _ in range(3):
                with connected(port) as gone:
                    gone.sendall(ASKS)
                    assert begun.acquire(timeout=20)
            assert get(port).status_code == 503
            go_on.set()
            while get(port).status_code == 503:  # until it has seen that they are done
                pass

    def test_a_connection_that_was_used_waits_since_then(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(server, "_CONNECTIONS", 2)
        with serve(saying("x"), HERE, setting="x", grace=1) as port, connected(port) as used, connected(port) as idle:
            for one in (used, idle, used):
                one.sendall(ASKS)
                read_to(b"\r\n\r\nx", one)
            assert get(port).text == "x"
            assert is_closed(idle)
            assert not is_closed(used)


class TestDescriptors:
    """In a process of its own, as limits are a process's."""

    def test_as_many_are_taken_as_the_system_lets_a_process_have(self) -> None:
        with served(soft=64, hard=1_000) as (port, _), contextlib.ExitStack() as many:
            for _ in range(150):
                many.enter_context(connected(port))
            assert get(port).text == "x"

    def test_where_there_are_no_more_it_is_said_once_and_the_next_are_answered(self) -> None:
        with served(soft=64, hard=64) as (port, process):
            assert process.stderr
            with contextlib.ExitStack() as many:
                for _ in range(100):
                    many.enter_context(connected(port))
                assert "out of system resource" in process.stderr.readline()
            assert get(port).text == "x"
            process.kill()
            assert "out of system resource" not in process.stderr.read()


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
