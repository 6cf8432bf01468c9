"""The repository's settings from the environment, named as pydantic-settings names them.

`GAPKEEPER_SYNC__ON_CLOSE=ignore`: the prefix, then the table and the key with two underscores between; a list or a
table is JSON (`GAPKEEPER_DOCUMENTS__EXCLUDE='["drafts/"]'`), and a whole table can be given at once
(`GAPKEEPER_OWNERS='{"Infrastructure": "octocat"}'`). An empty variable counts as not set. It is read here and not
by pydantic-settings, whose import alone takes longer than the whole of a small `gapkeeper items`.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, Union, cast, get_args, get_origin

from gapkeeper.settings.conform import Fault, KeyPath, is_table, keys_of
from gapkeeper.settings.likeness import closest
from gapkeeper.settings.repository import RepositorySettings
from gapkeeper.settings.toml_text import printable

PREFIX = "GAPKEEPER_"
SERVICE_CONFIG = "GAPKEEPER_SERVICE_CONFIG"  # names the service's own file


#: Tables of the service's own file (`service.ServiceFile`) whose keys variables override.
OF_SERVICE = ("service", "state")


class Variables(NamedTuple):
    """What variables say of a file's keys."""

    values: dict[str, Any]
    names: dict[KeyPath, str]  # the variable that gives each
    faults: list[Fault]  # names that no key has


def read(environ: Mapping[str, str], file: type = RepositorySettings) -> Variables:
    """The values that variables give a file's tables."""
    values: dict[str, Any] = {}
    variables: dict[KeyPath, str] = {}
    faults: list[Fault] = []
    # A whole table comes before its keys, so that a key's own variable wins.
    for variable in sorted((v for v in environ if v.startswith(PREFIX) and environ[v]), key=_depth):
        parts = variable.removeprefix(PREFIX).split("__")
        word = parts[0].lower()
        if word not in _sections(file):
            known = (*_sections(RepositorySettings), *OF_SERVICE)
            if len(parts) > 1 and word not in known:
                faults.append(_unknown_table(variable, word, known))
            continue
        path, kind = _resolve(parts, file)
        variables[path] = variable
        _put(values, path, _decode(kind, environ[variable]))
    return Variables(values, variables, faults)


def unused(environ: Mapping[str, str], known: frozenset[str]) -> list[str]:
    """Variables with our prefix that set nothing."""
    sections = (*_sections(RepositorySettings), *OF_SERVICE)
    ours = sorted(v for v in environ if v.startswith(PREFIX) and v not in known)
    return [v for v in ours if v.removeprefix(PREFIX).split("__")[0].lower() not in sections]


def _sections(file: type) -> tuple[str, ...]:
    """The tables of a file that variables can set."""
    return tuple(keys_of(file)) if file is RepositorySettings else OF_SERVICE


def _depth(variable: str) -> tuple[int, str]:
    return variable.count("__"), variable


def _unknown_table(variable: str, word: str, sections: tuple[str, ...]) -> Fault:
    close = closest(word, sections)
    hint = f"Did you mean {PREFIX}{close.upper()}__...?" if close else f"The tables: {', '.join(sections)}."
    return Fault((), f"{printable(variable)}: there is no table {printable(word)}", hint)


def _resolve(parts: list[str], file: type) -> tuple[KeyPath, Any]:
    """The path that a name stands for, and the type there. Keys in any case; the repository's own names as written."""
    kind: Any = file
    path: KeyPath = ()
    for part in parts:
        if is_table(kind):
            path = (*path, part.lower())
            info = keys_of(kind).get(part.lower())
            kind = info.type if info else None
        else:
            path = (*path, part)
            kind = get_args(kind)[1] if get_origin(kind) is Mapping else None
    return path, kind


def _put(values: dict[str, Any], path: KeyPath, value: object) -> None:
    place = values
    for part in path[:-1]:
        inner = place.setdefault(part, {})
        if not isinstance(inner, dict):
            return  # the whole table's own variable holds no table: a fault that is reported anyway
        place = inner
    place[path[-1]] = value


def _decode(kind: Any, text: str) -> object:  # noqa: ANN401 - types are values here
    """The value that a text stands for; the text itself where it is none of this type, which is then a fault."""
    if get_origin(kind) in {Union, types.UnionType}:
        decoded = (_decode(member, text) for member in get_args(kind))
        return next((value for value in decoded if not isinstance(value, str)), text)
    if kind is bool or kind == Literal[False]:
        return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.get(text.lower(), text)
    read: Any = str
    if kind in {int, float}:
        read = kind
    elif get_origin(kind) in {tuple, Mapping} or is_table(kind):
        import json  # noqa: PLC0415  only for lists and tables

        read = json.loads
    try:
        return cast("object", read(text))
    except (ValueError, RecursionError):
        return text
