"""How fast a forge takes writes, among what it can do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gapkeeper.adapters.http.pacing import Limits
    from gapkeeper.model.snapshot import Capabilities


def paced(known: Capabilities, limits: Limits) -> Capabilities:
    """What a forge can do, at the paces of this run."""
    return replace(known, seconds_a_write=limits.seconds_between_writes, creates_an_hour=limits.creates_an_hour)
