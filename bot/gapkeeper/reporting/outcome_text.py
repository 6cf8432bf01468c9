"""What a sync did, a line for each change, and a sentence at the end."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gapkeeper.model.delivery import Step
from gapkeeper.model.plan import Op
from gapkeeper.reporting.numbers import count
from gapkeeper.reporting.plan_text import SIGNS, note_lines, nothing_to_do
from gapkeeper.reporting.style import Line, Look, Tone, clip, fill, line, say, wrap

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapkeeper.model.items import Item
    from gapkeeper.model.plan import Outcome, Plan, Report

#: What is said of changes that were made, after their number.
DONE = {
    Op.LABEL: "made label",
    Op.MILESTONE: "made milestone",
    Op.CREATE: "created",
    Op.ADOPT: "adopted",
    Op.UPDATE: "updated",
    Op.CLOSE: "closed",
    Op.REOPEN: "reopened",
    Op.ORPHAN: "marked orphaned",
    Op.DUPLICATE: "closed as duplicate",
    Op.CONFLICT: "told the conflict",
    Op.WRITE_BACK: "written",
    Op.COMMENT: "commented",
}
_VERB, _NUMBER, _KEY = 8, 6, 16  # cells of the verb, of the issue's number, and of the key at least
OF_THE_PROJECT = {Op.LABEL, Op.MILESTONE}


def outcome_lines(
    outcome: Outcome, items: Mapping[str, Item], plan: Plan, look: Look, *, key_width: int = 0
) -> list[Line]:
    """One change as it is done: created #12 LATER-001 PostgreSQL provisioning.

    Lines come one at a time, so the columns are as wide as ``key_width`` and habit say. Labels and milestones
    that were made have no line: the summary counts them.
    """
    change = outcome.change
    if outcome.done and change.op in OF_THE_PROJECT:
        return []
    item = items.get(change.key)
    number = outcome.issue or change.issue
    done = say(_done(change.op, plan) if outcome.done else f"failed: {change.op.value}", _tone(outcome))
    key = line(say(change.key, Tone.STRONG))
    head = (
        *fill(line(done), _VERB),
        *fill(line(say(f" #{number}" if number else "", Tone.FAINT)), _NUMBER),
        *line(" "),
        *fill(key if look.width is None else clip(key, max(key_width, _KEY), look, "left"), key_width),
        *line("  "),
    )
    if outcome.error is not None:
        return wrap((*head, *line(outcome.error)), look, hang=4)
    text = (*head, *line(item.title if item else ""))
    return [text if look.width is None else clip(text, look.width, look)]


def _done(op: Op, plan: Plan) -> str:
    """What was done; to documents it is only proposed where people have to merge it."""
    proposed = op is Op.WRITE_BACK and plan.delivery is not None and plan.delivery.step is not Step.WRITE
    return "proposed" if proposed else DONE[op]


def _tone(outcome: Outcome) -> Tone:
    return SIGNS[outcome.change.op][1] if outcome.done else Tone.ALARM


def progress_line(done: int, plan: Plan, look: Look) -> Line:
    """How far a run is: [███░░░] 12 of 43."""
    total = sum(1 for change in plan.changes if change.held is None)
    width = 20
    filled = width * done // total if total else width
    full, empty = ("█", "░") if look.unicode else ("#", "-")
    return line(say(full * filled, Tone.GOOD), say(empty * (width - filled), Tone.FAINT), f" {done} of {total}")


def report_lines(report: Report, look: Look) -> list[Line]:
    """What became of it all: how much is done, failed and left, and what people should know."""
    held = sum(1 for change in report.plan.changes if change.held is not None)
    left = len(report.plan.changes) - held - len(report.outcomes)
    done = Counter(outcome.change.op for outcome in report.outcomes if outcome.done)
    if not report.outcomes and report.stopped is None:
        lines = wrap(nothing_to_do(report.plan), look) if not held and report.plan.delivery is None else []
    else:
        parts = [
            f"{done[op]} {_done(op, report.plan)}" if op not in OF_THE_PROJECT else made(op, done[op])
            for op in Op
            if done[op]
        ]
        words = line(", ".join(parts) or "nothing done")
        failed = line("; ", say(f"{report.failed} failed", Tone.ALARM)) if report.failed else ()
        rest = line("; ", say(f"{left} left", Tone.CARE)) if left else ()
        lines = wrap((*words, *failed, *rest), look)
    if report.stopped is not None:
        lines += wrap(line(say("stopped: ", Tone.ALARM), report.stopped), look, hang=4)
    if report.undelivered and not report.failed:  # those that failed for it say why
        lines += wrap(line(say("failed: ", Tone.ALARM), report.undelivered), look, hang=4)
    return lines + note_lines(report.plan, look, delivered=report.undelivered is None)


def made(op: Op, amount: int) -> str:
    """The same of what belongs to the project and to no item: 2 labels made."""
    return f"{count(amount, op.value)} made"
