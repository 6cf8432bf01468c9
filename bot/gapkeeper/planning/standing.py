"""Which of our issues stands for an identity, where several carry it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gapkeeper.planning.situation import Observed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapkeeper.planning.observe import Observation, Ours


@dataclass(frozen=True, slots=True)
class Spare:
    """A further issue of an identity that has one already."""

    ours: Ours
    kept: int  # the number of the one that stays


def standing(seen: Observation) -> tuple[dict[str, Ours], list[Spare]]:
    """The issue that stands for each identity, and those that are one too many.

    Where the one that goes on with the others lost its marker, or was released by a person, none stands: these are its
    history.
    """
    kept: dict[str, Ours] = {}
    spares: list[Spare] = []
    for identity, group in seen.managed.items():
        last = seen.released.get(identity)
        if identity in seen.lost or (last is not None and not _not_continued([*group, last], group)):
            continue
        one = group[0] if len(group) == 1 else _keeper(group)
        kept[identity] = one
        if len(group) > 1:  # those whose history goes on in another one are not too many
            spares += [Spare(other, one.issue.number) for other in _current(group) if other is not one]
    return kept, spares


def _keeper(group: Sequence[Ours]) -> Ours:
    """The lowest number stays: of those that go on with an older one, if any, and that are no duplicates."""
    current = _current(group)
    numbers = {one.issue.number for one in group}
    heads = [one for one in current if one.marker.continues in numbers] or current
    undoubted = [one for one in heads if Observed.of(one.issue) is not Observed.DUPLICATE]
    return (undoubted or heads)[0]


def _current(group: Sequence[Ours]) -> Sequence[Ours]:
    return _not_continued(group, group) or group


def _not_continued(by: Sequence[Ours], group: Sequence[Ours]) -> Sequence[Ours]:
    continued = {one.marker.continues for one in by}
    return [one for one in group if one.issue.number not in continued]
