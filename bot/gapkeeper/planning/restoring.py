"""An issue of ours whose marker was damaged or removed: it gets a new one, and nothing else moves.

The base is what both sides say now. Where they differ nobody can tell who moved: nothing is closed or
written back, and the one comment tells both.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gapkeeper.model.plan import Change, Op
from gapkeeper.model.status import Status
from gapkeeper.planning import reasons
from gapkeeper.planning.body import compose_body, without_remains
from gapkeeper.planning.comments import restored_comment
from gapkeeper.planning.decide import Action
from gapkeeper.planning.drafting import Draft, shown
from gapkeeper.planning.fields import field_moves
from gapkeeper.planning.links import link_moves
from gapkeeper.planning.marker import Pair, comment_key

if TYPE_CHECKING:
    from gapkeeper.model.items import Item
    from gapkeeper.model.snapshot import Issue
    from gapkeeper.planning.drafting import Drafting
    from gapkeeper.planning.issue import DesiredIssue
    from gapkeeper.planning.lost import Lost
    from gapkeeper.planning.marker import Marker


def draft_restored(with_: Drafting, lost: Lost, action: Action, item: Item, desired: DesiredIssue) -> Draft:
    """The marker anew.

    Raises:
        RejectedError: People's text leaves no room for our part.
    """
    issue, differs = lost.issue, action is Action.CONFLICT
    blank = lost.marker(desired.identity, item)
    base = _agreed(with_, blank, issue, item, desired)
    moves = field_moves(desired, issue, base)
    links = link_moves(desired.links, issue, base.links, with_.targets)
    marker = replace(with_.renewed(moves.marker, item, desired), links=links.base)
    body = compose_body(
        without_remains(issue.body), marker, with_.renderer.body(item, continues=base.continues), with_.capabilities
    )
    key = comment_key("restore", desired.identity, blank.serial)
    change = Change(
        Op.CONFLICT if differs else Op.ADOPT,
        item.key,
        reasons.restored(item, lost, differs=differs),
        identity=desired.identity,
        issue=issue.number,
        source=(item.status_source or item.source) if differs else item.source,
        fields=shown(moves.fields | {"marker": (lost.reason, "restored")}),
        comment=restored_comment(item, with_.renderer.telling, key, issue.state if differs else None),
        comment_key=key,
        update=replace(moves.update, body=body),
        links=links.add,
        expects=issue.ground,
    )
    return Draft(change)


def _agreed(with_: Drafting, base: Marker, issue: Issue, item: Item, desired: DesiredIssue) -> Marker:
    """The base: both sides as they are. Labels that we put on such items count as ours, so that they go with time."""
    labels = with_.renderer.labels
    possible = {name.casefold() for status in Status for name in labels.names(replace(item, status=status))}
    possible.add(labels.orphaned.casefold())
    return replace(
        base,
        title=Pair(desired.title, issue.title),
        added_labels=tuple(sorted(name for name in issue.labels if name.casefold() in possible)),
        milestone=Pair(desired.milestone, issue.milestone),
        assignees=Pair(tuple(sorted(desired.assignees)), tuple(sorted(issue.assignees))),
        links=Pair(tuple(sorted(desired.links)), ()),
    )
