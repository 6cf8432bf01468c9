"""The JSON schema of the repository's settings, for editors: completion and hints while one writes."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Any, Literal, Union, get_args, get_origin

from gapkeeper.settings.conform import KeyInfo, is_table, keys_of
from gapkeeper.settings.repository import RepositorySettings

_PLAIN = {str: "string", bool: "boolean", int: "integer", float: "number"}


def json_schema() -> dict[str, Any]:
    """The schema, in draft 7: the newest one that the TOML plug-ins of editors know."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "gapkeeper.toml",
        "description": "What a repository may set for Gapkeeper. Every key may be left out.",
        **_schema(RepositorySettings),
    }


def _schema(kind: Any) -> dict[str, Any]:  # noqa: ANN401 - types are values here
    origin = get_origin(kind)
    if is_table(kind):
        properties = {name: _property(info) for name, info in keys_of(kind).items()}
        return {"type": "object", "properties": properties, "additionalProperties": False}
    if origin is Mapping:
        names = {"minLength": 1, "pattern": r"\S"}
        return {"type": "object", "propertyNames": names, "additionalProperties": _schema(get_args(kind)[1])}
    if origin is tuple:
        return {"type": "array", "items": {"type": "string"}}
    if origin is Literal:
        return {"enum": list(get_args(kind))}
    if origin in {Union, types.UnionType}:
        members = [_schema(member) for member in get_args(kind) if member is not type(None)]
        return members[0] if len(members) == 1 else {"anyOf": members}
    return {"type": _PLAIN[kind]}


def _property(info: KeyInfo) -> dict[str, Any]:
    bounds = {"minimum": info.key.least, "maximum": info.key.most}
    default = None if is_table(info.type) else info.default
    return {
        "description": info.key.text,
        **_schema(info.type),
        **{word: bound for word, bound in bounds.items() if bound is not None},
        **({"default": list(default)} if isinstance(default, tuple) else {}),
        **({"default": default} if isinstance(default, (str, bool, int, float)) else {}),
    }
