"""A repository and a tracker that people work on, and syncs between them: what `both_ways` needs of a place.

`memory_place.MemoryPlace` is quick, `git_place.GitPlace` is real.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from gapkeeper.adapters.sqlite_tracker.tracker import SqliteTracker
    from gapkeeper.model.policy import SyncPolicy
    from gapkeeper.model.snapshot import Actor

Files = dict[str, bytes]  # by path


@dataclass(frozen=True)
class Planned:
    """What a person who looks at a plan wants to know of one change."""

    op: str
    key: str
    held: str | None
    obstacle: str | None


@dataclass(frozen=True)
class Ran:
    """What became of one sync."""

    exit_code: int
    changes: tuple[Planned, ...] = ()
    errors: tuple[str, ...] = ()


class Place(Protocol):
    """Documents in a repository, and a tracker."""

    policy: SyncPolicy

    @property
    def files(self) -> Files:
        """The documents of the folder, as they are."""

    @property
    def committed(self) -> Files:
        """The documents of the newest commit on the branch that is checked out."""

    def put(self, path: str, data: bytes | None) -> None:
        """Write a file, or delete it."""

    def commit(self) -> None:
        """Commit everything."""

    def proposed(self) -> Files | None:
        """The documents of our branch; None where there is none."""

    def tips(self) -> tuple[str, str | None]:
        """The newest commit of the branch that is checked out, and of ours."""

    def merge(self, how: str) -> bool:
        """Take our branch into the one that is checked out, as `ff`, `merge` or `squash`; False where one cannot."""

    def delete_branch(self) -> None:
        """Take our branch away."""

    def commit_on_branch(self, path: str, data: bytes) -> None:
        """Add a commit to our branch."""

    def acting(self, actor: Actor) -> AbstractContextManager[SqliteTracker]:
        """The tracker as somebody."""

    def says(self) -> dict[str, str] | None:
        """The status of each item as Gapkeeper reads it, by `path#ID`; None where that would take too long."""

    def plan(self) -> tuple[Planned, ...]:
        """What a sync would do."""

    def sync(self) -> Ran:
        """Run one."""

    def close(self) -> None:
        """Clean up."""
