"""The anchors that a document offers to links, as GitHub and GitLab make them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.patterns import lazy
from gapkeeper.reading.blocks import Heading
from gapkeeper.reading.values import joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapkeeper.reading.blocks import Block

_DROPPED = lazy(r"[^\w\- ]")
_EXPLICIT = lazy(rb"""<[a-zA-Z][^<>]{0,200}?\s(?:id|name)\s*=\s*["']([^"'<>]{1,200})["']""")


def slug(text: str) -> str:
    """The anchor of a heading: lower case, no punctuation, dashes for spaces."""
    return _DROPPED.sub("", text.strip().lower()).replace(" ", "-")


def find_anchors(blocks: Sequence[Block], data: bytes) -> list[str]:
    """Every anchor of a document, those of headings first and in order; a repeated one gets a number."""
    seen: dict[str, int] = {}
    anchors = []
    for block in blocks:
        if isinstance(block, Heading):
            name = slug(joined(block.inline))
            count = seen.get(name, 0)
            seen[name] = count + 1
            anchors.append(f"{name}-{count}" if count else name)
    if b"<" in data:
        anchors += [m.group(1).decode("utf-8", "replace") for m in _EXPLICIT.finditer(data)]
    return anchors
