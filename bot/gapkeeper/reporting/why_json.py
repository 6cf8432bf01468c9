"""The answer to "why does it say that?" as JSON: version 1 of the document that docs/json.md describes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.reporting.plan_json import change_json
from gapkeeper.reporting.register_json import VERSION, Json, diagnostic_json, item_json, statement_json
from gapkeeper.reporting.why import line_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapkeeper.model.plan import Change
    from gapkeeper.model.register import Register
    from gapkeeper.reporting.why import Why, Won


def why_json(why: Why, register: Register, changes: Sequence[Change], note: str | None) -> Json:
    """What the documents say of one item, and what the next sync would do; ``note`` where that is not known."""
    return {
        "version": VERSION,
        "revision": register.revision,
        "item": item_json(why.item),
        "fields": [_field(won) for won in why.won],
        "statements": [
            {
                **statement_json(said.statement),
                "date": said.date.isoformat() if said.date else None,
                "wins": list(said.fields),
                "loses": list(said.loses),
            }
            for said in why.said
        ],
        "waits_for": list(why.waits_for),
        "waited_for_by": list(why.waited_for_by),
        "gates": list(why.gates),
        "diagnostics": [diagnostic_json(found) for found in why.diagnostics],
        "next_sync": {"changes": [change_json(change) for change in changes], "note": note},
    }


def _field(won: Won) -> Json:
    source = None if won.statement is None else {"path": won.statement.path, "line": line_of(won)}
    return {"field": won.field, "value": won.value, "source": source, "reason": won.reason}
