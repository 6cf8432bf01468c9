"""Both sides in memory: `sync` composed as the command line and `wiring` do, a few milliseconds each.

The tracker is the embedded one on a database in memory; documents and git are `memory_git`.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from gapkeeper.adapters.sqlite_tracker import SELF
from gapkeeper.adapters.sqlite_tracker.connection import Database
from gapkeeper.adapters.sqlite_tracker.tracker import SqliteTracker
from gapkeeper.app.deliver import deliver_to_files, deliver_to_repository
from gapkeeper.app.documents import read_documents
from gapkeeper.app.proposing import Proposing
from gapkeeper.app.sync import plan_sync, sync
from gapkeeper.app.write_back import Direct, Options, WayBack
from gapkeeper.errors import GapkeeperError
from gapkeeper.model.policy import WriteBack
from gapkeeper.model.rules import ReadingRules
from gapkeeper.planning.history import History
from memory_git import TODAY, MemoryGit, MemoryRepository, MemorySource, MemoryWorkTree
from two_sides import Planned, Ran

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapkeeper.app.documents import Documents
    from gapkeeper.app.write_back import WriteBackMode
    from gapkeeper.model.delivery import Delivery
    from gapkeeper.model.plan import Plan
    from gapkeeper.model.policy import SyncPolicy
    from gapkeeper.model.snapshot import Actor
    from gapkeeper.ports import DocumentSource
    from two_sides import Files

_RULES = ReadingRules(languages=("en", "de"))  # the other sets take most of the time of reading


class _SharedTracker(SqliteTracker):
    """One of several people at the same database."""

    def lock(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    def close(self) -> None:
        """The database stays."""


class MemoryPlace:
    """See `two_sides.Place`."""

    def __init__(self, files: Mapping[str, bytes], policy: SyncPolicy) -> None:
        self.policy = policy
        self._git = MemoryGit(dict(files))
        self._now = dt.datetime.combine(TODAY, dt.time(12), dt.UTC)
        self._database = Database.for_reading(Path(tempfile.gettempdir()) / "no-such-tracker.db", busy_seconds=1)

    # --- Documents ----------------------------------------------------------------------------------

    @property
    def files(self) -> Files:
        return dict(self._git.files)

    @property
    def committed(self) -> Files:
        return self._git.committed

    def put(self, path: str, data: bytes | None) -> None:
        if data is None:
            del self._git.files[path]
        else:
            self._git.files[path] = data

    def commit(self) -> None:
        if self._git.files != self._git.committed:
            self._git.head = self._git.add(self._git.files, (self._git.head,))

    def proposed(self) -> Files | None:
        return None if self._git.ours is None else dict(self._git.commits[self._git.ours].files)

    def tips(self) -> tuple[str, str | None]:
        return self._git.head, self._git.ours

    def merge(self, how: str) -> bool:
        return self._git.merge(how)

    def delete_branch(self) -> None:
        self._git.ours = None

    def commit_on_branch(self, path: str, data: bytes) -> None:
        tip = self._git.ours
        assert tip is not None
        self._git.ours = self._git.add({**self._git.commits[tip].files, path: data}, (tip,))

    # --- The tracker --------------------------------------------------------------------------------

    def acting(self, actor: Actor) -> contextlib.AbstractContextManager[SqliteTracker]:
        return contextlib.nullcontext(self._tracker(actor))

    def _tracker(self, actor: Actor | None) -> SqliteTracker:
        return _SharedTracker(self._database, "sqlite:tracker.db", actor=actor, clock=self._clock)

    def _clock(self) -> dt.datetime:
        self._now += dt.timedelta(seconds=1)
        return self._now

    # --- Syncs --------------------------------------------------------------------------------------

    def says(self) -> dict[str, str]:
        items = self._read().register.items
        return {f"{item.home.path}#{item.id}": item.status.value for item in items}

    def plan(self) -> tuple[Planned, ...]:
        documents = self._read()
        planned = plan_sync(
            documents.register,
            self._tracker(None),
            self.policy,
            history=self._history,
            way_back=self._way_back(documents),
        )
        assert planned.refused is None, planned.refused
        return _changes(planned)

    def sync(self) -> Ran:
        if self.policy.write_back in {WriteBack.COMMIT, WriteBack.PULL_REQUEST}:
            MemoryRepository(self._git, self._tracker(SELF)).settle()
        documents = self._read()
        try:
            report = sync(
                documents.register,
                self._tracker(None),
                lambda: self.acting(SELF),
                self.policy,
                clock=self._clock,
                history=self._history,
                way_back=self._way_back(documents),
                journal=lambda: contextlib.nullcontext(self._tracker(SELF).journal),
                wait=lambda _seconds: None,
            )
        except GapkeeperError as error:
            return Ran(error.exit_code, errors=(error.line,))
        errors = tuple(outcome.error for outcome in report.outcomes if outcome.error)
        return Ran(report.exit_code, _changes(report.plan), errors)

    def _read(self) -> Documents:
        return _read(MemorySource(self._git.files, self._git.head))

    def _way_back(self, documents: Documents) -> WayBack | None:
        mode = self._mode()
        return None if mode is None else WayBack(documents, mode, self._deliver, self._again)

    def _again(self) -> WayBack:
        found = self._way_back(self._read())
        assert found is not None
        return found

    def _mode(self) -> WriteBackMode | None:
        way, options, reader = self.policy.write_back, Options(TODAY), self._tracker(None)
        if way is WriteBack.OFF:
            return None
        if way is WriteBack.WORKTREE:
            return Direct(way, MemoryWorkTree(self._git, reader).obstacles, options)
        repository = MemoryRepository(self._git, reader)
        if way is WriteBack.COMMIT:
            return Direct(way, lambda edits: repository.obstacles([edit.path for edit in edits]), options)
        return Proposing(repository, _read, options)

    def _deliver(self, delivery: Delivery) -> None:
        if self.policy.write_back is WriteBack.WORKTREE:
            deliver_to_files(MemoryWorkTree(self._git, self._tracker(SELF)), delivery)
        else:
            deliver_to_repository(MemoryRepository(self._git, self._tracker(SELF)), delivery)

    @property
    def _history(self) -> History:
        return History(
            is_ancestor=lambda one, other: one in self._git.ancestors(other),
            renamed=self._git.renamed,
            where=lambda commit: "on main" if commit in self._git.ancestors(self._git.head) else None,
            branch=lambda: "main",
            is_branch=lambda name: name == "main",
        )

    def close(self) -> None:
        self._database.close()


def _changes(plan: Plan) -> tuple[Planned, ...]:
    return tuple(Planned(change.op.value, change.key, change.held, change.obstacle) for change in plan.changes)


def _read(source: DocumentSource) -> Documents:
    assert isinstance(source, MemorySource)
    return _read_once(tuple(sorted(source.files.items())), source.revision)


@lru_cache(maxsize=64)
def _read_once(files: tuple[tuple[str, bytes], ...], revision: str | None) -> Documents:
    """Reading is pure, so the same documents need not be read again for every look at them."""
    return read_documents(MemorySource(dict(files), revision), _RULES)
