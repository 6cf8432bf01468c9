"""The part of the composition root that writes to the documents of a project on GitHub."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gapkeeper.adapters.git import RevisionDocuments
from gapkeeper.adapters.git_state import layout
from gapkeeper.adapters.github.pulls import Pulls
from gapkeeper.adapters.github.repository import GitHubRepository
from gapkeeper.adapters.sqlite_tracker import utc_now
from gapkeeper.app.deliver import deliver_to_repository
from gapkeeper.app.proposing import Proposing
from gapkeeper.app.write_back import Direct, Nowhere, WayBack
from gapkeeper.errors import DocumentsError
from gapkeeper.model.policy import WriteBack
from gapkeeper.wiring import document_source
from gapkeeper.wiring.write_back import write_options

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from gapkeeper.adapters.github.session import Session
    from gapkeeper.app.documents import Documents
    from gapkeeper.app.write_back import WriteBackMode
    from gapkeeper.model.delivery import Delivery, Proposal
    from gapkeeper.model.edits import DocumentEdit
    from gapkeeper.ports import DocumentSource
    from gapkeeper.settings.load import Settings


@dataclass(frozen=True, slots=True)
class GitHubEdges:
    """Everything that writing to documents touches."""

    settings: Settings
    folder: Path
    rev: str | None  # documents are read from this revision of the clone; None: from the folder as it is
    session: Session  # unable to write
    to_write: Callable[[], AbstractContextManager[Session]]
    read: Callable[[DocumentSource], Documents]

    def way_back(self, documents: Documents) -> WayBack:
        """The way back for documents that were read."""
        return WayBack(documents, self._mode(), self._deliver, self._again)

    def _again(self) -> WayBack:
        return self.way_back(self.read(document_source(self.settings, self.folder, self.rev)))

    def _mode(self) -> WriteBackMode:
        options, way = write_options(self.settings), WriteBack(self.settings.repository.sync.write_back)
        if way is WriteBack.WORKTREE:
            return Nowhere("the files of a clone are not what counts on GitHub; propose or commit the change there")
        if way is WriteBack.COMMIT:
            return Direct(way, self._obstacles, options)
        return Proposing(self._repository(self.session), self.read, options)

    def _deliver(self, delivery: Delivery) -> None:
        with self.to_write() as session:
            deliver_to_repository(self._repository(session), delivery)

    def _obstacles(self, edits: Sequence[DocumentEdit]) -> Mapping[str, str]:
        why = self._repository(self.session).obstacle([edit.path for edit in edits])
        return {} if why is None else dict.fromkeys((edit.path for edit in edits), why)

    def _repository(self, session: Session) -> GitHubRepository:
        documents = self.settings.repository.documents
        return GitHubRepository(
            session,
            branch=self.settings.repository.sync.branch or None,
            prefix=self._prefix,
            patterns=(documents.include, documents.exclude),
            clone=self._clone,
            clock=utc_now,
        )

    @property
    def _prefix(self) -> str:
        try:
            return layout(self.folder).prefix
        except DocumentsError:  # no clone: the folder stands for the top of the project
            return ""

    def _clone(self, commit: str) -> DocumentSource | None:
        documents = self.settings.repository.documents
        try:
            return RevisionDocuments(self.folder, commit, documents.include, documents.exclude)
        except DocumentsError:
            return None


def proposed(session: Session, branch: str) -> tuple[Proposal, ...]:
    """The pull requests that were opened from a branch, as they are now, the newest first."""
    return Pulls(session).of(branch)
