"""Numbers as documents write them: `12.5 %`, `1,5`, `40/40`, and how exactly they are written."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, with what its writing says of its precision."""

    value: float
    decimals: int  # digits after the point
    percent: bool  # a per cent sign follows
    of: float | None = None  # the second number of `40/40`
