"""The fixtures of everything that is tried on GitLab; a plugin of pytest, named in `tests/conftest.py`.

Nothing is loaded before a test asks for it: most tests have nothing to do with a forge.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitlab_counterpart.gitlab import GitLab
    from gitlab_counterpart.seed import Seed


class MakeGitLab(Protocol):
    """Starts a fresh GitLab; it ends with the test."""

    def __call__(
        self, seed: Seed | None = None, *, premium: bool = True, root: str = "", version: str = "18.6.1-ee"
    ) -> GitLab:
        """In a few milliseconds."""


@pytest.fixture
def make_gitlab() -> Iterator[MakeGitLab]:
    """A mistake of the fake itself fails the test, and a request that GitLab's description does not know."""
    from gitlab_counterpart.gitlab import GitLab  # noqa: PLC0415

    made: list[GitLab] = []

    def make(seed: Seed | None = None, *, premium: bool = True, root: str = "", version: str = "18.6.1-ee") -> GitLab:
        made.append(GitLab(seed, premium=premium, root=root, version=version))
        return made[-1]

    yield make
    for gitlab in made:
        gitlab.close()
    assert [one for gitlab in made for one in gitlab.broken] == []
    assert [one for gitlab in made for one in gitlab.problems] == []


@pytest.fixture
def gitlab(make_gitlab: MakeGitLab) -> GitLab:
    """A fresh GitLab."""
    return make_gitlab()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many requests were held against GitLab's own description of its API."""
    loaded = sys.modules.get("gitlab_counterpart.openapi")
    openapi = loaded.described() if loaded else None
    if openapi is not None:
        terminalreporter.write_line(
            f"GitLab: {openapi.checked.total():,} requests, to {len(openapi.checked)} operations, held against its own "
            "description"
        )
