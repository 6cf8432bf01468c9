"""The register as a list for people."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gapkeeper.model.status import State, Status
from gapkeeper.reporting.findings import severities
from gapkeeper.reporting.style import Line, Look, Piece, Tone, line, say
from gapkeeper.reporting.table import Column, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapkeeper.model.items import Item
    from gapkeeper.model.register import Register
    from gapkeeper.model.spans import Place

STATUS_TONES = {
    Status.PENDING: Tone.INFO,
    Status.NOT_STARTED: Tone.INFO,
    Status.IN_PROGRESS: Tone.CARE,
    Status.BLOCKED: Tone.BAD,
    Status.DEFERRED: Tone.FAINT,
    Status.RESOLVED: Tone.GOOD,
    Status.CANCELLED: Tone.GONE,
}

_COLUMNS = (
    Column("KEY", least=16, elide="left", yields=True),  # a long one is path#ISSUE-001
    Column("STATUS"),
    Column("TITLE", least=24),
    Column("OWNER", least=8, spare=2),
    Column("PRIORITY", least=6, spare=3),
    Column("PLACE", least=14, elide="left", spare=1),
)


def status_piece(status: Status) -> Piece:
    """A status in words, coloured by what it means."""
    return say(status.words, STATUS_TONES[status])


def place_piece(place: Place | None) -> Piece:
    """A place as editors and terminals open it: path:line."""
    return say("" if place is None else str(place), Tone.FAINT)


def item_lines(items: Sequence[Item], look: Look) -> list[Line]:
    """A table of items."""
    rows = [
        (
            line(say(item.key, Tone.STRONG)),
            line(status_piece(item.status)),
            line(item.title),
            line(item.owner or ""),
            line(item.priority or ""),
            line(place_piece(item.source)),
        )
        for item in items
    ]
    return table(_COLUMNS, rows, look) if rows else []


def items_summary(items: Sequence[Item], register: Register) -> Line:
    """How many are open and closed, and what the check found: 43 open, 38 closed; 3 errors, 12 warnings."""
    states = Counter(item.state for item in items)
    shown = f"{len(items)} of {len(register.items)} items: " if len(items) < len(register.items) else ""
    return (
        *line(f"{shown}{states[State.OPEN]} open, {states[State.CLOSED]} closed; "),
        *severities(register.diagnostics),
    )
