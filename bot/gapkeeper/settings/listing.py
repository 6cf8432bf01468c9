"""Every setting in force and where it comes from; secrets are told by their presence and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.settings.conform import KeyPath, is_table, keys_of
from gapkeeper.settings.environment import PREFIX, SERVICE_CONFIG, unused
from gapkeeper.settings.likeness import closest
from gapkeeper.settings.load import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapkeeper.settings.load import Settings


class Setting(NamedTuple):
    """One key of the repository's settings."""

    path: KeyPath
    value: object
    origin: str  # default, file, environment, command line
    place: str  # gapkeeper.toml:12, or the variable's name; the same as the origin where there is none


class OperatorSetting(NamedTuple):
    """One of the operator's settings."""

    variable: str
    value: object  # None: not set, or secret
    secret: bool
    given: bool  # False: the default holds


def repository_settings(settings: Settings) -> Iterator[Setting]:
    """Every key, in the order of the schema."""
    for path, value in _leaves(settings.repository, ()):
        layer = settings.layer(path)
        yield Setting(path, value, DEFAULT if layer is None else layer.origin, settings.origin(path))


def _leaves(table: object, path: KeyPath) -> Iterator[tuple[KeyPath, object]]:
    kind: type = type(table)
    if is_table(kind):
        parts = {name: getattr(table, name) for name in keys_of(kind)}
    elif isinstance(table, Mapping) and table:
        parts = dict(table)
    else:
        if table is not None:
            yield path, table
        return
    for name, part in parts.items():
        yield from _leaves(part, (*path, name))


def operator_settings() -> list[OperatorSetting]:
    """Every one of the operator's settings, from the environment.

    Raises `ConfigurationError` where a variable is not what is allowed.
    """
    from pydantic import SecretStr  # noqa: PLC0415  slow to import, and nothing else here needs it

    from gapkeeper.settings.operator import load_operator  # noqa: PLC0415

    operator = load_operator()
    listed = []
    for name, info in type(operator).model_fields.items():
        value = getattr(operator, name)
        secret = "SecretStr" in str(info.annotation)
        shown = None if isinstance(value, SecretStr) else value
        listed.append(OperatorSetting(PREFIX + name.upper(), shown, secret, name in operator.model_fields_set))
    return listed


def unknown_variables(environ: Mapping[str, str]) -> list[tuple[str, str | None]]:
    """Variables that look like ours and set nothing, each with the one that may be meant."""
    from gapkeeper.settings.operator import variables  # noqa: PLC0415

    known = variables() | {SERVICE_CONFIG}
    # Compared without the prefix, which makes all of them alike.
    names = {name.removeprefix(PREFIX): name for name in known}
    listed = []
    for variable in unused(environ, known):
        close = closest(variable.removeprefix(PREFIX), names)
        listed.append((variable, names[close] if close else None))
    return listed
