"""The history of readiness as CSV, for spreadsheets: a line for each commit, the oldest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.reporting.csv_text import csv_text
from gapkeeper.reporting.history_steps import steps

if TYPE_CHECKING:
    from gapkeeper.model.history import ReadinessHistory

HISTORY_COLUMNS = ("commit", "at", "score", "difference", "open", "closed", "gates_opened", "gates_shut", "unread")


def history_csv(history: ReadinessHistory) -> str:
    """Comma-separated values; after the columns that are always there, one for each kind: `open LATER`."""
    kinds = sorted({kind for point in history.points for kind in point.open})
    rows = []
    for point, difference, opened, shut in steps(history):
        moment = "" if point.at is None else point.at.isoformat()
        rows.append(
            (
                point.commit, moment, _cell(point.score), _cell(difference), point.total_open, point.closed,
                "; ".join(opened), "; ".join(shut), point.unread, *(point.open.get(kind, 0) for kind in kinds),
            )
        )  # fmt: skip
    return csv_text((*HISTORY_COLUMNS, *(f"open {kind}" for kind in kinds)), rows)


def _cell(value: float | None) -> float | str:
    return "" if value is None else round(value, 2)
