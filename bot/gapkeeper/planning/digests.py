"""Digests of what is said, not of where: a row inserted above changes none of them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from gapkeeper.model.items import FieldText

if TYPE_CHECKING:
    from gapkeeper.model.items import Item, Losing


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
    home = item.home
    values = (
        item.status.value,
        item.status_text,
        item.owner,
        item.priority,
        item.category,
        item.estimate,
        item.blocks,
        item.blocks_text,
        item.depends_on,
        home.depends_on.text,
        item.resolves,
        home.resolves.text,
        item.resolved_by,
        item.description,
        sorted((losing.field, losing.reason, losing_words(losing)) for losing in item.losing),
    )
    return digest(repr(values))


def losing_words(losing: Losing) -> str:
    """What a losing statement says of the field that it lost."""
    statement = losing.statement
    if losing.field == "status":
        return "" if statement.status is None else statement.status.text
    value = getattr(statement, losing.field, None)
    return value.text if isinstance(value, FieldText) else ""


def digest(text: str) -> str:
    """The first 64 bits of SHA-256, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
