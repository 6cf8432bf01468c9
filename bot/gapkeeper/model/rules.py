"""The rules that documents are read with, as one value. Settings make it, reading obeys it."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapkeeper.model.status import Status

#: Raised whenever the same bytes are read to another register by a newer version.
READING_VERSION = 1


class Scope(StrEnum):
    """Whether an ID names one thing in the repository, or one in each document."""

    REPOSITORY = "repository"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class KindRules:
    """One kind of item. ``pattern`` is RE2 syntax for IDs of another shape; it must not be empty."""

    name: str
    scope: Scope = Scope.REPOSITORY
    pattern: str | None = None
    register: str | None = None  # path of the document that is its register; None: counted


DEFAULT_KINDS = (
    KindRules("LATER"),
    KindRules("ACTION"),
    KindRules("ISSUE", Scope.DOCUMENT),
)


@dataclass(frozen=True, slots=True)
class AreaRule:
    """Ties a readiness area to items; every given part has to match."""

    kind: str | None = None
    category: str | None = None
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadingRules:
    """Which kinds are tracked, what the words mean, and whose word counts first."""

    kinds: tuple[KindRules, ...] = DEFAULT_KINDS
    all_kinds: bool = False  # kinds = "*": every family that the documents define
    words: Mapping[str, Status] = field(default_factory=lambda: MappingProxyType({}))
    languages: tuple[str, ...] | None = None  # None: all sets
    columns: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # header -> field
    order: tuple[str, ...] = ()  # paths, the first counts first
    readiness_title: str | None = None
    areas: Mapping[str, AreaRule] = field(default_factory=lambda: MappingProxyType({}))

    def digest(self) -> str:
        """Names these rules: a status that changes while it changes is a reading change."""
        parts = (
            READING_VERSION,
            self.kinds,
            self.all_kinds,
            sorted((k, v.value) for k, v in self.words.items()),
            self.languages,
            sorted(self.columns.items()),
            self.order,
            self.readiness_title,
            sorted(self.areas.items(), key=lambda pair: pair[0]),
        )
        # Two checksums tell settings apart well enough, and need no import of cryptography.
        text = repr(parts).encode()
        return f"{zlib.crc32(text):08x}{zlib.adler32(text):08x}"
