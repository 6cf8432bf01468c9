"""Documents that were read, kept in memory between the runs of one process: a run costs what changed.

What a document says depends on its path, its bytes and the rules alone, so it is kept under these. What all
documents of a commit say together is kept, too: a commit never changes.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from gapkeeper.app.documents import Documents
    from gapkeeper.model.documents import Document
    from gapkeeper.reading.facts import DocumentFacts
    from gapkeeper.reading.reader import Reader

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


class ParsedDocuments:
    """What documents say, by their bytes, and what commits say, by their names."""

    def __init__(self, limit: int, *, told: Callable[[str], None] = lambda _how: None) -> None:
        """``limit`` is in bytes of documents, for each of both; ``told`` is told `parsed` or `cached` of each."""
        self._facts: Lru[DocumentFacts] = Lru(limit)
        self._commits: Lru[Documents] = Lru(limit)
        self._told = told

    def facts(self, reader: Reader, document: Document) -> DocumentFacts | None:
        """As `Reader.facts`."""
        if document.data is None:
            return None
        key = (reader.rules.digest(), document.path, hashlib.blake2b(document.data, digest_size=20).digest())
        known = self._facts.get(key)
        self._told("parsed" if known is None else "cached")
        if known is not None:
            return known
        found = reader.facts(document)
        if found is not None:
            self._facts.put(key, found, len(document.data))
        return found

    def commit(self, key: Hashable, read: Callable[[], Documents]) -> Documents:
        """The documents of a commit; ``key`` names commit, folder, patterns and rules."""
        known = self._commits.get(key)
        if known is None:
            known = read()
            self._commits.put(key, known, sum(map(len, known.data.values())))
            return known
        for _ in known.data:
            self._told("cached")
        return known
