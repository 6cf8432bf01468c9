"""Edits of documents: bytes for machines, lines for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gapkeeper.model.spans import Span
    from gapkeeper.model.status import Status


@dataclass(frozen=True, slots=True)
class Edit:
    """A replacement of bytes in one document; ``old`` is what must stand there."""

    span: Span
    old: bytes
    new: bytes


@dataclass(frozen=True, slots=True)
class LineChange:
    """One line of a document before and after, as people see it, without its line end."""

    path: str
    line: int  # from 1; of an added line, where it will stand
    before: str | None  # None: the line is added
    after: str


@dataclass(frozen=True, slots=True)
class DocumentEdit:
    """One document as it is, and as it shall be. ``old`` is what must be there, to the last byte."""

    path: str
    old: bytes
    new: bytes


@dataclass(frozen=True, slots=True)
class Written:
    """A status that the documents now say, proven by reading them again."""

    key: str
    status: Status
    lines: tuple[LineChange, ...]  # by path and place; none where the documents said so already


@dataclass(frozen=True, slots=True)
class Unwritten:
    """A status that cannot be written."""

    key: str
    reason: str  # a sentence for people: what, where, and what to do by hand
