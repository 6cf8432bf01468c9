"""The tracker that is shipped, opened on the GitLab for tests as an operator would have it opened."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

import pytest

from gapkeeper.wiring.gitlab import open_gitlab
from gitlab_counterpart.seed import PATH, US, token_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from gapkeeper.adapters.gitlab.tracker import GitLabTracker
    from gitlab_counterpart.gitlab import GitLab

    Opening = Callable[..., GitLabTracker]

URL = f"gitlab:{PATH}"
_FOREIGN = ("GAPKEEPER_", "GITLAB_", "CI_")


@contextlib.contextmanager
def operator(gitlab: GitLab, token: str) -> Iterator[None]:
    """The settings of an operator whose GitLab this is, and who waits for nothing."""
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith(_FOREIGN):
                patch.delenv(name)
        patch.setenv("GAPKEEPER_GITLAB_URL", gitlab.url)
        patch.setenv("GAPKEEPER_GITLAB_TOKEN", token)
        patch.setenv("GAPKEEPER_GITLAB_READ_RETRIES", "0")
        patch.setenv("GAPKEEPER_GITLAB_SECONDS_BETWEEN_WRITES", "0")
        yield


@contextlib.contextmanager
def opening(folder: Path) -> Iterator[Opening]:
    """Opens trackers that end together; each keeps what it remembers in a folder of its token."""
    with contextlib.ExitStack() as opened:

        def start(
            gitlab: GitLab,
            token: str = token_of(US),
            *,
            url: str = URL,
            read_only: bool = False,
            confidential: bool = False,
        ) -> GitLabTracker:
            kept = folder / f"{token}{'-reads' if read_only else ''}"
            kept.mkdir(exist_ok=True)
            with operator(gitlab, token):
                return opened.enter_context(open_gitlab(url, kept, read_only=read_only, confidential=confidential))

        yield start
