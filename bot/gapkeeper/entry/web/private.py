"""The status page and the metrics, for those who may see what repositories hold.

There is no login here: the listener is on the loopback address, or behind the operator's proxy. What a page of a
stranger could do from the browser of somebody who reaches it is shut off instead: nothing can be written, no other
page may frame it, and a name of the stranger's that leads here (DNS rebinding) is refused.
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from gapkeeper import __version__
from gapkeeper.entry.web.probes import probes
from gapkeeper.errors import TrackerError
from gapkeeper.reporting.status_page import status_page, trouble_page
from gapkeeper.reporting.status_style import STYLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from gapkeeper.entry.service.metrics import Metrics
    from gapkeeper.reporting.status_page import StatusView

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

#: Ends of names that the public DNS does not hold (RFC 6761, RFC 6762, ICANN's resolution of July 2024).
_PRIVATE_ENDS = (".localhost", ".local", ".internal")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")  # which some resolvers take for an address: 0x7f000001


def private_app(
    status: Callable[[], StatusView],
    metrics: Metrics,
    *,
    ready: Callable[[], str | None],
    host: str = "localhost",
) -> ASGIApp:
    """The pages as an application, and the probes: strangers cannot keep those away from an answer here.

    Args:
        status: What the status page shows.
        metrics: What there is to measure.
        ready: Why the service cannot work, None where it can. Called in a thread.
        host: The name or address that the operator has set to listen on.
    """

    def show(_request: Request) -> Response:  # not async: Starlette calls it in a thread, as it reads the state
        try:
            return HTMLResponse(status_page(status()))
        except TrackerError as error:
            return HTMLResponse(trouble_page(error.message, error.hint, __version__), status_code=503)

    def measure(_request: Request) -> Response:
        content, type_ = metrics.exposition()
        return Response(content, headers={"Content-Type": type_})

    def style(_request: Request) -> Response:
        return Response(STYLE, media_type="text/css")

    routes = [Route("/", show), Route("/metrics", measure), Route("/style.css", style), *probes(ready)]
    return _Guarded(Starlette(routes=routes), host.casefold())


class _Guarded:
    """Refuses names that are not ours, and says to the browser what the answer may do: nothing."""

    def __init__(self, app: ASGIApp, host: str) -> None:
        self._app = app
        self._host = host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        name = _name(Headers(scope=scope).get("host", ""))
        known = name == self._host or _is_private(name)
        await (self._app if known else _REFUSAL)(scope, receive, send_guarded)


_REFUSAL = PlainTextResponse(
    "This page is served under IP addresses, localhost, names without a dot, and the host of [service] listen only, "
    "so that no other page can read it by a name of its own (DNS rebinding).\n"
    "A proxy before it has to send such a Host header: Host: localhost.\n",
    status_code=421,  # Misdirected Request (RFC 9110)
)


def _name(host: str) -> str:
    """The name in a Host header, without its port: `[::1]:9090` is `::1`."""
    name, colon, port = host.rpartition(":")
    bare = name if colon and (port.isdecimal() or not port) and (":" not in name or name.endswith("]")) else host
    return bare.removeprefix("[").removesuffix("]").removesuffix(".").casefold()


def _is_private(name: str) -> bool:
    """Whether no stranger can own the name: an address, or a name that the public DNS does not hold.

    Names without a dot are those of containers and machines: `gapkeeper:9090` in a compose file. The public DNS has
    none; who can put one into a network's search domain is no stranger to that network.
    """
    if "%" in name:  # of an interface, which no browser sends; anything may follow it
        return False
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return _is_single(name) or name.endswith(_PRIVATE_ENDS)
    return True


def _is_single(name: str) -> bool:
    return bool(name) and "." not in name and not _NUMBER.fullmatch(name)
