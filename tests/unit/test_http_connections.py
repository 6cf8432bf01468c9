"""Connections to a server on this machine, which runs of one process share."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from gapkeeper.adapters.http.client import Client, Wire
from gapkeeper.adapters.http.connections import Connections
from gapkeeper.adapters.http.host import Host
from gapkeeper.adapters.http.pacing import Pacing
from gapkeeper.adapters.http.store import Store
from http_wire import UNPACED, Time

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RUNS = 4


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server  # type: ignore[assignment] # as it is made below

    def do_GET(self) -> None:
        self.server.asked.append((self.client_address, dict(self.headers)))
        body = b"{}"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", "session=secret; Path=/")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Keeps who asked, and with which headers; sets a cookie with each answer."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[object, Mapping[str, str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Server() as made:
        threading.Thread(target=made.serve_forever, args=(0.01,)).start()
        yield made
        made.shutdown()


@pytest.fixture
def connections() -> Iterator[Connections]:
    made = Connections()
    yield made
    made.close()


def client(url: str, connections: Connections | None, *, token: str = "", accept: str = "a/b") -> Client:
    time, store = Time(), Store(None)
    wire = Wire(
        host=Host(url),
        store=store,
        pacing=Pacing(UNPACED, clock=time, sleep=time.sleep, store=store),
        headers={"Accept": accept},
        connections=connections,
    )
    return Client(wire, lambda: token or None, account=token, read_only=url)


def ask(server: Server, connections: Connections | None, token: str = "") -> None:
    with client(server.url, connections, token=token) as made:
        made.get("/x")


def test_runs_one_after_the_other_use_one_connection(server: Server, connections: Connections) -> None:
    for _ in range(RUNS):
        ask(server, connections)
    assert len({place for place, _ in server.asked}) == 1


def test_without_sharing_each_run_has_its_own(server: Server) -> None:
    for _ in range(RUNS):
        ask(server, None)
    assert len({place for place, _ in server.asked}) == RUNS


def test_runs_at_once_share_them_and_each_shows_its_own_token(server: Server, connections: Connections) -> None:
    with ThreadPoolExecutor(RUNS) as threads:
        for done in [threads.submit(ask, server, connections, f"token-{run % RUNS}") for run in range(40)]:
            done.result()
    assert len({place for place, _ in server.asked}) <= RUNS
    assert sorted(headers["Authorization"] for _, headers in server.asked) == sorted(
        f"token-{run % RUNS}" for run in range(40)
    )


@pytest.mark.parametrize("shared", [True, False])
def test_cookies_are_neither_kept_nor_sent(server: Server, connections: Connections, *, shared: bool) -> None:
    made = client(server.url, connections if shared else None)
    for path in ("/x", "/y"):
        made.get(path)
    made.close()
    assert len(server.asked) == 2
    assert not any("Cookie" in headers for _, headers in server.asked)
    assert list(made._http.cookies.jar) == []


def test_another_forge_has_others(connections: Connections) -> None:
    there = {
        id(client(url, connections, accept=accept)._http)
        for url in ("http://127.0.0.1:1", "http://127.0.0.1:2")
        for accept in ("a/b", "c/d")
        for _ in range(2)
    }
    assert len(there) == 4


def test_closed_by_the_process_and_by_no_run(server: Server, connections: Connections) -> None:
    one, other = (client(server.url, connections) for _ in range(2))
    one.close()
    other.get("/x")
    connections.close()
    assert other._http.is_closed


def test_a_proxy_of_the_environment_is_asked_instead(
    server: Server, connections: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("http_proxy", server.url)
    client("http://forge.example.org", connections).get("/x")
    assert [headers["Host"] for _, headers in server.asked] == ["forge.example.org"]
