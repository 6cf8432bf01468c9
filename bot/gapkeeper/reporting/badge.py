"""The readiness score as a badge: one small SVG that loads nothing and runs nothing, or what shields.io draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper import escaping
from gapkeeper.reporting.numbers import per_cent

if TYPE_CHECKING:
    from gapkeeper.reporting.register_json import Json

# Fill behind white text; each has a contrast of at least 4.5 with it (WCAG 2.2, 1.4.3).
_COLOURS = ((80.0, "#1a7f37"), (40.0, "#9a6700"), (0.0, "#cf222e"))
_GREY = "#57606a"
_CHARACTER = 7  # pixels that a character of 11px Verdana takes at most, on average


def badge_svg(score: float | None, label: str = "readiness") -> str:
    """A badge with the score, or with "unknown"; red below 40 %, amber below 80 %."""
    value, colour = _value(score), _colour(score) or _GREY
    left, right = (_CHARACTER * len(text) + 12 for text in (label, value))
    name, shown = escaping.xml_text(label), escaping.xml_text(value)
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" aria-label="{name}: {shown}">
  <title>{name}: {shown}</title>
  <rect width="{left + right}" height="20" rx="3" fill="#24292f"/>
  <path d="M{left} 0h{right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{right - 3}z" fill="{colour}"/>
  <g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">
    <text x="{left / 2}" y="14">{name}</text>
    <text x="{left + right / 2}" y="14">{shown}</text>
  </g>
</svg>
"""


def badge_shields(score: float | None, label: str = "readiness") -> Json:
    """The same for shields.io (https://shields.io/badges/endpoint-badge), which reads it from a URL."""
    return {
        "schemaVersion": 1,
        "label": label,
        "message": _value(score),
        "color": (_colour(score) or "lightgrey").removeprefix("#"),
    }


def _value(score: float | None) -> str:
    return "unknown" if score is None else per_cent(score)


def _colour(score: float | None) -> str | None:
    """By the score; None where there is none."""
    return None if score is None else next((c for least, c in _COLOURS if score >= least), _COLOURS[-1][1])
