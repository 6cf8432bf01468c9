"""A host that does not answer: people are told why, and nothing that a proxy or a server sent."""

from __future__ import annotations

import datetime as dt
import http.server
import ipaddress
import socket
import ssl
import threading
from typing import TYPE_CHECKING

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gapkeeper.adapters.http.silence import silence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Plain(http.server.BaseHTTPRequestHandler):
    """Answers, and logs nothing."""

    def do_CONNECT(self) -> None:
        self.send_error(407, "s3cret of the proxy")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """On no terminal."""


@pytest.fixture
def server() -> Iterator[http.server.ThreadingHTTPServer]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Plain) as there:
        threading.Thread(target=there.serve_forever, daemon=True).start()
        yield there
        there.shutdown()


def why(url: str, *, proxy: str | None = None) -> str:
    with pytest.raises(httpx.RequestError) as caught:
        httpx.get(url, proxy=proxy, trust_env=False, timeout=5)
    return silence(caught.value).why


def closed_port() -> int:
    with socket.socket() as there:
        there.bind(("127.0.0.1", 0))
        return int(there.getsockname()[1])


def test_nobody_listens() -> None:
    assert why(f"http://127.0.0.1:{closed_port()}/") == "nobody listens there"


def test_a_server_without_tls(server: http.server.ThreadingHTTPServer) -> None:
    assert why(f"https://127.0.0.1:{server.server_port}/") == "it does not speak TLS as it should"


def test_a_certificate_that_nobody_vouches_for(server: http.server.ThreadingHTTPServer, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(signed_by_itself(tmp_path / "own.pem"))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    assert why(f"https://127.0.0.1:{server.server_port}/") == "its certificate is not trusted"


def test_a_proxy_that_refuses_is_told_without_its_words(server: http.server.ThreadingHTTPServer) -> None:
    told = why("https://forge.invalid/", proxy=f"http://127.0.0.1:{server.server_port}")
    assert told == "the proxy does not let it through"


def test_a_name_that_is_not_known() -> None:
    error = httpx.ConnectError("no")
    error.__cause__ = ConnectionError()
    error.__cause__.__context__ = socket.gaierror(-2, "Name or service not known")
    assert silence(error).why == "the name of the host is not known"


def test_what_is_nothing_of_all_this_has_its_name_and_errors_in_a_circle_end() -> None:
    error = httpx.ReadError("s3cret")
    error.__cause__ = OSError("s3cret")
    error.__cause__.__context__ = error
    assert silence(error).why == "no answer (ReadError)"


def signed_by_itself(path: Path) -> Path:
    """A certificate for 127.0.0.1 and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "harbour")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(plain + certificate.public_bytes(pem))
    return path
