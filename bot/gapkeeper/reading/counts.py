"""Counts that a document's summary states, compared with what the document holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gapkeeper.model.diagnostics import Diagnostic
    from gapkeeper.model.items import Item
    from gapkeeper.model.spans import Span
    from gapkeeper.reading.blocks import Block
    from gapkeeper.reading.values import Context
    from gapkeeper.reading.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class StatedCount:
    """A number of items that a document states."""

    path: str
    count: int
    label: str  # as written: `Blocked (Decision)`, `items pending`
    section: Span | None  # the part of the document that is counted; None: all of it
    group: int  # the place of the table that the row stands in; 0: none
    total: bool  # the row sums up the others
    line: int
    column: int


def find_counts(blocks: Sequence[Block], context: Context) -> tuple[StatedCount, ...]:
    """The counts that one document states of itself, in order."""
    return ()


def resolve_counts(
    facts: Sequence[StatedCount], items: Mapping[str, Item], vocabulary: Vocabulary
) -> tuple[Diagnostic, ...]:
    """One note for each count that differs from what its document holds."""
    return ()
