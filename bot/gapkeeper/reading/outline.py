"""The few numbers of a register, for many states of documents in turn: what did not change is not decided again.

The numbers are those of `Reader.resolve`. What they do not depend on is left out: diagnostics, drawings, the critical
path, and which items the areas of a score are tied to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.reading import lint
from gapkeeper.reading.gates import resolve_gates
from gapkeeper.reading.items import Decided, merge
from gapkeeper.reading.precedence import Precedence, find_registers
from gapkeeper.reading.readiness import resolve_readiness
from gapkeeper.reading.scope import Lookup, group

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from gapkeeper.model.items import Item
    from gapkeeper.model.readiness import Gate, Readiness
    from gapkeeper.reading.facts import DocumentFacts
    from gapkeeper.reading.reader import Reader


class Outline(NamedTuple):
    """What the documents say together, in short."""

    items: Mapping[str, Item]  # by key; without the edges that drawings state
    gates: tuple[Gate, ...]  # in the order of their numbers
    readiness: Readiness | None  # the posted one, without what is derived from items


class Outliner:
    """Makes outlines; fast where most facts are those of the outline before."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._decided = Decided()

    def outline(self, facts: Iterable[DocumentFacts], committed: Mapping[str, dt.date]) -> Outline:
        """The outline of all documents; ``committed`` is the day of each one's last commit, where it is known."""
        rules = self._reader.rules
        facts = sorted(facts, key=lambda f: f.path.encode("utf-8", "surrogateescape"))
        dates = {f.path: lint.day_of(f, committed.get(f.path))[0] for f in facts}
        groups = group(facts, self._reader.ids, rules)
        lookup = Lookup(groups)
        registers = find_registers(((g.kind, s) for g in groups for s in g.statements), rules)
        precedence = Precedence(registers, dates, {path: i for i, path in enumerate(rules.order)})
        items = merge(groups, precedence, lookup, self._decided).items
        gates, _ = resolve_gates([g for f in facts for g in f.gates], items, rules, dates, lookup)
        scores, _ = resolve_readiness([s for f in facts for s in f.scores], {}, rules, dates)
        return Outline(items, gates, next((score for score in scores if score.posted), None))
