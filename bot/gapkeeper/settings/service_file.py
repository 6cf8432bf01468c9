"""The service's file: where it is, what stands in it, and the variables that override it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gapkeeper.errors import ConfigurationError
from gapkeeper.settings import environment, files
from gapkeeper.settings.conform import Fault, KeyPath, Rules, assemble, conform, is_secret
from gapkeeper.settings.cron import plain_cron
from gapkeeper.settings.load import complain, variable_of
from gapkeeper.settings.service import Repository, Service, ServiceFile, ServiceSettings, State
from gapkeeper.settings.service_checks import faults_of, path_on_forge

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = "gapkeeper-service.toml"

_REPOSITORIES = "repositories"
_ELSEWHERE = (
    "Secrets come from the environment, or from files that it names (GAPKEEPER_GITHUB_TOKEN, "
    "GAPKEEPER_GITHUB_TOKEN_FILE, ...); take it out of the file."
)

_RULES = Rules(ServiceFile, lambda word: _ELSEWHERE if is_secret(word) or word == "private_key" else "")


def load_service(path: Path | None = None, environ: Mapping[str, str] | None = None) -> ServiceSettings:
    """The service's settings, with every path and name ready to be used.

    Args:
        path: The file; None: the one that `GAPKEEPER_SERVICE_CONFIG` names, else `gapkeeper-service.toml` here.
        environ: The environment, whose `GAPKEEPER_SERVICE__...` and `GAPKEEPER_STATE__...` override single keys; by
            default the process's own.

    Raises:
        ConfigurationError: With every fault, each with its place and remedy. No value that may be a secret is shown.
    """
    environ = os.environ if environ is None else environ
    path = path or Path(environ.get(environment.SERVICE_CONFIG) or NAME)
    file = _read(path)
    variables = environment.read(environ, ServiceFile)
    faults: list[tuple[str, Fault]] = [("", fault) for fault in variables.faults]

    written, faults_of_file = _conform(file.values)
    faults += [(file.place(fault.path), fault) for fault in faults_of_file]
    overriding, faults_of_variables = conform(ServiceFile, variables.values, rules=_RULES)
    faults += [(variable_of(variables.names, fault.path), fault) for fault in faults_of_variables]
    if faults:
        raise complain(faults)

    settings = _assemble(written, overriding, path.absolute().parent)
    faults = [(_place(file, variables.names, fault.path), fault) for fault in faults_of(settings)]
    if faults:
        raise complain(faults)
    return settings._replace(repositories=tuple(_ready(repository) for repository in settings.repositories))


def _read(path: Path) -> files.ConfigurationFile:
    try:
        with path.open("rb") as opened:
            data = opened.read(files.LIMIT + 1)
    except FileNotFoundError:
        hint = f"Name the service's file: --config, {environment.SERVICE_CONFIG}; gapkeeper init --service writes one."
        raise ConfigurationError(f"there is no {path}", hint=hint) from None
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}", hint="Make it readable.") from None
    return files.parse(str(path), data)


def _conform(values: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """What is right in the file, and what is wrong; a repository's faults have its number in their path."""
    entries = values.get(_REPOSITORIES, [])
    right, faults = conform(ServiceFile, {k: v for k, v in values.items() if k != _REPOSITORIES}, rules=_RULES)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        hint = "Write a [[repositories]] with a tracker for each of them."
        return right, [*faults, Fault((_REPOSITORIES,), f"{_REPOSITORIES} is no list of tables", hint)]
    right[_REPOSITORIES] = []
    for number, entry in enumerate(entries):
        repository, wrong = conform(Repository, entry, (_REPOSITORIES,), _RULES)
        right[_REPOSITORIES].append(repository)
        faults += [f._replace(path=(_REPOSITORIES, str(number), *f.path[1:])) for f in wrong]
    return right, faults


def _assemble(written: Mapping[str, Any], overriding: Mapping[str, Any], folder: Path) -> ServiceSettings:
    return ServiceSettings(
        service=assemble(Service, {**written.get("service", {}), **overriding.get("service", {})}),
        state=assemble(State, {**written.get("state", {}), **overriding.get("state", {})}),
        repositories=tuple(assemble(Repository, entry) for entry in written[_REPOSITORIES]),
        folder=folder,
    )


def _place(file: files.ConfigurationFile, variables: Mapping[KeyPath, str], path: KeyPath) -> str:
    """Where a value comes from that turned out to be wrong; a variable wins over the file."""
    return next((variables[path[:n]] for n in range(len(path), 0, -1) if path[:n] in variables), file.place(path))


def _ready(repository: Repository) -> Repository:
    """A repository with its name, and its cron as every program reads it."""
    return repository._replace(
        name=repository.name or path_on_forge(repository.tracker) or "",
        cron=repository.cron and plain_cron(repository.cron),
    )
