"""The comment on a pull request: the number, what the change does to it, and the rest folded away.

It says nothing that differs from push to push while the documents stay the same, so that it is edited only where
something is new.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gapkeeper import escaping
from gapkeeper.model.pulls import COMMENT_START
from gapkeeper.model.review import OnMerge
from gapkeeper.model.status import State
from gapkeeper.reporting.compare import score
from gapkeeper.reporting.graph_drawn import path_mermaid
from gapkeeper.reporting.graph_text import critical_path_line
from gapkeeper.reporting.numbers import count, number, per_cent, signed, total_days
from gapkeeper.reporting.score_text import named
from gapkeeper.reporting.style import text_of
from gapkeeper.reporting.what_if import what_if

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from gapkeeper.model.diagnostics import Diagnostic
    from gapkeeper.model.items import Item
    from gapkeeper.model.readiness import Gate
    from gapkeeper.model.register import Register
    from gapkeeper.model.snapshot import Capabilities
    from gapkeeper.reporting.compare import Comparison

#: What a comment of this version begins with.
FIRST_LINE = f"{COMMENT_START}1 -->"
_LIMIT = 60_000  # characters; GitHub takes 65,536
_MOST = 12  # entries of a list before it says how many more there are
_MOST_FOLDED = 100
_SHOWN = 4  # findings that are not folded away, the gravest
_TEXT = 200  # characters of a title or message
_END = "<sub>Gapkeeper compares the planning documents with where this branch left {base}. {settings}</sub>"


@dataclass(frozen=True, slots=True)
class Review:
    """Everything that is said of one pull request."""

    comparison: Comparison
    base: str  # the branch that it goes into
    merge: OnMerge = field(default_factory=OnMerge)  # empty also where the tracker was not asked
    touched: tuple[str, ...] = ()  # planning documents that it changes
    notes: tuple[str, ...] = ()  # what people should know of the comparison: there is no merge base, ...
    # Shows a place of the head as Markdown.
    show: Callable[[str, int], str] = field(default=lambda path, line: escaping.code(f"{path}:{line}"))


def review_comment(review: Review, capabilities: Capabilities) -> str:
    """The comment, whole where it fits: else sections are left out from the end, and it says so."""
    sections = [
        *(f"> {escaping.inline(note)}" for note in review.notes),
        _areas(review.comparison),
        _gates(review.comparison),
        _path(review.comparison, capabilities),
        _findings(review),
        _what_if(review.comparison.after),
        _items(review.comparison),
        _mended(review),
    ]
    head = f"{FIRST_LINE}\n{headline(review.comparison)}\n\n{_summary(review)}"
    settings = "The settings of that branch hold, not those of this pull request."
    end = _END.format(base=escaping.code(review.base), settings=settings)
    left_out = "*Too long for one comment: `gapkeeper score --base` shows the rest.*"
    limit = min(_LIMIT, capabilities.body_limit)
    blocks, room = [head], limit - len(head) - len(end) - len(left_out) - 8
    for section in (section for section in sections if section):
        room -= len(section) + 2
        if room < 0:
            blocks.append(left_out)
            break
        blocks.append(section)
    return "\n\n".join([*blocks, end])


def headline(comparison: Comparison) -> str:
    """The number and its change, as a heading: `### Readiness 44.75 % → 48.6 % (+3.85)`."""
    before, after = score(comparison.before), score(comparison.after)
    if after is None:
        was = "" if before is None else f" (it was {per_cent(before)})"
        return f"### No document states a readiness score{was}"
    if before is None:
        return f"### Readiness {per_cent(after)}"
    moved = after - before
    if signed(moved) == "±0":
        return f"### Readiness {per_cent(after)} (±0)"
    return f"### Readiness {per_cent(before)} → {per_cent(after)} ({signed(moved)})"


def _summary(review: Review) -> str:
    """What it means, in words."""
    comparison = review.comparison
    parts = [
        f"{word} {_keys(items)}"
        for word, items in (
            ("resolves", comparison.resolved),
            ("reopens", comparison.reopened),
            ("adds", comparison.added),
            ("removes", comparison.removed),
        )
        if items
    ]
    if comparison.changed:
        parts.append(f"changes {count(len(comparison.changed), 'item')}")
    if not review.touched:
        said = "This pull request changes no planning document."
    elif parts:
        said = f"This pull request {_listed(parts)}."
    else:
        said = f"This pull request changes {count(len(review.touched), 'planning document')}, and no item."
    after = comparison.after
    if score(comparison.before) is None and score(after) is not None:
        said = f"{escaping.inline(review.base)} states no score to compare with. {said}"
    still = sum(item.state is State.OPEN for item in after.items)
    open_ = f"{count(still, 'item')} {'is' if still == 1 else 'are'} open after it."
    merge = _on_merge(review.merge)
    return " ".join(part for part in (said, open_, merge) if part)


def _keys(items: Sequence[Item]) -> str:
    return escaping.inline(named(items))


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{'; '.join(parts[:-1])}; and {parts[-1]}"


def _on_merge(merge: OnMerge) -> str:
    if not merge:
        return ""
    parts = [
        f"{word} {_numbers(issues)}"
        for word, issues in (("closes", merge.closes), ("reopens", merge.reopens))
        if issues
    ]
    if merge.opens:
        parts.append(f"opens {count(len(merge.opens), 'issue')}")
    if merge.orphans:
        parts.append(f"marks {_numbers(merge.orphans)} as orphaned")
    return f"**On merge:** {', '.join(parts)}."


def _numbers(issues: Sequence[tuple[str, int]]) -> str:
    shown = [f"#{number}" for _, number in issues[:_MOST]]
    more = len(issues) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _areas(comparison: Comparison) -> str:
    if not comparison.areas:
        return ""
    head = ["| Area | Before | After |", "|---|---:|---:|"]
    rows = [
        f"| {escaping.cell(escaping.shorten(area.name, _TEXT))} | {_value(area.before)} | {_value(area.after)} |"
        for area in comparison.areas[:_MOST]
    ]
    more = len(comparison.areas) - _MOST
    return "\n".join([*head, *rows]) + (f"\n\nand {count(more, 'more area')}" if more > 0 else "")


def _value(value: float | None) -> str:
    return "–" if value is None else number(value)


def _gates(comparison: Comparison) -> str:
    """Gates that this opens first, then those that still wait, each with what it waits for."""
    before, after = _waits(comparison.before), _waits(comparison.after)
    statuses = {change.name: change for change in comparison.gates}
    freed, waiting = [], []
    for gate in comparison.after.gates:
        name = f"**{escaping.inline(escaping.shorten(f'{gate.name} {gate.title}'.strip(), _TEXT))}**"
        change = statuses.get(gate.name)
        words = gate.status.words
        if change is not None:
            words = f"{change.before.words if change.before else 'new'} → {words}"
        if before.get(gate.name) and not after[gate.name]:
            freed.append(f"- ✅ {name}: nothing that it waited for is open any more ({words})")
        elif after[gate.name]:
            waiting.append(_waiting(gate, name, words, after[gate.name], before.get(gate.name)))
        elif change is not None:
            freed.append(f"- {name}: {words}")
    changed = [line for line, moved in waiting if moved]
    same = [line for line, moved in waiting if not moved]
    shown = [*freed, *changed]
    text = "\n".join(["**Gates**", "", *_cut(shown, _MOST)]) if shown else ""
    if same:
        folded = _folded(f"{count(len(same), 'gate')} still blocked as before", "\n".join(_cut(same, _MOST_FOLDED)))
        text = f"{text}\n\n{folded}" if text else folded
    return text


def _waiting(gate: Gate, name: str, words: str, now: Sequence[str], before: Sequence[str] | None) -> tuple[str, bool]:
    keys = escaping.inline(", ".join(now[:8]) + (f" and {len(now) - 8} more" if len(now) > 8 else ""))
    moved = before is not None and len(before) != len(now)
    was = f", {len(before)} before" if before is not None and moved else ""
    text = f"- 🔒 {name} ({words}): waits for {len(now)} of {count(len(gate.blockers), 'item')}{was}: {keys}"
    return text, moved or before is None or list(before) != list(now)


def _waits(register: Register) -> dict[str, list[str]]:
    """For each gate, the open items that it waits for."""
    states = {item.key: item.state for item in register.items}
    return {gate.name: [key for key in gate.blockers if states.get(key) is State.OPEN] for gate in register.gates}


def _path(comparison: Comparison, capabilities: Capabilities) -> str:
    """The critical path, with a drawing where the forge draws one of that length."""
    before, after = comparison.before.critical_path, comparison.after.critical_path
    if not after.steps:
        return "**Critical path:** nothing open waits for anything any more." if before.steps else ""
    text = escaping.inline(text_of(critical_path_line(after)).replace(" -> ", " → "))
    moved = [step.key for step in before.steps] != [step.key for step in after.steps] or before.days != after.days
    was = f" (it was {total_days(before.days)})" if before.steps and before.days != after.days else ""
    limit = capabilities.mermaid_limit
    drawn = path_mermaid(comparison.after) if limit is not None else ""
    block = f"\n\n```mermaid\n{drawn}```" if limit is not None and 0 < len(drawn) <= limit else ""
    if moved:
        return f"**Critical path:** {text}{was}{block}"
    return _folded("Critical path, as before", f"{text}{block}")


def _findings(review: Review) -> str:
    found = review.comparison.new_diagnostics
    if not found:
        return ""
    lines = [_finding(one, review) for one in sorted(found, key=_gravest)]
    first = "\n".join([f"**{count(len(found), 'new finding')}**", "", *lines[:_SHOWN]])
    rest = lines[_SHOWN:]
    if not rest:
        return first
    return f"{first}\n\n{_folded(f'{len(rest)} more', chr(10).join(_cut(rest, _MOST_FOLDED)))}"


def _gravest(found: Diagnostic) -> tuple[int, tuple[str, int, int, str, str]]:
    return ["error", "warning", "note"].index(found.severity.value), found.order


def _finding(found: Diagnostic, review: Review) -> str:
    message = escaping.inline(escaping.shorten(found.message, 2 * _TEXT))
    return f"- {review.show(found.path, found.line)} {found.severity.value} `{found.code}`: {message}"


def _what_if(register: Register) -> str:
    best = what_if(register)
    if best is None:
        return ""
    return (
        f"**What would lift it most:** {escaping.inline(best.key)}. Resolved, {escaping.inline(best.area)} has "
        f"{best.resolved} of {count(best.items, 'item')}, and the score is {per_cent(best.after)} if it follows."
    )


def _items(comparison: Comparison) -> str:
    """Every item that differs, folded away."""
    rows = [
        _item_row(word, item)
        for word, items in (
            ("resolved", comparison.resolved),
            ("reopened", comparison.reopened),
            ("added", comparison.added),
        )
        for item in items
    ]
    rows += [_row("removed", item, "no document speaks of it any more") for item in comparison.removed]
    for change in comparison.changed:
        said = "; ".join(f"{name}: {was or '–'} → {now or '–'}" for name, was, now in change.fields)
        rows.append(_row("changed", change.after, said))
    if not rows:
        return ""
    table = ["| What | Item | Where, or how |", "|---|---|---|", *_cut_rows(rows)]
    return _folded(f"{count(len(rows), 'item')} changed", "\n".join(table))


def _item_row(word: str, item: Item) -> str:
    place = item.status_source or item.source
    return _row(word, item, f"{place.path}:{place.line}")


def _row(word: str, item: Item, said: str) -> str:
    return f"| {word} | {_named(item)} | {escaping.cell(escaping.shorten(said, _TEXT))} |"


def _named(item: Item) -> str:
    return escaping.cell(f"{item.key}: {escaping.shorten(item.title, _TEXT)}")


def _mended(review: Review) -> str:
    mended = review.comparison.mended_diagnostics
    if not mended:
        return ""
    lines = [
        f"- `{one.code}` in {escaping.code(one.path)}: {escaping.inline(escaping.shorten(one.message, 2 * _TEXT))}"
        for one in mended
    ]
    return _folded(f"{count(len(mended), 'finding')} mended", "\n".join(_cut(lines, _MOST_FOLDED)))


def _cut(lines: Sequence[str], most: int) -> Iterable[str]:
    if len(lines) <= most + 1:
        return lines
    return [*lines[:most], f"- and {len(lines) - most} more"]


def _cut_rows(rows: Sequence[str]) -> Iterable[str]:
    if len(rows) <= _MOST_FOLDED + 1:
        return rows
    return [*rows[:_MOST_FOLDED], f"| | and {len(rows) - _MOST_FOLDED} more | |"]


def _folded(title: str, text: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{text}\n\n</details>"
