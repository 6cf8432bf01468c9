"""The part of the composition root that looks for what is wrong, and writes nothing. `app.doctor` judges it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gapkeeper import wiring
from gapkeeper.adapters.disk import place_facts
from gapkeeper.adapters.git_facts import git_facts
from gapkeeper.adapters.sqlite_tracker import utc_now
from gapkeeper.adapters.sqlite_tracker.location import refuse_missing_folder
from gapkeeper.app.doctor.forge import of_forge
from gapkeeper.app.doctor.local import of_documents, of_git, of_place
from gapkeeper.app.doctor.verdicts import fine, note, wrong
from gapkeeper.errors import ConfigurationError, GapkeeperError, NotAuthorisedError
from gapkeeper.model.diagnostics import Severity
from gapkeeper.model.doctor import DocumentFacts, Wanted
from gapkeeper.model.policy import WriteBack
from gapkeeper.reporting.numbers import count
from gapkeeper.settings import files, listing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gapkeeper.model.doctor import Check
    from gapkeeper.settings.load import Settings

#: What to do where a tracker is on none of the operator's forges.
KNOWN = "Write github:owner/name or gitlab:group/name, or see GAPKEEPER_GITHUB_URL and GAPKEEPER_GITLAB_URL."
_LATER = "not looked at, since the configuration cannot be read"


def diagnose(folder: Path, tracker: str | None) -> Iterator[Check]:
    """Everything about one folder and its tracker, each check as soon as it is made.

    Args:
        folder: The folder that is read.
        tracker: The tracker, where it was named on the command line.

    Raises `UsageError` where that names none.
    """
    try:
        settings = wiring.load_settings(folder, overrides={"tracker.url": tracker} if tracker else None)
    except ConfigurationError as error:
        yield from of_git(git_facts(folder), forge=False)
        yield wrong("configuration", error.message, error.hint)
        yield note("documents", _LATER)
        if tracker is None or tracker.startswith("sqlite:"):
            yield note("tracker", _LATER)
        else:
            yield from forge_checks(tracker, Wanted())
        return
    forge = not wiring.tracker_url(settings).startswith("sqlite:")
    yield from of_git(git_facts(folder), forge=forge)
    yield from _configuration(settings, folder, forge=forge)
    yield from _documents(settings, folder)
    yield from _tracker(settings, folder, forge=forge)


def forge_checks(tracker: str, wanted: Wanted) -> Iterator[Check]:
    """Everything about one project on a forge."""
    try:
        there = wiring.forge_of(tracker)
        facts = None if there is None else there.facts(tracker)
    except NotAuthorisedError as error:  # no token at all
        yield wrong("token", error.message, error.hint)
    except ConfigurationError as error:
        yield wrong("configuration", error.message, error.hint)
    except GapkeeperError as error:
        yield wrong("tracker", error.message, error.hint)
    else:
        if facts is None:
            yield wrong("tracker", "it is on no forge that is known", KNOWN)
        else:
            yield from of_forge(facts, wanted, utc_now())


def _configuration(settings: Settings, folder: Path, *, forge: bool) -> Iterator[Check]:
    try:
        wiring.sync_policy(settings)
    except ConfigurationError as error:
        yield wrong("configuration", error.message, error.hint)
    named = ", ".join(files.names(folder)) or "no file, so defaults"
    layer = settings.layer(("tracker", "url"))
    hint = None
    if layer is not None:
        origin = settings.origin(("tracker", "url"))
    elif forge:
        origin = "the job's environment"
    else:
        origin = "default"
        suggested = wiring.suggested_tracker(folder)
        hint = f"For the issues of what this was cloned from: --tracker {suggested}" if suggested else None
    yield fine("configuration", f"{named}; the tracker is {wiring.tracker_url(settings)} ({origin})", hint)
    for variable, meant in listing.unknown_variables(os.environ):
        yield note("configuration", f"{variable} sets nothing", f"Did you mean {meant}?" if meant else None)


def _documents(settings: Settings, folder: Path) -> Iterator[Check]:
    """As a sync reads them: what is committed, where the tracker is on a forge."""
    try:
        revision = wiring.synced_revision(settings, folder, None)
    except GapkeeperError:  # said by the checks of git and of the operator's settings
        revision = None
    try:
        register = wiring.read_register(settings, wiring.document_source(settings, folder, revision))
    except GapkeeperError as error:
        yield wrong("documents", error.message, error.hint)
        return
    yield from of_documents(
        DocumentFacts(
            documents=len(register.documents),
            items=len(register.items),
            errors=sum(one.severity is Severity.ERROR for one in register.diagnostics),
            unreadable=tuple(f"{one.path}: {one.error}" for one in register.documents if one.error is not None),
        )
    )


def _tracker(settings: Settings, folder: Path, *, forge: bool) -> Iterator[Check]:
    if forge:
        write_back = settings.repository.sync.write_back == WriteBack.PULL_REQUEST.value
        yield from forge_checks(wiring.tracker_url(settings), Wanted(write_back=write_back))
    else:
        yield _embedded(settings, folder)
    try:
        path, _ = wiring.journal_file(settings, folder)
    except GapkeeperError:  # said by the check of the tracker
        return
    yield of_place(place_facts("what is kept between runs" if forge else "the tracker", path, needed=not forge))


def _embedded(settings: Settings, folder: Path) -> Check:
    try:
        refuse_missing_folder(wiring.journal_file(settings, folder)[0])
        with wiring.open_reader(settings, folder) as reader:
            managed = len(reader.snapshot(settings.repository.labels.managed, everything=False).issues)
    except GapkeeperError as error:
        return wrong("tracker", error.message, error.hint)
    return fine("tracker", f"the embedded one, {count(managed, 'managed issue')}")
