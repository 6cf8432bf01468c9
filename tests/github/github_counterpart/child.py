"""What runs in a process of its own: a command, as people run it, except that it waits for nothing.

The process that others are forked from loads this module first (see `running`), so that whatever takes a function to
wait with takes this one.
"""

from __future__ import annotations

import functools
import importlib
import os
import pkgutil
import sys
import time
from typing import TYPE_CHECKING

_really = time.sleep
_hurries = False


def _sleep(seconds: float) -> None:
    if not _hurries:
        _really(seconds)


time.sleep = _sleep

import httpx  # noqa: E402 - after the clock
from httpx._transports import default as _transport  # noqa: E402 - as above

import gapkeeper  # noqa: E402 - as above
from gapkeeper.__main__ import main  # noqa: E402 - as above
from github_counterpart.server import IMPATIENT, TIMED_OUT  # noqa: E402 - as above

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

# Loaded once, and not in each process. To read all certificates takes longer than a run, and nothing is encrypted.
for _module in pkgutil.walk_packages(gapkeeper.__path__, "gapkeeper."):
    importlib.import_module(_module.name)
_transport.create_ssl_context = functools.cache(_transport.create_ssl_context)
httpx.Client().close()


def command(folder: Path, environment: Mapping[str, str], arguments: Sequence[str], output: Path) -> None:
    """Run a command in a folder, with this environment and no other; what it says goes into a file."""
    global _hurries  # noqa: PLW0603 - this process is about to end
    _hurries = True
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    said = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(said, 1)
    os.dup2(said, 2)
    httpx.HTTPTransport.handle_request = _impatient(httpx.HTTPTransport.handle_request)  # type: ignore[method-assign] # for this process
    sys.exit(main(list(arguments)))


def _impatient(really: object) -> object:
    """A time-out comes at once, where the proxy would never answer."""

    def handle_request(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        request.headers[IMPATIENT] = "1"
        response = really(transport, request)  # type: ignore[operator] # a method
        if response.status_code == TIMED_OUT:
            response.close()
            raise httpx.ReadTimeout("no answer in time", request=request)
        return response

    return handle_request
