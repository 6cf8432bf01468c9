"""What a misspelt word may have meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most like it; None where none is like it."""
    import difflib  # noqa: PLC0415  only where something is wrong

    return next(iter(difflib.get_close_matches(word, list(known), 1)), None)
