"""An item that has no issue of ours: one is created, or a person's is adopted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gapkeeper.model.plan import Change, IssueUpdate, Op
from gapkeeper.model.snapshot import Actor, Issue, Role
from gapkeeper.model.status import State, Status
from gapkeeper.planning import reasons
from gapkeeper.planning.body import compose_body
from gapkeeper.planning.decide import EFFECTS, Action
from gapkeeper.planning.drafting import Draft, shown
from gapkeeper.planning.fields import field_moves
from gapkeeper.planning.links import link_moves
from gapkeeper.planning.marker import Marker, Pair, TrackerState

if TYPE_CHECKING:
    from gapkeeper.model.items import Item
    from gapkeeper.planning.drafting import Drafting
    from gapkeeper.planning.issue import DesiredIssue
    from gapkeeper.planning.matching import Match

#: A new issue is one that nobody wrote yet.
_NOTHING = Issue(0, "", "", State.OPEN, Actor("", Role.SELF))


def draft_create(with_: Drafting, match: Match, action: Action, item: Item, desired: DesiredIssue) -> Draft:
    """A new issue with all that documents ask for, and its marker from the first request on."""
    moves = field_moves(desired, _NOTHING, _blank(desired, _NOTHING))
    links = link_moves(desired.links, None, moves.marker.links, with_.targets)
    former = match.found if match.ours is None else match.ours.issue
    continues = former.number if action is Action.CREATE_ANEW and former is not None else None
    managed = with_.renderer.body(item, continues=continues, recreated=action is Action.CREATE_AGAIN)
    closes = EFFECTS[action].state is State.CLOSED
    marker = replace(
        with_.renewed(moves.marker, item, desired),
        # One that is to be closed says that the item was open until it is: a run that was cut off goes on.
        state=Pair(Status.PENDING if closes else item.status, TrackerState.OPEN),
        links=links.base,
        continues=continues,
    )
    after, then = TrackerState.OPEN, None
    if closes:
        after = with_.state_after(EFFECTS[action], _NOTHING, desired.reason)
        final = replace(marker, state=Pair(item.status, after), serial=marker.serial + 1)
        body = compose_body("", final, managed, with_.capabilities)
        then = IssueUpdate(body=body, state=State.CLOSED, reason=with_.possible(desired.reason))
    fields: dict[str, tuple[object, object]] = {name: (None, new) for name, (_, new) in moves.fields.items()}
    change = Change(
        Op.CREATE,
        item.key,
        reasons.created(match, action, item),
        identity=desired.identity,
        source=item.source,
        fields=shown(fields | {"status": (None, item.status.words), "state": (None, after.value)}),
        update=replace(moves.update, body=compose_body("", marker, managed, with_.capabilities)),
        then=then,
        links=links.add,
    )
    return Draft(change)


def draft_adopt(with_: Drafting, issue: Issue, action: Action, item: Item, desired: DesiredIssue) -> Draft:
    """A person's issue keeps its title, text and state, and gets our part below.

    Raises:
        RejectedError: Its text leaves no room for our part.
    """
    moves = field_moves(desired, issue, _blank(desired, issue))
    links = link_moves(desired.links, issue, moves.marker.links, with_.targets)
    marker = replace(
        with_.renewed(moves.marker, item, desired),
        state=Pair(item.status, TrackerState.of(issue)),
        links=links.base,
    )
    key, comment = with_.comment(action, item, issue, desired.identity, serial=0)
    change = Change(
        Op.ADOPT,
        item.key,
        f"#{issue.number} speaks of it",
        identity=desired.identity,
        issue=issue.number,
        source=item.source,
        fields=shown(moves.fields | {"status": (None, item.status.words)}),
        comment=comment,
        comment_key=key,
        update=replace(
            moves.update, body=compose_body(issue.body, marker, with_.renderer.body(item), with_.capabilities)
        ),
        links=links.add,
        expects=issue.ground,
    )
    return Draft(change)


def _blank(desired: DesiredIssue, issue: Issue) -> Marker:
    """The base of an issue that was never synced: all that it has is its author's."""
    return Marker(
        identity=desired.identity,
        key=desired.key,
        state=Pair(None, TrackerState.of(issue)),
        title=Pair(desired.title if issue.title else "", issue.title),
        serial=0,
        milestone=Pair(None, issue.milestone),
        assignees=Pair((), tuple(sorted(issue.assignees))),
    )
