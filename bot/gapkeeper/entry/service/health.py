"""`python -m gapkeeper.entry.service.health`: whether the service that is configured here answers.

For the health check of a container, which has neither curl nor a shell worth the name.
"""

from __future__ import annotations

import http.client
import sys

from gapkeeper.errors import ConfigurationError
from gapkeeper.settings.service_file import load_service

_SECONDS = 3.0
#: Who listens everywhere is called at home.
_HOME = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - to know it, and not to listen there


def main() -> int:
    """0 where `/healthz` of the private listener answers that the process lives; else 1, and why.

    Not of the public one: strangers can keep that busy, and a runtime would then restart what is well.
    """
    try:
        listener = load_service().listen
    except ConfigurationError as error:
        return _ill(error.line)
    connection = http.client.HTTPConnection(_HOME.get(listener.host, listener.host), listener.port, timeout=_SECONDS)
    try:
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return _ill(f"{listener} does not answer: {error!r}")
    finally:
        connection.close()
    return 0 if status == http.client.OK else _ill(f"{listener} answers with {status}")


def _ill(why: str) -> int:
    sys.stderr.write(f"{why}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
