"""Everything about one item: each statement, what it was worth, and which word won and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gapkeeper.model.status import Rank

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from gapkeeper.model.diagnostics import Diagnostic
    from gapkeeper.model.items import Item, Statement
    from gapkeeper.model.register import Register

FIELDS = ("title", "status", "owner", "priority", "category", "estimate")


@dataclass(frozen=True, slots=True)
class Said:
    """One statement and what became of it."""

    statement: Statement
    date: dt.date | None  # of its status, else of its document
    fields: tuple[str, ...]  # that it won
    loses: tuple[str, ...]  # "status: stale", as the register says


@dataclass(frozen=True, slots=True)
class Won:
    """One field of the item, where its value comes from, and why that counts."""

    field: str
    value: str
    statement: Statement | None  # None: no statement says it
    reason: str


@dataclass(frozen=True, slots=True)
class Why:
    """The whole answer, apart from what a sync would do."""

    item: Item
    won: tuple[Won, ...]
    said: tuple[Said, ...]
    waits_for: tuple[str, ...]  # keys, from its own fields and from others that block it
    waited_for_by: tuple[str, ...]
    gates: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]


def explain(register: Register, item: Item) -> Why:
    """Say everything that the register knows of one item."""
    dates = {document.path: document.date for document in register.documents}
    winners = dict(item.winners)
    lost: dict[Statement, list[str]] = {}  # looked up: a generated list can name one item thousands of times
    for losing in item.losing:
        lost.setdefault(losing.statement, []).append(f"{losing.field}: {losing.reason}")
    said = tuple(
        Said(
            statement,
            _date(statement, dates),
            tuple(field for field in FIELDS if winners.get(field) == i),
            tuple(lost.get(statement, ())),
        )
        for i, statement in enumerate(item.statements)
    )
    won = tuple(_won(register, item, field, winners.get(field), dates) for field in FIELDS)
    return Why(
        item=item,
        won=tuple(field for field in won if field.value),
        said=said,
        waits_for=_tied(register, item.key, first=True),
        waited_for_by=_tied(register, item.key, first=False),
        gates=tuple(dict.fromkeys(gate.name for gate in register.gates if item.key in gate.blockers)),
        diagnostics=_about(register, item),
    )


def line_of(won: Won) -> int:
    """The line of the value itself, where its statement has it on another line than its own; 0: nobody says it."""
    statement = won.statement
    if statement is None:
        return 0
    if won.field == "status":
        return statement.status.line if statement.status else statement.line
    value = getattr(statement, won.field) or (statement.section if won.field == "category" else None)
    return value.line if value else statement.line


def _date(statement: Statement, dates: Mapping[str, dt.date | None]) -> dt.date | None:
    stated = statement.status.date if statement.status else None
    return stated or dates.get(statement.path)


def _won(register: Register, item: Item, field: str, index: int | None, dates: Mapping[str, dt.date | None]) -> Won:
    value = item.status.words if field == "status" else (getattr(item, field) or "")
    if field == "status" and item.resolved_by is not None:
        return Won(field, value, None, f"{item.resolved_by} resolves it, and is done")
    if index is None:
        return Won(field, value, None, "nothing says it")
    winner = item.statements[index]
    rivals = [s for i, s in enumerate(item.statements) if i != index and _states(s, field)]
    return Won(field, value, winner, _reason(register, item, winner, rivals, dates))


def _states(statement: Statement, field: str) -> bool:
    """Whether a statement competes for a field."""
    if field == "status":
        return statement.status is not None
    if field == "category":
        return statement.category is not None or statement.section is not None
    return getattr(statement, field) is not None


def _reason(
    register: Register, item: Item, winner: Statement, rivals: list[Statement], dates: Mapping[str, dt.date | None]
) -> str:
    """The first rule of precedence that tells the winner from the strongest of its rivals."""
    if not rivals:
        return "nothing else says it"
    rival = rivals[0]  # statements are sorted, the strongest first
    if winner.rank is not rival.rank:
        return f"{_a(winner.rank)} beats {_a(rival.rank)}"
    home = register.registers.get(item.kind)
    if winner.path == home != rival.path:
        return f"in the register of {item.kind}"
    mine, other = _date(winner, dates), _date(rival, dates)
    if mine is not None and (other is None or mine > other):
        return f"later than {other}" if other else "dated, the other is not"
    if winner.path != rival.path:
        return "first in the order of sources"
    return "first in its document"


def _a(rank: Rank) -> str:
    return {
        Rank.HEADING: "a heading",
        Rank.ROW: "a table row",
        Rank.LIST: "a list entry",
        Rank.SECTION: "a section's status",
        Rank.RANGE: "a range",
    }[rank]


def _tied(register: Register, key: str, *, first: bool) -> tuple[str, ...]:
    """The items that come before this one (``first``), or after it."""
    keys = set()
    for edge in register.edges:
        if edge.type == "resolves":
            continue
        before, after = (edge.start, edge.end) if edge.type == "blocks" else (edge.end, edge.start)
        if (after if first else before) == key:
            keys.add(before if first else after)
    return tuple(sorted(keys))


def _about(register: Register, item: Item) -> tuple[Diagnostic, ...]:
    """Findings at a line of one of its statements, or that name it."""
    lines = {(statement.path, statement.line) for statement in item.statements}
    lines |= {(statement.path, stated.line) for statement in item.statements for stated in statement.statuses}
    return tuple(
        found for found in register.diagnostics if (found.path, found.line) in lines or _names(found.message, item.key)
    )


def _names(message: str, key: str) -> bool:
    """Whether the key is a word of the message, and not a part of a longer ID."""
    words = "".join(c if c.isalnum() or c in "-#/._" else " " for c in message).split()
    return any(word.strip(".-#/_") == key for word in words)
