"""Two forges with any number of repositories, half of them on each."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from github_counterpart.accounts import Role as GitHubRole
from github_counterpart.github import GitHub
from github_counterpart.seed import US
from github_counterpart.seed import Seed as GitHubSeed
from github_counterpart.seed import token_of as github_token_of
from gitlab_counterpart.gitlab import GitLab
from gitlab_counterpart.seed import US as GITLAB_US
from gitlab_counterpart.seed import token_of as gitlab_token_of
from gitlab_counterpart.world import Role as GitLabRole
from service_places import MAINTAINER, OnGitHub, OnGitHubAsApp, OnGitLab

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from github_counterpart.emulator import Farm
    from github_counterpart.openapi import OpenApi
    from github_counterpart.seen import Seen
    from service_places import Place

FORGES = ("github", "gitlab")
#: What moves branches or pull requests.
_MOVES = re.compile(r".*/(git/refs.*|pulls.*|merge_requests(/[^/]*(/merge)?)?|repository/(commits|branches).*)")
_PROJECT = re.compile(r".*/projects/([^/]+)/.*")

LATER = """\
# Later

### LATER-001: Mend the pier

**Status:** Pending

### LATER-002: Order new buoys

**Status:** Blocked
"""
READINESS = """\
# Readiness

| Area | Weight | Score | Weighted |
|---|---|---|---|
| Moorings | 50% | 80% | 40 |
| Lights | 50% | 0% | 0 |
| **Total** | 100% | | 40 |
"""
DOCUMENTS = {"docs/LATER.md": LATER, "docs/READINESS.md": READINESS}
#: What a pull request says.
BETTER = {"docs/READINESS.md": READINESS.replace("0% | 0 |", "20% | 10 |").replace("| | 40 |", "| | 50 |")}


def with_item(number: int, text: str = LATER) -> str:
    """The document with one item more."""
    return f"{text}\n### LATER-{number:03}: Do thing {number}\n\n**Status:** Pending\n"


class World:
    """Everything but the service."""

    def __init__(  # noqa: PLR0913 - what a world is made of
        self,
        farm: Farm,
        openapi: OpenApi,
        folder: Path,
        repositories: int,
        forges: Sequence[str] = FORGES,
        *,
        as_app: bool = False,
    ) -> None:
        """Repositories with the documents of the start, which nobody has synced yet; the forges take turns.

        ``as_app``: on GitHub we are an App, and the repositories there are private.
        """
        named = [(forges[number % len(forges)], f"harbour/quay-{number + 1:02}") for number in range(repositories)]
        on_github = tuple(name for forge, name in named if forge == "github")
        self.folder = folder
        self.as_app = as_app
        self.github = GitHub(farm, openapi, GitHubSeed(more=on_github, private=as_app))
        self.gitlab = GitLab()
        self.github.limits.enforced = self.gitlab.limits.enforced = False
        self.github.limits.hourly = 1_000_000  # by its headers: hours of work are done in minutes here
        self._opened = contextlib.ExitStack()
        self._opened.callback(self.github.close)
        self._opened.callback(self.gitlab.close)
        self.places: list[Place] = []
        with contextlib.ExitStack() as failing:
            failing.callback(self.close)
            for forge, name in named:
                self.places.append(self._on_github(name) if forge == "github" else self._on_gitlab(name))
            for place in self.places:
                place.push(DOCUMENTS)
            failing.pop_all()
        self.github.after = self._github_has
        self.gitlab.after = self._gitlab_has

    def close(self) -> None:
        self._opened.close()

    def of(self, forge: str) -> Place:
        """The first repository on a forge."""
        return next(place for place in self.places if place.forge == forge)

    @property
    def environment(self) -> dict[str, str]:
        """What the service is told of the forges."""
        return {
            "GAPKEEPER_GITHUB_URL": self.github.url,
            **(self._app() if self.as_app else {"GAPKEEPER_GITHUB_TOKEN": github_token_of(US)}),
            "GAPKEEPER_GITHUB_SECONDS_BETWEEN_WRITES": "0",
            "GAPKEEPER_GITLAB_URL": self.gitlab.url,
            "GAPKEEPER_GITLAB_TOKEN": gitlab_token_of(GITLAB_US),
            "GAPKEEPER_GITLAB_SECONDS_BETWEEN_WRITES": "0",
        }

    def wrong(self) -> list[str]:
        """What the forges have to complain about."""
        return [*self.github.broken, *self.github.problems, *self.gitlab.broken, *self.gitlab.problems]

    def _app(self) -> dict[str, str]:
        key = self.folder / "app.pem"
        key.write_text(self.github.app.private_key, "ascii")
        app_id = str(self.github.app.app_id)
        return {"GAPKEEPER_GITHUB_APP_ID": app_id, "GAPKEEPER_GITHUB_APP_PRIVATE_KEY_FILE": str(key)}

    def _on_github(self, name: str) -> Place:
        github = self.github.of(name)
        github.grant(MAINTAINER, GitHubRole.WRITE)
        if self.as_app:  # what it may do is no role
            return OnGitHubAsApp(github, self._remote(name))
        github.grant(US, GitHubRole.WRITE)
        return OnGitHub(github, self._remote(name))

    def _on_gitlab(self, name: str) -> Place:
        gitlab = self.gitlab.of(self.gitlab.add_project(name))
        gitlab.grant(GITLAB_US, GitLabRole.DEVELOPER)
        gitlab.grant(MAINTAINER, GitLabRole.DEVELOPER)
        gitlab.commit(gitlab.seed.files, "Begin")
        return OnGitLab(gitlab, self._remote(name))

    def _remote(self, name: str) -> Path:
        return self.folder / "remotes" / f"{name}.git"

    # --- The remotes of git follow what we write ------------------------------------------------------

    def _github_has(self, seen: Seen) -> None:
        if seen.writes and seen.status < 300 and _MOVES.fullmatch(seen.path):
            name = self.github.named(seen.path).removeprefix("/repos/")
            self._follow("/".join(name.split("/")[:2]))

    def _gitlab_has(self, seen: Seen) -> None:
        project = _PROJECT.fullmatch(seen.path)
        if seen.writes and seen.status < 300 and project is not None and _MOVES.fullmatch(seen.path):
            found = self.gitlab.find_project(unquote(project[1]))
            self._follow(found.path if found else "")

    def _follow(self, name: str) -> None:
        for place in self.places:
            if name in {place.name, place.about["full_name" if place.forge == "github" else "path_with_namespace"]}:
                place.follow()
