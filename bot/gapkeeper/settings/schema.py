"""The JSON schemas of the repository's settings and of the service's, for editors: completion and hints."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Any, Literal, Union, get_args, get_origin

from gapkeeper.settings.conform import KeyInfo, is_table, keys_of
from gapkeeper.settings.repository import RepositorySettings
from gapkeeper.settings.service import ServiceFile

_PLAIN = {str: "string", bool: "boolean", int: "integer", float: "number"}


def json_schema() -> dict[str, Any]:
    """The schema of a repository's file."""
    about = "What a repository may set for Gapkeeper. Every key may be left out."
    return _file("gapkeeper.toml", about, RepositorySettings)


def service_schema() -> dict[str, Any]:
    """The schema of the service's file."""
    about = "What the operator of Gapkeeper's service sets. Secrets come from the environment, and are never in it."
    return _file("gapkeeper-service.toml", about, ServiceFile)


def _file(title: str, about: str, table: type) -> dict[str, Any]:
    """In draft 7: the newest one that the TOML plug-ins of editors know."""
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "title": title, "description": about}
    return {**head, **_schema(table)}


def _schema(kind: Any) -> dict[str, Any]:  # noqa: ANN401 - types are values here
    origin = get_origin(kind)
    if is_table(kind):
        keys = keys_of(kind)
        properties = {name: _property(info) for name, info in keys.items()}
        required = [name for name, info in keys.items() if info.required]
        schema = {"type": "object", "properties": properties, "additionalProperties": False}
        return {**schema, "required": required} if required else schema
    if origin is Mapping:
        names = {"minLength": 1, "pattern": r"\S"}
        return {"type": "object", "propertyNames": names, "additionalProperties": _schema(get_args(kind)[1])}
    if origin is tuple:
        return {"type": "array", "items": _schema(get_args(kind)[0])}
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
