"""The history of readiness for people: a line for each commit, the newest first, as `git log` has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.reporting.history_steps import steps
from gapkeeper.reporting.numbers import count, per_cent, signed
from gapkeeper.reporting.style import Line, Look, Tone, line, say
from gapkeeper.reporting.table import Column, table

if TYPE_CHECKING:
    from gapkeeper.model.history import HistoryPoint, ReadinessHistory
    from gapkeeper.reporting.history_steps import Step

_COMMIT = 7  # digits of a commit's name
_COLUMNS = (
    Column("DATE"),
    Column("COMMIT", spare=2),
    Column("SCORE", number=True),
    Column("CHANGE", number=True),
    Column("OPEN", number=True),
    Column("OF WHICH", least=8, spare=3, yields=True),
    Column("NOTES", least=12, spare=1),
)


def history_lines(history: ReadinessHistory, look: Look) -> list[Line]:
    """The table; nothing where there is no point."""
    rows = [_row(step) for step in steps(history)]
    return table(_COLUMNS, rows[::-1], look) if rows else []


def _row(step: Step) -> tuple[Line, ...]:
    point = step.point
    return (
        line(day(point)),
        line(say(point.commit[:_COMMIT], Tone.CARE)),
        line(say("-", Tone.FAINT) if point.score is None else say(per_cent(point.score), Tone.STRONG)),
        _change(step.difference),
        line(str(point.total_open)),
        line(", ".join(f"{kind} {number}" for kind, number in point.open.items())),
        _notes(step),
    )


def day(point: HistoryPoint) -> str:
    """The day of a point, in UTC."""
    return "unknown" if point.at is None else point.at.date().isoformat()


def _change(difference: float | None) -> Line:
    """What the score moved; nothing where it stood still."""
    text = "±0" if difference is None else signed(difference)
    if text == "±0":
        return ()
    return line(say(text, Tone.BAD if text.startswith("-") else Tone.GOOD))


def _notes(step: Step) -> Line:
    parts = [
        *(say(f"{name} opened", Tone.GOOD) for name in step.opened),
        *(say(f"{name} shut", Tone.BAD) for name in step.shut),
    ]
    if step.point.unread:
        parts.append(say(f"{count(step.point.unread, 'document')} not read", Tone.CARE))
    return line(*(piece for part in parts for piece in ("; ", part)))[1:]


def history_summary(history: ReadinessHistory) -> Line:
    """12 commits, 2026-01-02 to 2026-03-02: 10 % to 40 % (+30)."""
    first, last = history.points[0], history.points[-1]
    days = day(last) if day(first) == day(last) else f"{day(first)} to {day(last)}"
    return line(f"{count(len(history.points), 'commit')}, {days}{_moved(first, last)}")


def _moved(first: HistoryPoint, last: HistoryPoint) -> str:
    if first.score is None or last.score is None:
        return ""
    if first is last:
        return f": {per_cent(last.score)}"
    return f": {per_cent(first.score)} to {per_cent(last.score)} ({signed(last.score - first.score)})"
