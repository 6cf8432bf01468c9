"""Planning documents of our own making, the same ones every time, with the proportions of the corpus."""

from __future__ import annotations

import random
from itertools import islice
from typing import TYPE_CHECKING

from gapkeeper.model.documents import Document

if TYPE_CHECKING:
    from collections.abc import Iterator

# The corpus that the budgets were set on has 123 documents and 1.2 MB; two fifths of it are tables, and few of those
# track anything. The five documents that define its 81 items have 1,071 bytes for each of them.
DOCUMENTS = 123
BYTES_EACH = 9_900
ITEMS_EACH = 2
BYTES_PER_ITEM = 1_071

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


def plans(count: int, size: int = BYTES_EACH) -> list[Document]:
    """As many documents of about this size, with two items for every 9,900 bytes."""
    share = ITEMS_EACH * size / BYTES_EACH
    return [
        Document(f"docs/plan_{n:05}.md", _Pen(n).plan(n, size, range(round((n - 1) * share) + 1, round(n * share) + 1)))
        for n in range(1, count + 1)
    ]


def registers(items: int, each: int = 100) -> list[Document]:
    """Documents with ``each`` items: half of them headings with field tables, half of them rows."""
    return [
        Document(f"docs/register_{first:05}.md", _Pen(first).register(range(first, min(first + each, items + 1))))
        for first in range(1, items + 1, each)
    ]


class _Pen:
    """Writes one document; what it writes depends on the number that it was given."""

    def __init__(self, number: int) -> None:
        self.chance = random.Random(number)

    def plan(self, number: int, size: int, ids: range) -> bytes:
        head = f"# Plan {number}: {self.words(4)}\n\n**Date:** 2025-{number % 12 + 1:02}-{number % 27 + 1:02}\n"
        foot = "\nâœ… All of it â€“ checked.\n" if number % 10 == 0 else ""  # read as Windows-1252 once too often
        return f"{head}{self.filler(size, iter(ids))}{foot}".encode()

    def register(self, ids: range) -> bytes:
        headings = ids[: len(ids) // 2]
        parts = ["# Register\n\n**Updated:** 2025-10-06\n\n"]
        for id_ in headings:
            before = f"LATER-{id_ - 1:05}" if id_ % 3 == 0 else "None"
            parts.append(
                f"### LATER-{id_:05}: {self.words(4)}\n\n| Field | Value |\n|-------|-------|\n"
                f"| **Status** | {self.status()} |\n| **Owner** | {self.owner()} |\n"
                f"| **Priority** | High |\n| **Depends on** | {before} |\n| **Why** | {self.words(9)} |\n\n"
            )
        parts.append(f"## Actions\n\n{self.items(iter(ids[len(headings) :]), len(ids))}")
        parts.append(self.filler(len(ids) * BYTES_PER_ITEM - sum(map(len, parts)), iter(())))
        return "".join(parts).encode()

    def filler(self, size: int, ids: Iterator[int]) -> str:
        """Sections of every shape, until there are about as many characters."""
        shapes = (
            lambda: self.items(ids, self.chance.randint(1, 3)),
            self.files,
            self.list,
            self.list,
            self.code,
            self.code,
            self.prose,
        )
        parts = []
        while size > 0:
            parts.append(f"\n## {self.words(3).capitalize()}\n\n{self.chance.choice(shapes)()}")
            size -= len(parts[-1])
        return "".join(parts)

    def items(self, ids: Iterator[int], count: int) -> str:
        rows = (
            f"| ACTION-{id_:05} | {self.words(4)} | {self.status()} | {self.owner()} | 3 days |\n"
            for id_ in islice(ids, count)
        )
        return "| ID | Action | Status | Owner | Est. |\n|----|--------|--------|-------|------|\n" + "".join(rows)

    def files(self) -> str:
        rows = (
            f"| `{self.words(1)}/{self.words(1)}.py` | {self.words(5)} | {self.chance.randint(1, 400)} "
            f"| **{self.status()}** |\n"
            for _ in range(self.chance.randint(4, 14))
        )
        return "| File | What it does | Lines | State |\n|------|------|------|------|\n" + "".join(rows)

    def list(self) -> str:
        marks = ("- ", "- [ ] ", "- [x] ", "- **note:** ", "  - ")
        return "".join(f"{self.chance.choice(marks)}{self.words(6)}\n" for _ in range(self.chance.randint(3, 9)))

    def code(self) -> str:
        lines = (f"{self.words(4)} = {self.chance.random()}\n" for _ in range(self.chance.randint(3, 12)))
        return f"```\n{''.join(lines)}```\n"

    def prose(self) -> str:
        mention = f"ACTION-{self.chance.randint(1, 20):05}"
        return f"{self.words(14)} *{self.words(2)}* {self.words(12)}, see {mention} and `{self.words(1)}`.\n"

    def words(self, count: int) -> str:
        return " ".join(self.chance.choices(WORDS, k=count))

    def status(self) -> str:
        return self.chance.choice(STATUSES)

    def owner(self) -> str:
        return self.chance.choice(OWNERS)
