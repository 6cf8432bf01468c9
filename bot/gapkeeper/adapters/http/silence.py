"""Why nobody answered: told apart as far as the network does, without a word of what a proxy or a server sent."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING, NamedTuple

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

LATER = "See whether the network and the forge are up, and run again."
_PROXY = "See HTTPS_PROXY, HTTP_PROXY and NO_PROXY, and what the proxy allows."
_CERTIFICATE = "Name the authority that signed it in SSL_CERT_FILE or SSL_CERT_DIR, or mend the server's certificate."


class Silence(NamedTuple):
    """Why, and what to do."""

    why: str
    hint: str


# The first that is found in what led to the error says most.
_KINDS: tuple[tuple[type[BaseException], Silence], ...] = (
    (httpx.ProxyError, Silence("the proxy does not let it through", _PROXY)),
    (socket.gaierror, Silence("the name of the host is not known", "See its spelling, and the DNS of this machine.")),
    (ssl.SSLCertVerificationError, Silence("its certificate is not trusted", _CERTIFICATE)),
    (ssl.SSLError, Silence("it does not speak TLS as it should", "See whether the address is one of https://.")),
    (
        ConnectionRefusedError,
        Silence("nobody listens there", "See host and port, whether the forge is up, and the proxy where one is set."),
    ),
)


def silence(error: Exception) -> Silence:
    """Why a request was not answered."""
    led = list(_led_to(error))
    for kind, told in _KINDS:
        if any(isinstance(one, kind) for one in led):
            return told
    return Silence(f"no answer ({type(error).__name__})", LATER)


def _led_to(error: BaseException | None) -> Iterator[BaseException]:
    """The error and those that it came from. httpx keeps the system's own at the end of them."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
