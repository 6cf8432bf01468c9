"""Whether values are what the keys of the configuration allow: every fault, where it is, and what would be right."""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from gapkeeper.settings.likeness import closest
from gapkeeper.settings.repository import Key, RepositorySettings
from gapkeeper.settings.toml_text import dotted, inline

KeyPath = tuple[str, ...]

#: Names that a repository may not set.
_OPERATORS = frozenset(
    {"github", "gitlab", "host", "hosts", "private_key", "limits", "write_back_allowed", "service", "state", "listen"}
    | {"repositories"}
)
_SECRETS = ("token", "secret", "password")
_BELONGS = (
    "Hosts, tokens and limits are the operator's: they come from the environment (GAPKEEPER_GITHUB_TOKEN, "
    "GAPKEEPER_GITHUB_URL, GAPKEEPER_WRITE_BACK_ALLOWED, ...), and a repository cannot set them."
)
_CREDENTIALS = re.compile(r"//[^/@\s]*@")
_LARGEST = 2**63 - 1  # TOML promises no more
_SHOWN = 60  # characters of a wrong value that an error repeats


class Fault(NamedTuple):
    """One thing that is wrong, and how to mend it."""

    path: KeyPath
    message: str
    hint: str = ""


class KeyInfo(NamedTuple):
    """A key of one table."""

    type: Any  # without Annotated
    key: Key
    default: object  # None also where there is none
    required: bool  # it has no default


class Rules(NamedTuple):
    """What is said of keys that do not exist."""

    file: type  # the tables of the whole file
    belongs: Callable[[str], str]  # where a word belongs that is no key here; empty: nowhere that we know


def is_secret(word: str) -> bool:
    """Whether a key is named as one that holds a secret."""
    return any(part in word for part in _SECRETS)


def _belongs(word: str) -> str:
    return _BELONGS if word in _OPERATORS or is_secret(word) else ""


_OF_REPOSITORY = Rules(RepositorySettings, _belongs)


@cache
def keys_of(table: type) -> Mapping[str, KeyInfo]:
    """The keys of a table of the configuration, in order."""
    defaults: dict[str, object] = table._field_defaults  # type: ignore[attr-defined]  # a named tuple
    return {
        name: KeyInfo(hint.__origin__, hint.__metadata__[0], defaults.get(name), name not in defaults)
        for name, hint in get_type_hints(table, include_extras=True).items()
    }


def is_table(kind: Any) -> bool:  # noqa: ANN401 - types are values here
    """Whether a type is a table of keys, and not a plain value."""
    return isinstance(kind, type) and issubclass(kind, tuple) and hasattr(kind, "_field_defaults")


def conform(
    table: type, values: Mapping[str, object], path: KeyPath = (), rules: Rules = _OF_REPOSITORY
) -> tuple[dict[str, Any], list[Fault]]:
    """The values that are right, lists as tuples; and what is wrong with the others."""
    right: dict[str, Any] = {}
    faults: list[Fault] = []
    known = keys_of(table)
    for word, value in values.items():
        here = (*path, word)
        if word not in known:
            faults.append(_unknown(here, tuple(known), rules))
            continue
        info = known[word]
        part, wrong = _value(info.type, value, here, rules)
        faults += wrong
        if not wrong:
            faults += _out_of_bounds(info.key, part, here)
            right[word] = part
    for word, info in known.items():
        if info.required and word not in values:
            hint = f"Set it, as in {word} = {info.key.example}."
            faults.append(Fault(path, f"{dotted((*path, word))} is not set", hint))
    return right, faults


def _value(kind: Any, value: object, path: KeyPath, rules: Rules) -> tuple[Any, list[Fault]]:  # noqa: ANN401 - types are values here
    """One value of any type that a key can have."""
    if is_table(kind) and isinstance(value, Mapping):
        return conform(kind, value, path, rules)
    origin = get_origin(kind)
    if origin is Mapping and isinstance(value, Mapping):
        return _each(get_args(kind)[1], {str(word): part for word, part in value.items()}, path, rules)
    if _fits(kind, value):
        return tuple(value) if isinstance(value, list) else value, []
    return None, [_wrong(kind, value, path)]


def _each(
    kind: Any,  # noqa: ANN401
    values: Mapping[str, object],
    path: KeyPath,
    rules: Rules,
) -> tuple[dict[str, Any], list[Fault]]:
    right: dict[str, Any] = {}
    faults: list[Fault] = []
    for word, value in values.items():
        part, wrong = _value(kind, value, (*path, word), rules)
        faults += wrong
        if not word.strip():
            faults.append(Fault((*path, word), f"{dotted(path)} has an empty name", "Give it a name, or take it out."))
        right[word] = part
    return right, faults


def _fits(kind: Any, value: object) -> bool:  # noqa: ANN401
    """Whether a value that is no table is of this type; numbers are no booleans, and texts no numbers."""
    origin = get_origin(kind)
    if origin in {Union, types.UnionType}:
        return any(_fits(member, value) for member in get_args(kind) if member is not type(None))
    if origin is Literal:
        return any(type(value) is type(choice) and value == choice for choice in get_args(kind))
    if origin is tuple:
        return isinstance(value, list) and all(type(part) is str for part in value)
    if type(value) is int and abs(value) > _LARGEST:
        return False
    return type(value) in {int, float} if kind is float else type(value) is kind


def _wrong(kind: Any, value: object, path: KeyPath) -> Fault:  # noqa: ANN401
    message = f"{dotted(path)} is {_found(value)}"
    hint = f"Allowed: {allowed(kind)}."
    if isinstance(value, str):
        close = closest(value, (choice for choice in _choices(kind) if isinstance(choice, str)))
        hint += f" Did you mean {inline(close)}?" if close else ""
    return Fault(path, message, hint)


def _found(value: object) -> str:
    """A wrong value for an error: what it is, and at most a line of it."""
    if isinstance(value, list) and value:
        return f"a list of {len(value)}: {', '.join(_found_one(part) for part in value[:3])}"
    return _found_one(value)


def _found_one(value: object) -> str:
    if isinstance(value, bool):
        return inline(value)
    if isinstance(value, int) and abs(value) > _LARGEST:
        return "a number of more than 64 bits"
    for kind, words in ((str, "the text"), ((int, float), "the number")):
        if isinstance(value, kind):
            text = _CREDENTIALS.sub("//...@", inline(value))
            return f"{words} {text if len(text) <= _SHOWN else text[:_SHOWN] + '...'}"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    return "a table" if isinstance(value, Mapping) else "nothing" if value is None else f"the date {inline(value)}"


def allowed(kind: Any) -> str:  # noqa: ANN401
    """In words, what values a type has."""
    origin = get_origin(kind)
    if origin in {Union, types.UnionType}:
        return ", or ".join(allowed(member) for member in get_args(kind) if member is not type(None))
    if origin is Literal:
        *first, last = (inline(choice) for choice in get_args(kind))
        return f"{', '.join(first)} or {last}" if first else last
    if origin is tuple:
        return 'a list of texts, as in ["a", "b"]'
    words = {str: "a text in quotes", bool: "true or false", int: "a whole number", float: "a number"}
    return words.get(kind, "a table")


def _choices(kind: Any) -> tuple[object, ...]:  # noqa: ANN401
    if get_origin(kind) is Literal:
        return get_args(kind)
    return tuple(choice for member in get_args(kind) for choice in _choices(member))


def _out_of_bounds(key: Key, value: object, path: KeyPath) -> list[Fault]:
    if not isinstance(value, (int, float)) or (key.least is None and key.most is None):
        return []
    least = float("-inf") if key.least is None else key.least
    most = float("inf") if key.most is None else key.most
    if least <= value <= most and value != float("inf"):
        return []
    bounds = f"at least {least:g}" if key.most is None else f"from {least:g} to {most:g}"
    return [Fault(path, f"{dotted(path)} is {_found(value)}", f"Allowed: a number {bounds}.")]


def _unknown(path: KeyPath, known: tuple[str, ...], rules: Rules) -> Fault:
    """A key that does not exist. Its value is never repeated: it may be a token."""
    word = path[-1]
    message = f"{dotted(path)} is not a key of {f'[{dotted(path[:-1])}]' if path[:-1] else 'the configuration'}"
    plain = word.lower().replace("-", "_")
    belongs = rules.belongs(plain)
    if belongs:
        return Fault(path, message, belongs)
    close = closest(plain, known)
    if close:
        return Fault(path, message, f"Did you mean {close}?")
    tables = [(name, info.type) for name, info in keys_of(rules.file).items() if is_table(info.type)]
    elsewhere = [f"{name}.{plain}" for name, table in tables if plain in keys_of(table)]
    if elsewhere:
        return Fault(path, message, f"Did you mean {elsewhere[0]}?")
    return Fault(path, message, f"Its keys: {', '.join(known)}.")


def assemble(table: type, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - the type that is asked for
    """The value of a table from values that conform; what is not given has its default."""
    known = keys_of(table)
    parts: dict[str, Any] = {}
    for word, value in values.items():
        kind = known[word].type
        if is_table(kind):
            parts[word] = assemble(kind, value)
        elif get_origin(kind) is Mapping:
            member = get_args(kind)[1]
            nested = is_table(member)
            parts[word] = types.MappingProxyType({k: assemble(member, v) if nested else v for k, v in value.items()})
        else:
            parts[word] = float(value) if kind is float else value
    return table(**parts)
