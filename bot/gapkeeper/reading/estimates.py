"""Estimates as people write them, in working days: `18-28 days`, `~3d`, `2 weeks`, `4 h`.

A day has eight hours, a week five days and a month 21. A bare number is days, for it stands under
`Est. Days`. Sizes (`M`, `XL`), points, sprints and dates are no estimate of days.
"""

from __future__ import annotations

import re

from gapkeeper.patterns import lazy

_HOURS_A_DAY = 8
_UNITS = {
    1 / (60 * _HOURS_A_DAY): "min mins minute minutes minuten minuty minut minutos 分",
    1 / _HOURS_A_DAY: "h hr hrs hour hours std stunde stunden heure heures hora horas godz godzin godziny uur uren "
    "時間 小时 小時 시간",
    1: "d day days workday workdays tag tage tagen pt pd jour jours j día días dia dias dni dzień dag dagen "
    "日 人日 天 일",
    5: "w wk wks week weeks woche wochen semaine semaines semana semanas tydzień tygodnie tygodni weken 週 周 주",
    21: "mo mos month months monat monate monaten mois mes meses mês miesiąc miesiące maand maanden"
    " ヶ月 か月 个月 個月 개월",
}
_DAYS = {word: days for days, words in _UNITS.items() for word in words.split()}
_NUMBER = r"\d{1,4}(?:[.,]\d{1,2})?|½"
_WORD = "|".join(sorted((re.escape(word) for word in _DAYS), key=len, reverse=True))
_UNIT = rf"(?:{_WORD})(?:(?<=[^\u0000-\u2fff])|(?![^\W\d_]))"  # Chinese, Japanese and Korean put no space behind it
_BETWEEN = r"\s*(?:[-–—~〜]|\.\.|to|bis|à|a|do|tot)\s*"
_KIND = r"(?:(?:working|business|work|person|man|dev|engineer|calendar|ideal|full)[\s-]*)?"
_TERM = lazy(
    rf"(?<![\w.,/-])(?P<below><\s*)?(?P<low>{_NUMBER})\+?(?:\s*(?P<unit>{_UNIT}))?"
    rf"(?:{_BETWEEN}(?P<high>{_NUMBER}))?\+?[\s-]*{_KIND}(?P<last>{_UNIT})",
    re.IGNORECASE,
)
_BARE = lazy(rf"[~≈\s]*(?P<low>{_NUMBER})(?:{_BETWEEN}(?P<high>{_NUMBER}))?\s*")
_JOINT = lazy(r"\s*(?:(?:\+|and|und|et|y|e|i|en)\s*)?", re.IGNORECASE)
_LONGEST = 200  # characters that are looked at


def parse_estimate(text: str) -> tuple[float, float] | None:
    """The least and the most days that a text estimates; None where it names none.

    `1 week 2 days` is a sum; of several estimates the first one counts.
    """
    text = text[:_LONGEST]
    if not any(c.isnumeric() for c in text):
        return None
    bare = _BARE.fullmatch(text)
    if bare is not None:
        low = _number(bare["low"])
        return _ordered(low, _number(bare["high"]) if bare["high"] else low)
    match = _TERM.search(text)
    if match is None:
        return None
    low, high, unit = _term(match)
    while (joint := _JOINT.match(text, match.end())) and (match := _TERM.match(text, joint.end())):
        further_low, further_high, further_unit = _term(match)
        if further_unit >= unit:
            break
        low, high, unit = low + further_low, high + further_high, further_unit
    return _ordered(low, high)


def _term(match: re.Match[str]) -> tuple[float, float, float]:
    """The least and most days of one term, and its unit in days."""
    unit = _DAYS[match["last"].lower()]
    low_unit = _DAYS[match["unit"].lower()] if match["unit"] and match["high"] else unit
    low = _number(match["low"]) * low_unit
    high = _number(match["high"]) * unit if match["high"] else low
    return (0.0 if match["below"] else low), high, unit


def _number(text: str) -> float:
    return 0.5 if text == "½" else float(text.replace(",", "."))


def _ordered(low: float, high: float) -> tuple[float, float]:
    return (low, high) if low <= high else (high, low)


def is_estimate(text: str) -> bool:
    """Whether a text is an estimate with its unit and nothing else: `~3 days`, `(2 weeks)`."""
    plain = text[:_LONGEST].strip(" \t~≈().")
    match = _TERM.match(plain)
    return match is not None and match.end() == len(plain)
