"""A small repository, and commands that are run in it: what they print, and how they end."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

from gapkeeper.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path

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
