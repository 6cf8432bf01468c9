"""What the service did and will do, in words: for the status page, and for `gapkeeper jobs`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.model.jobs import JobState
from gapkeeper.model.plan import Op
from gapkeeper.reporting.numbers import count, number
from gapkeeper.reporting.outcome_text import DONE, OF_THE_PROJECT, made

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"))  # seconds; the first that is reached twice, or once for minutes
_MOMENT = 10  # seconds ago that are just now
#: The states of jobs as people read them.
STATES = {JobState.RUNNING: "running", JobState.QUEUED: "waiting", JobState.DEAD: "given up"}


def moment(when: dt.datetime) -> str:
    """A time as ISO 8601 has it, in UTC to the second: 2026-11-24 20:35:12Z."""
    return f"{when:%Y-%m-%d %H:%M:%S}Z"


def relative(when: dt.datetime, now: dt.datetime) -> str:
    """How far away a time is: just now, 40 s ago, in 4 s, in 3 min."""
    seconds = (when - now).total_seconds()
    if seconds > 0:
        return f"in {_span(seconds)}" if seconds >= 1 else "now"
    return "just now" if -seconds < _MOMENT else f"{_span(-seconds)} ago"


def _span(seconds: float) -> str:
    """One unit, rounded down: 119 seconds are 1 min, 47 hours are 47 h."""
    for size, unit in _UNITS:
        if seconds >= (size if unit == "min" else 2 * size):
            return f"{int(seconds // size)} {unit}"
    return f"{int(seconds)} s"


def took(seconds: float) -> str:
    """How long something took: 0.12 s, 4.5 s, 75 s, 12 min."""
    if seconds < 0:  # the clock was set back meanwhile
        return "0 s"
    return f"{number(seconds, 2 if seconds < 1 else 1)} s" if seconds < 120 else _span(seconds)


def counted(counts: Mapping[str, int]) -> str:
    """What a run did and read; empty for nothing.

    As in `2 created, 1 closed; documents: 3 parsed, 120 cached; requests: 1 read, 3 unchanged (304), 3 writes`.
    """
    changes = [_changed(op, counts[op]) for op in Op if counts.get(op)]
    failed = [f"{counts['failed']} failed"] if counts.get("failed") else []
    documents = [f"{counts[how]} {how}" for how in ("parsed", "cached") if counts.get(how)]
    parts = [("", [*changes, *failed]), ("documents: ", documents), ("requests: ", _requests(counts))]
    return "; ".join(name + ", ".join(said) for name, said in parts if said)


def _changed(op: Op, amount: int) -> str:
    """What the service writes to documents, it proposes: nothing is checked out there."""
    if op in OF_THE_PROJECT:
        return made(op, amount)
    return f"{amount} {'proposed' if op is Op.WRITE_BACK else DONE[op]}"


def _requests(counts: Mapping[str, int]) -> list[str]:
    """Reads, reads that were answered that nothing has changed (GitHub does not count them), and writes."""
    reads, unchanged, writes = (counts.get(name, 0) for name in ("reads", "unchanged", "writes"))
    said = (
        (reads, count(reads, "read")),
        (unchanged, f"{unchanged} unchanged (304)"),
        (writes, count(writes, "write")),
    )
    return [words for amount, words in said if amount]
