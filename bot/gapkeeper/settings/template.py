"""Configurations in which every key is shown with its default and explained, and nothing is set that need not be."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from gapkeeper.settings.conform import KeyInfo, allowed, is_table, keys_of
from gapkeeper.settings.repository import RepositorySettings
from gapkeeper.settings.service import Repository, ServiceFile
from gapkeeper.settings.toml_text import inline, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_WIDTH = 100
_HEAD = (
    "Gapkeeper's configuration. Every key stands here with its default: to change one, uncomment its line and write "
    "another value. `gapkeeper config show` prints what is in force and where it comes from."
)
_SERVICE_HEAD = (
    "What `gapkeeper serve` does, and for which repositories. Every key stands here with its default: to change one, "
    "uncomment its line and write another value. Variables win over single keys of [service] and [state]: "
    "GAPKEEPER_SERVICE__LISTEN, GAPKEEPER_STATE__URL. Secrets are never in this file: they come from the environment, "
    "or from files that it names (GAPKEEPER_GITHUB_TOKEN_FILE)."
)


def commented_toml(facts: Iterable[str] = ()) -> str:
    """The text of a `gapkeeper.toml`; ``facts`` are lines about this repository that stand at its head."""
    lines = [*_comment(_HEAD), ""]
    told = [f"# {printable(fact)}".rstrip() for fact in facts]
    lines += [*told, ""] if told else []
    for section, info in keys_of(RepositorySettings).items():
        lines += [*_comment(info.key.text), f"[{section}]"]
        if get_origin(info.type) is Mapping:
            lines += [*_names(info), *_example("", info), ""]
            continue
        lines += [*_keys(info.type), ""]
    return "\n".join(lines)


def commented_service_toml() -> str:
    """The text of a `gapkeeper-service.toml` with one repository."""
    lines = [*_comment(_SERVICE_HEAD), ""]
    for section, info in keys_of(ServiceFile).items():
        is_list = section == "repositories"
        lines += [*_comment(info.key.text), f"[[{section}]]" if is_list else f"[{section}]"]
        lines += [*_keys(Repository if is_list else info.type), ""]
    return "\n".join(lines)


def _keys(table: type) -> Iterator[str]:
    for name, key in keys_of(table).items():
        yield ""
        yield from _comment(_text(key))
        if key.required:
            yield f"{name} = {key.key.example}"
        elif key.default is None:
            yield f"#{name} = {key.key.example}"
        else:
            yield from (*_example(f"{name} = ", key), f"#{name} = {inline(key.default)}")


def _comment(text: str) -> Iterator[str]:
    for line in textwrap.wrap(text, _WIDTH - 2, break_long_words=False, break_on_hyphens=False):
        yield f"# {line}"


def _text(info: KeyInfo) -> str:
    """What a key does, and the words that it allows where they are few and fixed."""
    kind = get_args(info.type)[1] if get_origin(info.type) is Mapping else info.type
    fixed = get_origin(kind) is Literal and len(get_args(kind)) > 1
    return f"{info.key.text} Allowed: {allowed(kind)}." if fixed else info.key.text


def _names(info: KeyInfo) -> Iterator[str]:
    """The keys of the tables in a table of tables."""
    member: Any = get_args(info.type)[1]
    if is_table(member):
        for name, key in keys_of(member).items():
            yield from _comment(f"{name}: {_text(key)}")


def _example(prefix: str, info: KeyInfo) -> Iterator[str]:
    if info.key.example:
        nested = prefix and get_origin(info.type) is Mapping
        yield f"# Example: {prefix}{f'{{ {info.key.example} }}' if nested else info.key.example}"
