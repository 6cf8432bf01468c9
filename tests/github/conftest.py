"""Clients of GitHub that end with the test, and stories that are told on it."""

from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING

import pytest

from asking import Asking
from github_counterpart.github import GitHub
from github_counterpart.seed import token_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from asking import As
    from github_counterpart.emulator import Farm
    from github_counterpart.openapi import OpenApi
    from github_counterpart.running import Runner
    from stories import Start, Story


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


@pytest.fixture
def start(github_farm: Farm, openapi: OpenApi, tmp_path: Path) -> Start:
    """Tells a story on a GitHub of its own and in a folder that is empty; for as long as it is looked at."""

    @contextlib.contextmanager
    def begin(story: Story) -> Iterator[Runner]:
        folder = tmp_path / "place"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        with contextlib.closing(GitHub(github_farm, openapi)) as github:
            github.limits.enforced = False  # runs follow each other faster than people start them
            yield story(github, folder)
            assert github.broken == []
            assert github.problems == []

    return begin
