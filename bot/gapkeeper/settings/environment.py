"""The repository's settings from the environment, named as pydantic-settings names them.

`GAPKEEPER_SYNC__ON_CLOSE=ignore`: the prefix, then the table and the key with two underscores between; a list or a
table is JSON (`GAPKEEPER_DOCUMENTS__EXCLUDE='["drafts/"]'`), and a whole table can be given at once
(`GAPKEEPER_OWNERS='{"Infrastructure": "octocat"}'`). An empty variable counts as not set. It is read here and not
by pydantic-settings, whose import alone takes longer than the whole of a small `gapkeeper items`.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Any, Literal, Union, cast, get_args, get_origin

from gapkeeper.settings.conform import Fault, KeyPath, is_table, keys_of
from gapkeeper.settings.likeness import closest
from gapkeeper.settings.repository import RepositorySettings
from gapkeeper.settings.toml_text import printable

PREFIX = "GAPKEEPER_"


def read(environ: Mapping[str, str]) -> tuple[dict[str, Any], dict[KeyPath, str], list[Fault]]:
    """The values that variables give, the variable of each, and what is wrong with their names."""
    values: dict[str, Any] = {}
    variables: dict[KeyPath, str] = {}
    faults: list[Fault] = []
    # A whole table comes before its keys, so that a key's own variable wins.
    for variable in sorted((v for v in environ if v.startswith(PREFIX) and environ[v]), key=_depth):
        parts = variable.removeprefix(PREFIX).split("__")
        sections = keys_of(RepositorySettings)
        if parts[0].lower() not in sections:
            if len(parts) > 1:
                faults.append(_unknown_table(variable, parts[0].lower(), tuple(sections)))
            continue
        path, kind = _resolve(parts)
        variables[path] = variable
        _put(values, path, _decode(kind, environ[variable]))
    return values, variables, faults


def unused(environ: Mapping[str, str], known: frozenset[str]) -> list[str]:
    """Variables with our prefix that set nothing."""
    sections = keys_of(RepositorySettings)
    ours = sorted(v for v in environ if v.startswith(PREFIX) and v not in known)
    return [v for v in ours if v.removeprefix(PREFIX).split("__")[0].lower() not in sections]


def _depth(variable: str) -> tuple[int, str]:
    return variable.count("__"), variable


def _unknown_table(variable: str, word: str, sections: tuple[str, ...]) -> Fault:
    close = closest(word, sections)
    hint = f"Did you mean {PREFIX}{close.upper()}__...?" if close else f"The tables: {', '.join(sections)}."
    return Fault((), f"{printable(variable)}: there is no table {printable(word)}", hint)


def _resolve(parts: list[str]) -> tuple[KeyPath, Any]:
    """The path that a name stands for, and the type there. Keys in any case; the repository's own names as written."""
    kind: Any = RepositorySettings
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
