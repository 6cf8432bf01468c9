"""The stories of every forge on GitLab, and what anybody can see of them afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import forge_stories
from gitlab_counterpart import clones
from gitlab_counterpart.facts import facts
from gitlab_counterpart.running import Runner
from gitlab_counterpart.seed import OWNER
from gitlab_counterpart.world import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from gitlab_counterpart.gitlab import GitLab

    Story = Callable[[GitLab, Path], Runner]
    Start = Callable[[Story], AbstractContextManager[Runner]]


@dataclass(frozen=True)
class OnGitLab:
    """A `forge_stories.Place`."""

    gitlab: GitLab

    def push(self, files: Mapping[str, str | bytes | None], message: str = "Write") -> None:
        clones.push(self.gitlab, files, message)

    def fetch(self, repository: Path) -> None:
        clones.fetch(self.gitlab, repository)

    def grant(self) -> None:
        self.gitlab.grant("Rosa", Role.DEVELOPER)
        self.gitlab.grant("Piet", Role.REPORTER)

    def close(self, login: str, number: int) -> None:
        self.gitlab.act(login, "PUT", f"/issues/{number}", {"state_event": "close"})

    def reopen(self, login: str, number: int) -> None:
        self.gitlab.act(login, "PUT", f"/issues/{number}", {"state_event": "reopen"})

    def report(self, title: str, body: str, label: str) -> None:
        self.gitlab.act(OWNER, "POST", "/issues", {"title": title, "description": body, "labels": label})

    def runner(self, folder: Path) -> Runner:
        return Runner(self.gitlab, folder)


def pulled(runner: Runner) -> None:
    """The clone has what the base branch has."""
    forge_stories.pulled(OnGitLab(runner.gitlab), runner.folder)


def first_sync(gitlab: GitLab, folder: Path, documents: Mapping[str, str | bytes]) -> Runner:
    """There is no issue yet."""
    return _told(partial(forge_stories.first_sync, documents=documents), gitlab, folder)


def _told(story: forge_stories.Story, gitlab: GitLab, folder: Path) -> Runner:
    runner = story(OnGitLab(gitlab), folder)
    assert isinstance(runner, Runner)
    return runner


#: What the next sync has to write, and the repository that it finds.
STORIES: Mapping[str, Story] = {name: partial(_told, story) for name, story in forge_stories.STORIES.items()}


def seen(gitlab: GitLab) -> list[str]:
    """Everything that counts, in any order."""
    titles = {str(iid): issue.title for iid, issue in gitlab.project.issues.items()}
    return forge_stories.comparable([*facts(gitlab), *_descriptions(gitlab)], titles)


def _descriptions(gitlab: GitLab) -> Iterator[str]:
    """What merge requests say."""
    for request in gitlab.project.requests.values():
        yield from (f"!{request.iid} | {line}" for line in (request.description or "").splitlines())
