"""What the runs of one process share. A command is one run: it shares nothing, and finds nothing here.

The one state of the process that the composition root has; `share` is called once, by the service.
"""

from __future__ import annotations

import contextlib
import contextvars
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gapkeeper.adapters.github.app_tokens import AppTokens
    from gapkeeper.adapters.http.client import Sent
    from gapkeeper.adapters.http.connections import Connections
    from gapkeeper.adapters.http.paces import Paces
    from gapkeeper.app.parsed import ParsedDocuments

#: What the run of this thread has counted so far; see `model.jobs.COUNTED`.
_tally: contextvars.ContextVar[Counter[str] | None] = contextvars.ContextVar("tally", default=None)


@contextlib.contextmanager
def tally() -> Iterator[Counter[str]]:
    """Count what is done inside, in this thread."""
    counted: Counter[str] = Counter()
    token = _tally.set(counted)
    try:
        yield counted
    finally:
        _tally.reset(token)


def count(what: str, number: int = 1) -> None:
    """Something was done."""
    counted = _tally.get()
    if counted is not None:
        counted[what] += number


@dataclass(frozen=True, slots=True)
class Shared:
    """What the runs of one process share."""

    documents: ParsedDocuments
    most_bytes: int | None = None  # of the documents of one commit; None: as many as there are
    sleep: Callable[[float], None] = time.sleep  # raises `BusyError` where the process is told to stop
    sent: Callable[[str, Sent], None] = lambda _forge, _sent: None  # told of every request
    paces: Paces | None = None  # of accounts; None, here and below: each run has its own
    connections: Connections | None = None  # closed by whoever made them
    app_tokens: AppTokens | None = None


_shared: Shared | None = None


def current() -> Shared | None:
    """What runs share; None where each stands alone."""
    return _shared


@contextlib.contextmanager
def share(shared: Shared) -> Iterator[None]:
    """Let all runs of this process share this until the block ends."""
    global _shared  # noqa: PLW0603 - said above
    before, _shared = _shared, shared
    try:
        yield
    finally:
        _shared = before
