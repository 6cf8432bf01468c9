"""The settings in force: defaults, then the file, then the environment, then the command line; the later wins."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from gapkeeper.errors import ConfigurationError, UsageError
from gapkeeper.settings import files
from gapkeeper.settings.repository import RepositorySettings

if TYPE_CHECKING:
    from pathlib import Path

    from gapkeeper.settings.conform import Fault, KeyPath

DEFAULT = "default"
FILE = "file"
ENVIRONMENT = "environment"
COMMAND_LINE = "command line"


class Layer(NamedTuple):
    """The values that one source gives, and where it gives each."""

    origin: str  # file, environment, command line
    values: Mapping[str, Any]
    place: Callable[[KeyPath], str]

    @property
    def from_repository(self) -> bool:
        """Whether whoever may write to the repository wrote it, and not who runs us."""
        return self.origin == FILE

    def gives(self, path: KeyPath) -> bool:
        """Whether this source sets a key, or one below it."""
        value: Any = self.values
        for part in path:
            if not isinstance(value, Mapping) or part not in value:
                return False
            value = value[part]
        return not isinstance(value, Mapping) or bool(value)


class Settings(NamedTuple):
    """The repository's settings, and where each comes from."""

    repository: RepositorySettings
    layers: tuple[Layer, ...] = ()  # the later wins

    def layer(self, path: KeyPath) -> Layer | None:
        """The source that won a key; None: the default holds."""
        return next((layer for layer in reversed(self.layers) if layer.gives(path)), None)

    def origin(self, path: KeyPath) -> str:
        """Where a key's value comes from: `default`, `gapkeeper.toml:12`, a variable's name, `command line`."""
        layer = self.layer(path)
        return DEFAULT if layer is None else layer.place(path)


def load(
    folder: Path,
    *,
    overrides: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
    where: files.Where | None = None,
) -> Settings:
    """The settings of a folder.

    Args:
        folder: The folder that is read; a configuration above it does not count.
        overrides: What the command line says, by dotted key: `{"tracker.url": "sqlite:t.db"}`.
        environ: The environment; by default the process's own.
        where: Where the configuration file is looked for; by default in the folder as it is.

    Raises:
        ConfigurationError: With every fault, each with its place and remedy.
        UsageError: The same, where the command line alone is wrong.
    """
    environ = os.environ if environ is None else environ
    file = files.find(files.of_folder(folder) if where is None else where)
    ours = any(name.startswith("GAPKEEPER_") for name in environ)
    if file is None and not ours and not overrides:
        return Settings(RepositorySettings())
    return _load(file, environ if ours else {}, overrides or {})


def _load(
    file: files.ConfigurationFile | None, environ: Mapping[str, str], overrides: Mapping[str, object]
) -> Settings:
    from gapkeeper.settings import checks, environment  # noqa: PLC0415  only where there is something to check
    from gapkeeper.settings.conform import assemble, conform  # noqa: PLC0415

    values, variables, faults = environment.read(environ)
    if faults:
        raise complain([("", fault) for fault in faults])
    sources = [
        Layer(FILE, file.values, file.place) if file else None,
        Layer(ENVIRONMENT, values, lambda path: variable_of(variables, path)),
        Layer(COMMAND_LINE, _nested(overrides), lambda _: COMMAND_LINE),
    ]
    layers: list[Layer] = []
    wrong: list[tuple[str, Fault]] = []
    for source in sources:
        if source is not None and source.values:
            right, faults = conform(RepositorySettings, source.values)
            wrong += [(source.place(fault.path), fault) for fault in faults]
            layers.append(Layer(source.origin, right, source.place))
    if wrong:
        raise complain(wrong)
    merged: dict[str, Any] = {}
    for layer in layers:
        _merge(merged, layer.values)
    settings = Settings(assemble(RepositorySettings, merged), tuple(layers))
    faults = list(checks.faults(settings))
    if faults:
        raise complain([(settings.origin(fault.path), fault) for fault in faults])
    return settings


def variable_of(variables: Mapping[KeyPath, str], path: KeyPath) -> str:
    """The variable that gives a key, or the table that it stands in."""
    return next(variables[path[:n]] for n in range(len(path), 0, -1) if path[:n] in variables)


def _nested(overrides: Mapping[str, object]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for dotted, value in overrides.items():
        *tables, key = dotted.split(".")
        place = values
        for table in tables:
            place = place.setdefault(table, {})
        place[key] = value
    return values


def _merge(below: dict[str, Any], above: Mapping[str, Any]) -> None:
    for key, value in above.items():
        if isinstance(value, Mapping):
            inner = below.setdefault(key, {})
            _merge(inner, value)
        else:
            below[key] = value


def complain(wrong: list[tuple[str, Fault]]) -> ConfigurationError | UsageError:
    """One error for all faults, so that a file is mended in one go."""
    kind = UsageError if all(place == COMMAND_LINE for place, _ in wrong) else ConfigurationError
    lines = [f"{place}: {fault.message}" if place else fault.message for place, fault in wrong]
    if len(wrong) == 1:
        return kind(lines[0], hint=wrong[0][1].hint or None)
    told = [f"{line}\n    {fault.hint}" if fault.hint else line for line, (_, fault) in zip(lines, wrong, strict=True)]
    return kind("\n".join(told))
