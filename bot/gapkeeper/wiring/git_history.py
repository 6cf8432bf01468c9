"""Git's answers to what planning asks; each question is asked once, as a sync plans more than once."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from gapkeeper.adapters import blame, git, git_branches, git_remote
from gapkeeper.model.delivery import BRANCH
from gapkeeper.planning.history import History

if TYPE_CHECKING:
    from pathlib import Path


def history_of(folder: Path, revision: str | None) -> History:
    """What git knows of a folder as it is, or of a revision."""
    containing = cache(lambda commit: git_branches.containing(folder, commit))

    def where(commit: str) -> str | None:
        branches = containing(commit)
        if branches is None:
            return "not in this clone"
        # Proposals of ours are made on the base as it was: they keep a commit that people gave up.
        name = next((name for name in branches if name != BRANCH and not name.endswith(f"/{BRANCH}")), None)
        return None if name is None else f"on {name}"

    def branch() -> str | None:
        return git_branches.checked_out(folder) if revision is None else None

    def is_branch(name: str) -> bool:
        here = branch()
        if here is not None:
            return here == name
        return any(name in {found, found.partition("/")[2]} for found in containing(revision or "HEAD") or ())

    return History(
        is_ancestor=cache(lambda ancestor, descendant: git.is_ancestor(folder, ancestor, descendant) is True),
        written_by=cache(lambda place: blame.author(folder, place, revision)),
        renamed=cache(lambda since: git.renames(folder, since, revision)),
        where=where,
        branch=branch,
        is_branch=is_branch,
        newest=cache(lambda branch: git_remote.newest(folder, branch)),
    )
