"""Clients of GitLab that end with the test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from asking_gitlab import Asking
from gitlab_counterpart.seed import token_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asking_gitlab import As
    from gitlab_counterpart.gitlab import GitLab


@pytest.fixture
def asking(gitlab: GitLab) -> Iterator[Asking]:
    """A client with our own token: of a developer."""
    with Asking(gitlab) as client:
        yield client


@pytest.fixture
def asking_as(gitlab: GitLab) -> Iterator[As]:
    """Clients of others: with their own token or any other; "" is nobody."""
    made: list[Asking] = []

    def start(who: str) -> Asking:
        made.append(Asking(gitlab, who if not who or who.startswith("gl") else token_of(who)))
        return made[-1]

    yield start
    for client in made:
        client.close()
