"""Readiness for people: the number, its areas, the gates, and what a revision changes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.reporting.compare import posted, score
from gapkeeper.reporting.graph_text import critical_path_line, gates_lines
from gapkeeper.reporting.item_list import place_piece
from gapkeeper.reporting.numbers import count, number, per_cent, signed
from gapkeeper.reporting.style import Line, Look, Tone, line, say, wrap
from gapkeeper.reporting.table import Column, heading, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapkeeper.model.items import Item
    from gapkeeper.model.readiness import Area, Readiness
    from gapkeeper.model.register import Register
    from gapkeeper.reporting.compare import Comparison

_OTHERS = 8  # further scores that are listed


def score_lines(register: Register, comparison: Comparison | None, look: Look, *, base: str = "") -> list[Line]:
    """The whole screen; ``base`` is what the revision that is compared with was called."""
    lines = _headline(register, look)
    if comparison is not None:
        lines += [(), *difference_lines(comparison, look, base=base)]
    readiness = posted(register)
    if readiness is not None and readiness.areas:
        lines += [(), *table(_AREA_COLUMNS, [_area_row(area, look) for area in readiness.areas], look)]
        if readiness.scaled:
            note = "An area without a score is left out, and the weights of the others are scaled."
            lines += wrap(line(say(note, Tone.FAINT)), look)
    lines += gates_lines(register, look, most=6)
    if register.critical_path.steps:
        lines += heading("Critical path")
        lines += wrap(critical_path_line(register.critical_path), look, indent=2, hang=4)
    lines += _other_lines(register, readiness, look)
    return lines


def _headline(register: Register, look: Look) -> list[Line]:
    readiness = posted(register)
    value = score(register)
    if readiness is None or value is None:
        return wrap(line(say("No document states a readiness score.", Tone.CARE)), look)
    title = line(
        say(per_cent(value), Tone.STRONG),
        "  ",
        say(readiness.title),
        "  ",
        place_piece(readiness.source),
    )
    parts = [
        f"stated {per_cent(readiness.stated)}" if readiness.stated is not None else "stated nowhere",
        f"recomputed {per_cent(readiness.computed)}"
        if readiness.computed is not None
        else "no table to recompute it from",
    ]
    if readiness.derived is not None:
        parts.append(f"{per_cent(readiness.derived)} of the items tied to its areas are resolved")
    words = ", ".join(parts)
    return [
        *wrap(title, look, hang=2),
        *wrap(line(*bar(value / 100, look, 30), "  ", say(words, Tone.FAINT)), look, hang=2),
    ]


def bar(share: float, look: Look, width: int) -> Line:
    """A share from 0 to 1 as a bar; what is beyond is cut off."""
    filled = round(max(0.0, min(1.0, share)) * width)
    tone = Tone.GOOD if share >= 0.8 else Tone.CARE if share >= 0.4 else Tone.BAD
    full, empty = ("█", "░") if look.unicode else ("#", "-")
    return line(say(full * filled, tone), say(empty * (width - filled), Tone.FAINT))


_AREA_COLUMNS = (
    Column("AREA", least=16),
    Column("", spare=1),
    Column("SCORE", number=True),
    Column("WEIGHT", number=True),
    Column("COMPUTED", number=True),
    Column("STATED", number=True, spare=3),
    Column("RESOLVED", number=True, spare=2),
)


def _area_row(area: Area, look: Look) -> tuple[Line, ...]:
    share = area.computed / area.weight if area.computed is not None and area.weight else None
    return (
        line(area.name),
        bar(share, look, 16) if share is not None else line(say("no score", Tone.FAINT)),
        line(_cell(area.score)),
        line(_cell(area.weight)),
        line(say(_cell(area.computed), Tone.STRONG)),
        line(say(_cell(area.weighted), Tone.FAINT)),
        line(_resolved(area)),
    )


def _cell(value: float | None) -> str:
    return "-" if value is None else number(value)


def _resolved(area: Area) -> str:
    """The derived score, and of how many items."""
    return "" if area.derived is None else f"{number(area.derived, 0)} % of {len(area.items)}"


def difference_lines(comparison: Comparison, look: Look, *, base: str = "") -> list[Line]:
    """What changes against the base: the number first, then what explains it."""
    lines = wrap((*score_change(comparison, look), *line(f" since {base}" if base else "")), look, hang=2)
    for area in comparison.areas:
        lines += wrap(
            line(f"{area.name}: ", _value(area.before), f" {look.arrow} ", _value(area.after)), look, indent=2, hang=4
        )
    for word, items, tone in (
        ("resolves", comparison.done, Tone.GOOD),
        ("cancels", comparison.cancelled, Tone.GONE),
        ("reopens", comparison.reopened, Tone.CARE),
        ("adds", comparison.added, Tone.INFO),
        ("removes", comparison.removed, Tone.GONE),
    ):
        if items:
            lines += wrap(line(say(word, tone), f" {named(items)}"), look, indent=2, hang=4)
    for gate in comparison.gates:
        before = gate.before.words if gate.before else "not there"
        after = gate.after.words if gate.after else "not there"
        lines += wrap(line(f"{gate.name}: {before} {look.arrow} {after}"), look, indent=2, hang=4)
    if comparison.new_diagnostics:
        lines += wrap(line(say(count(len(comparison.new_diagnostics), "new finding"), Tone.CARE)), look, indent=2)
    return lines


def score_change(comparison: Comparison, look: Look) -> Line:
    """44.8 % → 48.6 % (+3.8), or in words where one side has no score."""
    before, after = score(comparison.before), score(comparison.after)
    if before is None and after is None:
        return line("Neither revision states a score")
    if before is None:
        return line(f"{per_cent(after)}; the base states no score")
    if after is None:
        return line(f"{per_cent(before)} before; no document states a score any more")
    moved = after - before
    tone = Tone.GOOD if moved > 0 else Tone.BAD if moved < 0 else Tone.FAINT
    return line(f"{per_cent(before)} {look.arrow} {per_cent(after)} ", say(f"({signed(moved)})", tone))


def named(items: Sequence[Item], most: int = 8) -> str:
    """Keys, and how many more there are."""
    keys = [item.key for item in items]
    if len(keys) <= most + 1:
        return ", ".join(keys)
    return f"{', '.join(keys[:most])} and {len(keys) - most} more"


def _value(value: float | None) -> str:
    return "none" if value is None else number(value)


def _other_lines(register: Register, readiness: Readiness | None, look: Look) -> list[Line]:
    others = [other for other in register.readiness if other is not readiness]
    if not others:
        return []
    lines = heading("Other scores, which do not count")
    rows = [
        (
            line(_percent_of(other)),
            line(other.title),
            line(place_piece(other.source)),
        )
        for other in others[:_OTHERS]
    ]
    lines += table(
        (Column("SCORE", number=True), Column("TITLE", least=16), Column("PLACE", least=12, elide="left", spare=1)),
        rows,
        look,
        indent=2,
    )
    if len(others) > _OTHERS:
        lines.append(line(say(f"  and {len(others) - _OTHERS} more; --format json lists them all", Tone.FAINT)))
    return lines


def _percent_of(readiness: Readiness) -> str:
    value = readiness.stated if readiness.computed is None else readiness.computed
    return "-" if value is None else per_cent(value)
