"""The title of an issue: `LATER-001: PostgreSQL provisioning`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper import escaping

if TYPE_CHECKING:
    from gapkeeper.model.items import Item


def without_document(title: str, path: str | None) -> str:
    """An issue's title without the document's name that `issue_title` put at its end."""
    return title if path is None else title.removesuffix(_ending(path))


def names_document(title: str, path: str) -> bool:
    """Whether an issue's title ends with the document's name, as `issue_title` puts it there."""
    return title.endswith(_ending(path))


def issue_title(item: Item, limit: int) -> str:
    """The title, in at most ``limit`` characters; the item's own words are what is cut.

    An ID that counts in its document only is followed by the document's name at the end.
    """
    prefix = f"{item.id}: " if item.title else item.id
    suffix = "" if item.path is None else f" {_document(item.path)}"
    whole = escaping.title(f"{prefix}{item.title}{suffix}")
    if len(whole) <= limit:
        return whole
    ending = "" if item.path is None else _ending(item.path)
    start = escaping.title(f"{prefix}{item.title}")
    room = limit - len(ending)
    if room <= len(prefix):  # a file name as long as a title
        return escaping.shorten(whole, limit)
    return escaping.shorten(start, room) + ending


def _document(path: str) -> str:
    return f"({path.rpartition('/')[2]})"


def _ending(path: str) -> str:
    return f" {escaping.title(_document(path))}"
