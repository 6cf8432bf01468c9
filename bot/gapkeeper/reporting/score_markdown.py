"""Readiness as Markdown: for a job's summary, a wiki, a mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper import escaping
from gapkeeper.model.status import State
from gapkeeper.reporting.compare import posted, score
from gapkeeper.reporting.graph_text import critical_path_line
from gapkeeper.reporting.numbers import count, number, per_cent
from gapkeeper.reporting.style import text_of

if TYPE_CHECKING:
    from gapkeeper.model.readiness import Area, Gate
    from gapkeeper.model.register import Register


def score_markdown(register: Register) -> str:
    """The score, its areas, the gates and the critical path."""
    blocks = [_headline(register)]
    readiness = posted(register)
    if readiness is not None and readiness.areas:
        head = ["| Area | Score | Weight | Computed | Stated | Resolved |", "|---|---:|---:|---:|---:|---:|"]
        blocks.append("\n".join([*head, *(_area(area) for area in readiness.areas)]))
    gates = [text for gate in register.gates if (text := _gate(gate, register))]
    if gates:
        blocks.append("\n".join(gates))
    if register.critical_path.steps:
        path = text_of(critical_path_line(register.critical_path))
        blocks.append(f"**Critical path:** {escaping.inline(path)}")
    return "\n\n".join(blocks) + "\n"


def _headline(register: Register) -> str:
    readiness, value = posted(register), score(register)
    if readiness is None or value is None:
        return "No document states a readiness score."
    stated = f", stated {per_cent(readiness.stated)}" if readiness.stated is not None else ""
    return f"**{per_cent(value)}** {escaping.inline(readiness.title)}{stated} ({escaping.code(str(readiness.source))})"


def _area(area: Area) -> str:
    derived = "" if area.derived is None else f"{number(area.derived, 0)} % of {len(area.items)}"
    numbers = (area.score, area.weight, area.computed, area.weighted)
    cells = ["-" if value is None else number(value) for value in numbers]
    return f"| {escaping.cell(area.name)} | {' | '.join(cells)} | {derived} |"


def _gate(gate: Gate, register: Register) -> str | None:
    """A gate that is not passed, or says so while it waits for open items."""
    states = {item.key: item.state for item in register.items}
    waits = [key for key in gate.blockers if states.get(key) is State.OPEN]
    if not waits and gate.status.state is State.CLOSED:
        return None
    name = escaping.inline(f"{gate.name} {gate.title}".strip())
    text = f"- **{name}**: {gate.status.words}"
    if waits:
        text += f", waits for {len(waits)} of {count(len(gate.blockers), 'item')}: {escaping.inline(', '.join(waits))}"
    return text
