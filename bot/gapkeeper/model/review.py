"""What a merge of a pull request would do to the issues."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OnMerge:
    """Issues that the first sync after a merge would touch, beyond what a sync would do anyway. All sorted by key."""

    closes: tuple[tuple[str, int], ...] = ()  # the item's key, and its issue
    reopens: tuple[tuple[str, int], ...] = ()
    opens: tuple[str, ...] = ()  # keys of items that get an issue, a new one or one that people wrote
    orphans: tuple[tuple[str, int], ...] = ()  # open issues whose item is gone from the documents

    def __bool__(self) -> bool:
        return bool(self.closes or self.reopens or self.opens or self.orphans)
