"""Secrets are taken out of whatever is logged: a token in a forge's answer, in a URL of git's, in a traceback."""

from __future__ import annotations

import base64
import contextlib
import functools
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, MutableMapping
    from typing import Any

MASK = "***"

_LEAST_ENCODED = 6  # characters; fewer, and the encoded form is found in innocent text
_LEAST_LINE = 16  # characters of a line of a private key that tell something

# What is a secret by its looks, whoever made it: tokens of GitHub and of GitLab, as both document their beginnings,
# so also those that an App has bought; signed claims (JWT); name and password in a URL.
_SHAPES = (
    r"(?<![\w-])(?:gh[opusr]_\w{16,}|github_pat_\w{16,}"
    r"|gl(?:agent|cbt|dt|ffct|ft|imt|oas|pat|ptt|rt|soat)-[\w.-]{16,}"
    r"|eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,})"
    r"|(?<=://)[^\s/@:]*:[^\s/@]*(?=@)"
)


class Redaction:
    """A processor of structlog: no string in the event holds a secret afterwards, however deep it is.

    ``secrets`` gives the values in force now; where it fails later, those that were in force before are. Values that
    are no JSON become text first.
    """

    def __init__(self, secrets: Callable[[], Iterable[str]]) -> None:
        self._secrets = secrets
        self._known = frozenset(secrets())

    def __call__(self, _logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """The event without secrets."""
        with contextlib.suppress(Exception):  # a file that cannot be read now: the line matters more
            self._known = frozenset(self._secrets())
        pattern = _pattern(self._known)
        return {_text(name, pattern): _clean(value, pattern) for name, value in event.items()}


def _clean(value: object, pattern: re.Pattern[str]) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, dict):
        return {_text(str(name), pattern): _clean(part, pattern) for name, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(part, pattern) for part in value]
    return _text(value if isinstance(value, str) else _shown(value), pattern)


def _shown(value: object) -> str:
    try:
        return str(value)
    except Exception as error:  # noqa: BLE001 - somebody else's class; the line matters more
        return f"<{type(value).__name__} that cannot be shown: {type(error).__name__}>"


def _text(text: str, pattern: re.Pattern[str]) -> str:
    return pattern.sub(MASK, text)


@functools.lru_cache(maxsize=4)
def _pattern(secrets: frozenset[str]) -> re.Pattern[str]:
    """What finds any of the secrets in any of its forms; the longest first, so that none is left in part."""
    forms = {form for secret in secrets for form in _forms(secret) if form}
    return re.compile("|".join([*(re.escape(form) for form in sorted(forms, key=len, reverse=True)), _SHAPES]))


def _forms(secret: str) -> Iterator[str]:
    """As it is, in a URL, in a header's base64, and as a representation shows it. Of a key, each line."""
    secret = secret.strip()
    if not secret:
        return
    yield secret
    yield from (quote(secret, safe=""), quote(secret), quote_plus(secret), repr(secret)[1:-1])
    if len(secret) >= _LEAST_ENCODED:
        yield from _in_base64(secret.encode("utf-8", "surrogatepass"))
    lines = secret.splitlines()
    if len(lines) > 1:
        yield from (line for line in lines if len(line) >= _LEAST_LINE and not line.startswith("-----"))


def _in_base64(secret: bytes) -> Iterator[str]:
    """The characters that the secret alone decides, wherever it begins in what is encoded: `user:SECRET`."""
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + secret + bytes(3)).decode("ascii")
        sure = encoded[-(-8 * before // 6) : 8 * (before + len(secret)) // 6]
        yield sure
        yield sure.translate(str.maketrans("+/", "-_"))
