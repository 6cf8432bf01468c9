"""What the comment on a pull request says below its first lines: sections of Markdown, each of which may be empty."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

from gapkeeper import escaping
from gapkeeper.model.status import State
from gapkeeper.reporting.graph_drawn import path_mermaid
from gapkeeper.reporting.graph_text import critical_path_line
from gapkeeper.reporting.numbers import count, number, per_cent, signed, total_days
from gapkeeper.reporting.style import text_of
from gapkeeper.reporting.what_if import what_if

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from gapkeeper.model.diagnostics import Diagnostic
    from gapkeeper.model.items import Item
    from gapkeeper.model.readiness import Gate
    from gapkeeper.model.register import Register
    from gapkeeper.reporting.compare import AreaChange, Comparison

    Show = Callable[[str, int], str]  # a place of the newer revision as Markdown

_Entry = TypeVar("_Entry")  # of a list

_MOST = 12  # entries of a list before it says how many more there are
_MOST_FOLDED = 100
_SHOWN = 4  # findings that are not folded away, the gravest
_PLACES = 4  # of one finding, beyond the first
_KEYS = 8  # that one gate waits for
_STEPS = 8  # of a critical path, before it is folded away
_TEXT = 200  # characters of a title or message


def all_of(comparison: Comparison, show: Show, mermaid_limit: int | None) -> list[str]:
    """Those that say something, in order.

    Args:
        comparison: What changes.
        show: Shows a place of the newer revision as Markdown.
        mermaid_limit: Characters of a drawing that the forge draws; None: it draws none.
    """
    sections = (
        _areas(comparison.areas),
        _gates(comparison),
        _path(comparison, mermaid_limit),
        _findings(comparison.new_diagnostics, show),
        _what_if(comparison.after),
        _items(comparison, show),
        _mended(comparison.mended_diagnostics),
    )
    return [section for section in sections if section]


def _areas(areas: Sequence[AreaChange]) -> str:
    if not areas:
        return ""
    first = all(area.before is None for area in areas)  # a column of nothing would only take room
    head = ["| Area | Score |", "|---|---:|"] if first else ["| Area | Before | After |", "|---|---:|---:|"]
    rows = []
    for area in areas[:_MOST]:
        values = [area.after] if first else [area.before, area.after]
        name = escaping.cell(escaping.shorten(area.name, _TEXT))
        rows.append(f"| {name} | {' | '.join(map(_value, values))} |")
    more = len(areas) - _MOST
    return "\n".join([*head, *rows]) + (f"\n\nand {count(more, 'more area')}" if more > 0 else "")


def _value(value: float | None) -> str:
    return "–" if value is None else number(value)


def _gates(comparison: Comparison) -> str:
    """Gates that this opens first, then those that still wait, each with what it waits for."""
    before, after = _waits(comparison.before), _waits(comparison.after)
    changes = {change.name: change for change in comparison.gates}
    freed: list[str] = []
    changed: list[str] = []
    same: list[str] = []
    for gate in comparison.after.gates:
        name, change = _gate_name(f"{gate.name} {gate.title}"), changes.get(gate.name)
        words = gate.status.words
        if change is not None:
            words = f"{change.before.words if change.before else 'new'} → {words}"
        was, now = before.get(gate.name), after[gate.name]
        if was and not now:
            freed.append(f"- ✅ {name} ({words}): nothing that it waited for is open any more")
        elif now:
            (same if was == now and change is None else changed).append(_waiting(gate, f"{name} ({words})", now, was))
        elif change is not None:
            freed.append(f"- {name}: {words}")
    changed += [
        f"- {_gate_name(change.name)}: no document names it any more" for change in comparison.gates if not change.after
    ]
    shown = "\n".join(["**Gates**", "", _lines([*freed, *changed], most=_MOST)]) if freed or changed else ""
    folded = _folded(f"{count(len(same), 'gate')} blocked as before", _lines(same)) if same else ""
    return "\n\n".join(part for part in (shown, folded) if part)


def _gate_name(name: str) -> str:
    return f"**{escaping.inline(escaping.shorten(name.strip(), _TEXT))}**"


def _waiting(gate: Gate, name: str, now: Sequence[str], before: Sequence[str] | None) -> str:
    more = len(now) - _KEYS
    keys = ", ".join(now) if more <= 1 else f"{', '.join(now[:_KEYS])} and {more} more"
    was = "" if before is None or len(before) == len(now) else f" ({len(before) or 'none'} before)"
    waits = f"waits for {len(now)} of {count(len(gate.blockers), 'item')}{was}"
    return f"- 🔒 {name} {waits}: {escaping.inline(keys)}"


def _waits(register: Register) -> dict[str, list[str]]:
    """For each gate, the open items that it waits for."""
    states = {item.key: item.state for item in register.items}
    return {gate.name: [key for key in gate.blockers if states.get(key) is State.OPEN] for gate in register.gates}


def _path(comparison: Comparison, mermaid_limit: int | None) -> str:
    """The critical path, with a drawing where the forge draws one of that length; a long one is folded away."""
    before, after = comparison.before.critical_path, comparison.after.critical_path
    if not after.steps:
        return "**Critical path:** nothing open waits for anything any more." if before.steps else ""
    text = escaping.inline(text_of(critical_path_line(after)).replace(" -> ", " → "))
    drawn = path_mermaid(comparison.after) if mermaid_limit is not None else ""
    block = f"\n\n```mermaid\n{drawn}```" if mermaid_limit is not None and 0 < len(drawn) <= mermaid_limit else ""
    if before == after:
        return _folded("Critical path, as before", f"{text}{block}")
    was = f" (it was {total_days(before.days)})" if before.steps and before.days != after.days else ""
    if len(after.steps) <= _STEPS:
        return f"**Critical path:** {text}{was}{block}"
    short = f"**Critical path:** {count(len(after.steps), 'step')}, {total_days(after.days)}{was}"
    return f"{short}\n\n{_folded('Its steps', f'{text}{block}')}"


def _findings(found: Sequence[Diagnostic], show: Show) -> str:
    """One line for each, the gravest first; the same thing at several places is said once."""
    if not found:
        return ""
    groups: dict[tuple[str, str, str], list[Diagnostic]] = {}
    for one in sorted(found, key=_gravest):
        groups.setdefault((one.severity.value, one.code, one.message), []).append(one)
    things, line = list(groups.values()), partial(_finding, show)
    text = f"**{count(len(found), 'new finding')}**\n\n{_lines(things[:_SHOWN], line)}"
    rest = things[_SHOWN:]
    return f"{text}\n\n{_folded(f'{len(rest)} more', _lines(rest, line))}" if rest else text


def _gravest(found: Diagnostic) -> tuple[int, tuple[str, int, int, str, str]]:
    return ["error", "warning", "note"].index(found.severity.value), found.order


def _finding(show: Show, group: Sequence[Diagnostic]) -> str:
    first, *others = dict.fromkeys(show(one.path, one.line) for one in group)
    said = group[0]
    text = f"- {first} **{said.severity.value}** `{said.code}`: {_said(said)}"
    if not others:
        return text
    more = len(others) - _PLACES
    also = ", ".join(others) if more <= 1 else f"{', '.join(others[:_PLACES])} and {count(more, 'more place')}"
    return f"{text} Also at {also}."


def _what_if(register: Register) -> str:
    best = what_if(register)
    if best is None:
        return ""
    item = next(item for item in register.items if item.key == best.key)
    follows = f"{escaping.inline(best.area)} follows its items ({best.resolved} of {best.items} resolved)"
    return (
        f"**What would lift it most:** {_named(item)}. That is worth {signed(best.after - best.before)}, "
        f"up to {per_cent(best.after)}, if {follows}."
    )


def _items(comparison: Comparison, show: Show) -> str:
    """Every item that differs, folded away. A list, because a table of titles is too wide for a phone."""
    parts = [
        _part(word, items, lambda item: f"- {_named(item)} ({_place(item, show)})")
        for word, items in (
            ("Resolved", comparison.done),
            ("Cancelled", comparison.cancelled),
            ("Reopened", comparison.reopened),
            ("Added", comparison.added),
        )
        if items
    ]
    if comparison.removed:
        parts.append(_part("In no document any more", comparison.removed, lambda item: f"- {_named(item)}"))
    if comparison.changed:
        parts.append(_part("Changed", comparison.changed, lambda one: f"- {_named(one.after)}: {_differs(one.fields)}"))
    if not parts:
        return ""
    groups = (comparison.resolved, comparison.reopened, comparison.added, comparison.removed, comparison.changed)
    return _folded(f"{count(sum(map(len, groups)), 'item')} changed", "\n\n".join(parts))


def _part(title: str, entries: Sequence[_Entry], line: Callable[[_Entry], str]) -> str:
    return f"{title}:\n\n{_lines(entries, line)}"


def _place(item: Item, show: Show) -> str:
    place = item.status_source or item.source
    return show(place.path, place.line)


def _differs(fields: Iterable[tuple[str, str, str]]) -> str:
    """What differs of an item; a new title is there already, so that only the old one is said."""
    said = (f"was “{was}”" if name == "title" else f"{name} {was or '–'} → {now or '–'}" for name, was, now in fields)
    return escaping.inline(escaping.shorten("; ".join(said), _TEXT))


def _named(item: Item) -> str:
    return f"**{escaping.inline(item.key)}** {escaping.inline(escaping.shorten(item.title, _TEXT))}"


def _mended(found: Sequence[Diagnostic]) -> str:
    if not found:
        return ""
    text = _lines(found, lambda one: f"- {escaping.code(one.path)} `{one.code}`: {_said(one)}")
    return _folded(f"{count(len(found), 'finding')} mended", text)


def _said(found: Diagnostic) -> str:
    return escaping.inline(escaping.shorten(found.message, 2 * _TEXT))


def _lines(entries: Sequence[_Entry], line: Callable[[_Entry], str] = str, most: int = _MOST_FOLDED) -> str:
    """A line for each, or for the first of them and how many more there are: only these are made."""
    shown = entries if len(entries) <= most + 1 else entries[:most]
    more = len(entries) - len(shown)
    return "\n".join([*map(line, shown), *([f"- and {more} more"] if more else [])])


def _folded(title: str, text: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{text}\n\n</details>"
