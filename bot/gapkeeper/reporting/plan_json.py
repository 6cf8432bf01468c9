"""Plans and reports of a sync as JSON: version 1 of the documents that docs/json.md describes."""

from __future__ import annotations

from collections import Counter
from enum import Enum
from typing import TYPE_CHECKING

from gapkeeper.reporting.register_json import VERSION, Json, place_json

if TYPE_CHECKING:
    from gapkeeper.model.delivery import Delivery
    from gapkeeper.model.drift import Drift
    from gapkeeper.model.plan import Change, Plan, Report


def plan_json(plan: Plan) -> Json:
    """A plan: what a sync would change."""
    return {
        "version": VERSION,
        "tracker": plan.tracker,
        "revision": plan.revision,
        "fingerprint": plan.fingerprint,
        "changes": [change_json(change) for change in plan.changes],
        "refused": None if plan.refused is None else {"code": plan.refused.code, "message": plan.refused.message},
        "requests": plan.requests,
        "notes": list(plan.notes),
        "skipped": plan.skipped,
        "delivery": _delivery_json(plan.delivery),
        "drift": [_drift_json(drift) for drift in plan.drift],
    }


def _delivery_json(delivery: Delivery | None) -> Json | None:
    """How edits of documents are delivered; their lines stand beside the changes."""
    if delivery is None:
        return None
    text = delivery.text
    return {
        "step": delivery.step.value,
        "mode": delivery.mode.value,
        "documents": [edit.path for edit in delivery.edits],
        "message": delivery.message,
        "proposal": delivery.number,
        "title": None if text is None else text.title,
        "body": None if text is None else text.body,
    }


def _drift_json(drift: Drift) -> Json:
    """What moved on both sides of one issue, and what they have agreed to differ in."""
    return {
        "key": drift.key,
        "issue": drift.issue,
        "documents": [
            {"field": step.field, "old": step.was, "new": step.now, "source": place_json(step.place)}
            for step in drift.documents
        ],
        "tracker": [{"field": step.field, "old": step.was, "new": step.now, "by": step.by} for step in drift.tracker],
        "differs": [{"field": one.field, "documents": one.documents, "tracker": one.tracker} for one in drift.differs],
    }


def change_json(change: Change) -> Json:
    """One change; each field as [old, new]."""
    return {
        "op": change.op.value,
        "key": change.key,
        "issue": change.issue,
        "reason": change.reason,
        "source": place_json(change.source),
        "fields": {name: [_plain(old), _plain(new)] for name, (old, new) in sorted(change.fields.items())},
        "held": change.held,
        "obstacle": change.obstacle,
        "lines": [
            {"path": edit.path, "line": edit.line, "before": edit.before, "after": edit.after} for edit in change.lines
        ],
    }


def report_json(report: Report) -> Json:
    """What a sync did: its plan, the outcome of each change, and totals.

    A change that was not tried (it is held, or a limit ended the run) has ``done`` false and ``error`` null.
    """
    outcomes = {outcome.change.order: outcome for outcome in report.outcomes}
    changes = []
    for change in report.plan.changes:
        outcome = outcomes.get(change.order)
        entry = change_json(change)
        entry["done"] = outcome is not None and outcome.done
        entry["error"] = None if outcome is None else outcome.error
        if outcome is not None and outcome.issue is not None:
            entry["issue"] = outcome.issue
        changes.append(entry)
    done = Counter(outcome.change.op.value for outcome in report.outcomes if outcome.done)
    return {
        **plan_json(report.plan),
        "changes": changes,
        "stopped": report.stopped,
        "undelivered": report.undelivered,
        "totals": {
            "planned": len(report.plan.changes),
            "done": sum(done.values()),
            "failed": report.failed,
            "left": sum(1 for entry in changes if not (entry["done"] or entry["error"] or entry["held"])),
            "by_op": dict(sorted(done.items())),
        },
    }


def _plain(value: object) -> object:
    """A field's value as JSON has it; sets are sorted."""
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, (frozenset, set)):
        return sorted((_plain(part) for part in value), key=str)
    if isinstance(value, (tuple, list)):
        return [_plain(part) for part in value]
    if value is None or isinstance(value, (str, int, float)):
        return value
    return str(value)
