"""What more documents cost, and what one changed document costs."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from bench.documents import read
from bench.generate import DOCUMENTS, plans
from bench.measure import ratio, take_turns
from gapkeeper.model.rules import ReadingRules
from gapkeeper.reading import Reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.measure import Result
    from gapkeeper.model.documents import Document
    from gapkeeper.model.register import Register
    from gapkeeper.reading.facts import DocumentFacts

GROWTH, CHANGED = 12, 1 / 20
MANY, SMALL = 10_000, 1_200  # documents, bytes each


def results() -> Iterator[Result]:
    """Ten times the documents at most 12 times; one changed of 10,000 under a twentieth of a cold read."""
    few, many = plans(DOCUMENTS), plans(10 * DOCUMENTS)
    small, large = f"reading {len(few)} documents", f"reading {len(many)} documents"
    seconds = take_turns({small: lambda: read(few), large: lambda: read(many)}, repetitions=3)
    yield ratio(seconds, large, small, budget=GROWTH)

    warm = Warm(plans(MANY, SMALL))
    cold, changed = f"reading {MANY} documents", "reading one of them that changed"
    seconds = take_turns({cold: lambda: read(warm.documents), changed: warm.change_one}, repetitions=3)
    yield ratio(seconds, changed, cold, budget=CHANGED)


class Warm:
    """A process that goes on: it keeps what each document says, under the digest of its bytes."""

    def __init__(self, documents: list[Document]) -> None:
        self.documents = documents
        self.reader = Reader(ReadingRules())
        self.known: dict[tuple[str, bytes], DocumentFacts | None] = {}
        self.edits = 0
        self.read()

    def read(self) -> Register:
        """The register of all documents; only those with other bytes than last time are parsed."""
        keys = [(d.path, hashlib.sha256(d.data or b"").digest()) for d in self.documents]
        self.known = {
            key: self.known[key] if key in self.known else self.reader.facts(document)
            for key, document in zip(keys, self.documents, strict=True)
        }
        return self.reader.resolve([facts for facts in self.known.values() if facts is not None])

    def change_one(self) -> Register:
        """Add a line to one document and read again."""
        self.edits += 1
        place = len(self.documents) // 2
        document = self.documents[place]
        self.documents[place] = replace(document, data=(document.data or b"") + f"\nEdit {self.edits}.\n".encode())
        return self.read()
