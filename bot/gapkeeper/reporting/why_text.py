"""The answer to "why does it say that?", as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.model.status import Status
from gapkeeper.reporting.findings import finding_lines
from gapkeeper.reporting.item_list import STATUS_TONES, status_piece
from gapkeeper.reporting.plan_text import change_lines
from gapkeeper.reporting.style import Line, Look, Piece, Tone, line, say, wrap
from gapkeeper.reporting.table import Column, fields, heading, row_blocks
from gapkeeper.reporting.why import line_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapkeeper.model.items import Item
    from gapkeeper.model.plan import Change
    from gapkeeper.model.register import Register
    from gapkeeper.reporting.why import Said, Why, Won

_SAID = (
    Column(""),  # rank
    Column("", least=20, elide="left"),  # place
    Column(""),  # date
    Column(""),  # status
)


def why_lines(why: Why, register: Register, look: Look) -> list[Line]:
    """What the documents say of an item, and which of it counts."""
    item = why.item
    lines = wrap(line(say(item.key, Tone.STRONG), "  ", item.title), look, hang=2)
    lines += wrap(_verdict(item), look)
    lines += [(), *fields([pair for won in why.won for pair in _won_pairs(won)], look, indent=2)]
    lines += heading("Statements, strongest first")
    for said, block in zip(
        why.said, row_blocks(_SAID, [_said_row(said) for said in why.said], look, indent=2), strict=True
    ):
        lines += block
        lines += _fate(said, look)
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


def _won_pairs(won: Won) -> list[tuple[str, Line]]:
    """The value, and under it where it is from and why it counts."""
    tone = STATUS_TONES[Status(won.value.replace(" ", "_"))] if won.field == "status" else Tone.PLAIN
    place = "" if won.statement is None else f"{won.statement.path}:{line_of(won)}, "
    return [(won.field, line(say(won.value, tone))), ("", line(say(f"{place}{won.reason}", Tone.FAINT)))]


def _said_row(said: Said) -> tuple[Line, ...]:
    statement = said.statement
    status = statement.status
    return (
        line(statement.rank.word),
        line(f"{statement.path}:{statement.line}"),
        line(say(said.date.isoformat() if said.date else "undated", Tone.FAINT)),
        line(status_piece(status.status)) if status else line(say("no status", Tone.FAINT)),
    )


def _fate(said: Said, look: Look) -> list[Line]:
    """What a statement won, and what it lost."""
    won = line(say("wins ", Tone.GOOD), ", ".join(said.fields)) if said.fields else ()
    lost = line(say("loses ", Tone.CARE), ", ".join(said.loses)) if said.loses else ()
    return [entry for part in (won, lost) if part for entry in wrap(part, look, indent=6)]


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
        lines += wrap(line(say("changes nothing for it", Tone.GOOD)), look, indent=2)
    return lines
