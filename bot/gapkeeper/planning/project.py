"""What a plan needs of the project before issues can have it, and what applying it costs."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from gapkeeper.model.plan import Change, Op

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gapkeeper.model.snapshot import Capabilities, Snapshot
    from gapkeeper.planning.labels import LabelMaker

#: Repository and account are asked for in every run.
_READS = 2


def project_changes(changes: Iterable[Change], labels: LabelMaker, snapshot: Snapshot) -> list[Change]:
    """Labels and milestones that issues get and that are not there yet, each once."""
    names: set[str] = set()
    milestones: set[str] = set()
    for change in changes:
        if change.update is not None:
            names |= change.update.add_labels
            if change.update.milestone is not None:
                milestones.add(change.update.milestone)
    if labels.managed in names:
        names.add(labels.hold)  # so that people find it
    there = {name.casefold() for name in snapshot.labels}
    missing = {name.casefold(): name for name in sorted(names) if name.casefold() not in there}
    return [
        *(
            Change(Op.LABEL, name, "the project has no such label yet", label=labels.labels[name])
            for name in missing.values()
        ),
        *(
            Change(Op.MILESTONE, title, "the project has no such milestone yet")
            for title in sorted(milestones - snapshot.milestones)
        ),
    ]


def link_numbers(changes: Iterable[Change], numbers: Mapping[str, int]) -> Mapping[str, int]:
    """The issues that links of a plan end in, as far as they exist already."""
    ends = {identity for change in changes for _, identity in change.links | change.unlinks}
    return MappingProxyType({identity: numbers[identity] for identity in sorted(ends) if identity in numbers})


def requests(changes: Sequence[Change], snapshot: Snapshot, capabilities: Capabilities) -> int:
    """How many requests a sync of this plan costs on a forge, reads included."""
    pages = _pages(len(snapshot.issues), capabilities)
    if snapshot.others is not None:
        pages += _pages(len(snapshot.issues) + len(snapshot.others), capabilities)
    applied = [change for change in changes if change.held is None]
    comments = sum(change.comment is not None for change in applied)
    looked_up = 1 if comments else 0  # whether a run that was cut off left some already
    return _READS + pages + looked_up + sum(_writes(change) for change in applied)


def seconds(changes: Iterable[Change], capabilities: Capabilities) -> float:
    """How long the writes of these changes take, kept within the limits of a forge; runs that an hour ends included."""
    applied = [change for change in changes if change.held is None]
    writes = sum(_writes(change) for change in applied)
    created = sum((change.op is Op.CREATE) + (change.comment is not None) for change in applied)
    limit = capabilities.creates_an_hour
    full_hours = max(0, created - 1) // limit if limit else 0
    return full_hours * 3600 + (writes - full_hours * (limit or 0)) * capabilities.seconds_a_write


def _pages(issues: int, capabilities: Capabilities) -> int:
    return max(1, -(-issues // capabilities.page_size))


def _writes(change: Change) -> int:
    objects = change.op in {Op.LABEL, Op.MILESTONE}
    steps = (change.comment, change.update, change.then)
    return objects + sum(step is not None for step in steps) + len(change.links) + len(change.unlinks)
