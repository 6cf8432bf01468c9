"""A small repository, and commands that are run in it: what they print, how they end, and what they write."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

from gapkeeper.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from _pytest.capture import CaptureFixture

LATER = """\
# Later

**Updated:** 2026-03-02

### LATER-001: Mend the pier

| Field | Value |
|---|---|
| **Status** | Pending |
| **Owner** | Harbour office |

### LATER-002: Order new buoys

| Field | Value |
|---|---|
| **Status** | Blocked |
| **Depends on** | ACTION-040 |
| **Est** | 1 day |
"""
GAPS = """\
# Checkpoint

**Date:** 2026-03-01

| ID | Item | Status | Est |
|---|---|---|---|
| ACTION-040 | Dredge the basin | In progress | 18-28 days |
| ACTION-041 | =Count the gulls | ✅ Done | |

| ID | Item | Status |
|---|---|---|
| LATER-001 | The pier | ✅ Resolved |

## Readiness

| Area | Weight | Score | Weighted |
|---|---|---|---|
| Quays | 60% | 50% | 30% |
| Lights | 40% | 25% | 10% |
| **Total** | 100% | - | **45%** |
"""


def forget_the_environment(patch: pytest.MonkeyPatch) -> None:
    """Nothing of whoever runs the tests, a person or a CI job, decides what commands do."""
    for name in os.environ:
        if name.startswith(("GAPKEEPER_", "GITHUB_", "GITLAB_", "CI", "GIT_")) and name != "CI":
            patch.delenv(name)


class Harbour:
    """A repository in a folder that is the current one, and what commands say in it."""

    def __init__(self, folder: Path, capsys: CaptureFixture[str]) -> None:
        self.folder = folder
        self.capsys = capsys
        self.out = self.err = ""

    def run(self, *arguments: str, expect: int = 0) -> str:
        code = main(arguments)
        self.out, self.err = self.capsys.readouterr()
        assert code == expect, self.out + self.err
        return self.out

    def ask(self, *arguments: str, expect: int = 0) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.run(*arguments, "--format", "json", expect=expect))
        return answer

    def write(self, path: str, text: str | bytes) -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_bytes(text if isinstance(text, bytes) else text.encode())

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=Ann Lee", "-c", "user.email=ann@harbour.example", "-c", "commit.gpgsign=false")
        done = subprocess.run(["git", *who, *arguments], cwd=self.folder, check=True, capture_output=True)
        return done.stdout.decode().rstrip("\n")

    def commit(self, message: str) -> None:
        self.git("add", "-A")
        self.git("commit", "-qm", message)


class Port:
    """A harbour whose issues agree with its documents, where Rosa closes and reopens them."""

    def __init__(self, harbour: Harbour, mode: str) -> None:
        self.harbour = harbour
        self.folder = harbour.folder
        self.mode = mode
        harbour.write("gapkeeper.toml", f'[sync]\nwrite_back = "{mode}"\n')
        harbour.commit("Say how documents follow")
        self.start = harbour.git("rev-parse", "HEAD")
        harbour.run("sync")

    def said(self, *arguments: str, expect: int = 0) -> list[str]:
        """Run a command, and return every line that it prints, with single spaces."""
        self.harbour.run(*arguments, expect=expect)
        return [" ".join(line.split()) for line in (self.harbour.out + self.harbour.err).splitlines() if line.strip()]

    def sync(self, *options: str, expect: int = 0) -> list[str]:
        return self.said("sync", *options, expect=expect)

    def rosa(self, does: str, issue: str, *options: str) -> None:
        self.harbour.run("issues", does, issue, "--as", "Rosa", *options)

    def fingerprint(self) -> str:
        return str(self.harbour.ask("plan")["fingerprint"])

    def state(self, issue: str) -> str:
        """The state of an issue, and why it is closed."""
        found = self.harbour.ask("issues", "show", issue)["issue"]
        return str(found["reason"] or found["state"])

    def body(self, issue: str) -> str:
        return str(self.harbour.ask("issues", "show", issue)["issue"]["body"])

    def comments(self, issue: str) -> list[str]:
        return [said["body"] for said in self.harbour.ask("issues", "show", issue)["comments"]]

    def written(self) -> list[str]:
        """Lines that went and came in the documents, wherever this way writes them, since the beginning."""
        ends = {"worktree": [self.start], "commit": [self.start, "HEAD"], "pull-request": ["HEAD...gapkeeper/docs"]}
        if self.mode == "pull-request" and not self.harbour.git("branch", "--list", "gapkeeper/docs"):
            return []
        changed = self.harbour.git("diff", "-U0", "--no-renames", *ends[self.mode], "--", "*.md").splitlines()
        return [line for line in changed if line[:1] in {"+", "-"} and not line.startswith(("+++", "---"))]
