"""The proof of an edit: two registers, before and after, that differ in what was meant and in nothing else."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.model.items import Item, StatusForm
from gapkeeper.model.status import Rank
from gapkeeper.writing.page import is_date

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapkeeper.model.items import Reference, StatedStatus
    from gapkeeper.model.readiness import Gate, Readiness
    from gapkeeper.model.register import Register
    from gapkeeper.model.status import Status

#: Where something stands, and what follows from what others say: these may change for every item.
_PLACES = {"source", "status_source", "statements", "winners", "losing", "depends_on"}
#: What an item's own status is made of.
_STATUS = {"status", "status_text", "resolved_by"}
_KEPT = tuple(f.name for f in fields(Item) if f.name not in _PLACES | _STATUS)


class Claim(NamedTuple):
    """What an edit is meant to do."""

    key: str
    status: Status
    path: str  # the document that is edited
    dropped: tuple[Reference, ...] = ()  # items that the replaced words named: their edges may go


def objection(before: Register, after: Register, claim: Claim) -> str | None:
    """What would go wrong, as a clause for people; None where nothing does."""
    old = {item.key: item for item in before.items}
    new = {item.key: item for item in after.items}
    if old.keys() != new.keys():
        changed = sorted(old.keys() ^ new.keys())
        return f"{changed[0]} would {'vanish' if changed[0] in old else 'appear'}"
    following = _resolved_by(before, claim.key) | _resolved_by(after, claim.key)
    for key, item in old.items():
        if key != claim.key and (difference := _difference(item, new[key], follows=key in following)):
            return f"{difference} of {key} would change as well"
    return _own(old[claim.key], new[claim.key], claim) or _others(before, after)


def _difference(old: Item, new: Item, *, follows: bool) -> str | None:
    """The first field in which an item differs that was not to be changed."""
    if old is new:
        return None
    names = _KEPT if follows else (*_KEPT, *sorted(_STATUS))
    name = next((n for n in names if getattr(old, n) != getattr(new, n)), None)
    if name is None and old.source.path != new.source.path:
        name = "source"
    if name is None and _waited_for(old) != _waited_for(new):
        name = "depends_on"
    return None if name is None else f"the {name.replace('_', ' ')}"


def _waited_for(item: Item) -> set[Reference]:
    """What an item depends on, as its statements name it; a drawing's order follows from the items' states."""
    return {reference for statement in item.statements for reference in statement.depends_on.ids}


def _own(old: Item, new: Item, claim: Claim) -> str | None:
    if new.status is not claim.status:
        return f"{_who_says(new)} {new.status.words}"
    for name in _KEPT:
        if getattr(old, name) != getattr(new, name):
            return f"its {name.replace('_', ' ')} would change as well"
    waited, waits = _waited_for(old), _waited_for(new)
    if more := sorted(reference.id for reference in waits - waited):
        return f"it would depend on {more[0]}"
    if lost := sorted(reference.id for reference in waited - waits if reference not in claim.dropped):
        return f"it would no longer depend on {lost[0]}"
    for status in _own_statuses(new, claim.path):
        if _contradicts(status, claim.status):
            return f"line {status.line} would still say {status.status.words}"
    return None


def _who_says(item: Item) -> str:
    if item.resolved_by:
        return f"{item.resolved_by}, which resolves it, would still make it"
    return f"{item.status_source} would still make it" if item.status_source else "it would still be"


def _own_statuses(item: Item, path: str) -> Iterator[StatedStatus]:
    for statement in item.statements:
        if statement.path == path and statement.rank <= Rank.LIST:
            yield from statement.statuses


def _contradicts(said: StatedStatus, status: Status) -> bool:
    """Whether a place says another status. Boxes, strikes and emoji know open and closed, and little more."""
    if said.status is status or is_date(said):
        return False
    coarse = said.form in {StatusForm.CHECKBOX, StatusForm.STRIKE} or not any(c.isalpha() for c in said.text)
    return not (coarse and said.status.state is status.state)


def _resolved_by(register: Register, key: str) -> set[str]:
    """Everything that an item resolves, directly or through others."""
    targets: dict[str, list[str]] = {}
    for edge in register.edges:
        if edge.type == "resolves":
            targets.setdefault(edge.start, []).append(edge.end)
    found: set[str] = set()
    waiting = [key]
    while waiting:
        for end in targets.get(waiting.pop(), ()):
            if end not in found:
                found.add(end)
                waiting.append(end)
    return found


def _others(before: Register, after: Register) -> str | None:
    """Gates and readiness scores state what they stated."""
    if [_gate(gate) for gate in before.gates] != [_gate(gate) for gate in after.gates]:
        return "a gate would change as well"
    if sorted(map(_score, before.readiness)) != sorted(map(_score, after.readiness)):
        return "a readiness score would change as well"
    return None


def _gate(gate: Gate) -> tuple[object, ...]:
    return gate.name, gate.title, gate.status, gate.status_text, gate.source.path


def _score(score: Readiness) -> str:
    """What a table states; which of several is posted follows from the days of their documents."""
    areas = tuple((a.name, a.weight, a.score, a.weighted, a.computed) for a in score.areas)
    return repr((score.source.path, score.title, areas, score.stated, score.computed, score.scaled))
