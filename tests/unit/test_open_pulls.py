"""All open pull requests, while others are closed and opened."""

from __future__ import annotations

import pytest

from gapkeeper.adapters.forge.open_pulls import open_pulls
from gapkeeper.errors import UnavailableError
from gapkeeper.model.pulls import PullRequest


class Readings:
    """Each reading once, as pages of numbers."""

    def __init__(self, *readings: list[list[int]]) -> None:
        self.left = list(readings)

    def __call__(self) -> list[list[PullRequest]]:
        return [[pull(number) for number in page] for page in self.left.pop(0)]


def pull(number: int) -> PullRequest:
    ref = f"refs/pull/{number}/head"
    return PullRequest(number, open=True, head="a" * 40, base="main", head_ref=ref, fork=False, url="")


def numbers(readings: Readings) -> list[int]:
    return [one.number for one in open_pulls(readings)]


def test_one_page_is_read_once() -> None:
    readings = Readings([[3, 1]], [[9]])
    assert numbers(readings) == [1, 3]
    assert len(readings.left) == 1


def test_one_that_moved_to_a_page_that_was_read_before_is_not_lost() -> None:
    # 5 is closed after the first page was read, and 3 moves into its place.
    assert numbers(Readings([[5, 4], [2, 1]], [[4, 3], [2, 1]], [[4, 3], [2, 1]])) == [1, 2, 3, 4]


def test_one_that_moved_to_the_next_page_is_there_once() -> None:
    # 5 is opened after the first page was read, and 3 moves out of it.
    assert numbers(Readings([[4, 3], [3, 2]], [[5, 4], [3, 2]], [[5, 4], [3, 2]])) == [2, 3, 4, 5]


def test_a_list_that_never_stands_still_is_none() -> None:
    with pytest.raises(UnavailableError, match="changes while it is read"):
        open_pulls(Readings(*([[k], [k + 1]] for k in range(9))))
