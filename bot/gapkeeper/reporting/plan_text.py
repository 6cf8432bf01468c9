"""A plan as people read it before they say yes: grouped by operation, each change with its place and its reason."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

from gapkeeper.model.plan import Op
from gapkeeper.reporting.edit_text import delivery_line, edit_lines
from gapkeeper.reporting.item_list import place_piece, status_piece
from gapkeeper.reporting.numbers import about, count
from gapkeeper.reporting.style import Line, Look, Tone, line, say, wrap
from gapkeeper.reporting.table import Column, row_blocks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gapkeeper.model.items import Item
    from gapkeeper.model.plan import Change, Plan
    from gapkeeper.model.register import Register

# One character for every operation, so that a plan reads without colour as well.
SIGNS = {
    Op.LABEL: ("+", Tone.GOOD),
    Op.MILESTONE: ("+", Tone.GOOD),
    Op.CREATE: ("+", Tone.GOOD),
    Op.ADOPT: ("&", Tone.GOOD),
    Op.UPDATE: ("~", Tone.CARE),
    Op.CLOSE: ("x", Tone.GONE),
    Op.REOPEN: ("o", Tone.INFO),
    Op.ORPHAN: ("?", Tone.CARE),
    Op.DUPLICATE: ("=", Tone.GONE),
    Op.CONFLICT: ("!", Tone.ALARM),
    Op.WRITE_BACK: ("<", Tone.LINK),
    Op.COMMENT: ('"', Tone.FAINT),
}
_OF_THE_PROJECT = {Op.LABEL, Op.MILESTONE}

_COLUMNS = (
    Column(""),  # the sign
    Column("", least=16, elide="left", yields=True),  # key; a long one is path#ISSUE-001
    Column(""),  # number of the issue
    Column("", least=20),  # title
    Column(""),  # status
    Column("", least=14, elide="left", spare=1),  # place
)


def plan_lines(plan: Plan, register: Register, look: Look, *, apply_with: str) -> list[Line]:
    """The whole plan; ``apply_with`` is the command that applies this plan and no other."""
    at = f", documents at {plan.revision[:12]}" if plan.revision else ""
    lines = wrap(line(say("Plan for ", Tone.STRONG), plan.tracker, say(at, Tone.FAINT)), look, hang=2)
    lines += changes_lines(plan.changes, register, look)
    lines += [(), *wrap(plan_summary(plan), look)]
    lines += note_lines(plan, look)
    if plan.changes:
        lines.append(line("Fingerprint: ", say(plan.fingerprint, Tone.STRONG)))
    if plan.refused is None and not plan.empty:
        lines += wrap(line("Apply with: ", say(apply_with, Tone.STRONG)), look, hang=2)
    return lines


def changes_lines(changes: Sequence[Change], register: Register, look: Look) -> list[Line]:
    """Changes under a line for each operation; plans are sorted by it."""
    lines: list[Line] = []
    items = {item.key: item for item in register.items}
    blocks = iter(row_blocks(_COLUMNS, [_row(change, items) for change in changes], look, indent=2))
    for op, members in groupby(changes, key=lambda change: change.op):
        group = list(members)
        own = [next(blocks) for _ in group]
        reasons = {change.reason for change in group}
        shared = reasons.pop() if len(reasons) == 1 and (len(group) > 1 or op in _OF_THE_PROJECT) else None
        sign, tone = SIGNS[op]
        lines += [(), *wrap(line(say(f"{sign} {op.value}", tone), f" {len(group)}", _because(shared)), look, hang=4)]
        if op in _OF_THE_PROJECT:
            lines += wrap(line(", ".join(change.key for change in group)), look, indent=4)
            continue
        for change, block in zip(group, own, strict=True):
            lines += block
            lines += _details(change, look, with_reason=shared is None)
    return lines


def change_lines(change: Change, register: Register, look: Look) -> list[Line]:
    """One change on its own."""
    (block,) = row_blocks(_COLUMNS, [_row(change, {item.key: item for item in register.items})], look, indent=2)
    return [*block, *_details(change, look, with_reason=True)]


def _because(reason: str | None) -> str:
    return f"  {reason}" if reason else ""


def _row(change: Change, items: Mapping[str, Item]) -> tuple[Line, ...]:
    sign, tone = SIGNS[change.op]
    item = None if change.op in _OF_THE_PROJECT else items.get(change.key)
    return (
        line(say(sign, tone)),
        line(say(change.key, Tone.STRONG)),
        line(say(f"#{change.issue}" if change.issue else "", Tone.FAINT)),
        line(item.title if item else ""),
        line(status_piece(item.status)) if item else (),
        line(place_piece(change.source)),
    )


def _details(change: Change, look: Look, *, with_reason: bool) -> list[Line]:
    """What changes, field by field, and why. A new issue's fields are the item's, which its row shows."""
    lines: list[Line] = []
    if change.op is not Op.CREATE:
        for name, (old, new) in sorted(change.fields.items()):
            lines += wrap(line(say(f"{name}: ", Tone.FAINT), *_moved(old, new, look)), look, indent=6, hang=8)
    if with_reason and change.reason:
        lines += wrap(line(say(change.reason, Tone.FAINT)), look, indent=6, hang=8)
    lines += edit_lines(change.lines, look)
    if change.obstacle is not None:
        lines += wrap(line(say("cannot be written now: ", Tone.ALARM), change.obstacle), look, indent=6, hang=8)
    if change.held is not None:
        lines += wrap(line(say(f"waits for {change.held}", Tone.CARE)), look, indent=6, hang=8)
    return lines


def _moved(old: object, new: object, look: Look) -> Line:
    """From one value to another; of sets what comes and goes, of long texts that they differ."""
    if isinstance(old, (frozenset, tuple)) or isinstance(new, (frozenset, tuple)):
        was, now = _names(old), _names(new)
        moves = [say(f"-{name}", Tone.BAD) for name in sorted(was - now)]
        moves += [say(f"+{name}", Tone.GOOD) for name in sorted(now - was)]
        return line(*(part for i, move in enumerate(moves) for part in ((", " if i else ""), move)))
    was_text, now_text = _text(old), _text(new)
    if "\n" in was_text + now_text or len(was_text) + len(now_text) > 200:
        return line("text renewed" if was_text else "text written")
    return line(was_text or "none", say(f" {look.arrow} ", Tone.FAINT), say(now_text or "none", Tone.STRONG))


def _names(value: object) -> set[str]:
    return {str(part) for part in value} if isinstance(value, (frozenset, tuple)) else set()


def _text(value: object) -> str:
    return "" if value is None else str(value)


def nothing_to_do(plan: Plan) -> Line:
    """Both sides agree; where there is a note, it says what is beside that."""
    return line(say("Nothing to do." if plan.notes else "Nothing to do: issues and documents agree.", Tone.GOOD))


def plan_summary(plan: Plan) -> Line:
    """How many changes of which kind, and what they cost."""
    if not plan.changes and plan.delivery is None:
        left = f" {count(plan.skipped, 'change')} left out by --only or --limit." if plan.skipped else ""
        return line("No changes.", left) if left else nothing_to_do(plan)
    groups = [(op, len(list(members))) for op, members in groupby(plan.changes, key=lambda change: change.op)]
    return line(
        say(count(len(plan.changes), "change"), Tone.STRONG),
        ": ",
        ", ".join(f"{amount} {op.value}" for op, amount in groups),
        f"; {count(plan.requests, 'request')}" if plan.requests else "",
        f", {about(plan.seconds)}" if plan.seconds >= 60 else "",
    )


def note_lines(plan: Plan, look: Look, *, delivered: bool = True) -> list[Line]:
    """What people should know: notes, what was left out, how documents get it, and why nothing may be written."""
    lines: list[Line] = []
    if plan.changes and plan.skipped:
        lines += wrap(
            line(f"{count(plan.skipped, 'more change', 'more changes')} left out by --only or --limit."), look
        )
    if plan.delivery is not None and delivered:
        lines += wrap(line(delivery_line(plan.delivery)), look)
    held = Counter(change.held for change in plan.changes if change.held is not None)
    for option, amount in held.items():
        lines += wrap(line(f"{count(amount, 'change')} not applied without {option}."), look)
    for note in plan.notes:
        lines += wrap(line(say("note: ", Tone.INFO), note), look, hang=6)
    if plan.refused is not None:
        refused = line(say(f"refused: {plan.refused.code}: ", Tone.ALARM), plan.refused.message)
        lines += wrap(refused, look, hang=4)
    return lines
