"""Answers of the real GitHub and GitLab, as somebody else recorded them for their own tests (ogr, MIT)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import yaml

from github_counterpart.installed import RECORDINGS, require

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

#: Six files are larger, and have the same as the others a hundred times more.
LARGEST = 1_000_000


@dataclass(frozen=True)
class Recorded:
    """One answer."""

    method: str
    path: str
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: Any


@cache
def recorded(folder: Path = RECORDINGS) -> tuple[Recorded, ...]:
    """Every recorded answer of a forge's REST API; read in under two seconds, once in a session."""
    require(folder)
    files = [path for path in sorted(folder.glob("*.yaml")) if path.stat().st_size < LARGEST]
    return tuple(answer for path in files for answer in _read(_load(path.read_bytes())))


def _read(cassette: dict[str, Any]) -> Iterator[Recorded]:
    for method, addresses in cassette.get("requests.sessions", {}).get("send", {}).items():
        for address, answers in addresses.items():
            for answer in (one["output"] for one in answers):
                headers = {name.lower(): value for name, value in answer["headers"].items()}
                path = urlsplit(address).path
                yield Recorded(method, path, answer["status_code"], headers, answer.get("_content"))


def _load(data: bytes) -> Any:  # noqa: ANN401 - YAML
    """The loader in C is ten times as fast, and not everywhere."""
    return yaml.load(data, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe


def shape(value: object) -> dict[str, set[str]]:
    """Where in a JSON value which types are: `.user.login` is text, `.labels[].name` is text."""
    found: dict[str, set[str]] = {}

    def look(one: object, at: str) -> None:
        found.setdefault(at, set()).add("null" if one is None else type(one).__name__)
        if isinstance(one, dict):
            for key, inner in one.items():
                look(inner, f"{at}.{key}")
        elif isinstance(one, list):
            for inner in one:
                look(inner, f"{at}[]")

    look(value, "")
    return found
