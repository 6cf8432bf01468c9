"""Documents that were read, kept in memory between the runs of one process: a run costs what changed.

What a document says depends on its path, its bytes and the rules alone, so it is kept under these. What all
documents of a commit say together is kept, too: a commit never changes.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

from gapkeeper.reading import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from gapkeeper.app.documents import Documents
    from gapkeeper.model.documents import Document
    from gapkeeper.model.rules import ReadingRules
    from gapkeeper.reading.facts import DocumentFacts

V = TypeVar("V")


class Lru(Generic[V]):
    """The values that were used last, up to a weight. Safe to use from several threads."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._weight = 0
        self._kept: OrderedDict[Hashable, tuple[V, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> V | None:
        """What is kept."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
            return found[0]

    def put(self, key: Hashable, value: V, weight: int) -> None:
        """Keep a value, and drop what was not used for longest; one that is too heavy alone is not kept."""
        with self._lock:
            former = self._kept.pop(key, None)
            if former is not None:
                self._weight -= former[1]
            if weight > self._limit:
                return
            self._kept[key] = (value, weight)
            self._weight += weight
            while self._weight > self._limit:
                _, (_, dropped) = self._kept.popitem(last=False)
                self._weight -= dropped


#: What is kept beside a document's bytes, or beside all of a commit, at least: bytes.
_FACTS, _COMMIT = 2_000, 64_000
#: Rules are a repository's own choice, and what they are read with takes half a megabyte.
_READERS = 64


class _Remembering(Reader):
    """Reads what it does not know."""

    def __init__(self, rules: ReadingRules, kept: Lru[DocumentFacts], told: Callable[[str], None]) -> None:
        super().__init__(rules)
        self._digest = rules.digest()
        self._kept = kept
        self._told = told

    def facts(self, document: Document) -> DocumentFacts | None:
        """What one document says; None where it could not be read."""
        if document.data is None:
            return None
        key = (self._digest, document.path, hashlib.blake2b(document.data, digest_size=20).digest())
        known = self._kept.get(key)
        self._told("parsed" if known is None else "cached")
        if known is not None:
            return known
        found = super().facts(document)
        if found is not None:
            self._kept.put(key, found, _FACTS + len(document.data))
        return found


class ParsedDocuments:
    """What documents say, by their bytes, and what commits say, by their names."""

    def __init__(self, limit: int, *, told: Callable[[str], None] = lambda _how: None) -> None:
        """``limit`` is in bytes of documents, for each of both; ``told`` is told `parsed` or `cached` of each."""
        self._facts: Lru[DocumentFacts] = Lru(limit)
        self._commits: Lru[Documents] = Lru(limit)
        self._readers: Lru[Reader] = Lru(_READERS)
        self._told = told

    def reader(self, rules: ReadingRules) -> Reader:
        """A reader that knows what was read before, for any number of threads."""
        digest = rules.digest()
        known = self._readers.get(digest)
        if known is None:
            known = _Remembering(rules, self._facts, self._told)
            self._readers.put(digest, known, 1)
        return known

    def commit(self, key: Hashable, read: Callable[[], Documents]) -> Documents:
        """The documents of a commit; ``key`` names commit, folder, patterns and rules."""
        known = self._commits.get(key)
        if known is None:
            known = read()
            self._commits.put(key, known, _COMMIT + sum(map(len, known.data.values())))
            return known
        for _ in known.data:
            self._told("cached")
        return known
