"""Where something stands: byte spans in a document, and places people can open."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of byte offsets into the *original* bytes of one document."""

    start: int
    end: int

    def of(self, data: bytes) -> bytes:
        """The bytes that this span claims."""
        return data[self.start : self.end]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A point in a document: path relative to the folder that is read, line and column from 1.

    Columns count bytes from the start of the line, as compilers do.
    """

    path: str
    line: int
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"
