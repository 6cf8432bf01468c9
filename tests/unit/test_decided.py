"""What is decided again for documents that changed little is what is decided of them alone."""

from __future__ import annotations

import random

import pytest

from gapkeeper.model.documents import Document
from gapkeeper.model.rules import KindRules, ReadingRules, Scope
from gapkeeper.reading import Reader
from gapkeeper.reading.outline import Outliner

SCOPED = ReadingRules(kinds=tuple(KindRules(kind, Scope.DOCUMENT) for kind in ("ACTION", "LATER")))
REFERENCES = ("LATER-1", "LATER-3", "LATER-1 to LATER-4", "ACTION-2, b.md#ACTION-2", "", "", "")


def plan(chance: random.Random) -> bytes:
    """Some of a few items, each of which may wait for, block or resolve others, there or not."""
    parts = ["# Plan\n"]
    for kind in ("ACTION", "LATER"):
        for number in sorted(chance.sample(range(1, 5), chance.randint(0, 3))):
            fields = [f"| **Status** | {chance.choice(['Done', 'Open', 'Blocked'])} |"]
            fields += [f"| **{name}** | {chance.choice(REFERENCES)} |" for name in ("Depends on", "Blocks", "Resolves")]
            rows = "\n".join(fields)
            parts.append(f"### {kind}-{number}: Paint {number}\n\n| Field | Value |\n|---|---|\n{rows}\n")
    return "\n".join(parts).encode()


@pytest.mark.parametrize("rules", [ReadingRules(), SCOPED], ids=["one for the repository", "one for each document"])
def test_items_that_come_and_go_change_what_references_mean(rules: ReadingRules) -> None:
    chance = random.Random(6)  # noqa: S311 - the same each time
    reader = Reader(rules)
    outliner = Outliner(reader)
    documents = {path: reader.facts(Document(path, plan(chance))) for path in ("a.md", "b.md", "c.md")}
    meanings = set()
    for _ in range(150):
        path = chance.choice(list(documents))
        documents[path] = reader.facts(Document(path, plan(chance)))
        facts = [found for found in documents.values() if found is not None]
        again, alone = outliner.outline(facts, {}), Outliner(reader).outline(facts, {})
        assert again.items == alone.items
        assert again.gates == alone.gates
        meanings |= {(key, item.depends_on) for key, item in alone.items.items()}
    assert len(meanings) > 40
