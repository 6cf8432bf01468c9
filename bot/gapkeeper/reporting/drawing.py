"""What a drawing of the dependencies shows, whatever language it is drawn in."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from gapkeeper.model.status import State

if TYPE_CHECKING:
    from gapkeeper.model.register import Register
    from gapkeeper.model.status import Status


@dataclass(frozen=True, slots=True)
class Node:
    """An item or a gate."""

    key: str
    title: str
    status: Status
    gate: bool = False


@dataclass(frozen=True, slots=True)
class Arrow:
    """``start`` comes first; ``critical`` is on the critical path, ``resolves`` is not a wait."""

    start: str
    end: str
    critical: bool = False
    resolves: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """Nodes in order, and the arrows between them."""

    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]


def drawing(register: Register) -> Drawing:
    """Open items that are tied to something, gates that wait for them, and the critical path.

    What is done is left out: it holds nobody up.
    """
    items = {item.key: item for item in register.items if item.state is State.OPEN}
    arrows: dict[tuple[str, str], Arrow] = {}
    chain = [step.key for step in register.critical_path.steps]
    if register.critical_path.gate is not None:
        chain.append(_gate_key(register.critical_path.gate))
    for start, end in pairwise(chain):
        arrows[start, end] = Arrow(start, end, critical=True)
    for edge in register.edges:
        if edge.start in items and edge.end in items:
            start, end = (edge.end, edge.start) if edge.type == "depends_on" else (edge.start, edge.end)
            arrows.setdefault((start, end), Arrow(start, end, resolves=edge.type == "resolves"))
    for gate in register.gates:
        for key in gate.blockers:
            if key in items:
                arrows.setdefault((key, _gate_key(gate.name)), Arrow(key, _gate_key(gate.name)))
    tied = {key for pair in arrows for key in pair} | set(chain)
    nodes = {key: Node(key, item.title, item.status) for key, item in items.items() if key in tied}
    for gate in register.gates:
        key = _gate_key(gate.name)
        if key in tied:
            title = f"{gate.name}: {gate.title}" if gate.title else gate.name
            nodes.setdefault(key, Node(key, title, gate.status, gate=True))
    return Drawing(
        tuple(nodes.values()),
        tuple(arrows[pair] for pair in sorted(arrows) if nodes.keys() >= set(pair)),
    )


def _gate_key(name: str) -> str:
    """Gates and items are named apart, so that a gate called ACTION-1 is no item."""
    return f"gate {name}"
