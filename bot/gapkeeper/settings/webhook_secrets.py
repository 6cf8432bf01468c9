"""What the forges sign their webhooks with. From the environment or from files, and never shown.

A secret is changed without a restart: the file is given both, the new and the old one, then the forge the new one,
then the file that alone.
"""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from gapkeeper.errors import ConfigurationError
from gapkeeper.settings.environment import PREFIX
from gapkeeper.settings.secret_files import END, secret_file

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping

#: Each forge's variable; the same with `_FILE` names a file with one secret a line.
SECRET_VARIABLES = {forge: f"{PREFIX}{forge.upper()}_WEBHOOK_SECRET" for forge in ("github", "gitlab")}

_LEAST = 16  # characters: whoever has a signed delivery can try shorter ones
_MOST = 2  # the new and the old one
_LIMIT = 10_000  # bytes of a file; what is after them is no secret
_SECONDS = 1.0  # between two looks at a file whose secrets fit
_HINT = "Take 32 random bytes: `openssl rand -hex 32` prints them."


def secret_variables() -> frozenset[str]:
    """All names of variables that are read here."""
    return frozenset(name + end for name in SECRET_VARIABLES.values() for end in ("", END))


def load_webhook_secrets(environ: Mapping[str, str], report: Callable[[str], None]) -> Mapping[str, WebhookSecrets]:
    """The secrets of each forge that has any, by its name ("github", "gitlab").

    Args:
        environ: The process's environment.
        report: Is told, once each time, that a file that has changed is of no use, and the former secrets hold.

    Raises:
        ConfigurationError: With the variable's name; never with a secret.
    """
    found: dict[str, WebhookSecrets] = {}
    for forge, variable in SECRET_VARIABLES.items():
        file = secret_file(variable, environ)
        if file is not None:
            found[forge] = WebhookSecrets(variable + END, file, report)
        elif text := environ.get(variable):
            found[forge] = WebhookSecrets(variable, _split(text, variable), report)
    return found


class WebhookSecrets:
    """The secrets of one forge. Every method may be called from any thread."""

    def __init__(
        self,
        variable: str,
        source: Path | tuple[bytes, ...],
        report: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Secrets as they stand in a file, or are given.

        Raises:
            ConfigurationError: Where the file cannot be read, or holds no secrets that may be used.
        """
        self._variable = variable
        self._file = source if isinstance(source, Path) else None
        self._report = report
        self._clock = clock
        self._lock = threading.Lock()
        self._looked_at = clock()
        self._seen: object = None  # how the file was when it was last read
        self._secrets = source if isinstance(source, tuple) else self._read(source)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._variable})"

    def current(self) -> tuple[bytes, ...]:
        """The secrets in force, one or two. Looks at the file once a second."""
        if self._file is not None and self._clock() - self._looked_at >= _SECONDS:
            self.look()
        return self._secrets

    def look(self) -> bool:
        """Look at the file now; whether there are other secrets than before. For whoever has seen that none fits."""
        if self._file is None:
            return False
        with self._lock:
            self._looked_at = self._clock()
            before = self._secrets
            try:
                if _state(self._file) == self._seen:
                    return False
                self._secrets = self._read(self._file)
            except (OSError, ConfigurationError) as error:
                self._complain(error)
            return self._secrets != before

    def _read(self, file: Path) -> tuple[bytes, ...]:
        try:
            self._seen = _state(file)  # before it is read: a change in between is then seen the next time
            with file.open("rb") as content:
                return _split(content.read(_LIMIT).decode(), self._variable)
        except (OSError, UnicodeDecodeError) as error:
            why = (error.strerror if isinstance(error, OSError) else None) or "it is no text"
            raise ConfigurationError(
                f"the file that {self._variable} names cannot be read: {why}",
                hint="Make the file, readable for the account of the service; one secret a line.",
            ) from None

    def _complain(self, error: OSError | ConfigurationError) -> None:
        if isinstance(error, OSError):  # it is not there: said when that begins
            if self._seen == error.errno:
                return
            self._seen = error.errno
            why = f"the file that {self._variable} names cannot be read: {error.strerror}"
        else:
            why = error.message
        self._report(f"{why}; the former secrets hold")


def _state(file: Path) -> tuple[int, int, int]:
    stat: os.stat_result = file.stat()
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def _split(text: str, variable: str) -> tuple[bytes, ...]:
    secrets = tuple(line.strip() for line in text.splitlines() if line.strip())
    if not secrets:
        raise ConfigurationError(f"{variable}: there is no secret", hint=_HINT)
    if len(secrets) > _MOST:
        raise ConfigurationError(
            f"{variable}: {len(secrets)} secrets", hint="At most two are accepted, one a line: the new and the old one."
        )
    if min(map(len, secrets)) < _LEAST:
        raise ConfigurationError(f"{variable}: a secret has fewer than {_LEAST} characters", hint=_HINT)
    return tuple(secret.encode() for secret in secrets)
