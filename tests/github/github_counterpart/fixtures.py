"""The fixtures of everything that is tried on GitHub; a plugin of pytest, named in `tests/conftest.py`.

Nothing is loaded before a test asks for it: most tests have nothing to do with a forge.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from github_counterpart.emulator import Farm
    from github_counterpart.github import GitHub
    from github_counterpart.openapi import OpenApi
    from github_counterpart.seed import Seed

_OPENAPI: pytest.StashKey[OpenApi] = pytest.StashKey()


class MakeGitHub(Protocol):
    """Starts a fresh GitHub; it ends with the test."""

    def __call__(self, seed: Seed | None = None, *, enterprise: bool = False) -> GitHub:
        """In some ten milliseconds."""


@pytest.fixture(scope="session")
def openapi(request: pytest.FixtureRequest) -> OpenApi:
    from github_counterpart.openapi import OpenApi  # noqa: PLC0415

    return request.config.stash.setdefault(_OPENAPI, OpenApi())


@pytest.fixture(scope="session")
def github_farm() -> Iterator[Farm]:
    from github_counterpart.emulator import Farm  # noqa: PLC0415

    farm = Farm()
    yield farm
    farm.close()


@pytest.fixture
def make_github(github_farm: Farm, openapi: OpenApi) -> Iterator[MakeGitHub]:
    """Every request of the test must be one that GitHub knows: what is left in `problems` fails it."""
    from github_counterpart.github import GitHub  # noqa: PLC0415

    made: list[GitHub] = []

    def make(seed: Seed | None = None, *, enterprise: bool = False) -> GitHub:
        made.append(GitHub(github_farm, openapi, seed, enterprise=enterprise))
        return made[-1]

    yield make
    for github in made:
        github.close()
    assert [one for github in made for one in github.broken] == []
    assert [one for github in made for one in github.problems] == []


@pytest.fixture
def github(make_github: MakeGitHub) -> GitHub:
    """A fresh GitHub."""
    return make_github()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """How many requests were held against GitHub's own description of its API."""
    openapi = config.stash.get(_OPENAPI, None)
    if openapi is None:
        return
    loaded = sys.modules.get("github_counterpart.graphql")
    operations = loaded.checked if loaded else {}
    wrong = sum(openapi.wrong.values())
    terminalreporter.write_line(
        f"GitHub: {openapi.checked.total():,} requests, to {len(openapi.checked)} operations, and "
        f"{sum(operations.values()):,} of GraphQL held against its own description; {wrong:,} of them wrong on purpose"
    )
