"""The one open item that would lift the readiness score most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.model.status import State, Status
from gapkeeper.reporting.compare import posted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapkeeper.model.items import Item
    from gapkeeper.model.readiness import Area
    from gapkeeper.model.register import Register

_LEAST = 0.005  # percentage points: what people see as no change at all


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What the score would be, were this item resolved and the scores of its areas moved by its share of them."""

    key: str
    area: str  # the one that it lifts most
    resolved: int  # of the area's items, with this one
    items: int  # of the area, without those that are cancelled
    before: float  # per cent
    after: float


def what_if(register: Register) -> WhatIf | None:
    """The best item, the first by key of several; None where no area of the posted score is tied to open items.

    A score is stated by people, so nobody can know what they would write. What is assumed: an area's score moves by
    the share that one item has of its items, and never above 100 %.
    """
    readiness = posted(register)
    if readiness is None or readiness.computed is None:
        return None
    items = {item.key: item for item in register.items}
    areas = [_Tied.of(area, items) for area in readiness.areas if area.computed is not None]
    whole = sum(tied.area.weight for tied in areas)
    best: WhatIf | None = None
    for key in sorted({key for tied in areas for key in tied.open}):
        lifted = [tied for tied in areas if key in tied.open]
        lift = 100 * sum(tied.points for tied in lifted) / whole if whole else 0.0
        if lift >= _LEAST and (best is None or lift >= best.after - best.before + _LEAST):
            most = max(lifted, key=lambda tied: tied.points)
            best = WhatIf(
                key, most.area.name, most.closed + 1, most.items, readiness.computed, readiness.computed + lift
            )
    return best


class _Tied(NamedTuple):
    """An area, and what is known of its items."""

    area: Area
    open: frozenset[str]
    closed: int
    items: int
    points: float  # that one more resolved item is worth

    @classmethod
    def of(cls, area: Area, items: Mapping[str, Item]) -> _Tied:
        counted = [key for key in area.items if items[key].status is not Status.CANCELLED]
        open_ = frozenset(key for key in counted if items[key].state is State.OPEN)
        left = area.weight - (area.computed or 0.0)
        points = max(0.0, min(area.weight / len(counted), left)) if counted else 0.0
        return cls(area, open_, len(counted) - len(open_), len(counted), points)
