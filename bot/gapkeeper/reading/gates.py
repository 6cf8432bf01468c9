"""Gates: phases and milestones that items block, each with a status of its own."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.model.readiness import Gate
from gapkeeper.model.spans import Place
from gapkeeper.model.status import Rank, State, Status
from gapkeeper.patterns import lazy
from gapkeeper.reading.codes import excerpt, finding, listed
from gapkeeper.reading.gate_names import gate_key, names_in, natural
from gapkeeper.reading.gate_statements import GateStatement, find_gates
from gapkeeper.reading.likeness import unlike
from gapkeeper.reading.marks import strip_emoji
from gapkeeper.reading.values import says_nothing

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from gapkeeper.model.diagnostics import Diagnostic
    from gapkeeper.model.items import Item, Reference, Statement
    from gapkeeper.model.rules import ReadingRules

    Lookup = Callable[[Reference, str], tuple[str, ...]]

__all__ = ["GateStatement", "find_gates", "resolve_gates"]

_BLOCKING = lazy(r"\bblock(?:s|ing)\b(?P<what>.*)", re.IGNORECASE | re.DOTALL)
_BLOCKED_GATES = lazy(r"block\w*\s+(?P<word>phase|gate|milestone)", re.IGNORECASE)
_NOT_BLOCKING = lazy(r"\b(?:not|no longer|never)\s+block|n['’]t\s+block", re.IGNORECASE)
_SCOPE = lazy(r"\b(?:only|prod|production|local|locally|staging|dev)\b", re.IGNORECASE)
_WORDS = lazy(r"\w+")
_BESIDE = lazy(r"\s*\(([^()]{1,80})\)")
_FOREIGN = -2  # so many more titles unlike those of the register than like them: another numbering
_MOST_TITLES = 4  # of one gate that others are compared with
_MOST_CLAIMS = 100_000  # in all: `All LATER items` in each row of a long table would be their product
_NAMED = 4  # blockers that a diagnostic names

_Key = tuple[str | None, tuple[str, str]]  # the document, for gates that are its own, and the name's key


class _Claim(NamedTuple):
    """One place that says that an item blocks a gate."""

    item: str
    qualifier: str
    place: Place
    gate_says: Status | None  # what the same place says of the gate; None for an item's own word


def resolve_gates(
    facts: Sequence[GateStatement],
    items: Mapping[str, Item],
    rules: ReadingRules,
    dates: Mapping[str, dt.date | None],
    lookup: Lookup,
) -> tuple[tuple[Gate, ...], tuple[Diagnostic, ...]]:
    """All gates in the order of their numbers, and those that say Complete while a blocker is open.

    Precedence is that of items: heading, row, list; then the document that defines most gates, the
    later date, the configured order, the first path, the first place.
    """
    registers = _registers(facts)
    order = _Order(registers, dates, {path: place for place, path in enumerate(rules.order)})
    own_words = _own_words(items) if facts else {}
    by_kind: dict[str, list[str]] = defaultdict(list)
    for item in sorted(items):
        by_kind[items[item].kind].append(item)
    left = _MOST_CLAIMS
    gates: list[Gate] = []
    findings: list[Diagnostic] = []
    for (path, key), unordered in _grouped(facts, registers).items():
        statements = sorted(unordered, key=order.of)
        said = next((s for s in statements if s.status is not None), None)
        if said is None or said.status is None:
            continue
        claims = list(islice((claim for s in statements for claim in _claims(s, by_kind, lookup)), left))
        left -= len(claims)
        if path is None:
            claims += own_words.get(key, ())
        gate = Gate(
            name=said.name if path is None else f"{path}#{said.name}",
            title=next((s.title for s in statements if s.title), ""),
            status=said.status,
            status_text=said.status_text,
            blockers=tuple(dict.fromkeys(claim.item for claim in claims)),
            source=Place(said.path, said.line, said.column),
        )
        gates.append(gate)
        if said.status is Status.RESOLVED:
            current = [claim for claim in claims if order.is_current(claim, said)]
            findings += _contradictions(gate, current, items, qualified=said.qualified)
    return tuple(sorted(gates, key=lambda gate: natural(gate.name))), tuple(findings)


def _registers(facts: Iterable[GateStatement]) -> dict[str, str]:
    """For each kind of gate (phase, gate, milestone) the document that defines most of them.

    Of several the one that makes most of the strongest statements.
    """
    defined: dict[tuple[str, str], dict[str, Rank]] = defaultdict(dict)  # gate -> document -> its best rank
    for fact in facts:
        if fact.status is not None:
            paths = defined[gate_key(fact.name)]
            paths[fact.path] = min(fact.rank, paths.get(fact.path, fact.rank))
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    strongest: Counter[tuple[str, str]] = Counter()
    for (kind, _), paths in defined.items():
        best = min(paths.values())
        counts[kind].update(paths.keys())
        strongest.update((kind, path) for path, rank in paths.items() if rank == best)
    return {
        kind: min(found, key=lambda path: (-found[path], -strongest[kind, path], path))
        for kind, found in counts.items()
    }


def _grouped(facts: Sequence[GateStatement], registers: Mapping[str, str]) -> dict[_Key, list[GateStatement]]:
    """The statements about each gate. A plan that numbers its own phases from 1 speaks of other gates."""
    titles: dict[tuple[str, str], list[str]] = defaultdict(list)  # in the registers
    for fact in facts:
        key = gate_key(fact.name)
        if fact.title and registers.get(key[0]) == fact.path and len(titles[key]) < _MOST_TITLES:
            titles[key].append(fact.title)
    likes: Counter[tuple[str, str]] = Counter()  # (path, kind) -> alike titles less unlike ones
    for fact in facts:
        key = gate_key(fact.name)
        known = titles.get(key, ()) if registers.get(key[0]) != fact.path else ()
        if fact.title and known:
            likes[fact.path, key[0]] += -1 if all(unlike(fact.title, title) for title in known) else 1
    groups: dict[_Key, list[GateStatement]] = defaultdict(list)
    for fact in facts:
        key = gate_key(fact.name)
        foreign = likes[fact.path, key[0]] <= _FOREIGN
        groups[fact.path if foreign else None, key].append(fact)
    return groups


class _Order(NamedTuple):
    """Whose word counts."""

    registers: Mapping[str, str]
    dates: Mapping[str, dt.date | None]
    configured: Mapping[str, int]

    def of(self, statement: GateStatement) -> tuple[int, bool, int, int, bytes, int]:
        """The sort key of a statement: the smallest wins."""
        return (
            statement.rank,
            self.registers.get(gate_key(statement.name)[0]) != statement.path,
            -self._day(statement.path, statement.date),
            self.configured.get(statement.path, len(self.configured)),
            statement.path.encode("utf-8", "surrogateescape"),
            statement.line,
        )

    def is_current(self, claim: _Claim, said: GateStatement) -> bool:
        """Whether a claim is no older than the gate's status, and later where it calls the gate open itself."""
        theirs, ours = self._day(claim.place.path), self._day(said.path, said.date)
        if claim.gate_says is not None and claim.gate_says.state is State.OPEN:
            return theirs > ours
        return theirs >= ours or claim.place.path == said.path

    def _day(self, path: str, own: dt.date | None = None) -> int:
        day = own or self.dates.get(path)
        return day.toordinal() if day else 0


def _claims(statement: GateStatement, by_kind: Mapping[str, list[str]], lookup: Lookup) -> Iterator[_Claim]:
    place = Place(statement.path, statement.line, statement.column)
    for blocker in statement.blockers:
        if blocker.reference is not None:
            keys: Sequence[str] = lookup(blocker.reference, statement.path)
        else:
            keys = by_kind.get(blocker.kind or "", ())
        for key in keys:
            yield _Claim(key, blocker.qualifier, place, statement.status)


def _own_words(items: Mapping[str, Item]) -> dict[tuple[str, str], list[_Claim]]:
    """What items say of themselves: `Blocks: Phase 26 (Cutover)`, `3 items pending, blocking Phase 26`."""
    claims: dict[tuple[str, str], list[_Claim]] = defaultdict(list)
    for key in sorted(items):
        for statement in items[key].statements:
            for text in _blocking_texts(statement):
                for name in names_in(text):
                    beside = _BESIDE.match(text, name.end)
                    place = Place(statement.path, statement.line)
                    claims[gate_key(name.name)].append(_Claim(key, beside[1] if beside else "", place, None))
    return claims


def _blocking_texts(statement: Statement) -> Iterator[str]:
    text = statement.blocks.text
    if text and not says_nothing(text) and not _NOT_BLOCKING.search(text):
        yield text
    status = statement.status
    if status is not None and "lock" in status.text and (blocking := _BLOCKING.search(status.text)):
        yield blocking["what"]
    for name, value in statement.description:
        if "lock" in name and (gates := _BLOCKED_GATES.match(name)) and value.text[:1].isdigit():
            yield f"{gates['word']} {value.text}"


def _contradictions(
    gate: Gate, claims: Sequence[_Claim], items: Mapping[str, Item], *, qualified: bool
) -> Iterator[Diagnostic]:
    """An error for open blockers of a gate that says Complete; a note where both carry a qualifier."""
    still_open = [claim for claim in claims if items[claim.item].state is State.OPEN]
    excused = {c.item for c in still_open if qualified and _is_qualifier(c.qualifier, items[c.item].title, gate.title)}
    for note in (False, True):
        chosen = [claim for claim in still_open if (claim.item in excused) is note]
        keys = list(dict.fromkeys(claim.item for claim in chosen))
        if not keys:
            continue
        says = excerpt(strip_emoji(gate.status_text).replace("*", "")) or gate.status.words
        verb, them = ("blocks it and is", "it") if len(keys) == 1 else ("block it and are", "them")
        where = chosen[0].place
        stated = "" if where == gate.source else f" ({where})"
        message = (
            f'{gate.name} says "{says}", but {listed(keys, _NAMED)} {verb} still open{stated}. '
            f"Change the gate's status, or resolve {them}."
        )
        place = gate.source
        yield finding("gate", place.path, place.line, place.column, message, note=note)


def _is_qualifier(beside: str, *titles: str) -> bool:
    """`LATER-001 (prod only)`, `Phase 26 (prod)`: and not a title, of the item or of the gate."""
    if _SCOPE.search(beside):
        return True
    words = set(_WORDS.findall(beside.casefold()))
    return bool(words) and all(2 * len(words & set(_WORDS.findall(title.casefold()))) <= len(words) for title in titles)
