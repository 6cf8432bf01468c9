"""The journal of runs for people and machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.reporting.register_json import VERSION, Json
from gapkeeper.reporting.style import Line, Look, Tone, line, say
from gapkeeper.reporting.table import Column, table

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from gapkeeper.model.runs import Run

_COLUMNS = (
    Column("RUN", number=True),
    Column("STARTED"),
    Column("COMMIT"),
    Column("CHANGES", number=True),
    Column("DONE", number=True),
    Column("FAILED", number=True),
    Column("ENDED", least=20, spare=1),
)


def run_lines(runs: Sequence[Run], look: Look) -> list[Line]:
    """A table of runs as they are given."""
    rows = [
        (
            line(say(str(run.id), Tone.STRONG)),
            line(_minute(run.started_at)),
            line(say((run.start.revision or "")[:10], Tone.FAINT)),
            line(str(run.start.planned)),
            line("" if run.end is None else str(run.end.done)),
            line("" if run.end is None else str(run.end.failed)),
            line(_ended(run)),
        )
        for run in runs
    ]
    return table(_COLUMNS, rows, look) if rows else []


def _ended(run: Run) -> str:
    if run.end is None:
        return "broken off, or still at work"
    if run.end.stopped is not None:
        return f"stopped: {run.end.stopped}"
    return "well" if run.end.exit_code == 0 else f"with exit code {run.end.exit_code}"


def _minute(time: dt.datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"


def runs_json(runs: Sequence[Run]) -> Json:
    """The same for programs; what a run that was broken off did is null."""
    return {
        "version": VERSION,
        "runs": [
            {
                "id": run.id,
                "started_at": run.started_at.isoformat(),
                "ended_at": None if run.ended_at is None else run.ended_at.isoformat(),
                "revision": run.start.revision,
                "branch": run.start.branch,
                "fingerprint": run.start.fingerprint,
                "write_back": run.start.write_back.value,
                "planned": run.start.planned,
                "done": None if run.end is None else run.end.done,
                "failed": None if run.end is None else run.end.failed,
                "exit_code": None if run.end is None else run.end.exit_code,
                "stopped": None if run.end is None else run.end.stopped,
            }
            for run in runs
        ],
    }
