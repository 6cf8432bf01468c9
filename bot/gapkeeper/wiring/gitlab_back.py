"""The part of the composition root that writes to the documents of a project on GitLab."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gapkeeper.adapters.gitlab.repository import GitLabRepository
from gapkeeper.model.delivery import BRANCH
from gapkeeper.wiring import read_documents
from gapkeeper.wiring.forge_back import ForgeEdges, documents_of_clone, prefix_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from gapkeeper.adapters.gitlab.session import Session
    from gapkeeper.settings.load import Settings


def gitlab_edges(
    settings: Settings,
    folder: Path,
    rev: str | None,
    session: Session,
    to_write: Callable[[], AbstractContextManager[Session]],
) -> ForgeEdges[Session]:
    """Everything that writing to documents touches; see `ForgeEdges`."""
    documents = settings.repository.documents

    def repository(session: Session) -> GitLabRepository:
        return GitLabRepository(
            session,
            branch=settings.repository.sync.branch or None,
            prefix=prefix_of(folder),
            patterns=(documents.include, documents.exclude),
            clone=partial(documents_of_clone, settings, folder),
        )

    return ForgeEdges(
        forge="GitLab",
        settings=settings,
        folder=folder,
        rev=rev,
        session=session,
        to_write=to_write,
        repository=repository,
        read=partial(read_documents, settings),
        nothing_open=lambda session: repository(session).nothing_open(BRANCH),
    )
