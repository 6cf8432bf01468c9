"""Flags above a chart: which gates a commit opened, with their names where there is room."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.reporting.chart_layout import shortened, width

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LANES = 2  # rows for names
_ROOM = 150  # pixels that the names of one flag may take
_GAP = 6  # pixels between a name and what is beside it


class Flag(NamedTuple):
    """The gates that one commit opened."""

    x: float  # where its pole stands, in pixels from the left
    names: str  # all of them
    text: str = ""  # what of that is written; empty where there is no room
    lane: int = 0  # the row of the text; 0 is the lowest
    start: float = 0  # where the text begins, in pixels from the left


def placed(flags: Sequence[tuple[float, str]], size: float, left: float, right: float) -> list[Flag]:
    """Flags with their texts between ``left`` and ``right``: no text touches another one, or a pole.

    Args:
        flags: the pole of each, from left to right, and its names.
        size: of the text, in pixels.
        left: where the first text may begin.
        right: where the last text has to end.
    """
    taken: list[list[tuple[float, float]]] = [[] for _ in range(_LANES)]
    found = []
    for x, names in reversed(flags):  # so that the poles of later flags are short where a name goes over them
        text = shortened(names, _ROOM, size)
        wide = width(text, size)
        flag = Flag(x, names)
        for start, lane in product((x + _GAP, x - _GAP - wide), range(_LANES)):
            if left <= start and start + wide <= right and _free(taken, lane, x, start, start + wide):
                flag = Flag(x, names, text, lane, start)
                taken[lane].append((start, start + wide))
                for under in taken[: lane + 1]:
                    under.append((x, x))
                break
        found.append(flag)
    return found[::-1]


def _free(taken: Sequence[Iterable[tuple[float, float]]], lane: int, x: float, start: float, end: float) -> bool:
    """Whether neither the text nor its pole, which goes through the lanes below, touches what is there."""
    return _clear(taken[lane], start, end) and all(_clear(under, x, x) for under in taken[: lane + 1])


def _clear(taken: Iterable[tuple[float, float]], start: float, end: float) -> bool:
    return all(high + _GAP <= start or end + _GAP <= low for low, high in taken)
