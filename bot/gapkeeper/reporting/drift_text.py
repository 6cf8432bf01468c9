"""What moved since the last sync, as people read it: one line an issue, both sides beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.reporting.style import Line, Look, Tone, line, say
from gapkeeper.reporting.table import Column, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from gapkeeper.model.drift import Difference, Drift, Step

_COLUMNS = (
    Column("ITEM", least=16, elide="left", yields=True),
    Column("ISSUE"),
    Column("IN THE DOCUMENTS", least=20),
    Column("IN THE TRACKER", least=20),
)
_STATES = {
    "open": "reopened",
    "completed": "closed as completed",
    "not_planned": "closed as not planned",
    "duplicate": "closed as a duplicate",
}


def drift_lines(drifts: Sequence[Drift], look: Look) -> list[Line]:
    """Two tables: what moved, and what both sides have agreed to differ in."""
    lines = _group("Since the last sync", [d for d in drifts if d.moved], lambda d: _moved(d, look), look) or [
        line(say("Nothing moved since the last sync.", Tone.GOOD))
    ]
    apart = _group("Agreed to differ", [d for d in drifts if d.differs], _apart, look)
    return [*lines, (), *apart] if apart else lines


def _group(title: str, drifts: Iterable[Drift], sides: Callable[[Drift], tuple[Line, Line]], look: Look) -> list[Line]:
    rows = [
        (
            line(say(drift.key, Tone.STRONG)),
            line(say(f"#{drift.issue}" if drift.issue else "", Tone.FAINT)),
            *sides(drift),
        )
        for drift in drifts
    ]
    return [line(say(title, Tone.STRONG)), *table(_COLUMNS, rows, look, indent=2)] if rows else []


def _moved(drift: Drift, look: Look) -> tuple[Line, Line]:
    return (
        _joined(_of_documents(step, look) for step in drift.documents),
        _joined(line(_of_tracker(step)) for step in drift.tracker),
    )


def _apart(drift: Drift) -> tuple[Line, Line]:
    return _joined(line(_documents_say(d)) for d in drift.differs), _joined(
        line(_tracker_says(d)) for d in drift.differs
    )


def _joined(clauses: Iterable[Line]) -> Line:
    """Clauses, one after the other."""
    joined: list[Line] = []
    for clause in clauses:
        joined += [line("; "), clause] if joined else [clause]
    return tuple(piece for clause in joined for piece in clause)


def _of_documents(step: Step, look: Look) -> Line:
    was, now = step.was or "", step.now or ""
    match step.field:
        case "item":
            return line(f"gone, was {was}")
        case "status":
            words = f"here again: {now}" if was == "absent" else f"{was} {look.arrow} {now}"
            return line(words, say(f" ({step.place})" if step.place else "", Tone.FAINT))
        case "document":
            return line(f"moved from {was or 'elsewhere'}")
        case "id":
            return line(f"renumbered from {was}")
        case "title":
            return line(f"title now “{now}”")
        case _:
            return line(_other(step, look))


def _other(step: Step, look: Look) -> str:
    """A field that has no words of its own."""
    if step.was is None and step.now is None:
        return f"{step.field} changed"
    if step.now is None:
        return f"{step.field} taken out"
    return f"{step.field}: {step.now}" if step.was is None else f"{step.field}: {step.was} {look.arrow} {step.now}"


def _of_tracker(step: Step) -> str:
    if step.field == "state":
        return f"{_STATES.get(step.now or '', 'closed')} by {step.by or 'somebody'}"
    if step.field == "issue":
        return "deleted or transferred away"
    return f"its hidden note was {step.now}"


def _documents_say(difference: Difference) -> str:
    value = difference.documents
    match difference.field:
        case "state":
            return value or "gone"
        case "release":
            return value or ""
        case "title" | "label":
            return f"{difference.field} “{value}”"
        case "assignees":
            return f"assigned to {value}"
        case _:
            return f"{difference.field} {value}"


def _tracker_says(difference: Difference) -> str:
    value = difference.tracker
    match difference.field:
        case "state":
            return "open" if value == "open" else _STATES.get(value or "", "closed")
        case "release":
            return "released: its label was taken off"
        case "title":
            return f"title “{value}”"
        case "label":
            return "taken off"
        case "assignees":
            return f"assigned to {value or 'nobody'}"
        case _:
            return f"{difference.field} {value or 'none'}"
