"""What moved on which side since the last sync, and where both have agreed to differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gapkeeper.model.spans import Place


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that moved on one side, in words: `status` from pending to resolved."""

    field: str  # item, document, id, status, title, owner, ...; or state, issue, marker
    was: str | None  # None: there was nothing, or nobody knows what
    now: str | None  # None: there is nothing any more
    by: str | None = None  # who did it, where the tracker tells
    place: Place | None = None  # the statement, where it is one


@dataclass(frozen=True, slots=True)
class Difference:
    """What both sides say differently, and neither follows the other in."""

    field: str
    documents: str | None
    tracker: str | None


@dataclass(frozen=True, slots=True)
class Drift:
    """One issue whose two sides are not as the last sync left them, or were left differing."""

    key: str  # the item's
    issue: int | None  # None: it is gone, and nobody knows its number
    documents: tuple[Step, ...] = ()
    tracker: tuple[Step, ...] = ()
    differs: tuple[Difference, ...] = ()

    @property
    def moved(self) -> bool:
        """Whether a side moved."""
        return bool(self.documents or self.tracker)
