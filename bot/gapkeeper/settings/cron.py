"""Times as crontab writes them: five fields, of which the last has Sunday as 0 and as 7."""

from __future__ import annotations

import datetime as dt
import re

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_PART = re.compile(r"(?:\*|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>[1-9][0-9]?))?", re.ASCII)
_SEARCHED_FROM = dt.datetime(2023, 1, 1, tzinfo=dt.UTC)  # a 29th of February follows


def plain_cron(text: str) -> str:
    """The same times with the days of the week by their names, which every program reads alike.

    APScheduler counts days of the week from Monday, so `1-5` would be Tuesday to Saturday there.

    Raises `ValueError`, which says what is wrong.
    """
    fields = text.split()
    if len(fields) != 5:
        raise ValueError(f"it has {len(fields)} fields, and not five")
    if fields[2] != "*" and fields[4] != "*":
        raise ValueError("it names days of the month and of the week, which programs understand differently")
    plain = " ".join([*fields[:4], _days_of_week(fields[4].lower())])
    from apscheduler.triggers.cron import CronTrigger  # noqa: PLC0415  only where there is a cron

    try:
        trigger = CronTrigger.from_crontab(plain, timezone=dt.UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(str(error)) from None
    if trigger.get_next_fire_time(None, _SEARCHED_FROM) is None:
        raise ValueError("no such time ever comes")
    return plain


def _days_of_week(field: str) -> str:
    if field == "*":
        return field
    days: set[int] = set()
    for part in field.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise ValueError(f"{part} is no day of the week")
        step = int(match["step"] or 1)
        first = _day(match["first"]) if match["first"] else 0
        # As crontab has it: a first day with a step and no last one goes on to the end of the week.
        last = _day(match["last"]) if match["last"] else first if match["first"] and not match["step"] else 6
        if last == 0 and first > 0:
            last = 7  # fri-sun
        if first > last:
            raise ValueError(f"{part} ends before it begins")
        days.update(day % 7 for day in range(first, last + 1, step))
    return ",".join(_DAYS[day] for day in sorted(days))


def _day(word: str) -> int:
    if word in _DAYS:
        return _DAYS.index(word)
    if not re.fullmatch("[0-7]", word, re.ASCII):
        raise ValueError(f"{word} is no day of the week")
    return int(word)
