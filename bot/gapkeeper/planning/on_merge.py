"""What a merge would do to the issues: the plan on the documents of the head, less the plan on those of the base.

What both plans hold would happen anyway, and is not this pull request's doing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.model.plan import Op
from gapkeeper.model.review import OnMerge
from gapkeeper.model.status import State

if TYPE_CHECKING:
    from gapkeeper.model.plan import Change, Plan


def on_merge(base: Plan, head: Plan) -> OnMerge:
    """The difference of two plans on the same tracker. Changes that wait for an option would not be made."""
    known = {_what(change) for change in base.changes if change.held is None}
    fresh = sorted(
        (change for change in head.changes if change.held is None and _what(change) not in known),
        key=lambda change: (change.key, change.issue or 0),
    )
    return OnMerge(
        closes=_numbered(fresh, Op.CLOSE),
        reopens=_numbered(fresh, Op.REOPEN),
        opens=tuple(change.key for change in fresh if change.op in {Op.CREATE, Op.ADOPT} and not _ends_closed(change)),
        orphans=_numbered(fresh, Op.ORPHAN),
    )


def _what(change: Change) -> tuple[Op, str, int | None, bool]:
    return change.op, change.identity, change.issue, _ends_closed(change)


def _ends_closed(change: Change) -> bool:
    """Whether it is a new issue of an item that is done already."""
    return change.then is not None and change.then.state is State.CLOSED


def _numbered(changes: list[Change], op: Op) -> tuple[tuple[str, int], ...]:
    return tuple((change.key, change.issue) for change in changes if change.op is op and change.issue is not None)
