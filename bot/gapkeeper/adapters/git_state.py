"""Where a folder stands in its repository, and what a person is in the middle of there."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gapkeeper.adapters import git_command
from gapkeeper.adapters.git_refs import HEADS

if TYPE_CHECKING:
    from pathlib import Path

# What git leaves in its folder while something waits to be finished; the first that is there counts.
_OPERATIONS = (
    ("rebase-merge", "a rebase"),
    ("rebase-apply/applying", "`git am`"),
    ("rebase-apply", "a rebase"),
    ("MERGE_HEAD", "a merge"),
    ("CHERRY_PICK_HEAD", "a cherry-pick"),
    ("REVERT_HEAD", "a revert"),
    ("sequencer", "a cherry-pick or revert"),
    ("BISECT_LOG", "a bisection"),
)


@dataclass(frozen=True, slots=True)
class Layout:
    """A folder and its repository."""

    folder: Path  # what paths of documents start at
    prefix: str  # from the top of the work tree to the folder; empty, or with a slash at its end
    git_folder: Path  # of this work tree: HEAD and index
    common_folder: Path  # of the repository: objects and branches
    bare: bool

    @property
    def top(self) -> Path:
        """The top of the work tree."""
        return self.folder.joinpath(*[".."] * self.prefix.count("/")).resolve()


def layout(folder: Path) -> Layout:
    """Where a folder stands.

    Raises `DocumentsError` where it is in no repository, or in one that git does not trust.
    """
    asked = ("--show-prefix", "--is-bare-repository", "--absolute-git-dir", "--is-bare-repository", "--git-common-dir")
    answer = git_command.output(folder, "rev-parse", *asked)
    # The answer that is known to be one of two words ends paths, which may have line feeds in them.
    bare = b"\ntrue\n" in answer
    prefix, git_folder, common = answer.removesuffix(b"\n").split(b"\ntrue\n" if bare else b"\nfalse\n", 2)
    return Layout(
        folder,
        os.fsdecode(prefix),
        folder / os.fsdecode(git_folder),
        (folder / os.fsdecode(common)).resolve(),
        bare,
    )


def operation(git_folder: Path) -> str | None:
    """What the work tree is in the middle of, for people; None where nothing waits to be finished."""
    for name, what in _OPERATIONS:
        if os.path.lexists(git_folder / name):
            return f"the repository is in the middle of {what}; finish or abort it: `git status` says how"
    return None


def locked(git_folder: Path) -> str | None:
    """Why the index cannot be written now, for people; None where it can."""
    lock = git_folder / "index.lock"
    if not os.path.lexists(lock):
        return None
    return f"another git is at work in this repository, or was killed in it and left {lock}; wait, or delete that file"


@dataclass(frozen=True, slots=True)
class Head:
    """What is checked out."""

    commit: str | None  # None: there is no commit yet
    branch: str | None  # refs/heads/main; None: the head is detached, or there is no commit yet


def head(folder: Path) -> Head:
    """What is checked out in the work tree of a folder, or the default branch of a bare repository.

    Raises `DocumentsError` where the folder is in no repository, or in one that git does not trust.
    """
    answer = git_command.run(folder, "rev-parse", "--revs-only", "HEAD", "--symbolic-full-name", "HEAD")
    if answer.returncode != 0:
        git_command.refuse_where_git_cannot_work(folder, answer)
    commit, _, branch = os.fsdecode(answer.stdout).removesuffix("\n").partition("\n")
    return Head(commit or None, branch if branch.startswith(HEADS) else None)
