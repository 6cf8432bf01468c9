"""Which issue stands for which item: identity first, then former identities, then what people wrote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gapkeeper.model.status import State
from gapkeeper.planning.observe import Ours
from gapkeeper.planning.situation import Observed
from gapkeeper.planning.speaking import Speaking

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapkeeper.model.items import Item
    from gapkeeper.model.snapshot import Issue, Snapshot
    from gapkeeper.planning.former import Former
    from gapkeeper.planning.lost import Lost
    from gapkeeper.planning.observe import Observation


@dataclass(frozen=True, slots=True)
class Match:
    """One identity: the item, and what the tracker holds for it."""

    identity: str
    item: Item | None  # None: gone from the documents
    ours: Ours | None = None  # the issue that stands for it
    found: Issue | None = None  # no issue of ours, but a person's that speaks of it
    released: Ours | None = None  # it had one, and a person took the managed label off
    gone: bool = False  # there was an issue, and it was deleted or transferred away
    former: int | None = None  # the number of that one, where another issue still tells
    lost: Lost | None = None  # the marker of ``ours`` was damaged or removed, and tells nothing of the last sync
    proposed: bool = False  # the item looks like a renumbered one, whose issue this is; people have to say so

    @property
    def observed(self) -> Observed:
        """What the tracker holds, as the state rule names it."""
        if self.ours is not None:
            return Observed.of(self.ours.issue)
        if self.released is not None:
            return Observed.RELEASED
        if self.found is not None:
            return Observed.FOUND if self.found.state is State.OPEN else Observed.FOUND_CLOSED
        return Observed.DELETED if self.gone else Observed.NONE


def match(
    items: Mapping[str, Item],
    seen: Observation,
    snapshot: Snapshot,
    kept: Mapping[str, Ours],
    former: Mapping[str, Former],
) -> list[Match]:
    """Tie items to issues, in no order. Items that documents tell us to ignore take their issue out of the plan.

    Args:
        items: The items of the documents, by identity.
        seen: The tracker, sorted.
        snapshot: The tracker.
        kept: The issue that stands for each identity.
        former: For items under a new identity the one that their issue carries.
    """
    finder = _Finder(items, seen, snapshot, kept, former)
    found = [finder.find(identity, item) for identity, item in items.items()]
    gone = [Match(identity, None, ours) for identity, ours in kept.items() if ours.issue.number not in finder.taken]
    return [one for one in found if one is not None] + gone


class _Finder:
    """Finds the issue of one item after the other; an issue is given to one item only."""

    def __init__(
        self,
        items: Mapping[str, Item],
        seen: Observation,
        snapshot: Snapshot,
        kept: Mapping[str, Ours],
        former: Mapping[str, Former],
    ) -> None:
        self._kept = kept
        self._former = former
        self._released = seen.released
        self._named = seen.named
        self._lost = seen.lost
        markers = [one.marker for group in seen.managed.values() for one in group]
        continued = {marker.continues for marker in markers if marker.continues is not None}
        #: Issues that are some item's own, whoever else names them: those that lost their marker, and history.
        self._spoken_for = {lost.issue.number for lost in seen.lost.values()} | continued
        self._unmarked = Speaking(seen.unmarked, items.values())
        self._damaged = {damaged.identity for _, damaged in seen.damaged}
        unknown = (issue for issue, damaged in seen.damaged if damaged.identity is None)
        self._unknown = Speaking(unknown, items.values())
        self._gone = _vanished(seen, snapshot)
        self.taken: set[int] = set()

    def find(self, identity: str, item: Item) -> Match | None:
        """What the tracker holds for an item; None: it is left alone."""
        former = self._former.get(identity)
        known = identity if former is None else former.identity
        ours = self._kept.get(known)
        if ours is not None:
            self.taken.add(ours.issue.number)
            proposed = former is not None and former.proposed
            return None if item.ignored else Match(identity, item, ours, proposed=proposed)
        if item.ignored:
            return None
        lost = self._lost.get(identity) if former is None else None
        if lost is not None:
            self.taken.add(lost.issue.number)
            return Match(identity, item, Ours(lost.issue, lost.marker(identity, item)), lost=lost)
        if identity in self._damaged or self._unknown.with_id(item.id):
            return None
        if known in self._released:
            return Match(identity, item, released=self._released[known])
        found = self._found(item)
        if found is not None:
            self.taken.add(found.number)
        gone = found is None and identity in self._gone
        return Match(identity, item, found=found, gone=gone, former=self._gone.get(identity))

    def _found(self, item: Item) -> Issue | None:
        """A person's issue that speaks of this item: the one that the document names, else one by title."""
        named = self._named.get(item.issue_link) if item.issue_link is not None else None
        by_title = [issue for issue in self._unmarked.of(item) if issue.number not in self._named]
        spoken_for = self.taken | self._spoken_for
        candidates = [i for i in ([] if named is None else [named]) + by_title if i.number not in spoken_for]
        still_open = [issue for issue in candidates if issue.state is State.OPEN]
        return next(iter(still_open or candidates), None)


def _vanished(seen: Observation, snapshot: Snapshot) -> dict[str, int | None]:
    """Identities whose issue is gone, and its number where only one comes into question.

    The tracker may know, or other issues tell: their markers hold the links that were made. One that
    was not read whole says nothing about what it does not have.
    """
    gone: dict[str, int | None] = dict(snapshot.gone)
    if snapshot.others is None:
        return gone
    numbers = {issue.number for issue in (*snapshot.issues, *snapshot.others)}
    for group in seen.managed.values():
        for one in group:
            lost = {number for _, number in one.marker.links.tracker if number not in numbers}
            ends = {identity for _, identity in one.marker.links.documents} if lost else set()
            ids = {identity for identity in ends if identity not in seen.managed and identity not in seen.released}
            if ids:
                certain = next(iter(lost)) if len(lost) == len(ids) == 1 else None
                gone |= {identity: gone.get(identity) or certain for identity in ids}
    return gone
