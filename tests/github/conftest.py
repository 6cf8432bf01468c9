"""Clients of GitHub that end with the test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from asking import Asking
from github_counterpart.seed import token_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asking import As
    from github_counterpart.github import GitHub


@pytest.fixture
def ask(github: GitHub) -> Iterator[Asking]:
    """A client with our own token: of a person who may write."""
    with Asking(github) as client:
        yield client


@pytest.fixture
def ask_as(github: GitHub) -> Iterator[As]:
    """Clients of others: with their own token or any other; "" is nobody."""
    made: list[Asking] = []

    def start(who: str) -> Asking:
        made.append(
            Asking(github, who if not who or who.startswith(("ghp_", "ghs_", "github_pat_")) else token_of(who))
        )
        return made[-1]

    yield start
    for client in made:
        client.close()
