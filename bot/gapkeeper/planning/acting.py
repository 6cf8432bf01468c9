"""What the state rule says of each match, and where links can end then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.model.plan import Op
from gapkeeper.model.status import State
from gapkeeper.planning.decide import EFFECTS, Action, decide
from gapkeeper.planning.identity import split_identity
from gapkeeper.planning.links import Targets
from gapkeeper.planning.situation import Base, Mover, Observed, situation
from gapkeeper.planning.title import issue_title, without_document
from gapkeeper.reading.likeness import unlike

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gapkeeper.model.items import Item
    from gapkeeper.planning.marker import Marker
    from gapkeeper.planning.matching import Match
    from gapkeeper.planning.situation import Choices
    from gapkeeper.planning.write_backs import WriteBacks


def action_of(one: Match, choices: Choices, title_limit: int, write_backs: WriteBacks) -> Action:
    """What the state rule says."""
    status = None if one.item is None else one.item.status
    if one.ours is None:
        return decide(situation(status, None, one.observed), choices).then
    if one.proposed:
        return Action.NOTHING
    if one.lost is not None:
        return decide(situation(status, None, one.observed), choices).then
    issue, marker = one.ours.issue, one.ours.marker
    base = Base(marker.state.documents, Observed.of_state(marker.state.tracker))
    another = False
    if issue.state is State.CLOSED and one.item is not None and one.item.issue_link != issue.number:
        another = _is_unlike(marker, one.item, title_limit)
    mover, writing = Mover.of(issue.state_actor), write_backs.of(one.identity)
    now = situation(status, base, one.observed, mover=mover, unlike=another, writing=writing)
    return decide(now, choices).then


def _is_unlike(marker: Marker, item: Item, title_limit: int) -> bool:
    before, now = marker.documents_title, issue_title(item, title_limit)
    if before == now:
        return False
    path = split_identity(marker.identity).path
    return unlike(without_document(before, path), without_document(now, item.path))


def targets_of(matches: Sequence[Match], actions: Iterable[Action]) -> Targets:
    """The issues that links can end in, once the actions are done."""
    numbers: dict[str, int] = {}
    created: set[str] = set()
    for one, action in zip(matches, actions, strict=True):
        op = EFFECTS[action].op
        if op is Op.CREATE:
            created.add(one.identity)
        elif op is Op.ADOPT and one.found is not None:
            numbers[one.identity] = one.found.number
        elif one.ours is not None:
            numbers[one.identity] = one.ours.issue.number
    known = {one.identity for one in matches}
    former = {
        then: one.identity
        for one in matches
        if one.ours is not None
        for then in (*one.ours.marker.aliases, one.ours.marker.identity)
        if then not in known
    }
    return Targets(numbers, created, former)
