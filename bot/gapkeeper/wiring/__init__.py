"""The composition root: which adapter stands behind which port. Commands call this and know no adapter.

Everything heavy is imported where it is needed, so that a command that reads documents loads no tracker, and one
without `--rev` no subprocesses.
"""

from __future__ import annotations

import contextlib
import re
from functools import partial
from typing import TYPE_CHECKING

from gapkeeper.errors import UnavailableError, UsageError
from gapkeeper.settings.load import Settings, load

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from gapkeeper.adapters.sqlite_tracker import SqliteTracker
    from gapkeeper.app.documents import Documents
    from gapkeeper.app.write_back import WayBack
    from gapkeeper.model.delivery import Proposal
    from gapkeeper.model.policy import SyncPolicy
    from gapkeeper.model.register import Register
    from gapkeeper.model.runs import Run
    from gapkeeper.model.snapshot import Actor
    from gapkeeper.planning.history import History
    from gapkeeper.ports import DocumentSource, Journal, Reviews, Tracker, TrackerReader
    from gapkeeper.wiring.forges import Forge

#: The journal for a forge, in the form of the embedded tracker's.
_RUNS_ON_A_FORGE = "sqlite:.gapkeeper/runs.db"


def load_settings(folder: Path, *, overrides: Mapping[str, object] | None = None, rev: str | None = None) -> Settings:
    """The settings in force for a folder; ``overrides`` is what the command line says: `{"tracker.url": URL}`.

    With ``rev`` the configuration file is that of a commit, wherever the work tree stands.

    Raises `ConfigurationError` with every fault, each with its place and remedy.
    """
    if rev is None:
        return load(folder, overrides=overrides)
    from gapkeeper.wiring.revision_settings import where  # noqa: PLC0415

    return load(folder, overrides=overrides, where=where(folder, rev))


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


def merge_base(folder: Path, one: str, other: str) -> str | None:
    """The newest commit that two revisions come from; None where there is none, or a shallow clone lacks it.

    Raises `DocumentsError` where there is no such revision as the first.
    """
    from gapkeeper.adapters import git, git_range  # noqa: PLC0415

    return git_range.merge_base(folder, git.resolve(folder, one), other)


def synced_revision(settings: Settings, folder: Path, rev: str | None) -> str | None:
    """The revision that a sync reads; None: the folder as it is.

    On a forge what is committed counts, and never what somebody has not committed yet.

    Raises `DocumentsError` where a forge is to be synced from a folder without commits.
    """
    if rev is not None or _forge(settings) is None:
        return rev
    from gapkeeper.adapters.git import resolve  # noqa: PLC0415

    return resolve(folder, "HEAD")


def read_register(settings: Settings, source: DocumentSource) -> Register:
    """Read the register of a source by the repository's rules."""
    from gapkeeper import reading  # noqa: PLC0415
    from gapkeeper.settings.mapping import reading_rules  # noqa: PLC0415
    from gapkeeper.wiring import shared  # noqa: PLC0415

    if shared.current() is not None:
        return read_documents(settings, source).register
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
    """What git knows of a folder as it is, or of a revision."""
    from gapkeeper.wiring.git_history import history_of  # noqa: PLC0415

    return history_of(folder, revision)


def sync_policy(settings: Settings) -> SyncPolicy:
    """What a sync may do by the repository's wish; a run's own options are set with `dataclasses.replace`.

    Raises `ConfigurationError` where the operator does not allow the way that the repository wants to write.
    """
    from gapkeeper.settings import mapping  # noqa: PLC0415
    from gapkeeper.settings.permission import require_allowed  # noqa: PLC0415

    policy = mapping.sync_policy(settings.repository)
    require_allowed(policy.write_back, forge=not _is_embedded(settings))
    return policy


def tracker_url(settings: Settings) -> str:
    """The tracker as it was named; in a job of CI its project's, else the embedded one in `.gapkeeper`."""
    from gapkeeper.adapters.sqlite_tracker import DEFAULT_URL  # noqa: PLC0415
    from gapkeeper.settings.ci import tracker_of_job  # noqa: PLC0415

    return settings.repository.tracker.url or tracker_of_job() or DEFAULT_URL


@contextlib.contextmanager
def open_reader(settings: Settings, folder: Path) -> Iterator[TrackerReader]:
    """The tracker, unable to write: what planning gets.

    Raises `UsageError` for a tracker that this version does not know, `TrackerError` where it cannot be opened.
    """
    forge = _forge(settings)
    if forge is not None:
        with forge.open_tracker(tracker_url(settings), settings, folder, read_only=True) as project:
            yield project
        return
    from gapkeeper.adapters import sqlite_tracker  # noqa: PLC0415

    path = _database(settings, folder)
    with contextlib.closing(sqlite_tracker.open_reader(path, url=tracker_url(settings))) as tracker:
        yield tracker


@contextlib.contextmanager
def open_writer(settings: Settings, folder: Path) -> Iterator[Tracker]:
    """The tracker, to write to it as ourselves: what applying gets.

    Raises `UsageError` for a tracker that this version does not know, `TrackerError` where it cannot be opened.
    """
    forge = _forge(settings)
    if forge is not None:
        with forge.open_tracker(tracker_url(settings), settings, folder, read_only=False) as project:
            yield project
        return
    with open_tracker(settings, folder) as tracker:
        yield tracker


def read_documents(settings: Settings, source: DocumentSource) -> Documents:
    """Read the documents of a source by the repository's rules, and keep their bytes."""
    from gapkeeper.app import documents  # noqa: PLC0415
    from gapkeeper.settings.mapping import reading_rules  # noqa: PLC0415
    from gapkeeper.wiring import shared  # noqa: PLC0415

    rules, known = reading_rules(settings.repository), shared.current()
    if known is None:
        return documents.read_documents(source, rules)
    from gapkeeper.adapters.git import RevisionDocuments  # noqa: PLC0415

    read = partial(documents.read_documents, source, rules, known.documents.reader(rules))
    if not isinstance(source, RevisionDocuments):
        return read()

    def read_whole() -> Documents:
        source.require(limit=known.most_bytes)  # what is damaged now may be mended: that must not be kept
        return read()

    return known.documents.commit((source.identity, rules.digest()), read_whole)


@contextlib.contextmanager
def open_way_back(settings: Settings, folder: Path, rev: str | None, documents: Documents) -> Iterator[WayBack | None]:
    """How what people do in the tracker reaches the documents that were read; None where it is switched off.

    What is only asked is read; the first delivery opens the records for writing.
    """
    from gapkeeper.model.policy import WriteBack  # noqa: PLC0415

    if WriteBack(settings.repository.sync.write_back) is WriteBack.OFF:
        yield None
        return
    forge = _forge(settings)
    if forge is not None:
        with forge.open_edges(tracker_url(settings), settings, folder, rev) as there:
            yield there.way_back(documents)
        return
    from gapkeeper.adapters import sqlite_tracker  # noqa: PLC0415
    from gapkeeper.wiring.write_back import Edges  # noqa: PLC0415

    path, url = _database(settings, folder), tracker_url(settings)
    with contextlib.closing(sqlite_tracker.open_reader(path, url=url)) as records:
        edges = Edges(
            settings=settings,
            folder=folder,
            rev=rev,
            records=records,
            to_write=lambda: contextlib.closing(sqlite_tracker.open_tracker(path, url=url)),
            read=lambda source: read_documents(settings, source),
        )
        yield edges.way_back(documents)


def recover(settings: Settings, folder: Path, rev: str | None) -> str | None:
    """Complete a commit that a former run was killed in; what became of it, None where there was none.

    To be called before the documents are read for a run that writes.
    """
    from gapkeeper.model.policy import WriteBack  # noqa: PLC0415

    mode = WriteBack(settings.repository.sync.write_back)
    if _forge(settings) is not None:  # what is committed there is there at once, or not at all
        return None
    if mode not in {WriteBack.COMMIT, WriteBack.PULL_REQUEST} or not _database(settings, folder).exists():
        return None
    from gapkeeper.wiring.write_back import local_repository  # noqa: PLC0415

    with open_tracker(settings, folder) as tracker, tracker.lock():
        return local_repository(settings, folder, rev, tracker).recover()


@contextlib.contextmanager
def open_reviews(settings: Settings, folder: Path, *, read_only: bool) -> Iterator[Reviews]:
    """The pull requests of the tracker's project, to read them or to comment on them.

    Raises `UsageError` where the tracker is on no forge, `TrackerError` where it cannot be opened.
    """
    forge = _forge(settings)
    if forge is None:
        raise UsageError(
            f"{tracker_url(settings)} has no pull requests",
            hint="Name a forge as in --tracker github:owner/name or gitlab:group/name, or see the same text with "
            "`gapkeeper score --base main --format markdown`.",
        )
    with forge.open_reviews(tracker_url(settings), folder, read_only=read_only) as reviews:
        yield reviews


def proposals(settings: Settings, folder: Path) -> tuple[Proposal, ...]:
    """What was proposed in a local repository or on a forge, as people left it, the newest first.

    Raises `DocumentsError` where there is no repository.
    """
    forge = _forge(settings)
    if forge is not None:
        return forge.proposals(tracker_url(settings), settings, folder)
    from gapkeeper.adapters import sqlite_tracker  # noqa: PLC0415
    from gapkeeper.model.delivery import BRANCH  # noqa: PLC0415
    from gapkeeper.wiring.write_back import local_repository  # noqa: PLC0415

    path, url = _database(settings, folder), tracker_url(settings)
    with contextlib.closing(sqlite_tracker.open_reader(path, url=url)) as records:
        return local_repository(settings, folder, None, records).proposals(BRANCH)


@contextlib.contextmanager
def open_journal(settings: Settings, folder: Path) -> Iterator[Journal | None]:
    """The journal of runs; None where there is no tracker yet, and none is made for a run that writes nothing.

    The embedded tracker keeps its own. A forge keeps none: there it is a file of the folder, where one can be made.
    """
    from gapkeeper.adapters import sqlite_tracker  # noqa: PLC0415

    path, url = journal_file(settings, folder)
    with contextlib.ExitStack() as stack:
        opened = None
        if _is_embedded(settings):
            opened = stack.enter_context(open_tracker(settings, folder)) if path.exists() else None
        else:
            with contextlib.suppress(UnavailableError):
                opened = stack.enter_context(contextlib.closing(sqlite_tracker.open_tracker(path, url=url)))
        yield None if opened is None else opened.journal


def runs(settings: Settings, folder: Path, limit: int) -> tuple[Run, ...]:
    """The last syncs from this folder, the newest first.

    Raises `UnavailableError` where the journal cannot be read.
    """
    from gapkeeper.adapters import sqlite_tracker  # noqa: PLC0415

    path, url = journal_file(settings, folder)
    with contextlib.closing(sqlite_tracker.open_reader(path, url=url)) as opened:
        return opened.journal.runs(limit)


def journal_file(settings: Settings, folder: Path) -> tuple[Path, str]:
    """The file that runs are noted in, and its URL."""
    from gapkeeper.adapters import sqlite_tracker  # noqa: PLC0415

    if _is_embedded(settings):
        return _database(settings, folder), tracker_url(settings)
    return sqlite_tracker.database_path(_RUNS_ON_A_FORGE, folder), _RUNS_ON_A_FORGE


@contextlib.contextmanager
def open_tracker(settings: Settings, folder: Path, *, actor: Actor | None = None) -> Iterator[SqliteTracker]:
    """The tracker, to write to it: as ourselves, or on the embedded tracker as a person who plays the maintainer.

    Raises `UsageError` for a tracker that this version does not know, `TrackerError` where it cannot be opened.
    """
    from gapkeeper.adapters import sqlite_tracker  # noqa: PLC0415

    path = _database(settings, folder)
    with contextlib.closing(
        sqlite_tracker.open_tracker(path, url=tracker_url(settings), actor=actor or sqlite_tracker.SELF)
    ) as tracker:
        yield tracker


def _is_embedded(settings: Settings) -> bool:
    return tracker_url(settings).startswith("sqlite:")


def _forge(settings: Settings) -> Forge | None:
    """The forge that the tracker is on; None: the embedded one, or none that is known."""
    return None if _is_embedded(settings) else forge_of(tracker_url(settings))


def forge_of(url: str) -> Forge | None:
    """The forge that a tracker is on, by its URL; None: none that is known.

    Raises `ConfigurationError` where the operator's settings cannot be read.
    """
    from gapkeeper.wiring import github  # noqa: PLC0415

    if github.is_github(url):
        return github
    from gapkeeper.wiring import gitlab  # noqa: PLC0415

    return gitlab if gitlab.is_gitlab(url) else None


def _database(settings: Settings, folder: Path) -> Path:
    """The file of the embedded tracker: a repository names it from its own folder, a person from where they stand."""
    from gapkeeper.adapters import sqlite_tracker  # noqa: PLC0415

    url = tracker_url(settings)
    if not _is_embedded(settings):
        raise UsageError(
            f"{url} is no tracker that can be used here",
            hint="Name github:owner/name, gitlab:group/name, or a file as in --tracker sqlite:tracker.db. This works "
            "on the embedded tracker alone, or the host is not the one that the operator has set: "
            "GAPKEEPER_GITHUB_URL, GAPKEEPER_GITLAB_URL.",
        )
    layer = settings.layer(("tracker", "url"))
    named_here = layer is not None and not layer.from_repository
    return sqlite_tracker.database_path(url, type(folder)() if named_here else folder, confined=not named_here)
