"""What leaving takes off, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.reporting.numbers import count
from gapkeeper.reporting.plan_text import note_lines
from gapkeeper.reporting.style import Line, Look, Tone, line, say, wrap
from gapkeeper.reporting.table import Column, table

if TYPE_CHECKING:
    from gapkeeper.model.plan import Change, Plan, Report

_COLUMNS = (
    Column("ITEM", least=16, elide="left", yields=True),
    Column("ISSUE"),
    Column("COMES OFF", least=20),
)


def detach_lines(plan: Plan, look: Look) -> list[Line]:
    """Before: one line an issue."""
    if plan.empty:
        return [
            *wrap(line("Nothing to take off: no issue carries a marker or a label of ours."), look),
            *note_lines(plan, look),
        ]
    head = line(
        say(f"Detach {count(len(plan.changes), 'issue')} of ", Tone.STRONG),
        plan.tracker,
        ". The issues stay, with their text, their state, and what people wrote.",
    )
    rows = [
        (line(say(change.key, Tone.STRONG)), line(say(f"#{change.issue}", Tone.FAINT)), line(_comes_off(change)))
        for change in plan.changes
    ]
    return [*wrap(head, look), *table(_COLUMNS, rows, look, indent=2), *note_lines(plan, look)]


def _comes_off(change: Change) -> str:
    labels = sorted(change.update.remove_labels) if change.update else []
    return ", ".join([*(["marker"] if "marker" in change.fields else []), *labels])


def detached_lines(report: Report, look: Look) -> list[Line]:
    """After."""
    lines: list[Line] = []
    for outcome in report.outcomes:
        if outcome.error is not None:
            failed = say(f"failed: #{outcome.issue} ", Tone.ALARM)
            lines += wrap(line(failed, outcome.error), look, hang=4)
    done = sum(outcome.done for outcome in report.outcomes)
    left = len(report.plan.changes) - len(report.outcomes)
    parts = [
        f"{count(done, 'issue')} detached",
        f"{report.failed} failed" if report.failed else "",
        f"{left} left" if left else "",
    ]
    lines += wrap(line("; ".join(part for part in parts if part)), look)
    if report.stopped is not None:
        lines += wrap(line(say("stopped: ", Tone.ALARM), report.stopped), look, hang=4)
    return lines
