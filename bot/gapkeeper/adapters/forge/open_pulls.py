"""Reads all open pull requests: a list that gets shorter while it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gapkeeper.model.pulls import PullRequest

_READINGS = 4


def open_pulls(read: Callable[[], Iterable[Iterable[PullRequest]]]) -> tuple[PullRequest, ...]:
    """All of them, by number.

    One that is closed between two pages moves those behind it up, and one of them across to the page that was read
    already. So several pages are read until they name the same pull requests twice; where nothing changed, the second
    reading is answered 304.

    Args:
        read: Reads the pages.

    Raises `UnavailableError` where every reading is another one.
    """
    before = None
    for _ in range(_READINGS):
        pages = [tuple(page) for page in read()]
        found = {pull.number: pull for page in pages for pull in page}
        if len(pages) == 1 or found.keys() == before:
            return tuple(found[number] for number in sorted(found))
        before = found.keys()
    raise UnavailableError("the list of open pull requests changes while it is read", hint="Run again later.")
