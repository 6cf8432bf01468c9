"""What the status page shows, read from the service's state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper import __version__
from gapkeeper.model.jobs import RepositoryState
from gapkeeper.reporting.status_page import RUNS, RepositoryView, StatusView

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from gapkeeper.ports import Clock
    from gapkeeper.service_ports import ServiceState


def read_status(
    state: ServiceState,
    pages: Mapping[str, str | None],
    next_at: Callable[[str], dt.datetime | None],
    clock: Clock,
) -> StatusView:
    """All of it, as it is now.

    Args:
        state: Queue and records.
        pages: The configured repositories in their order, each with its page on the forge.
        next_at: When the schedule looks at a repository next.
        clock: The time.

    Raises `UnavailableError` or `BusyError` where the state cannot be read.
    """
    states = state.records.states()
    return StatusView(
        now=clock(),
        version=__version__,
        repositories=[
            RepositoryView(name, states.get(name, RepositoryState()), url=url, next_at=next_at(name))
            for name, url in pages.items()
        ],
        counts=state.queue.counts(),
        jobs=state.queue.jobs(),
        runs=state.records.runs(limit=RUNS),
    )
