"""The part of the composition root that writes to documents: which edges stand behind which way back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gapkeeper.adapters.checkout import git_folder
from gapkeeper.adapters.git_repository import GitRepository
from gapkeeper.adapters.sqlite_tracker import utc_now
from gapkeeper.adapters.work_tree import FolderWorkTree
from gapkeeper.app.deliver import deliver_to_files, deliver_to_repository
from gapkeeper.app.proposing import Proposing
from gapkeeper.app.write_back import Direct, Nowhere, Options, WayBack
from gapkeeper.errors import DocumentsError
from gapkeeper.model.delivery import BRANCH
from gapkeeper.model.policy import WriteBack
from gapkeeper.wiring import document_source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from gapkeeper.adapters.sqlite_tracker import SqliteTracker
    from gapkeeper.app.documents import Documents
    from gapkeeper.app.write_back import WriteBackMode
    from gapkeeper.model.delivery import Delivery
    from gapkeeper.model.edits import DocumentEdit
    from gapkeeper.ports import DocumentSource
    from gapkeeper.settings.load import Settings


@dataclass(frozen=True, slots=True)
class Edges:
    """Everything that writing to documents touches."""

    settings: Settings
    folder: Path
    rev: str | None  # documents are read from this revision; None: from the folder as it is
    records: SqliteTracker  # what was remembered, read-only
    to_write: Callable[[], AbstractContextManager[SqliteTracker]]  # the same, to be written to
    read: Callable[[DocumentSource], Documents]

    def way_back(self, documents: Documents) -> WayBack:
        """The way back for documents that were read."""
        return WayBack(documents, self._mode(documents), self._deliver, self._again)

    @property
    def _way(self) -> WriteBack:
        return WriteBack(self.settings.repository.sync.write_back)

    def _again(self) -> WayBack:
        return self.way_back(self.read(document_source(self.settings, self.folder, self.rev)))

    def _mode(self, documents: Documents) -> WriteBackMode:
        options = write_options(self.settings)
        missing = self._missing(documents)
        if missing is not None:
            return Nowhere(missing)
        try:
            if self._way is WriteBack.WORKTREE:
                return Direct(self._way, self._file_obstacles, options)
            if self._way is WriteBack.COMMIT:
                return Direct(self._way, self._commit_obstacles, options)
            repository = self._repository(self.records)
            obstacle = repository.branch_obstacle(BRANCH)
            if obstacle is not None:
                return Nowhere(obstacle)
            return Proposing(repository, self.read, options)
        except DocumentsError as error:
            return Nowhere(error.line)

    def _missing(self, documents: Documents) -> str | None:
        """Why this way leads nowhere, and what to do; None where it leads somewhere."""
        if self._way is WriteBack.WORKTREE:
            if self.rev is None:
                return None
            return (
                f'the documents were read from {self.rev}, and write_back = "worktree" edits files; leave --rev out, '
                'or choose "commit" or "pull-request" for [sync] write_back'
            )
        if documents.register.revision is not None:
            return None
        if git_folder(self.folder / ".git") is not None:
            return "there is no commit in this repository yet; commit the documents first"
        return (
            f'the folder is not the top of a git repository, so write_back = "{self._way}" has nowhere to write; '
            'with [sync] write_back = "worktree" the files are edited, with "off" nothing is'
        )

    def _deliver(self, delivery: Delivery) -> None:
        with self.to_write() as records:
            if self._way is WriteBack.WORKTREE:
                deliver_to_files(FolderWorkTree(self.folder, records.own_edits), delivery)
            else:
                deliver_to_repository(self._repository(records), delivery)

    def _repository(self, records: SqliteTracker) -> GitRepository:
        return local_repository(self.settings, self.folder, self.rev, records)

    def _file_obstacles(self, edits: Sequence[DocumentEdit]) -> Mapping[str, str]:
        work_tree = FolderWorkTree(self.folder, self.records.own_edits)
        found = {edit.path: work_tree.obstacle(edit.path, edit.old) for edit in edits}
        return {path: why for path, why in found.items() if why is not None}

    def _commit_obstacles(self, edits: Sequence[DocumentEdit]) -> Mapping[str, str]:
        paths = [edit.path for edit in edits]
        try:
            return self._repository(self.records).obstacles(paths)
        except DocumentsError as error:
            return dict.fromkeys(paths, error.line)


def write_options(settings: Settings) -> Options:
    """How documents are written, by the repository's wish, today."""
    sync = settings.repository.sync
    return Options(dt.datetime.now(dt.UTC).date(), sync.write_everywhere, sync.name_people)


def local_repository(settings: Settings, folder: Path, rev: str | None, records: SqliteTracker) -> GitRepository:
    """The repository of a folder, with what the embedded tracker remembers of it."""
    documents = settings.repository.documents
    return GitRepository(
        folder, rev, records.deliveries, include=documents.include, exclude=documents.exclude, clock=utc_now
    )
