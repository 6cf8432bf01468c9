"""The stories of every forge on GitHub, and what anybody can see of them afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import forge_stories
from github_counterpart import documents
from github_counterpart.accounts import Role
from github_counterpart.facts import every, facts
from github_counterpart.running import Runner
from github_counterpart.seed import OWNER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from github_counterpart.github import GitHub

    Story = Callable[[GitHub, Path], Runner]
    Start = Callable[[Story], AbstractContextManager[Runner]]


@dataclass(frozen=True)
class OnGitHub:
    """A `forge_stories.Place`."""

    github: GitHub

    def push(self, files: Mapping[str, str | bytes | None], message: str = "Write") -> None:
        documents.push(self.github, files, message)

    def fetch(self, repository: Path) -> None:
        documents.fetch(self.github, repository)

    def grant(self) -> None:
        self.github.grant("Rosa", Role.WRITE)
        self.github.grant("Piet", Role.TRIAGE)

    def close(self, login: str, number: int) -> None:
        self.github.act(login, "PATCH", f"/issues/{number}", {"state": "closed"})

    def reopen(self, login: str, number: int) -> None:
        self.github.act(login, "PATCH", f"/issues/{number}", {"state": "open"})

    def report(self, title: str, body: str, label: str) -> None:
        self.github.act(OWNER, "POST", "/issues", {"title": title, "body": body, "labels": [label]})

    def runner(self, folder: Path) -> Runner:
        return Runner(self.github, folder)


def cloned(github: GitHub, folder: Path) -> Runner:
    """The repository as somebody cloned it who runs syncs there."""
    return _told(forge_stories.cloned, github, folder)


def pulled(runner: Runner) -> None:
    """The clone has what the base branch has."""
    forge_stories.pulled(OnGitHub(runner.github), runner.folder)


def first_sync(github: GitHub, folder: Path, documents: Mapping[str, str | bytes]) -> Runner:
    """There is no issue yet."""
    return _told(partial(forge_stories.first_sync, documents=documents), github, folder)


def _told(story: forge_stories.Story, github: GitHub, folder: Path) -> Runner:
    runner = story(OnGitHub(github), folder)
    assert isinstance(runner, Runner)
    return runner


#: What the next sync has to write, and the repository that it finds.
STORIES: Mapping[str, Story] = {name: partial(_told, story) for name, story in forge_stories.STORIES.items()}


def seen(github: GitHub) -> list[str]:
    """Everything that counts, in any order."""
    titles = {str(issue["number"]): issue["title"] for issue in every(github, "/issues?state=all")}
    return forge_stories.comparable(facts(github), titles)
