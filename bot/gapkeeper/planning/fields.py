"""Field by field: what documents changed follows, and what a person changed stands.

Names (labels, logins) are compared in any case, as forges do, and taken off as the tracker writes them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gapkeeper.model.plan import IssueUpdate
from gapkeeper.planning.marker import Pair

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gapkeeper.model.snapshot import Issue
    from gapkeeper.planning.issue import DesiredIssue
    from gapkeeper.planning.marker import Marker

Fields = dict[str, tuple[object, object]]
NO_UPDATE = IssueUpdate()


@dataclass(frozen=True, slots=True)
class Moves:
    """What changes on one issue, beside its state, body and links."""

    update: IssueUpdate
    fields: Fields  # for people: name -> (old, new)
    marker: Marker  # the base afterwards


def field_moves(desired: DesiredIssue, issue: Issue, base: Marker) -> Moves:
    """What follows from what documents ask for now, against the base."""
    moves = Moves(NO_UPDATE, {}, base)
    if desired.title != base.title.documents or base.called is not None:
        moves = _title(moves, desired.title, issue)
    if desired.labels != frozenset(base.labels.documents):
        moves = label_moves(moves, desired.labels, issue)
    if desired.milestone != base.milestone.documents:
        moves = _milestone(moves, desired.milestone, issue)
    if desired.assignees != frozenset(base.assignees.documents):
        moves = _assignees(moves, desired.assignees, issue)
    return moves


def _title(moves: Moves, title: str, issue: Issue) -> Moves:
    base = moves.marker
    if issue.title == title:
        marker = replace(base, title=Pair(title, title), called=None)
    elif base.title == (issue.title, issue.title):
        marker = replace(base, title=Pair(title, title), called=None)
        return Moves(replace(moves.update, title=title), {**moves.fields, "title": (issue.title, title)}, marker)
    else:  # a person's title stands, and the pair keeps telling that it is a person's
        marker = replace(base, called=None if title == base.title.documents else title)
    told = {} if title == base.documents_title else {"called": (base.documents_title, title)}
    return replace(moves, fields=moves.fields | told, marker=marker)


def label_moves(moves: Moves, wanted: frozenset[str], issue: Issue) -> Moves:
    """Put on what documents ask for since the last sync; take off only what we put on."""
    base = moves.marker
    present = {name.casefold(): name for name in issue.labels}
    asked_before = _folded(base.labels.documents)
    asked = _folded(wanted)
    add = frozenset(n for n in wanted if n.casefold() not in asked_before and n.casefold() not in present)
    drop = [name for name in base.added_labels if name.casefold() not in asked]
    remove = frozenset(present[name.casefold()] for name in drop if name.casefold() in present)
    after = (issue.labels | add) - remove
    carried = asked & _folded(after)
    added = {*base.added_labels, *add}.difference(drop)
    marker = replace(
        base,
        labels=Pair(tuple(sorted(wanted)), tuple(sorted(n for n in wanted if n.casefold() in carried))),
        added_labels=tuple(sorted(added)),
    )
    if not add and not remove:
        return replace(moves, marker=marker)
    return Moves(
        replace(moves.update, add_labels=add, remove_labels=remove),
        {**moves.fields, "labels": (tuple(sorted(issue.labels)), tuple(sorted(after)))},
        marker,
    )


def _milestone(moves: Moves, wanted: str | None, issue: Issue) -> Moves:
    base = moves.marker.milestone
    ours = base.tracker is None or base.tracker == base.documents
    if wanted is None or issue.milestone != base.tracker or not ours:
        return moves
    return Moves(
        replace(moves.update, milestone=wanted),
        {**moves.fields, "milestone": (issue.milestone, wanted)},
        replace(moves.marker, milestone=Pair(wanted, wanted)),
    )


def _assignees(moves: Moves, wanted: frozenset[str], issue: Issue) -> Moves:
    base = moves.marker.assignees
    ours = not base.tracker or base.tracker == base.documents
    if _folded(issue.assignees) != _folded(base.tracker) or not ours:
        return moves
    names = tuple(sorted(wanted))
    return Moves(
        replace(moves.update, assignees=wanted),
        {**moves.fields, "assignees": (tuple(sorted(issue.assignees)), names)},
        replace(moves.marker, assignees=Pair(names, names)),
    )


def _folded(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.casefold() for name in names)
