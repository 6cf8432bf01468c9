"""What is in the way of every write, on every forge."""

from __future__ import annotations

from gapkeeper.errors import NotAuthorisedError


def archived(url: str) -> NotAuthorisedError:
    """The error of a project that is archived."""
    return NotAuthorisedError(f"{url} is archived, and read-only", hint="Unarchive it in its settings.")
