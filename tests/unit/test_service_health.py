"""The container's health check: the process that is configured answers, or it says why it does not."""

from __future__ import annotations

import http.server
import threading
from typing import TYPE_CHECKING

import pytest

from gapkeeper.entry.service import health

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Answering(http.server.BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:  # the name that http.server calls
        self.send_response(self.status if self.path == "/healthz" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Answering]]:
    """A service that answers; listening everywhere, as it does in a container."""

    class Handler(Answering):
        pass

    listening = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    file = tmp_path / "service.toml"
    file.write_text(
        f'[service]\nlisten = "0.0.0.0:{listening.server_port}"\n[[repositories]]\ntracker = "github:a/b"\n', "utf-8"
    )
    monkeypatch.setenv("GAPKEEPER_SERVICE_CONFIG", str(file))
    yield Handler
    listening.shutdown()
    thread.join()
    listening.server_close()


def test_a_service_that_answers_is_well(server: type[Answering]) -> None:
    assert server.status == 200
    assert health.main() == 0


def test_one_that_answers_with_an_error_is_not(server: type[Answering], capsys: pytest.CaptureFixture[str]) -> None:
    server.status = 503
    assert health.main() == 1
    assert "answers with 503" in capsys.readouterr().err


def test_one_that_is_not_there_is_not(
    server: type[Answering], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert server.status == 200
    monkeypatch.setenv("GAPKEEPER_SERVICE__LISTEN", "127.0.0.1:1")
    assert health.main() == 1
    assert "127.0.0.1:1 does not answer" in capsys.readouterr().err


def test_without_a_file_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GAPKEEPER_SERVICE_CONFIG", str(tmp_path / "none.toml"))
    assert health.main() == 1
    assert "there is no" in capsys.readouterr().err
