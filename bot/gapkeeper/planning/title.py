"""The title of an issue: `LATER-001: PostgreSQL provisioning`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper import escaping

if TYPE_CHECKING:
    from gapkeeper.model.items import Item


def issue_title(item: Item, limit: int) -> str:
    """The title, in at most ``limit`` characters; the item's own words are what is cut.

    An ID that counts in its document only is followed by the document's name at the end.
    """
    prefix = f"{item.id}: " if item.title else item.id
    suffix = "" if item.path is None else f" ({item.path.rpartition('/')[2]})"
    whole = escaping.title(f"{prefix}{item.title}{suffix}")
    if len(whole) <= limit:
        return whole
    ending = escaping.title(suffix)
    ending = f" {ending}" if ending else ""
    start = escaping.title(f"{prefix}{item.title}")
    room = limit - len(ending)
    if room <= len(prefix):  # a file name as long as a title
        return escaping.shorten(whole, limit)
    return escaping.shorten(start, room) + ending
