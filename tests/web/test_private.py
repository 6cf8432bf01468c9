"""The private listener: what it serves, to whom, and what a browser may do with it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from builders import NOW
from gapkeeper.adapters.sqlite_state import SqliteState, open_state
from gapkeeper.entry.service.metrics import Metrics
from gapkeeper.entry.web.private import private_app
from gapkeeper.entry.web.server import serve
from gapkeeper.model.jobs import Job, JobKind
from gapkeeper.reporting.status_page import RepositoryView, StatusView
from gapkeeper.settings.service import Listener
from service_samples import run, view

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from starlette.types import ASGIApp

    Ask = Callable[..., httpx.Response]


@pytest.fixture
def state(tmp_path: Path) -> Iterator[SqliteState]:
    with open_state(tmp_path / "state.db") as opened:
        yield opened


@pytest.fixture
def app(state: SqliteState) -> ASGIApp:
    def status() -> StatusView:
        return view(
            RepositoryView("harbour", state.records.state("harbour")),
            counts=state.queue.counts(),
            jobs=state.queue.jobs(),
        )

    return private_app(status, Metrics(state, lambda: NOW), ready=lambda: None, host="status.harbour.example")


@pytest.fixture
def ask(app: ASGIApp) -> Ask:
    """Send one request, under a name that it knows."""

    async def send(method: str, path: str, host: str) -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:9090") as client:
            return await client.request(method, path, headers={"Host": host})

    return lambda path="/", method="GET", host="127.0.0.1:9090": asyncio.run(send(method, path, host))


def test_the_page_shows_the_state_as_it_is_now(ask: Ask, state: SqliteState) -> None:
    assert "none yet" in ask().text
    state.records.add(run("harbour"))
    state.queue.put(Job(JobKind.RECONCILE, "lighthouse"), reason="schedule", now=NOW, due=NOW)
    answer = ask()
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "44.75 %" in answer.text
    assert "reconcile lighthouse" in answer.text


def test_metrics_and_style_are_served_as_what_they_are(ask: Ask) -> None:
    metrics = ask("/metrics")
    assert metrics.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert {"gapkeeper_runs", "gapkeeper_queue_jobs"} <= {
        family.name for family in text_string_to_metric_families(metrics.text)
    }
    style = ask("/style.css")
    assert style.headers["content-type"] == "text/css; charset=utf-8"
    assert "prefers-color-scheme: dark" in style.text


def test_a_state_that_cannot_be_read_is_an_answer(ask: Ask, state: SqliteState) -> None:
    state.close()
    answer = ask()
    assert answer.status_code == 503
    assert "Gapkeeper: no status" in answer.text
    assert "gapkeeper_state_readable 0.0" in ask("/metrics").text


@pytest.mark.parametrize("path", ["/", "/metrics", "/style.css", "/nothing"])
@pytest.mark.parametrize("host", ["localhost", "evil.example"])
def test_every_answer_tells_browsers_to_do_nothing(ask: Ask, path: str, host: str) -> None:
    headers = ask(path, host=host).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self';")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"


def test_an_error_of_ours_has_the_same_headers_and_shows_nothing() -> None:
    def fail() -> None:
        raise ValueError("a secret")

    async def send() -> httpx.Response:
        app = private_app(fail, None, ready=lambda: None)  # type: ignore[arg-type]
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.get("/")

    answer = asyncio.run(send())
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "frame-ancestors" in answer.headers["content-security-policy"]


def test_probes_are_answered_where_strangers_do_not_come(state: SqliteState) -> None:
    """Over a real socket, as the health check asks."""
    why: list[str | None] = [None]
    app = private_app(view, Metrics(state, lambda: NOW), ready=lambda: why[0])
    with serve(app, Listener("127.0.0.1", 0), setting="x", grace=1) as port:

        def answer(path: str) -> tuple[int, str]:
            got = httpx.get(f"http://127.0.0.1:{port}{path}", trust_env=False)
            return got.status_code, got.text

        assert answer("/readyz") == (200, "ready\n")
        why[0] = "the disk of db1.internal is full"
        assert answer("/readyz") == (503, "not ready\n")
        assert answer("/healthz") == (200, "alive\n")


@pytest.mark.parametrize("path", ["/", "/metrics", "/style.css", "/healthz", "/readyz"])
def test_it_is_read_and_nothing_else(ask: Ask, path: str) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        assert ask(path, method).status_code == 405
    head = ask(path, "HEAD")
    assert head.status_code == 200
    assert head.content == b""


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1:9090",
        "10.1.2.3:80",
        "[::1]",
        "[::1]:9090",
        "localhost:9090",
        "LOCALHOST",
        "localhost.",
        "gapkeeper:9090",
        "gapkeeper.services.svc.cluster.local:9090",
        "vault.internal",
        "my_keeper-2",
        "cafe",
        "Status.Harbour.Example:443",
    ],
)
def test_names_that_no_stranger_can_own_are_served(ask: Ask, host: str) -> None:
    assert ask(host=host).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:9090",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "evil.example.",
        "notlocal.example",
        "harbour.example",
        "127.0.0.1:9090:evil.example",
        "",
        ":9090",
        ".",
        "[::1%evil.example]",
        "[fe80::1%25evil.example]:9090",
        "gapkeeper%evil.example",
        "1",
        "2130706433",
        "017700000001:9090",
        "0x7f000001",
        "0X7F000001.",
    ],
)
def test_a_name_of_a_stranger_is_refused_and_told_why(ask: Ask, host: str) -> None:
    for path in ("/", "/metrics", "/nothing"):
        answer = ask(path, host=host)
        assert answer.status_code == 421
        assert "DNS rebinding" in answer.text
        assert "harbour" not in answer.text
