"""Secrets in files, as Docker and systemd hand them over: `GAPKEEPER_GITHUB_TOKEN_FILE=/run/secrets/token`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gapkeeper.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

END = "_FILE"
_LIMIT = 100_000  # bytes; no token or key is longer


def secret_of_file(variable: str, environ: Mapping[str, str]) -> str | None:
    """The secret in the file that `{variable}_FILE` names; None where it names none.

    Raises:
        ConfigurationError: The variable itself is set as well, or the file cannot be read. The secret is never shown.
    """
    path = secret_file(variable, environ)
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            secret = file.read(_LIMIT).decode()
    except OSError as error:
        hint = "Make the file, readable for the account that runs this, with the secret in it and nothing else."
        raise _useless(variable, f"cannot be read: {error.strerror}", hint) from None
    except UnicodeDecodeError:
        raise _useless(variable, "is no text") from None
    if not secret.strip():
        raise _useless(variable, "is empty")
    return secret


def secret_file(variable: str, environ: Mapping[str, str]) -> Path | None:
    """The file that `{variable}_FILE` names; None where it names none.

    Raises:
        ConfigurationError: The variable itself is set as well.
    """
    name = environ.get(variable + END)
    if not name:
        return None
    if environ.get(variable):
        raise ConfigurationError(
            f"{variable} and {variable + END} are both set", hint="Say in one place what the secret is."
        )
    return Path(name)


def _useless(variable: str, why: str, hint: str = "Write the secret into it, and nothing else.") -> ConfigurationError:
    return ConfigurationError(f"the file that {variable + END} names {why}", hint=hint)
