"""What the bytes of a document are part of: emphasis, links, code, headings, tables.

A new status that breaks a link, or leaves a mark of emphasis open, changes that for bytes it does not touch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.reading.blocks import STRIKE, Heading, Table, inlines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gapkeeper.model.edits import Edit
    from gapkeeper.reading.blocks import Block

_HEADING, _TABLE = 64, 128  # beside the marks of pieces, which are below


def undisturbed(old: tuple[bytes, Sequence[Block]], new: tuple[bytes, Sequence[Block]], edits: Iterable[Edit]) -> bool:
    """Whether everything outside of the edits is part of the same as before; strikes are what some edits are about."""
    before, after = _dress(*old), _dress(*new)
    kept_before, kept_after = bytearray(), bytearray()
    last = last_new = 0
    for edit in sorted(edits, key=lambda e: e.span):
        stays = edit.span.start - last
        kept_before += before[last : edit.span.start]
        kept_after += after[last_new : last_new + stays]
        last, last_new = edit.span.end, last_new + stays + len(edit.new)
    return kept_before + before[last:] == kept_after + after[last_new:]


def _dress(data: bytes, blocks: Iterable[Block]) -> bytearray:
    dress = bytearray(len(data))
    for block in blocks:
        around = _HEADING if isinstance(block, Heading) else _TABLE if isinstance(block, Table) else 0
        for inline in inlines(block):
            for piece in inline.pieces:
                marks = bytes([piece.marks & ~STRIKE | around])
                dress[piece.start : piece.end] = marks * (piece.end - piece.start)
    return dress
