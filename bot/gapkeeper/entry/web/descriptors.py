"""What the operating system gives to a process that many connect to: open files, of which each connection is one."""

from __future__ import annotations

import contextlib
import logging
import math
import os
import time

_MOST = 65_536  # more than listeners and workers need together
_SECONDS = 60.0  # between two lines


def prepare() -> None:
    """Let this process have as many as it may, and log once a minute that there are no more. Any number of times."""
    logging.getLogger("asyncio").addFilter(_seldom)
    if os.name == "posix":
        _raise_limit()


def _raise_limit() -> None:
    """To the hard one: the soft one, which programs of the eighties could cope with, is often 1,024."""
    import resource  # noqa: PLC0415 - elsewhere there is none

    with contextlib.suppress(OSError, ValueError):  # a sandbox may forbid it
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = _MOST if hard == resource.RLIM_INFINITY else min(hard, _MOST)
        if soft != resource.RLIM_INFINITY and soft < most:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


class _Seldom(logging.Filter):
    """Of connections that cannot be taken asyncio logs a traceback each, hundreds in a second; that fills a disk."""

    def __init__(self) -> None:
        super().__init__()
        self._said_at = -math.inf

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.getMessage().startswith("socket.accept() out of system resource"):
            return True
        now = time.monotonic()
        if now - self._said_at < _SECONDS:
            return False
        self._said_at = now
        return True


_seldom = _Seldom()
