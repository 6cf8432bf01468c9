"""Planning documents to measure with: the corpus where there is one, else as many of our own making."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import TYPE_CHECKING

from gapkeeper.model.documents import Document
from gapkeeper.model.rules import ReadingRules
from gapkeeper.reading import read_register

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from gapkeeper.model.register import Register

# The corpus that the budgets were set on: 123 documents of one migration, 1.2 MB, nearly half of it in tables.
DOCUMENTS = 123
BYTES_EACH = 9_900

WORDS = (
    "berth booking boat cancel card certificate checklist crossing customs deck domain export fare ferry finish "
    "harbour import invoice island kiosk ledger lorry manifest moor night office passenger payment pier quay ramp "
    "refund route sailing scanner schedule seal session ticket tide timetable vehicle winter write"
).split()
STATUSES = (
    "Pending",
    "Not Started",
    "In Progress",
    "✅ Done",
    "Resolved",
    "🔒 Blocked",
    "Deferred",
    "Partial (3/7)",
    "Not done",
    "Cancelled",
)
OWNERS = ("Infrastructure", "Ticketing", "Berths", "Harbour office", "TBD", "-")


def read(documents: Iterable[Document]) -> Register:
    """Register and diagnostics, with the rules of a repository without configuration."""
    return read_register(documents, ReadingRules())


def size(documents: Iterable[Document]) -> int:
    """Their bytes."""
    return sum(len(document.data or b"") for document in documents)


def corpus() -> tuple[str, list[Document]]:
    """What to read, and what to call it: `cutover` in GAPKEEPER_CORPUS, else documents like it."""
    folder = os.environ.get("GAPKEEPER_CORPUS")
    if not folder:
        return "generated", generated(DOCUMENTS)
    root = Path(folder) / "cutover"
    paths = sorted(p for p in root.rglob("*.md") if p.is_file())
    return "corpus", [Document(p.relative_to(root).as_posix(), p.read_bytes()) for p in paths]


def generated(count: int, size: int = BYTES_EACH) -> list[Document]:
    """As many documents of about this size, always the same ones."""
    return [Document(f"docs/plan_{number:05}.md", _document(number, size)) for number in range(1, count + 1)]


def dense(items: int, each: int = 100) -> list[Document]:
    """Registers with ``each`` items, half of them headings with field tables and half of them rows."""
    return [
        Document(f"docs/register_{first:05}.md", _register(first, min(each, items - first + 1)))
        for first in range(1, items + 1, each)
    ]


def _document(number: int, size: int) -> bytes:
    chance = random.Random(number)
    parts = [f"# Plan {number}: {_words(chance, 4)}\n\n**Date:** 2025-{number % 12 + 1:02}-{number % 27 + 1:02}\n"]
    ids = iter(range(*_ids(number, size)))
    sections: tuple[Callable[[], str], ...] = (
        lambda: _table(chance, ids),
        lambda: _other_table(chance),
        lambda: _list(chance),
        lambda: _list(chance),
        lambda: _code(chance),
        lambda: _code(chance),
        lambda: _prose(chance),
    )
    length = 0
    while length < size:
        parts.append(f"\n## {_words(chance, 3).capitalize()}\n\n{chance.choice(sections)()}")
        length += len(parts[-1])
    if number % 10 == 0:  # read as Windows-1252 once too often
        parts.append("\nâœ… All of it â€“ checked.\n")
    return "".join(parts).encode()


def _ids(number: int, size: int) -> tuple[int, int]:
    """Two items for as many bytes as a document of the corpus has: most of its tables track nothing."""
    return round((number - 1) * 2 * size / BYTES_EACH) + 1, round(number * 2 * size / BYTES_EACH) + 1


def _words(chance: random.Random, count: int) -> str:
    return " ".join(chance.choices(WORDS, k=count))


def _table(chance: random.Random, ids: Iterator[int]) -> str:
    rows = [
        f"| ACTION-{id_:05} | {_words(chance, 4)} | {chance.choice(STATUSES)} | {chance.choice(OWNERS)} |\n"
        for id_, _ in zip(ids, range(chance.randint(1, 3)), strict=False)
    ]
    return "| ID | Action | Status | Owner |\n|----|--------|--------|-------|\n" + "".join(rows)


def _other_table(chance: random.Random) -> str:
    rows = "".join(
        f"| `{_words(chance, 1)}/{_words(chance, 1)}.py` | {_words(chance, 5)} | {chance.randint(1, 400)} "
        f"| **{chance.choice(STATUSES)}** |\n"
        for _ in range(chance.randint(4, 14))
    )
    return "| File | What it does | Lines | State |\n|------|------|------|------|\n" + rows


def _list(chance: random.Random) -> str:
    marks = ("- ", "- [ ] ", "- [x] ", "- **note:** ", "  - ")
    return "".join(f"{chance.choice(marks)}{_words(chance, 6)}\n" for _ in range(chance.randint(3, 9)))


def _code(chance: random.Random) -> str:
    return (
        "```\n" + "".join(f"{_words(chance, 4)} = {chance.random()}\n" for _ in range(chance.randint(3, 12))) + "```\n"
    )


def _prose(chance: random.Random) -> str:
    mention = f"ACTION-{chance.randint(1, 20):05}"
    return (
        f"{_words(chance, 14)} *{_words(chance, 2)}* {_words(chance, 12)}, see {mention} and `{_words(chance, 1)}`.\n"
    )


def _register(first: int, count: int) -> bytes:
    chance = random.Random(first)
    headings = count // 2
    parts = ["# Register\n\n**Updated:** 2025-10-06\n\n"]
    for id_ in range(first, first + headings):
        before = f"LATER-{id_ - 1:05}" if id_ % 3 == 0 else "None"
        parts.append(
            f"### LATER-{id_:05}: {_words(chance, 4)}\n\n| Field | Value |\n|-------|-------|\n"
            f"| **Status** | {chance.choice(STATUSES)} |\n| **Owner** | {chance.choice(OWNERS)} |\n"
            f"| **Priority** | High |\n| **Depends on** | {before} |\n| **Why** | {_words(chance, 9)} |\n\n"
        )
    parts.append("## Actions\n\n| ID | Action | Status | Owner | Est. |\n|----|--------|--------|-------|------|\n")
    parts += (
        f"| ACTION-{id_:05} | {_words(chance, 4)} | {chance.choice(STATUSES)} | {chance.choice(OWNERS)} | 3 days |\n"
        for id_ in range(first + headings, first + count)
    )
    return "".join(parts).encode()
