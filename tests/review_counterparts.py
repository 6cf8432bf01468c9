"""The forges that the contract suite of reviews runs on: GitHub as a person and as an App, and GitLab."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import pytest

from gapkeeper.wiring import github as wiring_github
from gapkeeper.wiring import gitlab as wiring_gitlab
from github_counterpart import documents
from github_counterpart import seed as of_github
from github_counterpart.accounts import Kind
from github_counterpart.faults import Fault, Once
from github_counterpart.messages import Answer
from gitlab_counterpart import seed as of_gitlab

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from gapkeeper.ports import Reviews
    from github_counterpart.faults import Trouble
    from github_counterpart.github import GitHub
    from github_counterpart.seen import Log
    from gitlab_counterpart.gitlab import GitLab

_FOREIGN = ("GAPKEEPER_", "GITHUB_", "GITLAB_", "CI_")


class Said(NamedTuple):
    """A verdict as the forge shows it."""

    state: str
    title: str


class Forge(Protocol):
    """One forge as a test sees it: from our account, from others, and from behind."""

    us: str
    wrote: str  # what the account of a message that lacks a permission has to be told: part of a hint

    def open(self, *, read_only: bool = False) -> Reviews:
        """Reviews as our own account, as after a start: nothing is known but what is kept in files."""

    def open_without_permission(self) -> Reviews:
        """Reviews with a token that may only read."""

    def propose(self, branch: str = "topic") -> int:
        """A pull request of a person; its number."""

    def head(self, branch: str = "topic") -> str:
        """The commit that a branch ends in."""

    def move(self, branch: str = "topic") -> str:
        """Push one more commit; its name."""

    def leave(self, number: int) -> None:
        """Close the pull request without a merge."""

    def come_from_a_fork(self, number: int) -> None:
        """The branch of the pull request is another project's from now on."""

    def list_instead(self, answer: object) -> None:
        """Whoever lists pull requests is answered this from now on."""

    def say(self, who: str, number: int, body: str) -> None:
        """Comment as somebody."""

    def talk(self, number: int) -> list[tuple[str, str]]:
        """Who said what on the pull request, the oldest first."""

    def silence(self, number: int) -> None:
        """Delete everything that was said."""

    def verdicts(self, commit: str) -> list[Said]:
        """Everything that was ever said of a commit, the newest last."""

    def watched(self) -> AbstractContextManager[Log]:
        """What is sent inside."""

    def close(self) -> None:
        """Release everything."""


class OnGitHub:
    """A repository on GitHub, with a person's token."""

    us = of_github.US
    wrote = "statuses: write"
    refs = "refs/pull/{}/head"

    def __init__(self, github: GitHub, folder: Path) -> None:
        self.github = github
        self._folder = folder
        self._opened = contextlib.ExitStack()
        github.limits.enforced = False

    def open(self, *, read_only: bool = False) -> Reviews:
        return self._open(self._environment(), read_only=read_only)

    def open_without_permission(self) -> Reviews:
        permissions = {"metadata": "read", "pull_requests": "read", "issues": "read", "statuses": "read"}
        token = self.github.token(self.us, kind=Kind.FINE_GRAINED, permissions=permissions)
        return self.open_as(token)

    def open_as(self, token: str) -> Reviews:
        """Reviews with any token."""
        return self._open({"GAPKEEPER_GITHUB_TOKEN": token})

    def propose(self, branch: str = "topic") -> int:
        documents.branch(self.github, branch, {f"docs/{branch}.md": "# Later\n"})
        sent = {"title": "Write", "head": branch, "base": "main"}
        return int(self.github.act(of_github.OWNER, "POST", "/pulls", sent)["number"])

    def head(self, branch: str = "topic") -> str:
        return documents.head(self.github, branch)

    def move(self, branch: str = "topic") -> str:
        return documents.push(self.github, {"docs/more.md": "# More\n"}, to=branch)

    def leave(self, number: int) -> None:
        self.github.act(of_github.OWNER, "PATCH", f"/pulls/{number}", {"state": "closed"})

    def come_from_a_fork(self, number: int) -> None:
        other = self.github.upstream.look(f"/repos/{of_github.ELSEWHERE}", at=self.github.clock.milliseconds)
        self.github.repository.forks[number] = other

    def list_instead(self, answer: object) -> None:
        self.github.trouble = _listing_instead("GET /repos/{owner}/{repo}/pulls", answer)

    def say(self, who: str, number: int, body: str) -> None:
        self.github.act(who, "POST", f"/issues/{number}/comments", {"body": body})

    def talk(self, number: int) -> list[tuple[str, str]]:
        return [(one["user"]["login"], one["body"]) for one in self._comments(number)]

    def silence(self, number: int) -> None:
        for one in self._comments(number):
            self.github.act(of_github.OWNER, "DELETE", f"/issues/comments/{one['id']}")

    def verdicts(self, commit: str) -> list[Said]:
        there = (one for one in self.github.repository.statuses if one["sha"] == commit)
        return [Said(one["state"], one["description"]) for one in there if one["context"] == "gapkeeper/readiness"]

    def watched(self) -> AbstractContextManager[Log]:
        return self.github.watched()

    def close(self) -> None:
        self._opened.close()

    def _comments(self, number: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            path = f"/issues/{number}/comments?per_page=100&page={len(found) // 100 + 1}"
            page = self.github.act(of_github.OWNER, "GET", path)
            found += page
            if len(page) < 100:
                return found

    def _environment(self) -> dict[str, str]:
        return {"GAPKEEPER_GITHUB_TOKEN": of_github.token_of(self.us)}

    def _open(self, environment: Mapping[str, str], *, read_only: bool = False) -> Reviews:
        fixed = {
            "GAPKEEPER_GITHUB_URL": self.github.url,
            "GAPKEEPER_GITHUB_READ_RETRIES": "0",
            "GAPKEEPER_GITHUB_SECONDS_BETWEEN_WRITES": "0",
        }
        with _environment({**fixed, **environment}):
            opening = wiring_github.open_reviews(f"github:{of_github.FULL_NAME}", self._folder, read_only=read_only)
            return self._opened.enter_context(opening)


class OnGitHubAsApp(OnGitHub):
    """The same as a GitHub App, whose verdicts are check runs."""

    us = f"{of_github.APP}[bot]"
    wrote = "checks: write"

    def open_without_permission(self) -> Reviews:
        """The installation was never granted checks, which shows where the token is bought."""
        del self.github.app.permissions["checks"]  # type: ignore[attr-defined] # a dictionary, as it was made
        return self.open()

    def say(self, who: str, number: int, body: str) -> None:
        if who != self.us:
            super().say(who, number, body)
            return
        self.open().post_comment(number, body)

    def verdicts(self, commit: str) -> list[Said]:
        there = (one for one in self.github.repository.checks if one["head_sha"] == commit)
        return [Said(one["conclusion"] or one["status"], one["title"]) for one in there]

    def _environment(self) -> dict[str, str]:
        return {
            "GAPKEEPER_GITHUB_APP_ID": str(self.github.app.app_id),
            "GAPKEEPER_GITHUB_APP_PRIVATE_KEY": self.github.app.private_key,
        }


class OnGitLab:
    """A project on GitLab."""

    us = of_gitlab.US
    wrote = "the scope api"
    refs = "refs/merge-requests/{}/head"

    def __init__(self, gitlab: GitLab, folder: Path) -> None:
        self.gitlab = gitlab
        self._folder = folder
        self._opened = contextlib.ExitStack()
        gitlab.limits.enforced = False

    def open(self, *, read_only: bool = False) -> Reviews:
        return self._open(of_gitlab.token_of(self.us), read_only=read_only)

    def open_without_permission(self) -> Reviews:
        return self.open_as(self.gitlab.token(scopes=("read_api",)))

    def open_as(self, token: str) -> Reviews:
        """Reviews with any token."""
        return self._open(token)

    def propose(self, branch: str = "topic") -> int:
        branches = self.gitlab.project.repository.branches
        branches[branch] = branches["main"]
        self.gitlab.commit({f"docs/{branch}.md": b"# Later\n"}, "Write", branch=branch)
        sent = {"title": "Write", "source_branch": branch, "target_branch": "main"}
        return int(self.gitlab.act(of_gitlab.OWNER, "POST", "/merge_requests", sent)["iid"])

    def head(self, branch: str = "topic") -> str:
        return self.gitlab.project.repository.branches[branch]

    def move(self, branch: str = "topic") -> str:
        return self.gitlab.commit({"docs/more.md": b"# More\n"}, "Write", branch=branch)

    def leave(self, number: int) -> None:
        self.gitlab.act(of_gitlab.OWNER, "PUT", f"/merge_requests/{number}", {"state_event": "close"})

    def come_from_a_fork(self, number: int) -> None:
        request = self.gitlab.project.requests[number]
        request.fork = self.gitlab.elsewhere.id
        self.gitlab.project.repository.branches.pop(request.source)

    def list_instead(self, answer: object) -> None:
        self.gitlab.trouble = _listing_instead("GET /projects/{id}/merge_requests", answer)

    def say(self, who: str, number: int, body: str) -> None:
        self.gitlab.act(who, "POST", f"/merge_requests/{number}/notes", {"body": body})

    def talk(self, number: int) -> list[tuple[str, str]]:
        return [(one.login, one.body) for one in self.gitlab.project.requests[number].notes if not one.system]

    def silence(self, number: int) -> None:
        self.gitlab.project.requests[number].notes.clear()

    def verdicts(self, commit: str) -> list[Said]:
        there = [
            one for pipeline in self.gitlab.project.pipelines for one in pipeline.statuses if pipeline.sha == commit
        ]
        return [Said(one.status, one.description or "") for one in there if one.name == "gapkeeper/readiness"]

    def watched(self) -> AbstractContextManager[Log]:
        return self.gitlab.watched()

    def close(self) -> None:
        self._opened.close()

    def _open(self, token: str, *, read_only: bool = False) -> Reviews:
        environment = {
            "GAPKEEPER_GITLAB_URL": self.gitlab.url,
            "GAPKEEPER_GITLAB_TOKEN": token,
            "GAPKEEPER_GITLAB_READ_RETRIES": "0",
            "GAPKEEPER_GITLAB_SECONDS_BETWEEN_WRITES": "0",
        }
        with _environment(environment):
            opening = wiring_gitlab.open_reviews(f"gitlab:{of_gitlab.PATH}", self._folder, read_only=read_only)
            return self._opened.enter_context(opening)


def _listing_instead(what: str, answer: object) -> Trouble:
    return Once(Fault("another list", done=False, answer=Answer(200, answer)), what, k=None)


@contextlib.contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith(_FOREIGN):
                patch.delenv(name)
        for name, value in values.items():
            patch.setenv(name, value)
        yield


def on_github(request: pytest.FixtureRequest, folder: Path) -> Forge:
    """With a person's token; skipped where what it needs is not installed."""
    return OnGitHub(request.getfixturevalue("make_github")(), folder)


def on_github_as_app(request: pytest.FixtureRequest, folder: Path) -> Forge:
    """As an App; skipped where what it needs is not installed."""
    return OnGitHubAsApp(request.getfixturevalue("make_github")(), folder)


def on_gitlab(request: pytest.FixtureRequest, folder: Path) -> Forge:
    """With a person's token."""
    return OnGitLab(request.getfixturevalue("make_gitlab")(), folder)


FORGES: Mapping[str, Callable[[pytest.FixtureRequest, Path], Forge]] = {
    "github": on_github,
    "github-app": on_github_as_app,
    "gitlab": on_gitlab,
}
