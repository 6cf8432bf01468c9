"""Counts that a document states of itself, compared with the items that it holds.

Only what can be tied to items with confidence is compared: a row that is named like a status, a category
or a kind of the same document, and the number of items in a section's status or heading. A wrong note is
worse than none.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.model.diagnostics import Diagnostic
from gapkeeper.model.status import Rank, State, Status
from gapkeeper.patterns import lazy
from gapkeeper.reading.codes import excerpt, finding
from gapkeeper.reading.lexicon import normalise
from gapkeeper.reading.marks import strip_emoji
from gapkeeper.reading.stated_counts import StatedCount, find_counts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from gapkeeper.model.diagnostics import Diagnostic
    from gapkeeper.model.items import Item, Statement
    from gapkeeper.model.spans import Span
    from gapkeeper.reading.vocabulary import Vocabulary

__all__ = ["StatedCount", "find_counts", "resolve_counts"]

_PARENTHESES = lazy(r"\s*\([^()]*\)")
_CATEGORY = lazy(r"^category\s+\w{1,3}\s*[:.–-]\s*")
_NOUN = lazy(r"\b(?:items?|issues?|actions?|tasks?)\b", re.IGNORECASE)
_WORDS = lazy(r"\w+")
_OPEN_LABELS = frozenset(
    {"open", "remaining", "outstanding", "to do", "todo", "pending", "active", "unresolved", "offen"}
)
_CLOSED_LABELS = frozenset({"closed", "done", "resolved", "complete", "completed", "erledigt"})
_NEAR = 0.25  # so far apart, as a share of the items, a status table's sum and the document's items may be
_MOST_TABLES = 50  # of one document are compared
_STATING = frozenset({Rank.HEADING, Rank.ROW, Rank.LIST})


class _Held(NamedTuple):
    """An item as one document states it."""

    item: Item
    status: Status
    words: tuple[str, ...]  # of the status as written


class _Document:
    """The items of one document, as it states them."""

    def __init__(self) -> None:
        self.held: list[_Held] = []
        self.by_kind: dict[str, list[_Held]] = defaultdict(list)
        self.by_name: dict[str, list[_Held]] = defaultdict(list)  # category, or plural of the kind
        self.places: list[tuple[int, int]] = []  # byte offset of a statement, index of its item

    def add(self, held: _Held, places: Iterable[int], categories: Iterable[str]) -> None:
        """Take an item that the document states."""
        self.places += [(place, len(self.held)) for place in places]
        self.held.append(held)
        self.by_kind[held.item.kind].append(held)
        for category in categories:
            self.by_name[category].append(held)

    def in_section(self, section: Span) -> list[_Held]:
        """The items that a part of the document states."""
        low, high = bisect_left(self.places, (section.start, 0)), bisect_left(self.places, (section.end, 0))
        return [self.held[index] for index in dict.fromkeys(index for _, index in self.places[low:high])]


def resolve_counts(
    facts: Sequence[StatedCount], items: Mapping[str, Item], vocabulary: Vocabulary
) -> tuple[Diagnostic, ...]:
    """One note for each count that differs from what its document holds."""
    by_path: dict[str, dict[int, list[StatedCount]]] = defaultdict(lambda: defaultdict(list))
    for fact in facts:
        by_path[fact.path][fact.table].append(fact)
    documents = _documents(items, by_path.keys())
    notes: list[Diagnostic] = []
    for path, tables in by_path.items():
        document = documents.get(path)
        if document is None:
            continue
        for fact in tables.pop(-1, ()):
            notes += _compare_section(fact, document, vocabulary)
        for rows in list(tables.values())[:_MOST_TABLES]:
            notes += _compare_table(rows, document, vocabulary)
    return tuple(notes)


def _documents(items: Mapping[str, Item], paths: Collection[str]) -> dict[str, _Document]:
    documents: dict[str, _Document] = defaultdict(_Document)
    for item in items.values():
        statements: dict[str, list[Statement]] = defaultdict(list)
        for statement in item.statements:  # strongest first
            if statement.path in paths:
                statements[statement.path].append(statement)
        for path, own in statements.items():
            stating = [s for s in own if s.rank in _STATING]
            if not stating:
                continue
            said = next((s.status for s in [*stating, *own] if s.status is not None), None)
            words = tuple(_words(said.text)) if said else ()
            held = _Held(item, said.status if said else Status.PENDING, words)
            categories = {_plain(text.text) for s in stating if (text := s.category or s.section)}
            documents[path].add(held, (s.span.start for s in stating), categories)
    for document in documents.values():
        document.places.sort()
    return documents


def _compare_section(fact: StatedCount, document: _Document, vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """Compare with the items of the section: those of the status that is named, those that are open, or all."""
    inside = document.in_section(fact.section) if fact.section else []
    if not inside:
        return
    reading = vocabulary.read(fact.label)
    open_ = sum(1 for h in inside if h.status.state is State.OPEN)
    expected = [len(inside), open_]
    if reading.known:
        expected = [sum(1 for h in inside if h.status is reading.status)]
        if reading.status.state is State.OPEN:
            expected.insert(0, open_)
    if fact.count not in expected:
        what = excerpt(fact.label) if reading.known else "items"
        yield _note(fact, f"{fact.count} {what}", f"this section holds {expected[0]}")


def _compare_table(rows: Sequence[StatedCount], document: _Document, vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    labels = [row for row in rows if not row.total]
    if all(row.statuses or _is_status(row.label, vocabulary) for row in labels):
        yield from _compare_statuses(rows, labels, document, vocabulary)
        return
    tied = False
    for row in labels:
        named = _named(row, document)
        tied = tied or bool(named)
        stated = sum(1 for h in named if h.status.state is State.OPEN)
        resolved = sum(1 for h in named if h.item.state is State.OPEN)
        if named and row.count not in {len(named), stated, resolved}:
            holds = f"this document holds {len(named)}, {stated} of them open"
            yield _note(row, f"{row.count} of {excerpt(row.label)}", holds)
    if tied:
        yield from _compare_sum(rows, labels)


def _named(row: StatedCount, document: _Document) -> Sequence[_Held]:
    """The items whose category a row is named like, or whose kind, where that word cannot mean other things."""
    plain = _plain(row.label)
    named = document.by_name.get(plain)
    if named is not None:
        return named
    kind = plain.removesuffix(" items").removesuffix("s").upper()
    held = document.by_kind.get(kind, [])
    return held if len(held) <= 2 * row.count and row.count <= 2 * len(held) else []


def _compare_statuses(
    rows: Sequence[StatedCount], labels: Sequence[StatedCount], document: _Document, vocabulary: Vocabulary
) -> Iterator[Diagnostic]:
    """A table of statuses counts the document's items where their numbers are near each other."""
    whole = max(sum(row.count for row in labels), *(row.whole or 0 for row in labels), 0)
    chosen = _nearest(document, whole) if labels else None
    if chosen is None:
        return
    assigned, doubtful = _assign(labels, chosen, vocabulary)
    for index, row in enumerate(labels):
        if index not in doubtful and row.count != assigned[index]:
            states, holds = f'{row.count} as "{excerpt(row.label)}"', f"this document holds {assigned[index]}"
            yield _note(row, states, holds, assigned[index])
        elif row.whole is not None and row.whole != len(chosen):
            yield _note(row, f"{row.count} of {row.whole}", f"this document holds {len(chosen)} items")
    if rows[-1].total and rows[-1].count != len(chosen):
        yield _note(rows[-1], f"{rows[-1].count} items in total", f"this document holds {len(chosen)}", len(chosen))


def _nearest(document: _Document, whole: int) -> Sequence[_Held] | None:
    """The document's items, or those of the one kind, that a table of statuses counts."""
    best = min([document.held, *document.by_kind.values()], key=lambda held: abs(len(held) - whole))
    return best if abs(len(best) - whole) <= max(1, _NEAR * len(best)) else None


def _assign(labels: Sequence[StatedCount], held: Sequence[_Held], vocabulary: Vocabulary) -> tuple[list[int], set[int]]:
    """How many items belong to each row, and the rows of which that cannot be told."""
    words = [tuple(_words(row.label)) for row in labels]
    readings = [vocabulary.read(row.label) for row in labels]
    counts = [0] * len(labels)
    doubtful = {index for index, reading in enumerate(readings) if not reading.known}
    for h in held:
        beginning = [i for i, label in enumerate(words) if label and h.words[: len(label)] == label]
        if beginning:
            counts[max(beginning, key=lambda i: len(words[i]))] += 1
            continue
        same = [i for i, reading in enumerate(readings) if reading.known and reading.status is h.status]
        if not same:
            general = _OPEN_LABELS if h.status.state is State.OPEN else _CLOSED_LABELS
            same = [i for i, row in enumerate(labels) if normalise(row.label) in general]
        if len(same) == 1:
            counts[same[0]] += 1
        else:
            doubtful.update(same)
    return counts, doubtful


def _compare_sum(rows: Sequence[StatedCount], labels: Sequence[StatedCount]) -> Iterator[Diagnostic]:
    """The last row, where it is the total of those above it."""
    whole = sum(row.count for row in labels)
    if len(labels) > 1 and rows[-1].total and rows[-1].count != whole:
        yield _note(rows[-1], f"{rows[-1].count} in total", f"the rows above add up to {whole}", whole)


def _is_status(label: str, vocabulary: Vocabulary) -> bool:
    """Whether a label is a status and nothing else: `Blocked (Decision)`, `Open items`."""
    plain = _NOUN.sub("", _PARENTHESES.sub("", label))
    return vocabulary.read(label).known and not vocabulary.remainder(plain)


def _note(fact: StatedCount, states: str, holds: str, should: int | None = None) -> Diagnostic:
    """The note; ``should`` is the count that mends it, where there is one answer."""
    message = f"the summary states {states}, but {holds}. Correct the count."
    edit = None if should is None or fact.written is None else fact.written.mended(Decimal(should), 0)
    return finding("summary-count", fact.path, fact.line, fact.column, message, edit=edit)


def _words(text: str) -> list[str]:
    return _WORDS.findall(normalise(strip_emoji(text)))


@lru_cache(maxsize=4096)
def _plain(name: str) -> str:
    """A category as it is compared: without number, remarks in parentheses, marks and case."""
    plain = normalise(strip_emoji(_PARENTHESES.sub("", name)).replace("*", "").replace("`", ""))
    return _CATEGORY.sub("", plain)
