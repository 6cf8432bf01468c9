"""How text and marks of a chart find room: estimated widths, labels side by side, round scales."""

from __future__ import annotations

import unicodedata
from itertools import count
from typing import TYPE_CHECKING

from gapkeeper import escaping

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LONGEST = 60  # characters, whatever their width: some have none


def width(text: str, size: float) -> float:
    """Pixels that a text takes at most in a usual sans serif: nobody knows which one a reader has."""
    return size * sum(map(_ems, text))


def _ems(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.05
    if character in "MWmw@%":
        return 0.95
    if character in " !'()*,-./:;I[]fijlrt|":
        return 0.4
    return 0.7 if character.isupper() else 0.58


def shortened(text: str, room: float, size: float) -> str:
    """One line of a text, with an ellipsis where it is too wide for ``room`` pixels."""
    line = escaping.clean_line(text)
    if len(line) <= _LONGEST and width(line, size) <= room:
        return line
    line = line[: _LONGEST - 1]
    while line and width(f"{line}…", size) > room:
        line = line[:-1]
    return f"{line.rstrip()}…"


def apart(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places between ``low`` and ``high``, at least ``gap`` from each other, near those that are wanted.

    ``wanted`` ascends, and so does the answer. There has to be room for all.
    """
    places: list[float] = []
    for place in wanted:
        places.append(max(place, places[-1] + gap if places else low))
    limit = high
    for i in reversed(range(len(places))):
        places[i] = min(places[i], limit)
        limit = places[i] - gap
    return places


def round_scale(most: int) -> range:
    """Round numbers from 0 up to the first that is not below ``most``: four steps at most."""
    step = next(step for step in _round_steps() if step * 4 >= most)
    return range(0, step * max(1, -(-most // step)) + 1, step)


def _round_steps() -> Iterator[int]:
    for power in count():
        yield from (10**power, 2 * 10**power, 5 * 10**power)
