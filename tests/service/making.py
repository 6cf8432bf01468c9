"""How much of everything the tests of this folder make."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

from service_world import FORGES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service_world import World
    from serving import Service

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
#: Waits for bursts as little as is worth while.
QUICK = {"debounce_seconds": 0.1}
#: Enough for most: one on each forge.
FEW = 2


class MakeWorld(Protocol):
    """Makes forges with so many repositories; they end with the test."""

    def __call__(self, repositories: int = FEW, forges: Sequence[str] = FORGES, *, as_app: bool = False) -> World:
        """Half a tenth of a second for each repository."""


class MakeService(Protocol):
    """Makes a service, which is not started; it ends with the test."""

    def __call__(self, world: World, **more: object) -> Service:
        """With the attributes of `Service`."""
