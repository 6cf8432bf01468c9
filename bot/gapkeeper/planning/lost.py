"""Issues of ours whose marker a person damaged or removed, found again by what is left.

That is the managed label, which only people with write access can put on, our own authorship (or what
is left of the marker), and an identity that the marker or the title still tells.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.model.snapshot import Reason
from gapkeeper.model.status import State
from gapkeeper.planning.identity import namespace_prefix
from gapkeeper.planning.marker import Marker, Pair, TrackerState
from gapkeeper.planning.speaking import Speaking
from gapkeeper.planning.title import names_document, without_document
from gapkeeper.reading.likeness import unlike

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from gapkeeper.model.items import Item
    from gapkeeper.model.snapshot import Issue
    from gapkeeper.planning.marker import DamagedMarker
    from gapkeeper.planning.observe import Ours


class Lost(NamedTuple):
    """An issue without a marker that can be read."""

    issue: Issue
    damaged: DamagedMarker | None  # None: there is no marker at all
    continues: int | None = None  # the closed issue of the same identity that came before it

    @property
    def reason(self) -> str:
        """What is wrong, for people."""
        return "the marker was removed" if self.damaged is None else self.damaged.reason

    @property
    def identity(self) -> str | None:
        """What is left of the marker tells it; else only the title tells the item."""
        return None if self.damaged is None else self.damaged.identity

    def tells(self, identity: str, item: Item) -> bool:
        """Whether it is this item's for certain: what is left of the marker says so, or the whole title does."""
        if self.identity is not None:
            return self.identity == identity
        title = self.issue.title
        named = item.path is None or names_document(title, item.path)
        return named and not unlike(without_document(title, item.path), item.title)

    def may_go_on(self, identity: str, item: Item) -> bool:
        """Whether it may be the newest issue of an item that had others before, which are closed."""
        still = self.issue.state is State.OPEN if self.identity is None else self.issue.reason is not Reason.DUPLICATE
        return still and self.tells(identity, item)

    def marker(self, identity: str, item: Item) -> Marker:
        """A marker that tells nothing of the last sync: both sides are as they are now.

        Its serial is one that no marker of this issue had, so that hidden keys of comments differ from former ones.
        """
        return Marker(
            identity,
            item.key,
            Pair(item.status, TrackerState.of(self.issue)),
            Pair("", self.issue.title),
            serial=zlib.crc32(self.issue.body.encode("utf-8", "surrogatepass")),
            document=item.home.path,
            continues=self.continues,
        )


def told(
    lost: Sequence[Lost],
    items: Mapping[str, Item],
    managed: Mapping[str, Sequence[Ours]],
    released: Collection[str],
    namespace: str,
) -> dict[str, Lost]:
    """The lost issues whose item is certain, by its identity.

    Args:
        lost: Issues that carry the managed label.
        items: The items of the documents, by identity.
        managed: The issues with a marker, by identity and number. Where all are closed and older than a lost one that
            is open, it is the one that goes on with them.
        released: Identities of those that people took the label off.
        namespace: Ours.
    """
    if not lost:
        return {}
    by_title = _by_title(lost, items, namespace)
    named: dict[int, set[str]] = {}
    for identity, item in items.items():
        if item.issue_link is not None:
            named.setdefault(item.issue_link, set()).add(identity)
    claims: list[tuple[bool, int, str, Lost]] = []  # what is told for certain comes first, then the lowest number
    for one in lost:
        its = one.identity if one.identity in items else by_title.get(one.issue.number)
        if its is not None:
            claims.append((not one.tells(its, items[its]), one.issue.number, its, one))
    found: dict[str, Lost] = {}
    for _, number, its, one in sorted(claims, key=lambda claim: claim[:2]):
        if its in released or its not in named.get(number, {its}):
            continue
        before = managed.get(its, ())
        if not before:
            found.setdefault(its, one)
        elif one.may_go_on(its, items[its]) and all(_is_over(older.issue, number) for older in before):
            found.setdefault(its, one._replace(continues=before[-1].issue.number))
    return found


def _is_over(issue: Issue, newer: int) -> bool:
    return issue.state is State.CLOSED and issue.number < newer


def _by_title(lost: Sequence[Lost], items: Mapping[str, Item], namespace: str) -> dict[int, str]:
    """What titles tell, where the marker does not say that the issue belongs to another project."""
    prefix = namespace_prefix(namespace)
    ours = [one.issue for one in lost if one.damaged is None or (one.damaged.identity or prefix).startswith(prefix)]
    speaking = Speaking(ours, items.values())
    return {issue.number: identity for identity, item in items.items() for issue in speaking.of(item)}
