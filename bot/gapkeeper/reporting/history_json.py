"""The history of readiness as JSON: version 1 of the document that docs/json.md describes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.reporting.history_steps import steps
from gapkeeper.reporting.register_json import VERSION, Json, rounded

if TYPE_CHECKING:
    from gapkeeper.model.history import GatePoint, ReadinessHistory
    from gapkeeper.reporting.history_steps import Step


def history_json(history: ReadinessHistory) -> Json:
    """The points, the oldest first, as a chart draws them."""
    return {
        "version": VERSION,
        "revision": history.revision,
        "begins": history.begins,
        "points": [_point(step) for step in steps(history)],
    }


def _point(step: Step) -> Json:
    point = step.point
    return {
        "commit": point.commit,
        "at": None if point.at is None else point.at.isoformat(),
        "score": rounded(point.score),
        "difference": rounded(step.difference),
        "items": {"open": point.total_open, "closed": point.closed},
        "open": dict(point.open),
        "gates": [_gate(gate) for gate in point.gates],
        "opened": list(step.opened),
        "shut": list(step.shut),
        "unread": point.unread,
    }


def _gate(gate: GatePoint) -> Json:
    return {"name": gate.name, "status": gate.status.value, "open": gate.open, "blockers": gate.blockers}
