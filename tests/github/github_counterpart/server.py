"""A small HTTP server that can break in every way that a network can."""

from __future__ import annotations

import contextlib
import gzip
import socket
import struct
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from typing import TYPE_CHECKING, Any

from github_counterpart.messages import Answer, Ending, Request

if TYPE_CHECKING:
    from collections.abc import Callable

#: A client that says so is told of a time-out at once, by this status: see `impatience`.
IMPATIENT = "x-impatient"
TIMED_OUT = 599
#: What is worth compressing.
SMALL = 1_000
#: Whoever is not answered gives up sooner, or the test is wrong.
PATIENCE = 30.0


class Server(ThreadingMixIn, TCPServer):
    """Answers on a free port of this machine, each connection in a thread of its own."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, respond: Callable[[Request], Answer]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.respond = respond
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as the base class
        self._open.add(request)
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._open.discard(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as the base class
        """A client that went away is nothing to tell of; everything else is answered with 500 before it gets here."""

    def close(self) -> None:
        self.shutdown()
        self._thread.join()
        for connection in tuple(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class
        pass

    def _serve(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        answer = self.server.respond(Request.parse(self.command, self.path, headers, body))
        if answer.ending is Ending.SILENT and IMPATIENT in headers:
            answer = Answer(TIMED_OUT)
        data = self._encoded(answer, headers)
        if answer.ending is Ending.WHOLE:
            self.wfile.write(data)
            return
        self.close_connection = True
        if answer.ending is Ending.TRUNCATED:
            head, _, rest = data.partition(b"\r\n\r\n")
            self.wfile.write(head + b"\r\n\r\n" + rest[: len(rest) // 2])
        elif answer.ending is Ending.SILENT:
            self.connection.settimeout(PATIENCE)
            with contextlib.suppress(OSError):
                self.rfile.read(1)  # until the client goes away
        else:  # a reset, and no orderly end
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    def _encoded(self, answer: Answer, asked: dict[str, str]) -> bytes:
        """The whole answer in one piece: in two, the second would wait for the first to be confirmed."""
        data = b"" if answer.status in {204, 304} else answer.data
        headers = {"server": "github.com", **answer.headers}
        if len(data) > SMALL and "gzip" in asked.get("accept-encoding", ""):
            data = gzip.compress(data, compresslevel=1)
            headers["content-encoding"] = "gzip"
        if answer.status not in {204, 304}:
            headers.setdefault("content-type", "application/json; charset=utf-8")
            headers["content-length"] = str(len(data))
        phrase = HTTPStatus(answer.status).phrase if answer.status in iter(HTTPStatus) else ""
        lines = [f"HTTP/1.1 {answer.status} {phrase}", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join((*lines, "", "")).encode("latin-1") + (b"" if self.command == "HEAD" else data)
