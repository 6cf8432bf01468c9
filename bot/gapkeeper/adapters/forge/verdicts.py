"""What a status has room for."""

from __future__ import annotations

from gapkeeper.escaping.shortening import ELLIPSIS, shorten


def one_line(text: str, limit: int) -> str:
    """As much of a line as fits in ``limit`` characters, cut between words and ended by an ellipsis."""
    if len(text) <= limit:
        return text
    begun = shorten(text, limit).removesuffix(ELLIPSIS)
    words = begun if text[len(begun)].isspace() else begun.rpartition(" ")[0].rstrip()
    return f"{words or begun}{ELLIPSIS}"
