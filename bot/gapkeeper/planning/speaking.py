"""Issues that speak of an item by their title: it begins with the ID."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gapkeeper.planning.title import names_document

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from gapkeeper.model.items import Item
    from gapkeeper.model.snapshot import Issue


class Speaking:
    """Some issues, by the items that they speak of."""

    def __init__(self, issues: Iterable[Issue], items: Collection[Item]) -> None:
        self._ids = Counter(item.id for item in items)
        self._names = Counter((item.id, _name(item)) for item in items)
        self._issues = _by_leading_id(issues, self._ids)

    def of(self, item: Item) -> list[Issue]:
        """The issues that speak of one item and of no other, lowest number first.

        Where several documents define its ID, the title has to end with the document's name, as ours do.
        """
        found = self._issues.get(item.id, [])
        if self._ids[item.id] == 1:
            return found
        if item.path is None or self._names[item.id, _name(item)] > 1:
            return []
        return [issue for issue in found if names_document(issue.title, item.path)]

    def with_id(self, id_: str) -> bool:
        """Whether any issue's title begins with this ID."""
        return id_ in self._issues


def _name(item: Item) -> str:
    return "" if item.path is None else item.path.rpartition("/")[2]


def _by_leading_id(issues: Iterable[Issue], ids: Collection[str]) -> dict[str, list[Issue]]:
    """Issues by the whole ID that their title begins with, lowest number first."""
    lengths = sorted({len(id_) for id_ in ids}, reverse=True)
    found: dict[str, list[Issue]] = {}
    for issue in sorted(issues, key=lambda i: i.number):
        title = issue.title.lstrip(" [(*`")
        for length in lengths:
            rest = title[length : length + 2]
            if title[:length] in ids and not (rest[:1].isalnum() or (rest[:1] in "-_." and rest[1:].isalnum())):
                found.setdefault(title[:length], []).append(issue)
                break
    return found
