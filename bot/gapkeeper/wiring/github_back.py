"""The part of the composition root that writes to the documents of a project on GitHub."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gapkeeper.adapters.github.repository import GitHubRepository
from gapkeeper.adapters.sqlite_tracker import utc_now
from gapkeeper.wiring import read_documents
from gapkeeper.wiring.forge_back import ForgeEdges, documents_of_clone, prefix_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from gapkeeper.adapters.github.session import Session
    from gapkeeper.settings.load import Settings


def github_edges(
    settings: Settings,
    folder: Path,
    rev: str | None,
    session: Session,
    to_write: Callable[[], AbstractContextManager[Session]],
) -> ForgeEdges[Session]:
    """Everything that writing to documents touches; see `ForgeEdges`."""
    documents = settings.repository.documents

    def repository(session: Session) -> GitHubRepository:
        return GitHubRepository(
            session,
            branch=settings.repository.sync.branch or None,
            prefix=prefix_of(folder),
            patterns=(documents.include, documents.exclude),
            clone=partial(documents_of_clone, settings, folder),
            clock=utc_now,
        )

    return ForgeEdges(
        forge="GitHub",
        settings=settings,
        folder=folder,
        rev=rev,
        session=session,
        to_write=to_write,
        repository=repository,
        read=partial(read_documents, settings),
    )
