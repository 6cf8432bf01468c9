"""Which branch is checked out, and which branches have a commit: those of this clone, and of its remotes as fetched."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gapkeeper.adapters import git_command

if TYPE_CHECKING:
    from pathlib import Path

_HEADS = "refs/heads/"
_REMOTES = "refs/remotes/"


def checked_out(folder: Path) -> str | None:
    """The branch that is checked out; None on a detached head.

    Raises `DocumentsError` where there is no git.
    """
    answer = git_command.run(folder, "symbolic-ref", "--quiet", "HEAD")
    name = os.fsdecode(answer.stdout).strip()
    return name.removeprefix(_HEADS) if name.startswith(_HEADS) else None


def containing(folder: Path, commit: str) -> tuple[str, ...] | None:
    """The branches that have a commit, as people name them (`main`, `origin/main`), those of this clone first.

    None where this clone does not have the commit, or not the history between. Raises `DocumentsError` where there is
    no git.
    """
    if not commit.isprintable():  # a marker can name anything
        return None
    known = git_command.run(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}^{{commit}}")
    if known.returncode != 0:
        return None
    contains = f"--contains={known.stdout.decode('ascii').strip()}"
    form = "--format=%(refname)%00%(symref)"
    answer = git_command.run(folder, "for-each-ref", contains, form, "--", _HEADS, _REMOTES)
    if answer.returncode != 0:
        return None
    found = [line.partition("\0") for line in os.fsdecode(answer.stdout).splitlines()]
    return tuple(name.removeprefix(_HEADS).removeprefix(_REMOTES) for name, _, symbolic in found if not symbolic)
