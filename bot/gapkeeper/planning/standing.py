"""Which of our issues stands for an identity, where several carry it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from gapkeeper.planning.situation import Observed

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from gapkeeper.planning.observe import Observation, Ours


@dataclass(frozen=True, slots=True)
class Spare:
    """A further issue of an identity that has one already."""

    ours: Ours
    kept: int  # the number of the one that stays


def standing(seen: Observation) -> tuple[dict[str, Ours], list[Spare]]:
    """The issue that stands for each identity, and those that are one too many.

    What another issue goes on with is that one's history and stands for nothing: also where a person released the
    other one, where its item has moved to another identity, and where it lost its marker.
    """
    ours = [*chain.from_iterable(seen.managed.values()), *seen.released.values()]
    continued = {one.marker.continues for one in ours}
    kept: dict[str, Ours] = {}
    spares: list[Spare] = []
    for identity, group in seen.managed.items():
        current = [one for one in group if one.issue.number not in continued]
        if not current or identity in seen.lost:
            continue
        one = _keeper(current, {one.issue.number for one in group})
        kept[identity] = one
        spares += [Spare(other, one.issue.number) for other in current if other is not one]
    return kept, spares


def _keeper(current: Sequence[Ours], numbers: Collection[int]) -> Ours:
    """The lowest number stays: of those that go on with an older one, if any, and that are no duplicates."""
    if len(current) == 1:
        return current[0]
    heads = [one for one in current if one.marker.continues in numbers] or current
    undoubted = [one for one in heads if Observed.of(one.issue) is not Observed.DUPLICATE]
    return (undoubted or heads)[0]
