"""Pull requests in real repositories: a remote as a forge has it, and clones of it as jobs of CI make them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.model.pulls import PullRequest
from repositories import Repository

if TYPE_CHECKING:
    from pathlib import Path

PLAN = "### LATER-001: Lights\n\n**Status:** Pending\n"


class Forge:
    """A remote with a main branch; a pull request is a reference in it."""

    def __init__(self, path: Path) -> None:
        self.repository = Repository(path / "forge")
        self.path = path
        self.start = self.repository.commit({"docs/LATER.md": PLAN, "code.py": "pass\n"})

    @property
    def url(self) -> str:
        """Where it is cloned from: with a scheme, so that git speaks with it instead of copying files."""
        return f"file://{self.repository.path}"

    def branch(self, start: str = "main") -> Repository:
        """A work tree on a branch of its own, `topic`, with the forge as its origin."""
        self.repository.git("worktree", "add", "--quiet", "-B", "topic", str(self.path / "topic"), start)
        return Repository.at(self.path / "topic")

    def open(self, head: str, *, ref: str = "refs/pull/7/head", base: str = "main") -> PullRequest:
        """Open pull request 7, or push to it. The branch is not for others to see, as that of a fork."""
        self.repository.git("update-ref", ref, head)
        return PullRequest(7, True, head, base, ref, True, "https://forge.example/harbour/plans/pull/7")  # noqa: FBT003

    def clone(self, *options: str) -> Repository:
        """A clone of the main branch."""
        self.repository.git("clone", "--quiet", "--branch=main", "--single-branch", *options, self.url, "../clone")
        return Repository.at(self.path / "clone")

    def checkout_of_a_merge(self, pull: PullRequest) -> Repository:
        """What actions/checkout leaves: the forge's merge commit, detached, without any history."""
        merge = self.repository.git(
            "commit-tree", f"{pull.head}^{{tree}}", "-p", pull.base, "-p", pull.head, "-m", "merge"
        )
        self.repository.git("update-ref", "refs/pull/7/merge", merge)
        clone = Repository(self.path / "job")
        clone.git("remote", "add", "origin", self.url)
        spec = f"+{merge}:refs/remotes/pull/7/merge"
        self.repository.git("config", "uploadpack.allowAnySHA1InWant", "true")
        clone.git("fetch", "--quiet", "--no-tags", "--depth=1", "origin", spec)
        clone.git("checkout", "--quiet", "--detach", "refs/remotes/pull/7/merge")
        return clone
