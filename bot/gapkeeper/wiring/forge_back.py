"""The part of the composition root that writes to the documents of a project on a forge: what is the same on all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from gapkeeper.adapters.git import RevisionDocuments
from gapkeeper.adapters.git_state import layout
from gapkeeper.app.deliver import deliver_to_repository
from gapkeeper.app.proposing import Proposing
from gapkeeper.app.write_back import Direct, Nowhere, WayBack, WhileThere
from gapkeeper.errors import DocumentsError
from gapkeeper.model.policy import WriteBack
from gapkeeper.wiring import document_source, read_documents
from gapkeeper.wiring.write_back import write_options

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from gapkeeper.app.documents import Documents
    from gapkeeper.app.write_back import WriteBackMode
    from gapkeeper.model.delivery import Delivery
    from gapkeeper.model.edits import DocumentEdit
    from gapkeeper.ports import DocumentSource, Repository
    from gapkeeper.settings.load import Settings

S = TypeVar("S")  # one forge's session
S_contra = TypeVar("S_contra", contravariant=True)
R = TypeVar("R", bound="Repository")  # its adapter
R_co = TypeVar("R_co", bound="Repository", covariant=True)


class Making(Protocol[S_contra, R_co]):
    """Makes a forge's adapter of the port `Repository`."""

    def __call__(
        self,
        session: S_contra,
        /,
        *,
        branch: str | None,
        prefix: str,
        patterns: tuple[Sequence[str], Sequence[str]],
        clone: Callable[[str], DocumentSource | None],
    ) -> R_co:
        """Of a session, what the settings say of documents, and what a local clone has of a commit."""


@dataclass(frozen=True, slots=True)
class ForgeEdges(Generic[S, R]):
    """Everything that writing to documents touches."""

    forge: str  # its name, for people
    settings: Settings
    folder: Path
    rev: str | None  # documents are read from this revision of the clone; None: from the folder as it is
    session: S  # unable to write
    to_write: Callable[[], AbstractContextManager[S]]
    make: Making[S, R]
    nothing_open: Callable[[R], bool] = lambda _repository: False  # see `Proposing`

    def way_back(self, documents: Documents) -> WayBack:
        """The way back for documents that were read."""
        return WayBack(documents, self._mode(), self._deliver, self._again)

    def _again(self) -> WayBack:
        return self.way_back(self._read(document_source(self.settings, self.folder, self.rev)))

    def _read(self, source: DocumentSource) -> Documents:
        return read_documents(self.settings, source)

    def _repository(self, session: S) -> R:
        documents, sync = self.settings.repository.documents, self.settings.repository.sync
        return self.make(
            session,
            branch=sync.branch or None,
            prefix=prefix_of(self.folder),
            patterns=(documents.include, documents.exclude),
            clone=partial(documents_of_clone, self.settings, self.folder),
        )

    def _mode(self) -> WriteBackMode:
        options, way = write_options(self.settings), WriteBack(self.settings.repository.sync.write_back)
        if way is WriteBack.WORKTREE:
            return Nowhere(
                f"the files of a clone are not what counts on {self.forge}; propose or commit the change there"
            )
        if way is WriteBack.COMMIT:
            return WhileThere(Direct(way, self._obstacles, options))
        repository = self._repository(self.session)
        nothing_open = partial(self.nothing_open, repository)
        return WhileThere(Proposing(repository, self._read, options, nothing_open=nothing_open))

    def _deliver(self, delivery: Delivery) -> None:
        with self.to_write() as session:
            deliver_to_repository(self._repository(session), delivery)

    def _obstacles(self, edits: Sequence[DocumentEdit]) -> Mapping[str, str]:
        why = self._repository(self.session).obstacle([edit.path for edit in edits])
        return {} if why is None else dict.fromkeys((edit.path for edit in edits), why)


def prefix_of(folder: Path) -> str:
    """Where a folder is in its project, with a slash at its end; empty: the top."""
    try:
        return layout(folder).prefix
    except DocumentsError:  # no clone: the folder stands for the top of the project
        return ""


def documents_of_clone(settings: Settings, folder: Path, commit: str) -> DocumentSource | None:
    """The documents of a commit from a local clone; None where it does not have it."""
    documents = settings.repository.documents
    try:
        return RevisionDocuments(folder, commit, documents.include, documents.exclude)
    except DocumentsError:
        return None
