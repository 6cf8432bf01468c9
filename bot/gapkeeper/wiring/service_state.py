"""The service's state, for commands that work beside the service."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from gapkeeper.adapters.sqlite_state import open_state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapkeeper.service_ports import ServiceState
    from gapkeeper.settings.service import ServiceSettings


@contextlib.contextmanager
def existing_state(settings: ServiceSettings) -> Iterator[ServiceState]:
    """The state that the service has made. None is made: it would be whoever calls who owns it, and not the service.

    Raises `UnavailableError` where there is none, or it cannot be opened.
    """
    with open_state(settings.state_file, make=False) as state:
        yield state
