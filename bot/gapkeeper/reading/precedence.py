"""Whose word counts: the order of the statements about one item."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.model.status import Rank

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gapkeeper.model.items import Statement
    from gapkeeper.model.rules import ReadingRules

_NO_DAY = dt.date.min
Order = tuple[int, int, int, int, bytes, int]


class Precedence(NamedTuple):
    """Within a rank: the kind's register, the later date, the configured order, the first path, the first place."""

    registers: Mapping[str, str]  # kind -> path
    dates: Mapping[str, dt.date | None]  # path -> day of the document
    order: Mapping[str, int]  # path -> place in the configured order

    def date(self, statement: Statement, *, for_status: bool = False) -> dt.date | None:
        """The day of a statement; a date beside its status dates what it says of the status."""
        status = statement.status
        if for_status and status is not None and status.date is not None:
            return status.date
        return self.dates.get(statement.path)

    def of(self, statement: Statement, kind: str, *, for_status: bool = False) -> Order:
        """The sort key of a statement: the smallest wins."""
        date = self.date(statement, for_status=for_status) or _NO_DAY
        return (
            statement.rank,
            0 if self.registers.get(kind) == statement.path else 1,
            -date.toordinal(),
            self.order.get(statement.path, len(self.order)),
            statement.path.encode("utf-8", "surrogateescape"),
            statement.span.start,
        )


def find_registers(statements: Iterable[tuple[str, Statement]], rules: ReadingRules) -> dict[str, str]:
    """For each kind the document that defines most of its items, or the configured one.

    A document defines an item where it makes one of its strongest statements.
    """
    strongest: dict[tuple[str, str], tuple[Rank, set[str]]] = {}
    for kind, statement in statements:
        if statement.rank >= Rank.SECTION:
            continue
        rank, paths = strongest.get((kind, statement.id), (Rank.RANGE, set()))
        if statement.rank < rank:
            strongest[kind, statement.id] = (statement.rank, {statement.path})
        elif statement.rank == rank:
            paths.add(statement.path)
    counts: dict[str, Counter[str]] = {}
    for (kind, _), (_, paths) in strongest.items():
        counts.setdefault(kind, Counter()).update(paths)
    found = {kind: min(c, key=lambda path: (-c[path], path)) for kind, c in counts.items()}
    found.update({kind.name: kind.register for kind in rules.kinds if kind.register})
    return found


def ordered(statements: Iterable[Statement], kind: str, precedence: Precedence) -> list[Statement]:
    """The statements about one item, strongest first."""
    return sorted(statements, key=lambda s: precedence.of(s, kind))


def status_order(statements: Sequence[Statement], kind: str, precedence: Precedence) -> list[int]:
    """Indices of the statements that say a status, the one that counts first. A known one beats none of its rank."""
    speaking = [i for i, s in enumerate(statements) if s.statuses]
    return sorted(speaking, key=lambda i: precedence.of(statements[i], kind, for_status=True))
