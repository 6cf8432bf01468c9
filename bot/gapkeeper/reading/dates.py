"""Dates as people write them in documents; a partial date is its earliest day."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from gapkeeper.patterns import lazy

if TYPE_CHECKING:
    import re

_MONTHS = (
    "january jan januar januari janvier janv enero ene janeiro stycznia styczeń",
    "february feb februar februari février févr febrero fevereiro fev lutego luty",
    "march mar märz maart mars marzo março marca marzec",
    "april apr abril abr avril kwietnia kwiecień",
    "may mai mei mayo maio maja maj",
    "june jun juni juin junio junho czerwca czerwiec",
    "july jul juli juillet julio julho lipca lipiec",
    "august aug augustus août agosto ago sierpnia sierpień",
    "september sep sept septembre septiembre setembro set września wrzesień",
    "october oct oktober okt octobre octubre outubro out października październik",
    "november nov novembre noviembre novembro listopada listopad",
    "december dec dezember dez décembre déc diciembre dic dezembro grudnia grudzień",
)
_MONTH = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_YEAR = r"(?:19|20)\d\d"
_ISO = lazy(rf"(?<!\d)({_YEAR})[-/.年](\d{{1,2}})(?:[-/.月](\d{{1,2}})日?)?(?!\d)")
_NUMERIC = lazy(rf"(?<!\d)(\d{{1,2}})([./-])(\d{{1,2}})\2({_YEAR})(?!\d)")
_DAY_MONTH = lazy(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:of\s+|de\s+)?([^\W\d_]{{3,12}})\.?,?\s+(?:de\s+)?({_YEAR})(?!\d)"
)
_MONTH_DAY = lazy(rf"([^\W\d_]{{3,12}})\.?\s+(?:(\d{{1,2}})(?:st|nd|rd|th)?,?\s+)?({_YEAR})(?!\d)")
_BARE_YEAR = lazy(rf"^\s*({_YEAR})\s*$")


def find_date(text: str) -> dt.date | None:
    """The first date in a text; None where there is none, or none that exists."""
    if match := _ISO.search(text):
        return _date(match[1], match[2], match[3] or "1")
    if match := _NUMERIC.search(text):
        return _numeric(match)
    for pattern, day, month, year in ((_DAY_MONTH, 1, 2, 3), (_MONTH_DAY, 2, 1, 3)):
        for match in pattern.finditer(text):
            number = _MONTH.get(match[month].casefold())
            if number:
                return _date(match[year], number, match[day] or "1")
    if match := _BARE_YEAR.match(text):
        return _date(match[1], 1, 1)
    return None


def _numeric(match: re.Match[str]) -> dt.date | None:
    """`09.01.2026` is the 9th of January; with slashes either order is in use, and the earliest day counts."""
    first, second, year = match[1], match[3], match[4]
    if match[2] != "/":
        return _date(year, second, first)
    readings = [d for d in (_date(year, first, second), _date(year, second, first)) if d]
    return min(readings, default=None)


def _date(year: str, month: str | int, day: str | int) -> dt.date | None:
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None
