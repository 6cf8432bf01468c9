"""Numbers as documents write them: `12.5 %`, `1,5`, `40/40`, and how exactly they are written."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import NamedTuple

from gapkeeper.model.edits import Edit
from gapkeeper.model.spans import Span
from gapkeeper.patterns import lazy

_NUMBER = r"\d{1,3}(?:[,\u00a0\u202f ]\d{3}){1,3}(?!\d)(?:\.\d{1,6})?|\d{1,9}(?:[.,]\d{1,6})?|\.\d{1,6}"
_FIGURE = lazy(
    rf"[^\w\[\].+<>=≤≥-]*(?:(?:ca|approx|about)\.?\s*)?(?P<value>{_NUMBER})\s*(?P<percent>[%％])?"
    rf"(?:\s*(?:/|of|out of|von|de|z|na)\s*(?P<of>{_NUMBER})(?P<of_percent>\s*[%％])?)?",
    re.IGNORECASE,
)
_UNIT = lazy(r"\s*(?:points?|pts?\.?|per ?cent|percent|punkte?|pkt\.?|pp\.?|x)(?!\w)", re.IGNORECASE)
_REST = lazy(r"[^\w%％/]*(?:$|[(\[（].*|\s[-–—:·|→].*|[,;].*)", re.DOTALL)
# `100 % complete`, `0/8 resolved`: three words at most, where an underscore joins words
_REMARK = lazy(r"[\s*_]*+(?:[^\W\d_]++(?:_++[^\W\d_]++)*+[\s*_.!]*+){0,3}+(?:[(\[].*)?", re.DOTALL)
_DIGITS = lazy(rb"(?<![\w.,])\d+(?:[.,]\d+)?(?![\w]|[.,]\d)")
_EXACT = Context(prec=100)  # digits: sums of long numbers are rounded, not refused
_LONGEST = 120  # characters that are looked at
_ARROW = lazy(r"→|⇒|➔|->|=>")


class Figure(NamedTuple):
    """A number, with what its writing says of its precision."""

    value: Decimal
    decimals: int  # digits after the point
    percent: bool  # a per cent sign follows
    of: Decimal | None = None  # the second number of `40/40`

    @property
    def half(self) -> Decimal:
        """Half a unit of the last digit: by so much can rounding have moved it."""
        return Decimal(5).scaleb(-self.decimals - 1)

    @property
    def share(self) -> Decimal:
        """The number in per cent, where it is `n/m` or has a per cent sign; else as it is."""
        return self.value * 100 / self.of if self.of else self.value


def parse_figure(text: str) -> Figure | None:
    """The number that a cell or value holds, alone or with a remark; None for words, and for numbers of things.

    Of `19 % → 24 %` the last one counts. `70 kg`, `60 broken imports`, `>= 90 %` and `-5` are none.
    """
    found = leading_figure(_ARROW.split(text)[-1][:_LONGEST])
    if found is None:
        return None
    figure, rest = found
    pattern = _REMARK if figure.percent or figure.of else _REST
    return figure if _REST.fullmatch(rest) or pattern.fullmatch(rest) else None


def leading_figure(text: str) -> tuple[Figure, str] | None:
    """The number that a text begins with, marks and emoji aside, and the text behind it and its unit."""
    match = _FIGURE.match(text)
    if match is None:
        return None
    value, decimals = _number(match["value"])
    of = _number(match["of"])[0] if match["of"] else None
    if of == 0:
        of = None
    rest = text[match.end() :]
    unit = _UNIT.match(rest)
    percent = bool(match["percent"] or match["of_percent"]) or bool(unit and "cent" in unit.group().lower())
    return Figure(value, decimals, percent, of), rest[unit.end() :] if unit else rest


def _number(written: str) -> tuple[Decimal, int]:
    """`1,5` is one and a half, `1,200` and `1 200` twelve hundred."""
    plain = re.sub(r"[\u00a0\u202f ]", "", written)
    if "." in plain or re.fullmatch(r"\d{1,3}(?:,\d{3})+", plain):
        plain = plain.replace(",", "")
    plain = plain.replace(",", ".")
    return Decimal(plain), len(plain.partition(".")[2])


class Written(NamedTuple):
    """The bytes of a number in its document, so that it can be mended."""

    span: Span
    text: bytes

    def mended(self, value: Decimal, decimals: int) -> Edit:
        """The edit that writes another number in its place, with a comma where this one has one."""
        text = rounded(value, decimals).encode()
        return Edit(self.span, self.text, text.replace(b".", b",") if b"," in self.text else text)


def find_written(data: bytes, start: int, end: int, figure: Figure | None) -> Written | None:
    """Where a number stands between two byte offsets: the last place that reads as it."""
    if figure is None:
        return None
    found = None
    for match in _DIGITS.finditer(data, start, end):
        if len(match.group()) <= _LONGEST and _number(match.group().decode()) == (figure.value, figure.decimals):
            found = Written(Span(match.start(), match.end()), match.group())
    return found


def rounded(value: Decimal, decimals: int) -> str:
    """A number at so many digits after the point, halves up, as documents round."""
    return str(value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, _EXACT))


def written(value: Decimal) -> str:
    """A number without superfluous digits: at most two after the point."""
    text = rounded(value, 2)
    return text.rstrip("0").rstrip(".") if "." in text else text
