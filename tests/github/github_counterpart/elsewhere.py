"""Another host, which writes down whoever comes by: nobody should, and nobody's token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from github_counterpart.messages import Answer
from github_counterpart.server import Server

if TYPE_CHECKING:
    from github_counterpart.messages import Request


class Elsewhere:
    """A host that is not GitHub's. It answers everything with an empty list."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self._server = Server(self._respond)

    @property
    def url(self) -> str:
        return self._server.url.replace("127.0.0.1", "localhost")

    def close(self) -> None:
        self._server.close()

    def _respond(self, request: Request) -> Answer:
        self.requests.append(request)
        return Answer(200, [])
