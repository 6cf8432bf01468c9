"""What asks whether the process lives and is ready to work: proxies, container runtimes, people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse
from starlette.routing import Route

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response


def probes(ready: Callable[[], str | None]) -> list[Route]:
    """`/healthz` and `/readyz`. ``ready`` is called in a thread; what it says is not shown."""

    def readyz(request: Request) -> Response:  # noqa: ARG001 - as all endpoints
        return _plain("ready") if ready() is None else _plain("not ready", 503)

    return [Route("/healthz", _alive), Route("/readyz", readyz)]


async def _alive(request: Request) -> Response:  # noqa: ARG001 - as all endpoints
    return _plain("alive")


def _plain(text: str, status: int = 200) -> Response:
    return PlainTextResponse(text + "\n", status, {"cache-control": "no-store"})
