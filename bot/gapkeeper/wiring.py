"""The composition root: which adapter stands behind which port. Commands call this and know no adapter.

Everything heavy is imported where it is needed, so that a command that reads documents loads no tracker, and one
without `--rev` no subprocesses.
"""

from __future__ import annotations

import contextlib
import re
from functools import cache
from typing import TYPE_CHECKING

from gapkeeper.errors import UsageError
from gapkeeper.settings.load import Settings, load

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from gapkeeper.model.policy import SyncPolicy
    from gapkeeper.model.register import Register
    from gapkeeper.model.snapshot import Actor
    from gapkeeper.planning.history import History
    from gapkeeper.ports import DocumentSource, Tracker, TrackerReader


def load_settings(folder: Path, *, overrides: Mapping[str, object] | None = None) -> Settings:
    """The settings in force for a folder; ``overrides`` is what the command line says: `{"tracker.url": URL}`.

    Raises `ConfigurationError` with every fault, each with its place and remedy.
    """
    return load(folder, overrides=overrides)


def document_source(settings: Settings, folder: Path, rev: str | None = None) -> DocumentSource:
    """The documents of a folder as it is, or of a revision of the repository that it is in.

    Raises `UsageError` where there is no such folder, `DocumentsError` where there is no such revision.
    """
    documents = settings.repository.documents
    if rev is None:
        from gapkeeper.adapters.folder import FolderDocuments  # noqa: PLC0415

        return FolderDocuments(folder, documents.include, documents.exclude)
    from gapkeeper.adapters.git import RevisionDocuments  # noqa: PLC0415

    return RevisionDocuments(folder, rev, documents.include, documents.exclude)


def read_register(settings: Settings, source: DocumentSource) -> Register:
    """Read the register of a source by the repository's rules."""
    from gapkeeper import reading  # noqa: PLC0415
    from gapkeeper.settings.mapping import reading_rules  # noqa: PLC0415

    return reading.read_register(
        source.documents(),
        reading_rules(settings.repository),
        revision=source.revision,
        exists=source.exists,
        commit_dates=source.commit_dates,
    )


def suggested_tracker(folder: Path) -> str | None:
    """The forge's project that a repository was cloned from: a suggestion to people, never written to by itself."""
    if not (folder / ".git").exists():
        return None
    from gapkeeper.adapters.git import origin  # noqa: PLC0415

    # https://github.com/owner/name.git, git@gitlab.example.org:group/sub/name; never what stands before the host.
    match = re.search(
        r"(?:^|[/@.])(?P<forge>github|gitlab)\.[\w.-]+(?::\d+)?[/:](?P<project>[\w.-]+(?:/[\w.-]+)+)/?$",
        origin(folder) or "",
        re.ASCII | re.IGNORECASE,
    )
    return f"{match['forge'].lower()}:{match['project'].removesuffix('.git')}" if match else None


def history(folder: Path, revision: str | None) -> History:
    """What git knows of a folder as it is, or of a revision; each question is asked once, as a sync plans twice."""
    from gapkeeper.adapters import blame, git  # noqa: PLC0415
    from gapkeeper.planning.history import History  # noqa: PLC0415

    return History(
        is_ancestor=cache(lambda ancestor, descendant: git.is_ancestor(folder, ancestor, descendant) is True),
        written_by=cache(lambda place: blame.author(folder, place, revision)),
        renamed=cache(lambda since: git.renames(folder, since, revision)),
    )


def sync_policy(settings: Settings) -> SyncPolicy:
    """What a sync may do by the repository's wish; a run's own options are set with `dataclasses.replace`."""
    from gapkeeper.settings import mapping  # noqa: PLC0415

    return mapping.sync_policy(settings.repository)


def tracker_url(settings: Settings) -> str:
    """The tracker as it was named; the embedded one in `.gapkeeper` where nobody named one."""
    from gapkeeper.adapters.sqlite_tracker import DEFAULT_URL  # noqa: PLC0415

    return settings.repository.tracker.url or DEFAULT_URL


@contextlib.contextmanager
def open_reader(settings: Settings, folder: Path) -> Iterator[TrackerReader]:
    """The tracker, unable to write: what planning gets.

    Raises `UsageError` for a tracker that this version does not know, `TrackerError` where it cannot be opened.
    """
    from gapkeeper.adapters import sqlite_tracker  # noqa: PLC0415

    path = _database(settings, folder)
    with contextlib.closing(sqlite_tracker.open_reader(path, url=tracker_url(settings))) as tracker:
        yield tracker


@contextlib.contextmanager
def open_tracker(settings: Settings, folder: Path, *, actor: Actor | None = None) -> Iterator[Tracker]:
    """The tracker, to write to it: as ourselves, or on the embedded tracker as a person who plays the maintainer.

    Raises `UsageError` for a tracker that this version does not know, `TrackerError` where it cannot be opened.
    """
    from gapkeeper.adapters import sqlite_tracker  # noqa: PLC0415

    path = _database(settings, folder)
    with contextlib.closing(
        sqlite_tracker.open_tracker(path, url=tracker_url(settings), actor=actor or sqlite_tracker.SELF)
    ) as tracker:
        yield tracker


def _database(settings: Settings, folder: Path) -> Path:
    """The file of the embedded tracker: a repository names it from its own folder, a person from where they stand."""
    from gapkeeper.adapters import sqlite_tracker  # noqa: PLC0415

    url = tracker_url(settings)
    if not url.startswith("sqlite:"):
        raise UsageError(
            f"{url}: this version has the embedded tracker only; GitHub and GitLab are not part of it yet",
            hint="Name a file, as in --tracker sqlite:tracker.db, or leave the tracker out.",
        )
    layer = settings.layer(("tracker", "url"))
    named_here = layer is not None and not layer.from_repository
    return sqlite_tracker.database_path(url, type(folder)() if named_here else folder, confined=not named_here)
