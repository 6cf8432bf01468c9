"""The answer to "why does it say that?", as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.model.status import Status
from gapkeeper.reporting.findings import finding_lines
from gapkeeper.reporting.item_list import STATUS_TONES, status_piece
from gapkeeper.reporting.plan_text import change_lines
from gapkeeper.reporting.style import Line, Look, Piece, Tone, line, say, wrap
from gapkeeper.reporting.table import Column, fields, heading, table
from gapkeeper.reporting.why import line_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapkeeper.model.items import Item
    from gapkeeper.model.plan import Change
    from gapkeeper.model.register import Register
    from gapkeeper.reporting.why import Said, Why, Won

_WON = (
    Column("FIELD"),
    Column("VALUE", least=18),
    Column("FROM", least=14, elide="left"),
    Column("BECAUSE", least=18, spare=1),
)
_SAID = (
    Column("STATEMENT"),
    Column("PLACE", least=14, elide="left"),
    Column("DATE", spare=2),
    Column("SAYS", least=12),
    Column("WINS", least=10, spare=3),
    Column("LOSES", spare=1),
)


def why_lines(why: Why, register: Register, look: Look) -> list[Line]:
    """What the documents say of an item, and which of it counts."""
    item = why.item
    lines = wrap(line(say(item.key, Tone.STRONG), "  ", item.title), look, hang=2)
    lines += wrap(_verdict(item), look)
    lines += [(), *table(_WON, [_won_row(won) for won in why.won], look, indent=2)]
    lines += heading("Statements, strongest first")
    lines += table(_SAID, [_said_row(said) for said in why.said], look, indent=2)
    ties = (
        ("waits for", _keys(why.waits_for, register)),
        ("waited for by", _keys(why.waited_for_by, register)),
        ("resolves", _keys(item.resolves, register)),
        ("gates", line(", ".join(why.gates))),
        ("blocks", line(item.blocks_text if not item.blocks else "")),
        *((name, line(text)) for name, text in item.description),
    )
    if any(value for _, value in ties):
        lines += heading("Also")
        lines += fields(ties, look, indent=2)
    if why.diagnostics:
        lines += [*heading("Findings"), *finding_lines(why.diagnostics, look)]
    return lines


def _verdict(item: Item) -> Line:
    """The status in a sentence: open, because."""
    written = f' ("{item.status_text}")' if item.status_text else ""
    ignored = "; ignored, because a comment beside it says so" if item.ignored else ""
    return line(status_piece(item.status), f"{written}, so its issue should be {item.state.value}{ignored}")


def _won_row(won: Won) -> tuple[Line, ...]:
    tone = Tone.PLAIN
    if won.field == "status":
        tone = STATUS_TONES[Status(won.value.replace(" ", "_"))]
    place = "" if won.statement is None else f"{won.statement.path}:{line_of(won)}"
    return (
        line(say(won.field, Tone.FAINT)),
        line(say(won.value, tone)),
        line(place),
        line(say(won.reason, Tone.FAINT)),
    )


def _said_row(said: Said) -> tuple[Line, ...]:
    statement = said.statement
    status = statement.status
    says = line(status_piece(status.status)) if status else line(say("no status", Tone.FAINT))
    return (
        line(statement.rank.word),
        line(f"{statement.path}:{statement.line}"),
        line(say(said.date.isoformat() if said.date else "undated", Tone.FAINT)),
        says,
        line(say(", ".join(said.fields), Tone.GOOD)),
        line(say(", ".join(said.loses), Tone.CARE)),
    )


def _keys(keys: Sequence[str], register: Register) -> Line:
    pieces: list[Piece | str] = []
    for key in keys:
        item = register.item(key)
        pieces += [", " if pieces else "", key, " "] + ([status_piece(item.status)] if item else [])
    return line(*pieces)


def next_sync_lines(changes: Sequence[Change], note: str | None, register: Register, look: Look) -> list[Line]:
    """What the next sync would do with it; ``note`` where that is not known, or forbidden."""
    lines = heading("Next sync")
    for change in changes:
        lines += change_lines(change, register, look)
    if note is not None:
        lines += wrap(line(say(note, Tone.CARE)), look, indent=2)
    elif not changes:
        lines += wrap(line(say("changes nothing: issue and documents agree", Tone.GOOD)), look, indent=2)
    return lines
