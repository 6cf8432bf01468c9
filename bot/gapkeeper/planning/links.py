"""Links between issues: made where documents tie two items, undone where they no longer do.

The base holds the links that documents asked for, and the numbers of those that are known to have
been made. A link is added after the marker was written, so one that is asked for, missing, and not
known to have been made was cut off by a crash, and is made again; one that was made was taken away
by a person, and stays away. A link that a person made is never ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from gapkeeper.planning.marker import Pair

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from gapkeeper.model.snapshot import Issue
    from gapkeeper.planning.marker import Links, NumberLinks

Link = tuple[str, str]  # type, identity of the other item


@dataclass(frozen=True, slots=True)
class Targets:
    """The issues that a link can end in."""

    numbers: Mapping[str, int]  # identity -> number of the issue that stands for it
    created: Container[str]  # identities that get their issue in this run
    former: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # identity then -> identity now


@dataclass(frozen=True, slots=True)
class LinkMoves:
    """What changes on the links of one issue, and the base before and after they are made."""

    add: frozenset[Link]
    remove: frozenset[Link]
    base: Pair[Links, NumberLinks]
    made: Pair[Links, NumberLinks]  # for links that were asked for before: once they are made


NO_LINKS: Pair[Links, NumberLinks] = Pair((), ())
_NONE: frozenset[Link] = frozenset()


def link_moves(
    wanted: frozenset[Link], issue: Issue | None, base: Pair[Links, NumberLinks], targets: Targets
) -> LinkMoves:
    """What follows from the links that documents ask for now. ``issue`` None: it is created in this run."""
    if not wanted and not base.documents:
        return LinkMoves(_NONE, _NONE, base, base)
    asked_before = frozenset((type_, targets.former.get(identity, identity)) for type_, identity in base.documents)
    made_before = frozenset(base.tracker)
    present = frozenset() if issue is None else issue.links
    numbers = targets.numbers

    def number_of(link: Link) -> tuple[str, int] | None:
        number = numbers.get(link[1])
        return None if number is None else (link[0], number)

    def is_theirs(link: Link) -> bool:
        return link not in asked_before and number_of(link) in present and number_of(link) not in made_before

    possible = {link for link in wanted if link[1] in numbers or link[1] in targets.created}
    asked = {link for link in wanted if link in asked_before or (link in possible and not is_theirs(link))}
    add = {link for link in asked & possible if number_of(link) not in present and number_of(link) not in made_before}
    remove = {link for link in asked_before - wanted if number_of(link) in present}
    ours = {number for number in map(number_of, asked) if number is not None}
    made = {number for number in ours if number in present or number in made_before}
    again = {number for number in map(number_of, add & asked_before) if number is not None}
    documents = tuple(sorted(asked))
    return LinkMoves(
        frozenset(add),
        frozenset(remove),
        Pair(documents, tuple(sorted(made))),
        Pair(documents, tuple(sorted(made | again))),
    )
