"""A local repository to write documents to, and what must stay as it is where nothing may be written."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from gapkeeper.adapters.git_repository import GitRepository
from gapkeeper.model.edits import DocumentEdit

if TYPE_CHECKING:
    from pathlib import Path

    from gapkeeper.adapters.sqlite_tracker import SqliteTracker
    from repositories import Repository

NOON = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
BRANCH = "gapkeeper/docs"
OLD, NEW = b"a: open\n", b"a: resolved\n"


def local_repository(folder: Path, tracker: SqliteTracker, revision: str | None = None) -> GitRepository:
    """The adapter, with every Markdown file as a document, and a clock that stands."""
    return GitRepository(folder, revision, tracker.deliveries, include=("**/*.md",), exclude=(), clock=lambda: NOON)


def edit(path: str = "a.md", old: bytes = OLD, new: bytes = NEW) -> DocumentEdit:
    """An edit of a document that says only that."""
    return DocumentEdit(path, old, new)


def as_it_is(repository: Repository) -> dict[str, object]:
    """Everything that must be as before where nothing may be written."""
    files = [path for path in repository.path.rglob("*") if path.is_file() and ".git" not in path.parts]
    return {
        "refs": repository.git("for-each-ref"),
        "head": (repository.path / ".git/HEAD").read_text(),
        "index": repository.git("ls-files", "--stage", "-v"),
        "files": {path: path.read_bytes() for path in files},
    }
