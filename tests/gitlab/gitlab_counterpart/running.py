"""Runs commands against one GitLab, in processes of their own that can be killed at any request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from github_counterpart.running import Commands
from gitlab_counterpart.seed import PATH, US, token_of

if TYPE_CHECKING:
    from gitlab_counterpart.gitlab import GitLab


@dataclass
class Runner(Commands):
    """Against one GitLab."""

    forge: GitLab
    token: str = token_of(US)
    arguments: tuple[str, ...] = ("sync", "--tracker", f"gitlab:{PATH}", "--yes")

    @property
    def gitlab(self) -> GitLab:
        return self.forge

    def _of_forge(self) -> dict[str, str]:
        return {
            "GAPKEEPER_GITLAB_URL": self.gitlab.url,
            "GAPKEEPER_GITLAB_TOKEN": self.token,
            "GAPKEEPER_GITLAB_SECONDS_BETWEEN_WRITES": "0",
        }
