"""Clients of GitLab that end with the test, and stories that are told on it."""

from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING

import pytest

from asking_gitlab import Asking
from gitlab_counterpart.gitlab import GitLab
from gitlab_counterpart.seed import token_of
from opening import opening

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from asking_gitlab import As
    from gitlab_counterpart.running import Runner
    from gitlab_stories import Start, Story
    from opening import Opening


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


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opening]:
    """Opens the tracker that is shipped: `opened(gitlab)`, `opened(gitlab, token, read_only=True)`."""
    with opening(tmp_path) as start:
        yield start


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Tells a story on a GitLab of its own and in a folder that is empty; for as long as it is looked at."""

    @contextlib.contextmanager
    def begin(story: Story) -> Iterator[Runner]:
        folder = tmp_path / "place"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        with contextlib.closing(GitLab()) as gitlab:
            gitlab.limits.enforced = False  # runs follow each other faster than people start them
            yield story(gitlab, folder)
            assert gitlab.broken == []
            assert gitlab.problems == []

    return begin
