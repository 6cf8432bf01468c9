"""Edits of documents: bytes for machines, lines for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gapkeeper.model.spans import Span


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
