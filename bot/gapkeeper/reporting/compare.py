"""Two registers side by side: what one revision changes against another."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from gapkeeper.model.status import State, Status
from gapkeeper.patterns import lazy
from gapkeeper.reporting.findings import identity

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from gapkeeper.model.diagnostics import Diagnostic
    from gapkeeper.model.items import Item
    from gapkeeper.model.readiness import Readiness
    from gapkeeper.model.register import Register

_Name = TypeVar("_Name", bound="Hashable")  # what makes two findings one

# What ends the subject of a message that may come to say more or less of it. Where there is none of it, all is subject:
# `no document defines LATER-1` and `no document defines LATER-2` are two findings.
_SAID_OF_IT = lazy(r" (?:is|says|names|waits for|add up to) |, but ")


@dataclass(frozen=True, slots=True)
class AreaChange:
    """One area's score before and after; None where there is no such area, or no score."""

    name: str
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True)
class GateChange:
    """One gate's status before and after; None where there is no such gate."""

    name: str
    before: Status | None
    after: Status | None


@dataclass(frozen=True, slots=True)
class ItemChange:
    """One item that stays open, or stays closed, and about which the documents say something else now."""

    before: Item
    after: Item

    @property
    def fields(self) -> tuple[tuple[str, str, str], ...]:
        """What differs: the field's name, and its text before and after; empty where it has none."""
        pairs = (
            ("status", self.before.status.words, self.after.status.words),
            ("title", self.before.title, self.after.title),
            ("owner", self.before.owner or "", self.after.owner or ""),
            ("priority", self.before.priority or "", self.after.priority or ""),
            ("estimate", self.before.estimate or "", self.after.estimate or ""),
            ("depends on", ", ".join(self.before.depends_on), ", ".join(self.after.depends_on)),
            ("blocks", ", ".join(self.before.blocks), ", ".join(self.after.blocks)),
        )
        return tuple(pair for pair in pairs if pair[1] != pair[2])


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changes from ``before`` to ``after``. Items are those of ``after``, the removed ones of ``before``."""

    before: Register
    after: Register
    resolved: tuple[Item, ...]  # open before, closed after
    reopened: tuple[Item, ...]
    added: tuple[Item, ...]
    removed: tuple[Item, ...]
    changed: tuple[ItemChange, ...]  # neither resolved nor reopened
    areas: tuple[AreaChange, ...]  # those that differ, in the table's order
    gates: tuple[GateChange, ...]  # those that differ
    new_diagnostics: tuple[Diagnostic, ...]
    mended_diagnostics: tuple[Diagnostic, ...]  # at their places before

    @property
    def done(self) -> tuple[Item, ...]:
        """What of the items that are closed now was done."""
        return tuple(item for item in self.resolved if item.status is not Status.CANCELLED)

    @property
    def cancelled(self) -> tuple[Item, ...]:
        """What of them was given up."""
        return tuple(item for item in self.resolved if item.status is Status.CANCELLED)

    @property
    def difference(self) -> float | None:
        """Percentage points that the posted score moved; None where one side has no score."""
        before, after = score(self.before), score(self.after)
        return None if before is None or after is None else after - before


def posted(register: Register) -> Readiness | None:
    """The readiness that counts."""
    return next((readiness for readiness in register.readiness if readiness.posted), None)


def score(register: Register) -> float | None:
    """The number that is posted: the recomputed total, or what a line states where there is no table."""
    readiness = posted(register)
    return None if readiness is None else readiness.value


def outshone(comparison: Comparison) -> Readiness | None:
    """The table whose score counted before and is still there, where another one's counts now; else None."""
    before, after = posted(comparison.before), posted(comparison.after)
    if before is None or after is None or _table(before) == _table(after):
        return None
    still = (one for one in comparison.after.readiness if _table(one) == _table(before))
    return next((one for one in still if one.value is not None), None)


def _table(score: Readiness) -> tuple[str, str]:
    return score.source.path, score.title


def compare(before: Register, after: Register) -> Comparison:
    """Tell what changes from one register to the other."""
    old = {item.key: item for item in before.items}
    new = {item.key: item for item in after.items}
    both = [(old[key], item) for key, item in new.items() if key in old]
    fresh, mended = _without_reworded(
        _not_among(after.diagnostics, before.diagnostics), _not_among(before.diagnostics, after.diagnostics)
    )
    stayed = (ItemChange(was, now) for was, now in both if was.state is now.state)
    return Comparison(
        before=before,
        after=after,
        resolved=tuple(now for was, now in both if was.state is State.OPEN and now.state is State.CLOSED),
        reopened=tuple(now for was, now in both if was.state is State.CLOSED and now.state is State.OPEN),
        added=tuple(item for key, item in new.items() if key not in old),
        removed=tuple(item for key, item in old.items() if key not in new),
        changed=tuple(change for change in stayed if change.fields),
        areas=_area_changes(posted(before), posted(after)),
        gates=_gate_changes(before, after),
        new_diagnostics=fresh,
        mended_diagnostics=mended,
    )


def _area_changes(before: Readiness | None, after: Readiness | None) -> tuple[AreaChange, ...]:
    old = {area.name: area.score for area in before.areas} if before else {}
    new = {area.name: area.score for area in after.areas} if after else {}
    names = [*new, *(name for name in old if name not in new)]
    changes = (AreaChange(name, old.get(name), new.get(name)) for name in names)
    return tuple(change for change in changes if change.before != change.after)


def _gate_changes(before: Register, after: Register) -> tuple[GateChange, ...]:
    old = {gate.name: gate.status for gate in before.gates}
    new = {gate.name: gate.status for gate in after.gates}
    names = [*new, *(name for name in old if name not in new)]
    changes = (GateChange(name, old.get(name), new.get(name)) for name in names)
    return tuple(change for change in changes if change.before is not change.after)


def _without_reworded(
    new: Sequence[Diagnostic], mended: Sequence[Diagnostic]
) -> tuple[tuple[Diagnostic, ...], tuple[Diagnostic, ...]]:
    """Both without what only says more or less of the same: a gate that waits for fewer items than before."""
    known = Counter(map(_subject, mended)) & Counter(map(_subject, new))
    return _beyond(new, known, _subject), _beyond(mended, known, _subject)


def _subject(found: Diagnostic) -> tuple[str, ...]:
    """What a finding is about: messages begin with that, and the rest is said of it. A graver one is another one."""
    return (found.path, found.code, found.severity, _SAID_OF_IT.split(found.message, maxsplit=1)[0])


def _not_among(these: Iterable[Diagnostic], those: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Findings that are not among others; lines are left out of it, because rows above move them."""
    return _beyond(these, Counter(map(identity, those)), identity)


def _beyond(
    found: Iterable[Diagnostic], known: Counter[_Name], name: Callable[[Diagnostic], _Name]
) -> tuple[Diagnostic, ...]:
    """Findings without as many of each name as are known, the first ones."""
    left = known.copy()
    kept = []
    for one in found:
        if left[name(one)]:
            left[name(one)] -= 1
        else:
            kept.append(one)
    return tuple(kept)
