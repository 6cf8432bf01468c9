"""Dependencies as Mermaid (GitHub and GitLab draw it) and as DOT (Graphviz)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper import escaping
from gapkeeper.model.status import Status
from gapkeeper.reporting.drawing import Node, drawing

if TYPE_CHECKING:
    from collections.abc import Collection

    from gapkeeper.model.register import Register

_TITLE = 60  # characters of a title in a box
# Low boxes close together: with Mermaid's own measures a path of seven steps is two screens high on a phone.
_TIGHT = '%%{init: {"flowchart": {"rankSpacing": 24, "padding": 8, "wrappingWidth": 340}}}%%'

# Fill and text; readable on light and dark pages alike.
_COLOURS = {
    Status.PENDING: ("#ddf4ff", "#0a3069"),
    Status.NOT_STARTED: ("#ddf4ff", "#0a3069"),
    Status.IN_PROGRESS: ("#fff8c5", "#4d2d00"),
    Status.BLOCKED: ("#ffebe9", "#82071e"),
    Status.DEFERRED: ("#eaeef2", "#32383f"),
    Status.RESOLVED: ("#dafbe1", "#044f1e"),
    Status.CANCELLED: ("#eaeef2", "#32383f"),
}


def mermaid(register: Register) -> str:
    """A flow chart; arrows point from what comes first to what waits for it, thick ones are critical."""
    drawn = drawing(register)
    names = {node.key: f"n{i}" for i, node in enumerate(drawn.nodes)}
    lines = ["flowchart LR"]
    for node in drawn.nodes:
        before, after = ("{{", "}}") if node.gate else ("[", "]")
        lines.append(
            f'  {names[node.key]}{before}"{escaping.mermaid_label(_label(node))}"{after}:::{node.status.value}'
        )
    for arrow in drawn.arrows:
        shaft = "==>" if arrow.critical else "-. resolves .->" if arrow.resolves else "-->"
        lines.append(f"  {names[arrow.start]} {shaft} {names[arrow.end]}")
    if not drawn.nodes:
        lines.append('  none["no open item waits for another"]')
    lines += _class_lines({node.status for node in drawn.nodes})
    return "\n".join(lines) + "\n"


def path_mermaid(register: Register) -> str:
    """The critical path alone, from top to bottom so that a phone shows it: open items in order, and their gate."""
    path = register.critical_path
    items = {item.key: item for item in register.items}
    gates = {gate.name: gate for gate in register.gates}
    steps = [(f"{step.key}: {step.title}", items[step.key].status, ("[", "]")) for step in path.steps]
    if path.gate is not None:
        gate = gates[path.gate]
        steps.append((f"{gate.name}: {gate.title}" if gate.title else gate.name, gate.status, ("{{", "}}")))
    lines = [_TIGHT, "flowchart TD"]
    for i, (text, status, (before, after)) in enumerate(steps):
        label = text if len(text) <= _TITLE else f"{text[: _TITLE - 1]}…"
        lines.append(f'  n{i}{before}"{escaping.mermaid_label(label)}"{after}:::{status.value}')
    lines += [f"  n{i} ==> n{i + 1}" for i in range(len(steps) - 1)]
    return "\n".join([*lines, *_class_lines({status for _, status, _ in steps})]) + "\n"


def _class_lines(used: Collection[Status]) -> list[str]:
    return [
        f"  classDef {status.value} fill:{fill},color:{text},stroke:{text}"
        for status, (fill, text) in _COLOURS.items()
        if status in used
    ]


def dot(register: Register) -> str:
    """A directed graph for Graphviz."""
    drawn = drawing(register)
    names = {node.key: f"n{i}" for i, node in enumerate(drawn.nodes)}
    lines = [
        "digraph gapkeeper {",
        "  rankdir=LR;",
        '  node [shape=box, style="rounded,filled", fontname="Helvetica,sans-serif"];',
    ]
    for node in drawn.nodes:
        fill, text = _COLOURS[node.status]
        shape = ", shape=hexagon, style=filled" if node.gate else ""
        lines.append(
            f'  {names[node.key]} [label={_quoted(_label(node))}, fillcolor="{fill}", fontcolor="{text}"{shape}];'
        )
    for arrow in drawn.arrows:
        style = " [penwidth=3]" if arrow.critical else " [style=dashed, label=resolves]" if arrow.resolves else ""
        lines.append(f"  {names[arrow.start]} -> {names[arrow.end]}{style};")
    return "\n".join([*lines, "}"]) + "\n"


def _label(node: Node) -> str:
    title = node.title if len(node.title) <= _TITLE else f"{node.title[: _TITLE - 1]}…"
    return title if node.gate else f"{node.key}: {title}"


def _quoted(text: str) -> str:
    """A string of DOT, in which a backslash would begin an escape."""
    plain = escaping.terminal(" ".join(text.split()))
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
