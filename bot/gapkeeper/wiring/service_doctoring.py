"""The part of the composition root that looks for what is wrong with the service and its repositories."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gapkeeper import wiring
from gapkeeper.adapters.disk import place_facts
from gapkeeper.adapters.git_mirror import Mirror
from gapkeeper.app.doctor.local import of_place
from gapkeeper.app.doctor.service import Rounds, of_service
from gapkeeper.app.doctor.verdicts import fine, note, wrong
from gapkeeper.errors import ConfigurationError, GapkeeperError
from gapkeeper.model.doctor import Health, ServiceFacts, Wanted
from gapkeeper.model.jobs import JobState
from gapkeeper.reporting.numbers import count
from gapkeeper.settings.service_file import load_service
from gapkeeper.settings.webhook_secrets import load_webhook_secrets
from gapkeeper.wiring.doctoring import KNOWN, forge_checks
from gapkeeper.wiring.git_access import git_access
from gapkeeper.wiring.service_state import existing_state

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gapkeeper.model.doctor import Check
    from gapkeeper.settings.service import Repository, ServiceSettings

#: Without these git on the forge itself fails, too, and says nothing new.
_NEEDED_BY_GIT = {"token": "a token", "network": "an answer of the forge"}


def diagnose_service(path: Path) -> Iterator[Check]:
    """Everything about the service's file, its state, and each repository, each check as soon as it is made."""
    try:
        settings = load_service(path)
        forges = {repository.name: _forge(repository) for repository in settings.repositories}
    except ConfigurationError as error:
        yield wrong("service", error.message, error.hint)
        return
    yield from _file(path, settings, sorted(set(forges.values())))
    yield _state(settings)
    yield from _places(settings)
    yield from _repositories(settings, forges)


def _forge(repository: Repository) -> str:
    """The forge as people call it."""
    forge = wiring.forge_of(repository.tracker)
    if forge is None:
        raise ConfigurationError(f"{repository.tracker} is on no forge that is known", hint=KNOWN)
    return forge.NAME


def _file(path: Path, settings: ServiceSettings, forges: list[str]) -> Iterator[Check]:
    secrets: dict[str, bool] = {}
    try:
        there = load_webhook_secrets(os.environ, lambda _: None)
        secrets = {forge: forge.casefold() in there for forge in forges}
    except ConfigurationError as error:
        yield wrong("secrets", error.message, error.hint)
    listen = settings.listen
    yield from of_service(ServiceFacts(str(path), len(settings.repositories), listen.host, listen.port, secrets))


def _state(settings: ServiceSettings) -> Check:
    if not settings.state_file.parent.is_dir():
        hint = "Make it, or name a file in one that exists: [state] url."
        return wrong("state", f"there is no folder {settings.state_file.parent} to hold the state", hint)
    if not settings.state_file.exists():
        return fine("state", f"{settings.state_file} is not there yet: the service makes it")
    try:
        with existing_state(settings) as state:
            counts = state.queue.counts()
    except GapkeeperError as error:
        return wrong("state", error.message, error.hint)
    dead = counts.get(JobState.DEAD, 0)
    if dead:
        return note("state", f"{count(dead, 'job')} given up", "See why, and replay: gapkeeper jobs")
    return fine("state", f"{settings.state_file}, {count(sum(counts.values()), 'job')} queued")


def _places(settings: ServiceSettings) -> Iterator[Check]:
    file, mirrors = settings.state_file, settings.mirrors
    make = "Make the folder {} and give it to the account that runs the service, or set [state] {}."
    yield of_place(place_facts("the state", file, remedy=make.format(file.parent, "url")))
    yield of_place(place_facts("the mirrors", mirrors, folder=True, remedy=make.format(mirrors, "mirrors")))


def _repositories(settings: ServiceSettings, forges: Mapping[str, str]) -> Iterator[Check]:
    """One after the other. A forge that does not answer is not asked again: that could take minutes for each."""
    rounds, silent = Rounds(), set[str]()
    for repository in settings.repositories:
        name, forge = repository.name, forges[repository.name]
        if forge in silent:
            yield replace(note("repository", f"not looked at, since {forge} does not answer"), about=name)
            continue
        checks = list(_repository(repository))
        if any(check.name == "network" for check in checks):
            silent.add(forge)
        yield from rounds.of_repository(name, forge, checks)


def _repository(repository: Repository) -> Iterator[Check]:
    checks = list(forge_checks(repository.tracker, Wanted(reviews=repository.pull_requests)))
    yield from checks
    missing = {_NEEDED_BY_GIT.get(check.name) for check in checks if check.health is Health.WRONG} - {None}
    if missing and not repository.git:
        yield note("git", f"not looked at, without {missing.pop()}")
    else:
        yield _git(repository)


def _git(repository: Repository) -> Check:
    """Whether the service can fetch from there; nothing is fetched."""
    try:
        access = git_access(repository.tracker, repository.git)
        look = Mirror(Path(), access, limit_bytes=0).look()
    except GapkeeperError as error:
        return wrong("git", error.message, error.hint)
    if look.default_branch is None:
        return wrong("git", "there is no commit to read documents from", "Push the planning documents.")
    return fine("git", f"can be fetched; its default branch is {look.default_branch}")
