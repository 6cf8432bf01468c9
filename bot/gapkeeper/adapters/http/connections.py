"""Connections to the hosts of forges. The runs of one process can share them: to open one costs more than a request."""

from __future__ import annotations

import threading
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING

import httpx

from gapkeeper import __version__
from gapkeeper.errors import ConfigurationError

if TYPE_CHECKING:
    from gapkeeper.adapters.http.client import Wire

_TIMEOUT = httpx.Timeout(30.0, connect=10.0)  # seconds; GitHub gives up on a request after 10
#: Kept open for a moment only: a write that meets a server's closing its end may have been carried out or not.
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=15.0)


class Connections:
    """The connections of all runs, by host. Every method may be called by any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[object, httpx.Client] = {}

    def of(self, wire: Wire) -> httpx.Client:
        """Those that serve a wire; whoever gets them leaves them open. `ConfigurationError` as for `connected`."""
        key = (wire.host.base, frozenset(wire.headers.items()), wire.transport)
        with self._lock:
            if key not in self._open:
                self._open[key] = connected(wire)
            return self._open[key]

    def close(self) -> None:
        """Close all of them, when no run needs them any more."""
        with self._lock:
            for one in self._open.values():
                one.close()
            self._open.clear()


def connected(wire: Wire) -> httpx.Client:
    """Connections that serve one wire; they say nothing secret of themselves, and keep no cookies.

    Raises `ConfigurationError` where a proxy or certificates that the environment names cannot be used.
    """
    try:
        return httpx.Client(
            transport=wire.transport,
            timeout=_TIMEOUT,
            limits=_LIMITS,
            follow_redirects=False,
            headers={"User-Agent": f"gapkeeper/{__version__}", **wire.headers},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        )
    except (ImportError, OSError, ValueError, httpx.InvalidURL) as error:  # their texts can hold a proxy's password
        raise ConfigurationError(
            f"what the environment says of proxies or certificates cannot be used ({type(error).__name__})",
            hint="See HTTPS_PROXY, HTTP_PROXY and ALL_PROXY (http:// or https://, no SOCKS), SSL_CERT_FILE and "
            "SSL_CERT_DIR.",
        ) from None
