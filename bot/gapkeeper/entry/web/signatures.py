"""Whether a delivery comes from a forge that knows the secret. Every comparison takes the same time for any input."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: What a signing token of GitLab begins with; what follows is the key, in base64.
_SIGNING_TOKEN = b"whsec_"


def signed_by_github(secrets: Iterable[bytes], headers: Mapping[str, str], body: bytes) -> bool:
    """`X-Hub-Signature-256`: `sha256=` and the HMAC of the body, in hexadecimal digits."""
    given = headers.get("x-hub-signature-256", "")
    return _any_is(given, ("sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest() for secret in secrets))


def signed_by_gitlab(secrets: Iterable[bytes], headers: Mapping[str, str], body: bytes) -> bool:
    """The secret itself in `X-Gitlab-Token`, or a signature where the secret is a signing token.

    The signature is that of Standard Webhooks. Its moment is signed, too, and not looked at: its ID is remembered, so
    that the same delivery does nothing twice, and a clock that is wrong costs no deliveries.
    """
    every = tuple(secrets)
    tokens = tuple(secret for secret in every if not secret.startswith(_SIGNING_TOKEN))
    keys = tuple(secret.removeprefix(_SIGNING_TOKEN) for secret in every if secret.startswith(_SIGNING_TOKEN))
    told = _any_is(_digest(_bytes(headers.get("x-gitlab-token", ""))), map(_digest, tokens))
    return told or _has_signature(keys, headers, body)


def _has_signature(keys: Iterable[bytes], headers: Mapping[str, str], body: bytes) -> bool:
    start = b"".join(_bytes(headers.get(name, "")) + b"." for name in ("webhook-id", "webhook-timestamp"))
    expected = tuple(_signature(key, start, body) for key in keys)
    given = headers.get("webhook-signature", "").split()
    return any([_any_is(one, expected) for one in given[:_MOST_SIGNATURES]])  # noqa: C419 - all


_MOST_SIGNATURES = 5  # of one delivery: one, or two while a sender changes its key


def _signature(key: bytes, start: bytes, body: bytes) -> str:
    try:
        made = hmac.new(base64.b64decode(key, validate=True), start, hashlib.sha256)
    except binascii.Error:
        return ""  # no signing token: nothing is signed with it
    made.update(body)
    return "v1," + base64.b64encode(made.digest()).decode()


def _any_is(given: str, expected: Iterable[str]) -> bool:
    """Whether it is one of them; all are compared."""
    return any([hmac.compare_digest(_bytes(given), _bytes(one)) for one in expected])  # noqa: C419 - all


def _bytes(header: str) -> bytes:
    """A header's value as it was sent: servers hand it over in Latin-1."""
    return header.encode("latin-1")


def _digest(secret: bytes) -> str:
    """Of the same length for every secret."""
    return hashlib.sha256(secret).hexdigest()
