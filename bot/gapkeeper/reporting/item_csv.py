"""Items as CSV, for spreadsheets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.reporting.csv_text import csv_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gapkeeper.model.items import Item

CSV_COLUMNS = (
    "key", "id", "kind", "title", "status", "status_text", "state", "owner", "priority", "category",
    "blocks", "blocks_text", "depends_on", "resolves", "estimate", "path", "line",
)  # fmt: skip


def items_csv(items: Iterable[Item]) -> str:
    """Comma-separated values with a header."""
    return csv_text(
        CSV_COLUMNS,
        [
            (
                item.key, item.id, item.kind, item.title, item.status.value, item.status_text, item.state.value,
                item.owner, item.priority, item.category, " ".join(item.blocks), item.blocks_text,
                " ".join(item.depends_on), " ".join(item.resolves), item.estimate, item.source.path, item.source.line,
            )
            for item in items
        ],
    )  # fmt: skip
