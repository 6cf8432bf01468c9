"""The two ends of a pull request in this clone: its head, and the commit that it is compared with."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.adapters import git_command, git_remote
from gapkeeper.adapters.git_range import merge_base
from gapkeeper.errors import DocumentsError

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from gapkeeper.model.pulls import PullRequest


class Ends(NamedTuple):
    """The commits of a pull request."""

    head: str
    base: str | None  # the merge base; where there is none the newest of the base branch, if that is there
    why: str | None = None  # why it is not the merge base, for people


def bring(folder: Path, pull: PullRequest) -> Ends:
    """Find both ends.

    Raises:
        UnavailableError: The remote does not answer.
        DocumentsError: The head is nowhere to be had.
    """
    tip = git_remote.newest(folder, pull.base) or _known(folder, pull.base)
    there = _present(folder, [commit for commit in (pull.head, tip) if commit])
    if pull.head not in there:
        raise DocumentsError(
            f"this clone does not have {pull.head[:10]}, the head of {pull.url}", hint="Fetch it: git fetch origin."
        )
    if tip is None or tip not in there:
        return Ends(pull.head, None, f"the branch {pull.base} is neither at the remote nor in this clone")
    common = merge_base(folder, tip, pull.head)
    if common is not None:
        return Ends(pull.head, common)
    return Ends(pull.head, tip, f"the pull request and {pull.base} have no commit in common")


def _known(folder: Path, branch: str) -> str | None:
    """The newest commit of a branch as it was last fetched, or of the local one."""
    names = (f"refs/remotes/origin/{branch}", f"refs/heads/{branch}")
    answer = git_command.output(folder, "for-each-ref", "--format=%(objectname) %(refname)", "--", *names)
    found = {name: commit for commit, _, name in (line.partition(" ") for line in os.fsdecode(answer).splitlines())}
    return next((found[name] for name in names if name in found), None)


def _present(folder: Path, commits: Collection[str]) -> frozenset[str]:
    """Which of the commits this clone has."""
    asked = "".join(f"{commit}\n" for commit in commits).encode()
    answer = git_command.output(folder, "cat-file", "--batch-check=%(objectname) %(objecttype)", data=asked)
    return frozenset(re.findall(r"^(\w+) commit$", answer.decode("ascii", "replace"), re.MULTILINE))
