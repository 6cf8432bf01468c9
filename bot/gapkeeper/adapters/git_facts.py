"""What git is, and what it says of a folder: for people who ask what is wrong. Nothing is written."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from gapkeeper.adapters import git_command
from gapkeeper.errors import DocumentsError
from gapkeeper.model.doctor import GitFacts, Trouble

if TYPE_CHECKING:
    from pathlib import Path

_VERSION = re.compile(rb"git version (\d+(?:\.\d+)*)")


def git_facts(folder: Path) -> GitFacts:
    """Whether there is a git, and in this folder a repository with commits."""
    try:
        version = _version(folder)
        shallow = git_command.output(folder, "rev-parse", "--is-shallow-repository")
        commit = git_command.run(folder, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    except DocumentsError as error:
        return GitFacts(trouble=Trouble(error.message, error.hint))
    return GitFacts(version, commit=commit.returncode == 0, shallow=shallow.strip() == b"true")


def _version(folder: Path) -> tuple[int, ...]:
    found = _VERSION.match(git_command.run(folder, "--version").stdout)
    return tuple(int(part) for part in os.fsdecode(found[1]).split(".")) if found else ()
