"""Repositories on the forges, each with a git remote that has what the forge has, and what people do there.

Whatever people do gives the hooks that the forge would send for it; whether they are sent is the test's affair.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import service_hooks as hooks
from gapkeeper.model.delivery import BRANCH
from github_counterpart import documents
from github_counterpart import seed as of_github
from github_counterpart.facts import every
from gitlab_counterpart import clones
from gitlab_counterpart import seed as of_gitlab
from service_hooks import Hook

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from github_counterpart.github import GitHub
    from gitlab_counterpart.gitlab import GitLab

    Files = Mapping[str, str | bytes | None]

STATUS = "gapkeeper/readiness"
#: Who may write.
MAINTAINER = "Rosa"


@dataclass(frozen=True)
class Issue:
    """An issue as anybody sees it."""

    number: int
    title: str
    open: bool


class Place(Protocol):
    """One repository."""

    forge: str
    name: str
    tracker: str
    remote: Path
    us: str

    def push(self, files: Files) -> Hook:
        """One commit on the base branch."""

    def rewrite(self, files: Files) -> Hook:
        """Throw away what the base branch had, and push one commit that has only these files and those of the start."""

    def close(self, number: int) -> Hook:
        """The maintainer closes an issue."""

    def propose(self, files: Files, branch: str = "topic") -> tuple[int, Hook]:
        """Somebody opens a pull request; its number."""

    def merge(self, number: int) -> Hook:
        """The maintainer merges a pull request."""

    def issues(self) -> list[Issue]:
        """All of them."""

    def proposal(self) -> int | None:
        """The number of our own open pull request."""

    def read(self, path: str, branch: str = "main") -> str:
        """A file."""

    def said(self, number: int) -> list[str]:
        """What our account said on a pull request."""

    def verdicts(self, number: int) -> list[str]:
        """The states of our status of a pull request's head, the newest last."""

    def delete(self) -> None:
        """Take the repository away, on the forge."""

    def restore(self) -> None:
        """Undo that."""

    def rename(self) -> None:
        """Give the repository another name, on the forge."""

    def follow(self) -> None:
        """The git remote gets what the forge has."""


class _Followed:
    """A git remote that follows a forge."""

    refs: str  # where the forge has heads of pull requests
    remote: Path

    def __init__(self) -> None:
        self.branches = ["main"]
        self.pulls: dict[int, str] = {}  # pull request -> its branch

    def git(self, *arguments: str) -> str:
        done = subprocess.run(["git", "-C", self.remote, *arguments], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def begin(self) -> None:
        self.remote.mkdir(parents=True)
        self.git("init", "--quiet", "--bare", "--initial-branch=main")

    def point(self, number: int, branch: str) -> None:
        """What the forge does: a pull request's head is a reference of the project it goes to."""
        self.git("update-ref", self.refs.format(number), f"refs/heads/{branch}")


class OnGitHub(_Followed):
    """A `Place` on GitHub."""

    forge = "github"
    us = of_github.US
    refs = "refs/pull/{}/head"

    def __init__(self, github: GitHub, remote: Path) -> None:
        super().__init__()
        self.github = github
        self.remote = remote
        self.name = github.repository.full_name
        self.tracker = f"github:{self.name}"
        self.begin()
        self.first = documents.fetch(github, remote)

    @property
    def about(self) -> dict[str, Any]:
        """As payloads have it."""
        repository = self.github.repository
        return {
            "id": repository.id,
            "name": repository.name,
            "full_name": repository.full_name,
            "private": repository.private,
            "owner": {"login": repository.owner, "type": "User"},
            "default_branch": "main",
        }

    def push(self, files: Files) -> Hook:
        before = documents.head(self.github)
        documents.push(self.github, files)
        return self._pushed(before)

    def rewrite(self, files: Files) -> Hook:
        before = documents.head(self.github)
        self.github.act(of_github.OWNER, "PATCH", "/git/refs/heads/main", {"sha": self.first, "force": True})
        documents.push(self.github, files, "Write anew")
        return self._pushed(before)

    def _pushed(self, before: str) -> Hook:
        after = documents.fetch(self.github, self.remote)
        return self._hook("push", hooks.github_push(self.about, of_github.OWNER, before, after))

    def close(self, number: int) -> Hook:
        issue = self.github.act(MAINTAINER, "PATCH", f"/issues/{number}", {"state": "closed"})
        return self._hook("issues", hooks.github_issue(self.about, MAINTAINER, "closed", issue))

    def propose(self, files: Files, branch: str = "topic") -> tuple[int, Hook]:
        documents.branch(self.github, branch, files)
        sent = {"title": "Mend", "head": branch, "base": "main"}
        pull = self.github.act(of_github.OWNER, "POST", "/pulls", sent)
        self.pulls[pull["number"]] = branch
        self.follow()
        payload = hooks.github_pull(self.about, of_github.OWNER, "opened", pull)
        return pull["number"], self._hook("pull_request", payload, "review", pull["number"])

    def merge(self, number: int) -> Hook:
        self.github.act(MAINTAINER, "PUT", f"/pulls/{number}/merge", {})
        self.follow()
        pull = self.github.act(MAINTAINER, "GET", f"/pulls/{number}")
        return self._hook("pull_request", hooks.github_pull(self.about, MAINTAINER, "closed", pull))

    def issues(self) -> list[Issue]:
        found = every(self.github, "/issues?state=all")
        return [
            Issue(one["number"], one["title"], one["state"] == "open") for one in found if "pull_request" not in one
        ]

    def proposal(self) -> int | None:
        found = every(self.github, "/pulls?state=open")
        return next((int(one["number"]) for one in found if one["head"]["ref"] == BRANCH), None)

    def read(self, path: str, branch: str = "main") -> str:
        return documents.read(self.github, path, at=branch).decode()

    def said(self, number: int) -> list[str]:
        found = every(self.github, f"/issues/{number}/comments")
        return [one["body"] for one in found if one["user"]["login"] == self.us]

    def verdicts(self, number: int) -> list[str]:
        head = self.github.act(of_github.OWNER, "GET", f"/pulls/{number}")["head"]["sha"]
        statuses = self.github.repository.statuses
        return [one["state"] for one in statuses if one["sha"] == head and one["context"] == STATUS]

    def delete(self) -> None:
        self.github.repositories.remove(self.github.repository)

    def restore(self) -> None:
        self.github.repositories.append(self.github.repository)

    def rename(self) -> None:
        self.github.rename(f"{self.github.repository.name}-renamed")

    def follow(self) -> None:
        for branch in ("main", BRANCH, *self.pulls.values()):
            name = f"/repos/{self.github.repository.full_name}/git/ref/heads/{branch}"
            if self.github.attempt(of_github.token_of(of_github.OWNER), "GET", name).status == 200:
                documents.fetch(self.github, self.remote, branch)
            else:
                self.git("update-ref", "-d", f"refs/heads/{branch}")
        ours = self.proposal()
        for number, branch in (*self.pulls.items(), *([] if ours is None else [(ours, BRANCH)])):
            self.point(number, branch)

    def _hook(self, event: str, payload: dict[str, Any], kind: str = "reconcile", pull: int = 0) -> Hook:
        return Hook(self.forge, event, self.name, payload, kind, pull)


class OnGitHubAsApp(OnGitHub):
    """The same where we are a GitHub App, which is told of what happens by its own webhook."""

    us = f"{of_github.APP}[bot]"

    def verdicts(self, number: int) -> list[str]:
        """Of our check runs, each as it is now."""
        head = self.github.act(of_github.OWNER, "GET", f"/pulls/{number}")["head"]["sha"]
        checks = self.github.repository.checks
        return [
            one["conclusion"] or one["status"] for one in checks if one["head_sha"] == head and one["name"] == STATUS
        ]

    def tell(self, login: str, action: str, number: int) -> Hook:
        """What GitHub sends when somebody has done something to an issue."""
        issue = self.github.act(of_github.OWNER, "GET", f"/issues/{number}")
        return self._hook("issues", hooks.github_issue(self.about, login, action, issue))

    def _hook(self, event: str, payload: dict[str, Any], kind: str = "reconcile", pull: int = 0) -> Hook:
        told = payload | {"installation": {"id": self.github.app.installation, "node_id": "MDIzOkludGVncmF0aW9u"}}
        return super()._hook(event, told, kind, pull)


class OnGitLab(_Followed):
    """A `Place` on GitLab."""

    forge = "gitlab"
    us = of_gitlab.US
    refs = "refs/merge-requests/{}/head"

    def __init__(self, gitlab: GitLab, remote: Path) -> None:
        super().__init__()
        self.gitlab = gitlab
        self.remote = remote
        self.name = gitlab.project.path
        self.tracker = f"gitlab:{self.name}"
        self.begin()
        self.first = clones.fetch(gitlab, remote)

    @property
    def about(self) -> dict[str, Any]:
        """As payloads have it."""
        project = self.gitlab.project
        return {
            "id": project.id,
            "name": project.name,
            "path_with_namespace": project.path,
            "default_branch": "main",
            "web_url": f"{self.gitlab.url}/{project.path}",
            "git_http_url": f"{self.gitlab.url}/{project.path}.git",
        }

    def push(self, files: Files) -> Hook:
        before = self.gitlab.project.repository.branches["main"]
        clones.push(self.gitlab, files)
        return self._pushed(before)

    def rewrite(self, files: Files) -> Hook:
        before = self.gitlab.project.repository.branches["main"]
        self.gitlab.project.repository.branches["main"] = self.first
        clones.push(self.gitlab, files, "Write anew")
        return self._pushed(before)

    def _pushed(self, before: str) -> Hook:
        after = clones.fetch(self.gitlab, self.remote)
        return self._hook("Push Hook", hooks.gitlab_push(self.about, of_gitlab.OWNER, before, after))

    def close(self, number: int) -> Hook:
        issue = self.gitlab.act(MAINTAINER, "PUT", f"/issues/{number}", {"state_event": "close"})
        return self._hook("Issue Hook", hooks.gitlab_object("issue", self.about, MAINTAINER, "close", issue))

    def propose(self, files: Files, branch: str = "topic") -> tuple[int, Hook]:
        branches = self.gitlab.project.repository.branches
        branches[branch] = branches["main"]
        clones.push(self.gitlab, files, to=branch)
        sent = {"title": "Mend", "source_branch": branch, "target_branch": "main"}
        pull = self.gitlab.act(of_gitlab.OWNER, "POST", "/merge_requests", sent)
        self.pulls[pull["iid"]] = branch
        self.follow()
        payload = hooks.gitlab_object("merge_request", self.about, of_gitlab.OWNER, "open", pull)
        return pull["iid"], self._hook("Merge Request Hook", payload, "review", pull["iid"])

    def merge(self, number: int) -> Hook:
        merged = self.gitlab.act(of_gitlab.OWNER, "PUT", f"/merge_requests/{number}/merge", {})
        self.follow()
        payload = hooks.gitlab_object("merge_request", self.about, of_gitlab.OWNER, "merge", merged)
        return self._hook("Merge Request Hook", payload)

    def issues(self) -> list[Issue]:
        found = tuple(self.gitlab.project.issues.values())
        return [Issue(one.iid, one.title, one.state == "opened") for one in found]

    def proposal(self) -> int | None:
        found = tuple(self.gitlab.project.requests.values())
        return next((one.iid for one in found if one.source == BRANCH and one.state == "opened"), None)

    def read(self, path: str, branch: str = "main") -> str:
        return self.gitlab.read(path, branch=branch).decode()

    def said(self, number: int) -> list[str]:
        notes = tuple(self.gitlab.project.requests[number].notes)
        return [note.body for note in notes if note.login == self.us and not note.system]

    def verdicts(self, number: int) -> list[str]:
        head = self.gitlab.project.requests[number].sha
        pipelines = [one for one in tuple(self.gitlab.project.pipelines) if one.sha == head]
        return [one.status for pipeline in pipelines for one in tuple(pipeline.statuses) if one.name == STATUS]

    def delete(self) -> None:
        del self.gitlab.projects[self.gitlab.project.id]

    def restore(self) -> None:
        self.gitlab.projects[self.gitlab.project.id] = self.gitlab.project

    def rename(self) -> None:
        self.gitlab.rename(f"{self.gitlab.project.path}-renamed")

    def follow(self) -> None:
        for branch in ("main", BRANCH, *self.pulls.values()):
            if branch in self.gitlab.project.repository.branches:
                clones.fetch(self.gitlab, self.remote, branch)
            else:
                self.git("update-ref", "-d", f"refs/heads/{branch}")
        ours = self.proposal()
        for number, branch in (*self.pulls.items(), *([] if ours is None else [(ours, BRANCH)])):
            self.point(number, branch)

    def _hook(self, event: str, payload: dict[str, Any], kind: str = "reconcile", pull: int = 0) -> Hook:
        return Hook(self.forge, event, self.name, payload, kind, pull)
