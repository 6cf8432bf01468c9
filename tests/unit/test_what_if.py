"""The open item that would lift the score most, computed by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from builders import item, register
from gapkeeper.model.readiness import Area, Readiness
from gapkeeper.model.spans import Place
from gapkeeper.model.status import Status
from gapkeeper.reporting.what_if import WhatIf, what_if

if TYPE_CHECKING:
    from gapkeeper.model.register import Register

OPEN, DONE, GONE = Status.PENDING, Status.RESOLVED, Status.CANCELLED


def area(name: str, weight: float, score: float | None, *items: str) -> Area:
    computed = None if score is None else weight * score / 100
    return Area(name, weight, score, computed, 1, computed, items=items)


def stated(*areas: Area, posted: bool = True, **statuses: Status) -> Register:
    """A register with one table; items are named as LATER_1."""
    scored = [one for one in areas if one.computed is not None]
    whole = sum(one.weight for one in scored)
    computed = 100 * sum(one.computed or 0 for one in scored) / whole if whole else None
    table = Readiness("Opening", areas, computed, computed, None, Place("gaps.md", 1), posted=posted)
    items = [item(name.replace("_", "-"), status=status) for name, status in statuses.items()]
    return replace(register(*items), readiness=(table,))


def test_an_item_is_worth_its_share_of_the_weight() -> None:
    """Quays: 60 of 100 points, 4 items, so 15 each; 25 % of 60 are 15, and 40 of Lights 20: 35 before, 50 after."""
    found = what_if(
        stated(
            area("Quays", 60, 25, "LATER-1", "LATER-2", "LATER-3", "LATER-4"),
            area("Lights", 40, 50, "LATER-5", "LATER-6", "LATER-7", "LATER-8"),
            LATER_1=DONE, LATER_2=OPEN, LATER_3=OPEN, LATER_4=OPEN,
            LATER_5=OPEN, LATER_6=OPEN, LATER_7=DONE, LATER_8=DONE,
        )
    )  # fmt: skip
    assert found == WhatIf("LATER-2", "Quays", resolved=2, items=4, before=35, after=50)


def test_an_item_of_two_areas_is_worth_both_and_named_with_the_one_that_it_lifts_most() -> None:
    """LATER-1 is 10 of Lights and 20 of Quays, LATER-2 20 of Quays, LATER-0 10 of Lights."""
    found = what_if(
        stated(
            area("Lights", 20, 0, "LATER-0", "LATER-1"),
            area("Quays", 40, 0, "LATER-1", "LATER-2"),
            area("Sheds", 40, 100),
            LATER_0=OPEN, LATER_1=OPEN, LATER_2=OPEN,
        )
    )  # fmt: skip
    assert found == WhatIf("LATER-1", "Quays", resolved=1, items=2, before=40, after=70)


def test_cancelled_items_are_no_part_of_an_area() -> None:
    """Without the cancelled one, LATER-1 is half of 100."""
    found = what_if(
        stated(area("Quays", 100, 30, "LATER-1", "LATER-2", "LATER-3"), LATER_1=OPEN, LATER_2=DONE, LATER_3=GONE)
    )
    assert found == WhatIf("LATER-1", "Quays", resolved=2, items=2, before=30, after=80)


def test_a_tie_goes_to_the_first_key_whatever_the_areas_order() -> None:
    found = what_if(
        stated(area("Quays", 100, 0, "LATER-3", "LATER-1", "LATER-2"), LATER_1=OPEN, LATER_2=OPEN, LATER_3=OPEN)
    )
    assert found is not None
    assert found.key == "LATER-1"


def test_areas_without_a_score_are_left_out_of_the_whole() -> None:
    """Ferries has none: 50 of 50 points are all, and one of two items is half of that."""
    found = what_if(
        stated(
            area("Quays", 50, 20, "LATER-1", "LATER-2"), area("Ferries", 50, None, "LATER-3"),
            LATER_1=OPEN, LATER_2=OPEN, LATER_3=OPEN,
        )
    )  # fmt: skip
    assert found == WhatIf("LATER-1", "Quays", resolved=1, items=2, before=20, after=70)


def test_no_area_rises_above_all_of_its_weight() -> None:
    """Quays is said to be at 90 % while its one item is open: 10 are left, not 100."""
    found = what_if(stated(area("Quays", 100, 90, "LATER-1"), LATER_1=OPEN))
    assert found == WhatIf("LATER-1", "Quays", resolved=1, items=1, before=90, after=100)


@pytest.mark.parametrize(
    "nothing",
    [
        register(),
        stated(area("Quays", 100, 50)),  # tied to nothing
        stated(area("Quays", 100, 50, "LATER-1"), LATER_1=DONE),
        stated(area("Quays", 100, 50, "LATER-1"), LATER_1=GONE),
        stated(area("Quays", 100, 100, "LATER-1"), LATER_1=OPEN),  # nothing is left to win
        stated(area("Quays", 100, 50, "LATER-1"), posted=False, LATER_1=OPEN),
        stated(area("Quays", 100, None, "LATER-1"), LATER_1=OPEN),
        stated(area("Quays", 0, 0, "LATER-1"), LATER_1=OPEN),
    ],
)
def test_none_where_no_open_item_lifts_the_posted_score(nothing: Register) -> None:
    assert what_if(nothing) is None
