"""Runs every contract test on every tracker, or every state of the service, that can take it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest
from service_states import STATES
from tracker_counterparts import COUNTERPARTS, NEEDS

from review_counterparts import FORGES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from service_states import Opener
    from tracker_counterparts import Counterpart

    from gapkeeper.ports import Tracker
    from gapkeeper.service_ports import ServiceState
    from review_counterparts import Forge


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


@pytest.fixture(params=STATES)
def open_again(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Opens the test's state; all that it opened is closed at the end."""
    with contextlib.ExitStack() as opened:
        yield lambda: STATES[request.param](tmp_path, opened)


@pytest.fixture
def state(open_again: Opener) -> ServiceState:
    """The state of the service."""
    return open_again()


@pytest.fixture(params=FORGES)
def name(request: pytest.FixtureRequest) -> str:
    """The forge of a test of reviews."""
    return str(request.param)


@pytest.fixture
def forge(request: pytest.FixtureRequest, name: str, tmp_path: Path) -> Iterator[Forge]:
    """It, from our account, from others, and from behind."""
    made = FORGES[name](request, tmp_path)
    yield made
    made.close()
