"""Two commits and what lies between them."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from gapkeeper.adapters import git_command

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

_HEADER = re.compile(rb"\x01([0-9a-f]{40,64})")


def merge_base(folder: Path, one: str, other: str) -> str | None:
    """The newest commit that two commits come from; None where they share none, or this clone does not reach it."""
    answer = git_command.run(folder, "merge-base", "--end-of-options", one, other)
    return answer.stdout.decode("ascii").strip() if answer.returncode == 0 else None


def newest_change(folder: Path, since: str | None, until: str, paths: Collection[str]) -> str | None:
    """The newest commit from which on none of the files has changed, up to a commit; None: none since changed any.

    Only the way of first parents counts: a merge that brings changes has changed the files, and every commit behind it
    has them as they are at the end. ``since`` None: from the first commit on.
    """
    wanted = set(paths)
    reach = until if since is None else f"{since}..{until}"
    shown = ("--name-only", "--no-renames", "--relative", "--root", "--first-parent", "--diff-merges=first-parent")
    arguments = ("log", "-z", "--format=%x01%H", *shown, "--stdin")
    commit: str | None = None
    with git_command.Stream(folder, arguments, f"{reach}\n--\n") as fields:
        for field in fields:
            header = _HEADER.fullmatch(field)
            if header:
                commit = header[1].decode("ascii")
            elif os.fsdecode(field.removeprefix(b"\n")) in wanted:
                return commit
    return None


def is_shallow(folder: Path) -> bool:
    """Whether a clone has the newest part of the history only."""
    return git_command.output(folder, "rev-parse", "--is-shallow-repository").strip() == b"true"
