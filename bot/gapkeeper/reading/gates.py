"""Gates: phases and milestones that items block, with a status of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from gapkeeper.model.diagnostics import Diagnostic
    from gapkeeper.model.items import Item, Reference
    from gapkeeper.model.readiness import Gate
    from gapkeeper.model.rules import ReadingRules
    from gapkeeper.model.status import Rank, Status
    from gapkeeper.reading.blocks import Block
    from gapkeeper.reading.values import Context

    Lookup = Callable[[Reference, str], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Blocker:
    """What a gate waits for: an ID or a range of IDs, or with ``kind`` every item of a kind."""

    reference: Reference | None
    kind: str | None
    qualified: bool  # `(prod only)` stands beside it


@dataclass(frozen=True, slots=True)
class GateStatement:
    """What one place in one document says of one gate."""

    path: str
    name: str  # "Phase 26"
    title: str  # "Cutover"; empty where none is written
    rank: Rank  # heading or row
    status: Status | None  # None: it only says what blocks the gate
    status_text: str
    qualified: bool  # `Complete (local)`
    blockers: tuple[Blocker, ...]
    line: int
    column: int


def find_gates(blocks: Sequence[Block], context: Context) -> tuple[GateStatement, ...]:
    """What one document says of gates, in order."""
    return ()


def resolve_gates(
    facts: Sequence[GateStatement],
    items: Mapping[str, Item],
    rules: ReadingRules,
    dates: Mapping[str, dt.date | None],
    lookup: Lookup,
) -> tuple[tuple[Gate, ...], tuple[Diagnostic, ...]]:
    """All gates, sorted by name, and those that say Complete while a blocker is open."""
    return (), ()
