"""Statements to items: who wins each field, and what a resolved item resolves."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.model.items import Item, Losing
from gapkeeper.model.register import Edge
from gapkeeper.model.spans import Place
from gapkeeper.model.status import Rank, State, Status
from gapkeeper.reading.precedence import Precedence, ordered, status_order

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gapkeeper.model.items import FieldText, References, Statement
    from gapkeeper.reading.scope import Group, Lookup

EDGE_TYPES = ("blocks", "depends_on", "resolves")


class Merged(NamedTuple):
    """All items by key, and the edges as they are stated."""

    items: dict[str, Item]
    edges: tuple[Edge, ...]


class Decided:
    """Items as they were decided last, for documents that are read again and again while few of them change."""

    def __init__(self) -> None:
        self._names: list[tuple[str, str | None]] = []  # of all items: what a reference means depends on them
        self._items: dict[str, tuple[object, Item]] = {}  # key -> what it was decided from, and the item

    def items(self, groups: Sequence[Group], precedence: Precedence, lookup: Lookup) -> dict[str, Item]:
        """Every item with its fields decided; those that are decided from the same are taken as they were."""
        names = [(g.key, g.path) for g in groups]
        same_names, known = names == self._names, self._items
        self._names, self._items = names, {}
        for found in groups:
            days = [precedence.dates.get(s.path) for s in found.statements]
            source = (found, days, precedence.registers.get(found.kind))
            before, item = known.get(found.key, (None, None))
            if item is None or before != source or not (same_names or _refers_as(item, found, lookup)):
                item = _merge_one(found, precedence, lookup)
            self._items[found.key] = (source, item)
        return {key: item for key, (_, item) in self._items.items()}


def merge(groups: Sequence[Group], precedence: Precedence, lookup: Lookup, decided: Decided | None = None) -> Merged:
    """Every item with its fields decided, and derived statuses applied."""
    items = (decided or Decided()).items(groups, precedence, lookup)
    edges = tuple(edge for g in groups for edge in _edges(g, lookup))
    _resolve(items, edges, precedence)
    return Merged(items, edges)


def _refers_as(item: Item, group: Group, lookup: Lookup) -> bool:
    """Whether what its statements refer to is what the item has: nothing else in it depends on other items."""
    return all(getattr(item, name) == _keys(group.statements, name, lookup, group.key) for name in EDGE_TYPES)


def _merge_one(group: Group, precedence: Precedence, lookup: Lookup) -> Item:
    statements = ordered(group.statements, group.kind, precedence)
    winners: dict[str, int] = {}
    for name in ("title", "owner", "priority", "estimate"):
        index = next((i for i, s in enumerate(statements) if getattr(s, name) is not None), None)
        if index is not None:
            winners[name] = index
    category = next((i for i, s in enumerate(statements) if s.category or s.section), None)
    if category is not None:
        winners["category"] = category
    speaking = status_order(statements, group.kind, precedence)
    if speaking:
        winners["status"] = speaking[0]
    blocks = next((i for i, s in enumerate(statements) if s.blocks.text), None)
    if blocks is not None:
        winners["blocks"] = blocks
    home = statements[winners.get("title", 0)]
    stated = statements[speaking[0]].status if speaking else None
    return Item(
        key=group.key,
        id=group.id,
        kind=group.kind,
        path=group.path,
        title=home.title.text if home.title else group.id,
        status=stated.status if stated else Status.PENDING,
        status_text=stated.text if stated else None,
        owner=_text(statements, winners, "owner"),
        priority=_text(statements, winners, "priority"),
        category=_category(statements, winners),
        estimate=_text(statements, winners, "estimate"),
        blocks=_keys(statements, "blocks", lookup, group.key),
        blocks_text=statements[blocks].blocks.text if blocks is not None else "",
        depends_on=_keys(statements, "depends_on", lookup, group.key),
        resolves=_keys(statements, "resolves", lookup, group.key),
        description=tuple((name, text.text) for name, text in home.description),
        source=Place(home.path, home.line),
        status_source=Place(statements[speaking[0]].path, stated.line) if stated else None,
        statements=tuple(statements),
        winners=tuple(sorted(winners.items())),
        losing=tuple(_losing(statements, speaking, precedence)),
        issue_link=next((s.issue_link for s in statements if s.issue_link is not None), None),
        ignored=any(s.ignored for s in statements),
    )


def _text(statements: list[Statement], winners: Mapping[str, int], name: str) -> str | None:
    if name not in winners:
        return None
    value: FieldText = getattr(statements[winners[name]], name)
    return value.text


def _category(statements: list[Statement], winners: Mapping[str, int]) -> str | None:
    if "category" not in winners:
        return None
    statement = statements[winners["category"]]
    value = statement.category or statement.section
    return value.text if value else None


def _keys(statements: Sequence[Statement], name: str, lookup: Lookup, own: str) -> tuple[str, ...]:
    found: set[str] = set()
    for statement in statements:
        references: References = getattr(statement, name)
        for reference in references.ids:
            found.update(lookup(reference, statement.path))
    return tuple(sorted(found - {own}))


def _edges(group: Group, lookup: Lookup) -> Iterator[Edge]:
    seen: set[tuple[str, str, str]] = set()
    for statement in group.statements:
        for name in EDGE_TYPES:
            references: References = getattr(statement, name)
            for reference in references.ids:
                for key in lookup(reference, statement.path):
                    if key != group.key and (group.key, key, name) not in seen:
                        seen.add((group.key, key, name))
                        yield Edge(group.key, key, name, Place(statement.path, references.line or statement.line))


def _losing(statements: list[Statement], speaking: list[int], precedence: Precedence) -> Iterator[Losing]:
    """Statements that say another status than the one that won; a section and a range never contradict."""
    if not speaking:
        return
    winner = statements[speaking[0]]
    if winner.status is None or not winner.status.known:
        return
    for index in speaking[1:]:
        loser = statements[index]
        if loser.rank >= Rank.SECTION or loser.status is None or not loser.status.known:
            continue
        if loser.status.status is not winner.status.status:
            yield Losing(loser, "status", _verdict(winner, loser, precedence))


def _verdict(winner: Statement, loser: Statement, precedence: Precedence) -> str:
    """`stale` where the loser is older or of the same day, or the winner resolved it; else `conflict`."""
    if winner.status is not None and winner.status.status.state is State.CLOSED:
        return "stale"
    won, lost = precedence.date(winner, for_status=True), precedence.date(loser, for_status=True)
    if lost is None or (won is not None and lost <= won):
        return "stale"
    return "conflict"


def _resolve(items: dict[str, Item], edges: tuple[Edge, ...], precedence: Precedence) -> None:
    """A resolved item that `resolves` another makes the other resolved, unless a strictly later day says otherwise."""
    by_start: dict[str, list[Edge]] = {}
    for edge in edges:
        if edge.type == "resolves":
            by_start.setdefault(edge.start, []).append(edge)
    waiting = deque(key for key in by_start if items[key].status is Status.RESOLVED)
    while waiting:
        key = waiting.popleft()
        for edge in by_start.get(key, ()):
            other = items[edge.end]
            if other.state is State.OPEN and not _later_word(other, items[key], edge, precedence):
                items[edge.end] = _derived(other, items[key], edge)
                waiting.append(edge.end)


def _later_word(other: Item, resolver: Item, edge: Edge, precedence: Precedence) -> bool:
    """Whether a statement of a strictly later day says that the other item is open."""
    said = resolver.status_statement
    day = precedence.date(said, for_status=True) if said is not None else precedence.dates.get(edge.source.path)
    for statement in other.statements:
        if statement.rank >= Rank.SECTION or statement.status is None or not statement.status.known:
            continue
        own = precedence.date(statement, for_status=True)
        if own is not None and (day is None or own > day) and statement.status.status.state is State.OPEN:
            return True
    return False


def _derived(item: Item, resolver: Item, edge: Edge) -> Item:
    """The item as resolved by another; what its own statements say of it is stale."""
    losing = tuple(
        Losing(s, "status", "stale")
        for s in item.statements
        if s.rank < Rank.SECTION and s.status is not None and s.status.known and s.status.status.state is State.OPEN
    )
    winners = tuple((name, index) for name, index in item.winners if name != "status")
    return replace(
        item,
        status=Status.RESOLVED,
        status_text=None,
        status_source=edge.source,
        resolved_by=resolver.key,
        losing=losing,
        winners=winners,
    )


def with_edges(items: dict[str, Item], edges: Sequence[Edge]) -> None:
    """Add edges that drawings state to the items they begin at."""
    for edge in edges:
        item = items[edge.start]
        if edge.type == "depends_on" and edge.end not in item.depends_on:
            items[edge.start] = replace(item, depends_on=tuple(sorted({*item.depends_on, edge.end})))
