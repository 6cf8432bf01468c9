"""Runs every contract test on every tracker that can take it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tracker_counterparts import COUNTERPARTS, NEEDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tracker_counterparts import Counterpart

    from gapkeeper.ports import Tracker


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(*what): skip on a tracker that lacks this; see NEEDS")


@pytest.fixture(params=COUNTERPARTS)
def counterpart(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Counterpart]:
    made = COUNTERPARTS[request.param](request, tmp_path)
    try:
        lacking = [what for mark in request.node.iter_markers("needs") for what in mark.args if not NEEDS[what](made)]
        if lacking:
            pytest.skip(f"{request.param} has no {', '.join(lacking)}")
        yield made
    finally:
        made.close()


@pytest.fixture
def tracker(counterpart: Counterpart) -> Tracker:
    """The tracker as our own account."""
    return counterpart.open()
