"""The time axis of a chart: where commits stand on it, and which times are written below it."""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_EPOCH = dt.datetime(1, 1, 1, tzinfo=dt.UTC)  # a Monday, so that whole weeks since then begin on Mondays
_SECOND = dt.timedelta(seconds=1)
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_STEPS = tuple(
    step * unit
    for unit, steps in ((_MINUTE, (1, 2, 5, 10, 15, 30)), (_HOUR, (1, 2, 3, 6, 12)), (_DAY, (1, 2, 4, 7, 14)))
    for step in steps
)
_MONTHS = (1, 2, 3, 6, *(12 * 10**power * step for power in range(4) for step in (1, 2, 5)))
_MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MOST = 7  # ticks


@dataclass(frozen=True, slots=True)
class Tick:
    """A time that is written below the axis."""

    at: float  # seconds, as `seconds_in_order` counts them
    text: str  # what changes from tick to tick: 14:30, 3 Mar, Mar, 2026
    below: str  # the day or year that it belongs to; empty where that is the one of the tick before


def day_words(at: dt.datetime) -> str:
    """A day as it is written in a chart, in any locale: 3 Mar 2026."""
    return f"{at.day} {_MONTH_NAMES[at.month - 1]} {at.year}"


def seconds_in_order(times: Sequence[dt.datetime | None]) -> list[float] | None:
    """Seconds that never run backwards, one for each commit; None where no commit has a time.

    The first and the last are whole: a fraction more would leave the years that there are.
    Clocks of committers are wrong now and then: the longest run of times in order is kept, and
    the other commits are spread evenly between their neighbours.
    """
    known = [(i, (at - _EPOCH) // _SECOND) for i, at in enumerate(times) if at is not None]
    if not known:
        return None
    run = _longest_run(known)
    ends = [(-1, run[0][1]), *run, (len(times), run[-1][1])]
    seconds: list[float] = []
    for (before, start), (after, end) in pairwise(ends):
        seconds += [start + (end - start) * (i - before) / (after - before) for i in range(before + 1, after)]
        seconds.append(end)
    return seconds[:-1]


def _longest_run(known: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part, with gaps, of which no time is before the one that it follows."""
    least: list[int] = []  # the earliest last time of a run of each length
    last: list[int] = []  # whose that is
    previous: list[int] = []  # what each one follows in its run
    for here, (_, second) in enumerate(known):
        length = bisect_right(least, second)
        previous.append(last[length - 1] if length else -1)
        least[length : length + 1] = [second]
        last[length : length + 1] = [here]
    run = []
    here = last[-1]
    while here >= 0:
        run.append(known[here])
        here = previous[here]
    return run[::-1]


def ticks(first: float, last: float) -> list[Tick]:
    """At most seven round times of a span; the first time of it where it holds fewer than two of them."""
    for step in _STEPS:
        marks = range(math.ceil(first / step), math.floor(last / step) + 1)
        if len(marks) <= _MOST:
            return _written([float(mark * step) for mark in marks], first, step)
    start, end = (_EPOCH + dt.timedelta(seconds=second) for second in (first, last))
    for months in _MONTHS:
        marks = range(-(-_next_month(start) // months), _month(end) // months + 1)
        if len(marks) <= _MOST:
            break
    return _written([_second(mark * months) for mark in marks], first, months * 31 * _DAY)


def _month(at: dt.datetime) -> int:
    return at.year * 12 + at.month - 1


def _next_month(at: dt.datetime) -> int:
    """The month that begins at a time, or next after it."""
    return _month(at) + (at != at.replace(day=1, hour=0, minute=0, second=0, microsecond=0))


def _second(month: int) -> float:
    return (dt.datetime(month // 12, month % 12 + 1, 1, tzinfo=dt.UTC) - _EPOCH).total_seconds()


def _written(seconds: Sequence[float], first: float, step: int) -> list[Tick]:
    if len(seconds) < 2:
        at = _EPOCH + dt.timedelta(seconds=first)
        return [Tick(first, f"{at.hour:02}:{at.minute:02}", day_words(at))]
    return list(_worded(seconds, step))


def _worded(seconds: Sequence[float], step: int) -> Iterator[Tick]:
    before = ""
    for second in seconds:
        at = _EPOCH + dt.timedelta(seconds=second)
        text, below = _words(at, step)
        yield Tick(second, text, "" if below == before else below)
        before = below


def _words(at: dt.datetime, step: int) -> tuple[str, str]:
    if step < _DAY:
        return f"{at.hour:02}:{at.minute:02}", day_words(at)
    if step < 28 * _DAY:
        return f"{at.day} {_MONTH_NAMES[at.month - 1]}", str(at.year)
    if step < 12 * 31 * _DAY:
        return _MONTH_NAMES[at.month - 1], str(at.year)
    return str(at.year), ""
