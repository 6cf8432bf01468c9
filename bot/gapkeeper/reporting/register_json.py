"""The register as JSON: version 1 of the document that docs/json.md describes. Additions only."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from gapkeeper.model.diagnostics import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gapkeeper.model.diagnostics import Diagnostic
    from gapkeeper.model.items import Item, Statement
    from gapkeeper.model.readiness import CriticalPath, Gate, Readiness
    from gapkeeper.model.register import Edge, Register
    from gapkeeper.model.spans import Place

VERSION = 1
Json = dict[str, Any]


def register_json(register: Register, items: Iterable[Item] | None = None) -> Json:
    """The whole register; ``items`` narrows the items and nothing else."""
    return {
        "version": VERSION,
        "revision": register.revision,
        "items": [item_json(item) for item in (register.items if items is None else items)],
        "gates": [gate_json(gate) for gate in register.gates],
        "readiness": [readiness_json(readiness) for readiness in register.readiness],
        "edges": [edge_json(edge) for edge in register.edges],
        "critical_path": critical_path_json(register.critical_path),
        "diagnostics": [diagnostic_json(diagnostic) for diagnostic in register.diagnostics],
    }


def item_json(item: Item) -> Json:
    """One item."""
    return {
        "key": item.key,
        "id": item.id,
        "kind": item.kind,
        "title": item.title,
        "status": item.status.value,
        "status_text": item.status_text,
        "state": item.state.value,
        "owner": item.owner,
        "priority": item.priority,
        "category": item.category,
        "blocks": {"ids": list(item.blocks), "text": item.blocks_text},
        "depends_on": list(item.depends_on),
        "resolves": list(item.resolves),
        "estimate": item.estimate,
        "source": place_json(item.source),
        "status_source": place_json(item.status_source),
        "statements": [statement_json(statement) for statement in item.statements],
    }


def statement_json(statement: Statement) -> Json:
    """One statement of an item; ``status`` is null where it states none."""
    return {
        "path": statement.path,
        "line": statement.line,
        "kind": statement.rank.word,
        "status": statement.status.status.value if statement.status else None,
    }


def place_json(place: Place | None) -> Json | None:
    """A place that people can open."""
    return None if place is None else {"path": place.path, "line": place.line}


def gate_json(gate: Gate) -> Json:
    """One gate, with everything that it waits for or has waited for."""
    return {
        "name": gate.name,
        "title": gate.title,
        "status": gate.status.value,
        "status_text": gate.status_text,
        "blockers": list(gate.blockers),
        "source": place_json(gate.source),
    }


def readiness_json(readiness: Readiness) -> Json:
    """One score table or stated score; numbers in per cent, rounded to two decimals."""
    return {
        "title": readiness.title,
        "areas": [
            {
                "name": area.name,
                "weight": rounded(area.weight),
                "score": rounded(area.score),
                "weighted": rounded(area.weighted),
                "computed": rounded(area.computed),
                "derived": rounded(area.derived),
                "items": list(area.items),
                "line": area.line,
            }
            for area in readiness.areas
        ],
        "stated": rounded(readiness.stated),
        "computed": rounded(readiness.computed),
        "derived": rounded(readiness.derived),
        "posted": readiness.posted,
        "scaled": readiness.scaled,
        "source": place_json(readiness.source),
    }


def rounded(value: float | None) -> float | None:
    """Two decimals, as the score is posted."""
    return None if value is None else round(value, 2)


def edge_json(edge: Edge) -> Json:
    """One dependency, as stated."""
    return {"from": edge.start, "to": edge.end, "type": edge.type, "source": place_json(edge.source)}


def critical_path_json(path: CriticalPath) -> Json:
    """The longest chain of open items; days are [least, most]."""
    return {
        "steps": [
            {
                "key": step.key,
                "title": step.title,
                "days": None if step.days is None else [rounded(day) for day in step.days],
                "assumed": step.assumed,
            }
            for step in path.steps
        ],
        "gate": path.gate,
        "days": [rounded(day) for day in path.days],
        "unknown": path.unknown,
    }


def diagnostic_json(diagnostic: Diagnostic) -> Json:
    """One finding."""
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "path": diagnostic.path,
        "line": diagnostic.line,
        "column": diagnostic.column,
        "message": diagnostic.message,
    }


def check_json(register: Register) -> Json:
    """The findings, and how many of each severity."""
    counts = Counter(found.severity for found in register.diagnostics)
    return {
        "version": VERSION,
        "revision": register.revision,
        "diagnostics": [diagnostic_json(found) for found in register.diagnostics],
        "totals": {f"{severity.value}s": counts[severity] for severity in Severity},
    }
