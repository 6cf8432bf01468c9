"""Which statements speak of the same item: scope, short forms, families, ranges."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.model.items import Reference, StatusForm
from gapkeeper.model.rules import Scope
from gapkeeper.model.status import Rank
from gapkeeper.reading.ids import numbers
from gapkeeper.reading.likeness import unlike

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gapkeeper.model.items import Statement
    from gapkeeper.model.rules import ReadingRules
    from gapkeeper.reading.facts import DocumentFacts
    from gapkeeper.reading.ids import Ids


#: Items that all ranges together may speak of: hostile documents can ask for ten thousand times ten thousand.
_MOST_MEMBERS = 100_000


class Group(NamedTuple):
    """All statements about one item."""

    key: str
    id: str
    kind: str
    path: str | None  # the defining document, for kinds that are scoped to one
    statements: tuple[Statement, ...]


def group(facts: Sequence[DocumentFacts], ids: Ids, rules: ReadingRules) -> list[Group]:
    """The items of all documents, each with every statement about it, ranges expanded."""
    statements = [s for f in facts for s in _with_short_forms(f)]
    if rules.all_kinds:
        families = {ids.kind(s.id) for s in statements if _defines(s)} | {kind.name for kind in rules.kinds}
        statements = [s for s in statements if ids.kind(s.id) in families]
    by_id: dict[str, list[Statement]] = defaultdict(list)
    ranges: list[Statement] = []
    for statement in statements:
        if statement.rank is Rank.RANGE:
            ranges.append(statement)
        else:
            by_id[statement.id].append(statement)
    scopes = {kind.name: kind.scope for kind in rules.kinds}
    groups = [g for id_, found in by_id.items() for g in _split(id_, found, ids, scopes)]
    return _add_ranges(groups, ranges)


def _with_short_forms(facts: DocumentFacts) -> Iterator[Statement]:
    """The document's statements, and those that list entries make about an item under a short form of its ID."""
    shorts = {s.span: s for s in facts.shorts}
    known = {s.id for s in facts.statements if s.span not in shorts}
    owners: dict[str, list[str]] = defaultdict(list)
    if shorts:
        for id_ in known:
            parts = id_.split("-")
            for cut in range(1, len(parts) - 1):
                owners["-".join(parts[cut:])].append(id_)
    alone = {_family(s.id) for s in shorts.values() if len(owners.get(s.id, ())) != 1}  # a family of its own
    mapped = {span: owners[s.id][0] for span, s in shorts.items() if _family(s.id) not in alone}
    for statement in facts.statements:
        if statement.span not in mapped or statement.rank is Rank.SECTION:
            yield statement
    for span, id_ in mapped.items():
        yield replace(shorts[span], id=id_, title=None)


def _family(id_: str) -> str:
    return id_.rpartition("-")[0]


def _defines(statement: Statement) -> bool:
    """With `kinds = "*"`, a family is tracked where something is defined under it."""
    if statement.rank in {Rank.HEADING, Rank.ROW}:
        return statement.title is not None
    return statement.rank is Rank.LIST and any(s.form is StatusForm.CHECKBOX for s in statement.statuses)


def _split(id_: str, statements: list[Statement], ids: Ids, scopes: Mapping[str, Scope]) -> Iterator[Group]:
    """One item for a repository-wide ID; for a per-document ID one for each document that defines it."""
    kind = ids.kind(id_)
    if kind is None:
        return
    if scopes.get(kind, Scope.REPOSITORY) is Scope.REPOSITORY:
        yield Group(id_, id_, kind, None, tuple(statements))
        return
    homes = _homes(statements)
    by_home: dict[str, list[Statement]] = {path: [] for path in homes}
    for statement in statements:
        home = _home_of(statement, homes)
        if home is not None:
            by_home[home].append(statement)
    for path, found in by_home.items():
        key = id_ if len(homes) == 1 else f"{path}#{id_}"
        yield Group(key, id_, kind, path, tuple(found))


def _homes(statements: list[Statement]) -> dict[str, Statement]:
    """The documents that define a per-document ID: by heading, else by a titled row or entry, else the first."""
    levels = (
        [s for s in statements if s.rank is Rank.HEADING],
        [s for s in statements if s.rank in {Rank.ROW, Rank.LIST} and s.title is not None],
        statements[:1],
    )
    homes: dict[str, Statement] = {}
    for statement in next(level for level in levels if level):
        homes.setdefault(statement.path, statement)
    return homes


def _home_of(statement: Statement, homes: Mapping[str, Statement]) -> str | None:
    """The item that a statement speaks of: its own document's, the only one, or the one with a like title."""
    if statement.path in homes:
        return statement.path
    if len(homes) == 1:
        return next(iter(homes))
    title = statement.title
    if title is None:
        return None
    alike = [path for path, home in homes.items() if home.title and not unlike(home.title.text, title.text)]
    return alike[0] if len(alike) == 1 else None


def _add_ranges(groups: list[Group], ranges: list[Statement]) -> list[Group]:
    """A range speaks of the items in it that exist."""
    if not ranges:
        return groups
    lookup = Lookup(groups)
    more: dict[str, list[Statement]] = defaultdict(list)
    left = _MOST_MEMBERS
    for statement in ranges:
        keys = lookup.range_keys(statement.id, statement.last, statement.path)[:left]
        left -= len(keys)
        for key in keys:
            more[key].append(statement)
    return [g._replace(statements=(*g.statements, *more[g.key])) if g.key in more else g for g in groups]


class Lookup:
    """Finds the items that a reference means."""

    def __init__(self, groups: Iterable[Group]) -> None:
        self._by_id: dict[str, list[Group]] = defaultdict(list)
        self._by_prefix: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
        for found in groups:
            if found.id not in self._by_id:
                prefix, _, number = found.id.rpartition("-")
                if number.isdigit():
                    self._by_prefix[f"{prefix}-"].append((int(number), len(number), found.id))
            self._by_id[found.id].append(found)
        for listed in self._by_prefix.values():
            listed.sort()

    def __call__(self, reference: Reference, from_path: str) -> tuple[str, ...]:
        """The keys of the existing items that a reference, made in a document, means."""
        if reference.last is not None:
            return tuple(self.range_keys(reference.id, reference.last, from_path))
        key = self._one(reference.id, reference.path, from_path)
        return () if key is None else (key,)

    def __contains__(self, id_: str) -> bool:
        return id_ in self._by_id

    def range_ids(self, first: str, last: str) -> list[str]:
        """The IDs that exist in an inclusive range, at its width, in order."""
        bounds = numbers(Reference(first, None, last))
        if bounds is None:
            return []
        prefix, low, high, width = bounds
        listed = self._by_prefix.get(prefix, [])
        at = bisect_left(listed, (low, 0, ""))
        found = []
        while at < len(listed) and listed[at][0] <= high:
            number, wide, id_ = listed[at]
            if _fits(wide, width, number):
                found.append(id_)
            at += 1
        return found

    def range_keys(self, first: str, last: str | None, from_path: str) -> list[str]:
        """The keys of the items in a range, or of one ID."""
        wanted = [first] if last is None else self.range_ids(first, last)
        keys = (self._one(id_, None, from_path) for id_ in wanted)
        return [key for key in keys if key is not None]

    def _one(self, id_: str, path: str | None, from_path: str) -> str | None:
        found = self._by_id.get(id_, [])
        if len(found) == 1 and (found[0].path is None or path is None):
            return found[0].key
        wanted = path or from_path
        exact = [g for g in found if g.path == wanted]
        if not exact and path is not None:
            name = path.rsplit("/", 1)[-1]
            exact = [g for g in found if g.path is not None and g.path.rsplit("/", 1)[-1] == name]
        if not exact and len(found) == 1:
            exact = found
        return exact[0].key if len(exact) == 1 else None


def _fits(wide: int, width: int, number: int) -> bool:
    """`001` is not `1`; an unpadded range may grow a digit: `TD-8` to `TD-12`."""
    return wide == width or (wide > width and len(str(number)) == wide)
