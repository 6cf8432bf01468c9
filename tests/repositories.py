"""Git repositories for tests: made by git itself, and deaf to the configuration of whoever runs the tests."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{who}_{what}": f"{who}@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files below a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


class Repository:
    """A repository with a work tree."""

    def __init__(self, path: Path) -> None:
        path.mkdir(exist_ok=True)
        self.path = path
        self.git("init", "--quiet", "--initial-branch=main")

    @classmethod
    def at(cls, path: Path) -> Repository:
        """One that is there already."""
        found = cls.__new__(cls)
        found.path = path
        return found

    def git(self, *arguments: str, date: str | None = None) -> str:
        """Run git, and fail where it does."""
        environment = ENVIRONMENT if date is None else {**ENVIRONMENT, "GIT_COMMITTER_DATE": date}
        done = subprocess.run(
            ["git", *arguments], cwd=self.path, env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def commit(self, files: Mapping[str, str | bytes], date: str = "2026-01-01T12:00:00Z") -> str:
        """Write files, commit everything that is there, and return the commit."""
        write(self.path, files)
        self.git("add", "--all", "--force")
        self.git("commit", "--quiet", "--allow-empty", "--message=change", date=date)
        return self.git("rev-parse", "HEAD")
