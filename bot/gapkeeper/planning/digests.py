"""Digests of what is said, not of where: a row inserted above changes none of them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gapkeeper.model.items import Item


def statement_digest(item: Item) -> str:
    """Digest of the words that an item's status was won from.

    A status that changes while this stays is a reading change: the words are the same and are
    understood in another way.
    """
    winner = item.status_statement
    words = [] if winner is None else [(stated.text, str(stated.date)) for stated in winner.statuses]
    return digest(repr((words, item.resolved_by)))


def content_digest(item: Item) -> str:
    """Digest of what the managed body says of an item.

    Places, the commit, mentions and the numbers of other issues are left out: they are renewed only
    together with something else. So is the layout: an upgrade rewrites no issue.
    """
    contradictions = sorted(
        (losing.field, losing.reason, "" if losing.statement.status is None else losing.statement.status.text)
        for losing in item.losing
    )
    return digest(
        repr(
            (
                item.status.value,
                item.status_text,
                item.owner,
                item.priority,
                item.category,
                item.estimate,
                item.blocks,
                item.blocks_text,
                item.depends_on,
                item.resolves,
                item.resolved_by,
                item.description,
                contradictions,
            )
        )
    )


def digest(text: str) -> str:
    """The first 64 bits of SHA-256, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
