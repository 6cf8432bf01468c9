"""The planning documents of a pull request: before it, and with it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gapkeeper.adapters import git_command, git_pull
from gapkeeper.adapters.git import RevisionDocuments
from gapkeeper.adapters.git_range import newest_change
from gapkeeper.settings import files
from gapkeeper.settings.load import Settings, load
from gapkeeper.wiring import load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gapkeeper.model.pulls import PullRequest
    from gapkeeper.ports import DocumentSource


@dataclass(frozen=True, slots=True)
class PullDocuments:
    """What git knows of a pull request. Whoever opened it may have written everything at its head."""

    base: str | None  # the commit to compare with; None: there is none, everything is new
    head: str
    why: str | None  # why it is not the merge base, for people
    settings: Settings  # those of the base commit
    touched: tuple[str, ...]  # documents that differ between base and head, sorted; a renamed one by both its names
    configuration_changed: bool  # the head has another configuration; the base's holds all the same
    revision: str  # a commit that has the documents as the head has them, and stays the same while they do
    base_source: DocumentSource | None
    head_source: DocumentSource


def pull_documents(folder: Path, pull: PullRequest, *, overrides: Mapping[str, object] | None = None) -> PullDocuments:
    """Find both ends of a pull request, and what it touches between them.

    Raises:
        ConfigurationError: The base has a configuration that cannot be obeyed.
        DocumentsError: A commit is nowhere to be had.
        UnavailableError: The remote does not answer.
    """
    ends = git_pull.bring(folder, pull)
    if ends.base is None:
        settings = load(folder, overrides=overrides, where=files.NOWHERE)
    else:
        settings = load_settings(folder, overrides=overrides, rev=ends.base)
    documents = settings.repository.documents
    before = RevisionDocuments(folder, ends.base, documents.include, documents.exclude) if ends.base else None
    after = RevisionDocuments(folder, ends.head, documents.include, documents.exclude)
    for source in (before, after):
        if source is not None:
            source.require()
    old, new = before.files() if before else {}, after.files()
    touched = sorted((path for path in old.keys() | new.keys() if old.get(path) != new.get(path)), key=os.fsencode)
    found = newest_change(folder, ends.base, ends.head, old.keys() | new.keys())
    return PullDocuments(
        base=ends.base,
        head=ends.head,
        why=ends.why,
        settings=settings,
        touched=tuple(touched),
        configuration_changed=_configuration_changed(folder, before, after),
        revision=found or (ends.head if touched or ends.base is None else ends.base),
        base_source=before,
        head_source=after,
    )


def _configuration_changed(folder: Path, before: RevisionDocuments | None, after: RevisionDocuments) -> bool:
    """Whether a file differs that is a configuration of ours; of one that others share, whether our part does.

    Nothing is parsed: a stranger may have written it.
    """
    for name, table in files.PLACES:
        there = (before.file(name) if before else None, after.file(name))
        if there[0] == there[1]:
            continue
        if not table:
            return True
        with git_command.Blobs(folder) as blobs:
            old, new = (next(blobs.read([file.id], files.LIMIT)) if file else b"" for file in there)
        if old is None or new is None or _ours(old, table) != _ours(new, table):
            return True
    return False


def _ours(text: bytes, table: tuple[str, ...]) -> list[bytes]:
    """The lines of a TOML file that speak of our table, or stand in it."""
    word, inside, found = table[-1].encode(), False, []
    for line in text.splitlines():
        if line.lstrip().startswith(b"["):
            inside = word in line
        if inside or word in line:
            found.append(line)
    return found
