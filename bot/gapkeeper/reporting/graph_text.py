"""Dependencies and the critical path as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.model.status import State
from gapkeeper.reporting.item_list import STATUS_TONES, place_piece, status_piece
from gapkeeper.reporting.numbers import count, days, total_days
from gapkeeper.reporting.style import Line, Look, Piece, Tone, line, say, wrap
from gapkeeper.reporting.table import Column, heading, row_blocks, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapkeeper.model.items import Item
    from gapkeeper.model.readiness import CriticalPath
    from gapkeeper.model.register import Register


def critical_path_line(path: CriticalPath) -> Line:
    """The chain in one line: ACTION-040 (18-28 days) -> ACTION-038 (1 day) -> Phase 26: 19 to 29 days."""
    if not path.steps:
        return line(say("no open items depend on each other", Tone.FAINT))
    pieces: list[Piece | str] = []
    for step in path.steps:
        pieces += [" -> " if pieces else "", say(step.key, Tone.STRONG)]
        if path.unknown < len(path.steps):
            pieces.append(say(f" ({days(step.days)}{', assumed' if step.assumed and step.days else ''})", Tone.FAINT))
    if path.gate is not None:
        pieces += [" -> ", say(path.gate, Tone.STRONG)]
    if path.unknown == len(path.steps):
        return line(*pieces, ": ", say("nobody estimated it", Tone.CARE))
    pieces += [": ", say(total_days(path.days), Tone.CARE)]
    if path.unknown:
        pieces.append(say(f", and {count(path.unknown, 'step')} without an estimate", Tone.FAINT))
    return line(*pieces)


def graph_lines(register: Register, look: Look) -> list[Line]:
    """The critical path, what waits for what, and what each gate waits for."""
    path = register.critical_path
    lines = wrap(line(say("Critical path: ", Tone.STRONG), *critical_path_line(path)), look, hang=2)
    if path.steps:
        lines += table(_STEP_COLUMNS, [_step_row(register, i) for i in range(len(path.steps))], look, indent=2)
    waiting = _waiting(register)
    if waiting:
        lines += heading("Waiting for others")
        lines += table(_WAIT_COLUMNS, waiting, look, indent=2)
    return lines + gates_lines(register, look)


_STEP_COLUMNS = (
    Column("KEY"),
    Column("TITLE", least=20),
    Column("STATUS"),
    Column("ESTIMATE"),
    Column("PLACE", least=14, elide="left", spare=1),
)
_WAIT_COLUMNS = (
    Column("ITEM"),
    Column("WAITS FOR"),
    Column("STATUS"),
    Column("PLACE", least=14, elide="left", spare=1),
)


def _step_row(register: Register, index: int) -> tuple[Line, ...]:
    step = register.critical_path.steps[index]
    item = register.item(step.key)
    return (
        line(say(step.key, Tone.STRONG)),
        line(step.title),
        line(status_piece(item.status)) if item else (),
        line(say(days(step.days)), say(" (assumed)", Tone.FAINT) if step.assumed else ""),
        line(place_piece(item.source)) if item else (),
    )


def _waiting(register: Register) -> list[tuple[Line, ...]]:
    """One row for every open item and the open item that it waits for."""
    items = {item.key: item for item in register.items}
    rows: dict[tuple[str, str], tuple[Line, ...]] = {}
    for edge in register.edges:
        if edge.type == "resolves":
            continue
        later, first = (edge.end, edge.start) if edge.type == "blocks" else (edge.start, edge.end)
        if not (_open(items.get(later)) and _open(items.get(first))):
            continue
        rows.setdefault(
            (later, first),
            (
                line(say(later, Tone.STRONG)),
                line(first),
                line(status_piece(items[first].status)),
                line(place_piece(edge.source)),
            ),
        )
    return [rows[pair] for pair in sorted(rows)]


def _open(item: Item | None) -> bool:
    return item is not None and item.state is State.OPEN


_GATE_COLUMNS = (
    Column(""),  # name
    Column("", least=16),  # title
    Column(""),  # status
    Column("", least=14, elide="left", spare=1),  # place
)


def gates_lines(register: Register, look: Look, *, most: int | None = None) -> list[Line]:
    """The gates that are not passed, or say so while they wait for open items; ``most`` items of each are named."""
    items = {item.key: item for item in register.items}
    waits = {gate: [key for key in gate.blockers if _open(items.get(key))] for gate in register.gates}
    shown = [gate for gate in register.gates if waits[gate] or gate.status.state is State.OPEN]
    if not register.gates:
        return []
    lines = heading("Gates")
    rows = [
        (
            line(say(gate.name, Tone.STRONG)),
            line(gate.title),
            line(status_piece(gate.status)),
            line(place_piece(gate.source)),
        )
        for gate in shown
    ]
    for gate, block in zip(shown, row_blocks(_GATE_COLUMNS, rows, look, indent=2), strict=True):
        lines += block
        if waits[gate]:
            total = count(len(gate.blockers), "item")
            names = _names(waits[gate], items, most)
            lines += wrap(line(f"waits for {len(waits[gate])} of {total}: ", *names), look, indent=6)
        elif gate.blockers:
            done = f"nothing that it waited for is open ({count(len(gate.blockers), 'item')})"
            lines += wrap(line(say(done, Tone.GOOD)), look, indent=6)
    passed = len(register.gates) - len(shown)
    if passed:
        lines.append(line(say(f"  {count(passed, 'gate')} passed", Tone.GOOD)))
    return lines


def _names(keys: list[str], items: Mapping[str, Item], most: int | None) -> list[str | Piece]:
    """Keys, each coloured by its status, and how many more there are."""
    shown = keys if most is None or len(keys) <= most + 1 else keys[:most]
    pieces: list[str | Piece] = []
    for key in shown:
        pieces += [", " if pieces else "", say(key, STATUS_TONES[items[key].status])]
    if len(shown) < len(keys):
        pieces.append(f" and {len(keys) - len(shown)} more")
    return pieces
