"""Items as CSV, for spreadsheets."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from gapkeeper import escaping

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gapkeeper.model.items import Item

CSV_COLUMNS = (
    "key", "id", "kind", "title", "status", "status_text", "state", "owner", "priority", "category",
    "blocks", "blocks_text", "depends_on", "resolves", "estimate", "path", "line",
)  # fmt: skip


class _Lines(list[str]):
    """What a CSV writer writes to."""

    def write(self, text: str) -> None:
        self.append(text)


def items_csv(items: Iterable[Item]) -> str:
    """Comma-separated values (RFC 4180) with a header; no cell is a formula when a spreadsheet opens it."""
    lines = _Lines()
    writer = csv.writer(lines)
    writer.writerow(CSV_COLUMNS)
    for item in items:
        cells = (
            item.key, item.id, item.kind, item.title, item.status.value, item.status_text, item.state.value,
            item.owner, item.priority, item.category, " ".join(item.blocks), item.blocks_text,
            " ".join(item.depends_on), " ".join(item.resolves), item.estimate, item.source.path,
        )  # fmt: skip
        writer.writerow([*(escaping.csv_cell(cell or "") for cell in cells), item.source.line])
    return "".join(lines)
