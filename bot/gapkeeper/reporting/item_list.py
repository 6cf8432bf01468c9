"""The register as a list for people, and as CSV for spreadsheets."""

from __future__ import annotations

import csv
from collections import Counter
from typing import TYPE_CHECKING

from gapkeeper import escaping
from gapkeeper.model.status import State, Status
from gapkeeper.reporting.findings import severities
from gapkeeper.reporting.style import Line, Look, Piece, Tone, line, say
from gapkeeper.reporting.table import Column, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gapkeeper.model.items import Item
    from gapkeeper.model.readiness import Gate
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

CSV_COLUMNS = (
    "key", "id", "kind", "title", "status", "status_text", "state", "owner", "priority", "category",
    "blocks", "blocks_text", "depends_on", "resolves", "estimate", "path", "line",
)  # fmt: skip


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


class _Lines(list[str]):
    """What a CSV writer writes to."""

    def write(self, text: str) -> None:
        self.append(text)


def items_csv(items: Iterable[Item]) -> str:
    """Comma-separated values (RFC 4180) with a header; no cell is a formula when a spreadsheet opens it."""
    lines = _Lines()
    writer = csv.writer(lines)
    writer.writerow(CSV_COLUMNS)
    for item in items:
        cells = (
            item.key, item.id, item.kind, item.title, item.status.value, item.status_text, item.state.value,
            item.owner, item.priority, item.category, " ".join(item.blocks), item.blocks_text,
            " ".join(item.depends_on), " ".join(item.resolves), item.estimate, item.source.path,
        )  # fmt: skip
        writer.writerow([*(escaping.csv_cell(cell or "") for cell in cells), item.source.line])
    return "".join(lines)


def matching(
    register: Register,
    *,
    kinds: Sequence[str] = (),
    statuses: Sequence[str] = (),
    owners: Sequence[str] = (),
    gates: Sequence[str] = (),
) -> tuple[Item, ...]:
    """The items that match every filter given, in any of its values; case does not matter.

    A status is one of the seven, `open`, or `closed`; an owner matches by a part of the name, a gate as
    `names_gate` says, and a gate's items are those that block it.
    """
    wanted_kinds = {kind.casefold() for kind in kinds}
    wanted_statuses = {status.casefold().replace(" ", "_").replace("-", "_") for status in statuses}
    blockers = {
        key for gate in register.gates if any(names_gate(name, gate) for name in gates) for key in gate.blockers
    }
    return tuple(
        item
        for item in register.items
        if (not wanted_kinds or item.kind.casefold() in wanted_kinds)
        and (not wanted_statuses or {item.status.value, item.state.value} & wanted_statuses)
        and (not owners or any(owner.casefold() in (item.owner or "").casefold() for owner in owners))
        and (not gates or item.key in blockers)
    )


def names_gate(name: str, gate: Gate) -> bool:
    """Whether somebody who says ``name`` means this gate: `Phase 26`, `26`, or `Cutover`; case does not matter."""
    wanted = name.casefold()
    full = gate.name.casefold()
    return wanted in {full, full.rpartition(" ")[2], gate.title.casefold()}
