"""Readiness as JSON: version 1 of the document that docs/json.md describes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gapkeeper.model.status import State
from gapkeeper.reporting.compare import posted, score
from gapkeeper.reporting.register_json import (
    VERSION,
    Json,
    critical_path_json,
    diagnostic_json,
    gate_json,
    readiness_json,
    rounded,
)

if TYPE_CHECKING:
    from gapkeeper.model.register import Register
    from gapkeeper.reporting.compare import Comparison


def score_json(register: Register, comparison: Comparison | None) -> Json:
    """The posted score with what it is made of; ``base`` is null where nothing is compared."""
    readiness = posted(register)
    states = Counter(item.state for item in register.items)
    return {
        "version": VERSION,
        "revision": register.revision,
        "score": rounded(score(register)),
        "readiness": None if readiness is None else readiness_json(readiness),
        "others": [readiness_json(other) for other in register.readiness if other is not readiness],
        "items": {"open": states[State.OPEN], "closed": states[State.CLOSED]},
        "gates": [gate_json(gate) for gate in register.gates],
        "critical_path": critical_path_json(register.critical_path),
        "base": None if comparison is None else _base(comparison),
    }


def _base(comparison: Comparison) -> Json:
    return {
        "revision": comparison.before.revision,
        "score": rounded(score(comparison.before)),
        "difference": rounded(comparison.difference),
        "areas": [
            {"name": area.name, "before": rounded(area.before), "after": rounded(area.after)}
            for area in comparison.areas
        ],
        "gates": [
            {
                "name": gate.name,
                "before": gate.before.value if gate.before else None,
                "after": gate.after.value if gate.after else None,
            }
            for gate in comparison.gates
        ],
        "resolved": [item.key for item in comparison.resolved],
        "reopened": [item.key for item in comparison.reopened],
        "added": [item.key for item in comparison.added],
        "removed": [item.key for item in comparison.removed],
        "new_diagnostics": [diagnostic_json(found) for found in comparison.new_diagnostics],
    }
