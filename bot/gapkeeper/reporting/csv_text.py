"""CSV as it leaves the program: RFC 4180, and inert in a spreadsheet."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from gapkeeper import escaping

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Cell = str | float | None  # a number is written as it is: what begins with a minus is no formula then


class _Lines(list[str]):
    """What a CSV writer writes to."""

    def write(self, text: str) -> None:
        self.append(text)


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Lines with a header; no text in them is a formula when a spreadsheet opens it."""
    lines = _Lines()
    writer = csv.writer(lines)
    for row in (columns, *rows):
        writer.writerow(
            [escaping.csv_cell(cell or "") if cell is None or isinstance(cell, str) else cell for cell in row]
        )
    return "".join(lines)
