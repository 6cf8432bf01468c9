"""A document as reading gets it: bytes, or the reason why there are none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Document:
    """One planning document."""

    path: str  # relative to the folder that is read, with `/`
    data: bytes | None  # None: it could not be read
    error: str | None = None  # why not, and what to do
