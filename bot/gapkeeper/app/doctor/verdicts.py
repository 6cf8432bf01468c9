"""Checks, made short."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.model.doctor import Check, Health, Trouble

if TYPE_CHECKING:
    from collections.abc import Collection


def fine(name: str, what: str, hint: str | None = None) -> Check:
    """It is as it should be."""
    return Check(name, Health.OK, what, hint)


def note(name: str, what: str, hint: str | None = None) -> Check:
    """It works, and there is something to know."""
    return Check(name, Health.NOTE, what, hint)


def wrong(name: str, what: str, hint: str | None = None) -> Check:
    """It does not work."""
    return Check(name, Health.WRONG, what, hint)


def troubled(name: str, trouble: Trouble) -> Check:
    """It could not be found out, or is refused."""
    return wrong(name, trouble.what, trouble.hint)


def listed(words: list[str]) -> str:
    """`Issues, Contents and Pull requests`."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def scopes_named(scopes: Collection[str]) -> str:
    """`no scope`, `the scope gist`, `the scopes gist and read:org`."""
    return f"the scope{'' if len(scopes) == 1 else 's'} {listed(sorted(scopes))}" if scopes else "no scope"
