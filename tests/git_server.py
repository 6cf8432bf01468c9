"""A web server for repositories: git's own `http-backend` behind a door that looks at the header."""

from __future__ import annotations

import base64
import http.server
import os
import subprocess
import threading
from typing import TYPE_CHECKING, Self

from repositories import ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TOKEN = "gho_0123456789secretsecret"  # noqa: S105 - of nobody
HEADER = "Basic " + base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()


class GitServer:
    """Serves the repositories of a folder on the loopback address, to those who send the header; a context manager."""

    def __init__(self, folder: Path, header: str | None = HEADER) -> None:
        self.folder = folder
        self.header = header
        self.seen: list[tuple[str, str | None]] = []  # path and header of every request
        # Answers a request with a body; False: it is served.
        self.instead: Callable[[http.server.BaseHTTPRequestHandler, bytes], bool] = lambda _request, _body: False
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answers(self, status: int, **headers: str) -> None:
        """Answer everything with a status from now on."""

        def answer(request: http.server.BaseHTTPRequestHandler, _: bytes) -> bool:
            request.send_response(status)
            for name, value in headers.items():
                request.send_header(name, value)
            request.send_header("Content-Length", "0")
            request.end_headers()
            return True

        self.instead = answer

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                given = self.headers.get("Authorization")
                server.seen.append((self.path, given))
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if server.instead(self, body):
                    return
                if server.header is not None and given != server.header:
                    self.send_response(401)
                    self.send_header("WWW-Authenticate", 'Basic realm="git"')
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                else:
                    self._serve(body)

            do_POST = do_GET  # noqa: N815 - as the base class calls it

            def _serve(self, body: bytes) -> None:
                path, _, query = self.path.partition("?")
                environment = {
                    **ENVIRONMENT,
                    "GIT_PROJECT_ROOT": os.fspath(server.folder),
                    "GIT_HTTP_EXPORT_ALL": "1",
                    "PATH_INFO": path,
                    "QUERY_STRING": query,
                    "REQUEST_METHOD": self.command,
                    "CONTENT_TYPE": self.headers.get("Content-Type") or "",
                    "CONTENT_LENGTH": str(len(body)),
                    "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding") or "",
                    "GIT_PROTOCOL": self.headers.get("Git-Protocol") or "",
                    "REMOTE_USER": "somebody",
                }
                done = subprocess.run(
                    ["git", "http-backend"], input=body, env=environment, capture_output=True, check=False
                )
                head, _, answer = done.stdout.partition(b"\r\n\r\n")
                fields = dict(line.partition(": ")[::2] for line in head.decode().splitlines())
                self.send_response(int(fields.pop("Status", "200").split()[0]))
                for name, value in fields.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Nobody reads it."""

        return Handler
