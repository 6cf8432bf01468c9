"""Labels: which an issue gets, and how they look."""

from __future__ import annotations

import re
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from gapkeeper import escaping
from gapkeeper.model.snapshot import Label
from gapkeeper.model.status import Status
from gapkeeper.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gapkeeper.model.items import Item
    from gapkeeper.model.policy import LabelRules
    from gapkeeper.model.readiness import Gate
    from gapkeeper.model.snapshot import Capabilities

#: Further labels by gates stop here; GitHub takes 100 labels on an issue.
GATE_LABEL_LIMIT = 10

_NEUTRAL = "c5def5"
_KIND_COLOURS: Mapping[str, str] = MappingProxyType({"LATER": "5319e7", "ACTION": "1d76db", "ISSUE": "d876e3"})
# From grey (nobody has begun) over yellow (moves) and red (cannot move) to green (done).
_STATUSES: Mapping[Status, tuple[str, str]] = MappingProxyType(
    {
        Status.PENDING: ("e4e669", "Open, and nobody says more"),
        Status.NOT_STARTED: ("ededed", "Open: nobody has begun"),
        Status.IN_PROGRESS: ("fbca04", "Open: somebody is at it"),
        Status.BLOCKED: ("d93f0b", "Open: something else has to happen first"),
        Status.DEFERRED: ("bfd4f2", "Open: put off on purpose"),
        Status.RESOLVED: ("0e8a16", "Done"),
        Status.CANCELLED: ("6a737d", "Will not be done"),
    }
)
_PRIORITIES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "critical": ("b60205", "Before everything else (P0)"),
        "high": ("d93f0b", "Next (P1)"),
        "medium": ("fbca04", "In its turn (P2)"),
        "low": ("c2e0c6", "When there is time (P3, P4)"),
    }
)

_PRIORITY_WORDS: Mapping[str, str] = MappingProxyType({
    "p0": "critical", "critical": "critical", "blocker": "critical", "urgent": "critical",
    "p1": "high", "high": "high", "highest": "critical", "major": "high",
    "p2": "medium", "medium": "medium", "med": "medium", "moderate": "medium", "normal": "medium",
    "p3": "low", "p4": "low", "low": "low", "lowest": "low", "minor": "low", "trivial": "low",
})  # fmt: skip
_PRIORITY = lazy(rf"(?<![\w-])(?<!not )(?:{'|'.join(sorted(_PRIORITY_WORDS, key=len, reverse=True))})(?!\w)")


@lru_cache(maxsize=1024)
def normal_priority(text: str) -> str | None:
    """One of critical, high, medium, low for what a document calls a priority; None where no word is known.

    The first word counts: `Low (before T-7 days)` is low, `HIGH - next immediate work` is high, `P1/P2` is high.
    """
    match = _PRIORITY.search(text.casefold())
    return None if match is None else _PRIORITY_WORDS[match[0]]


class LabelMaker:
    """Makes the labels of items; each distinct one is made once."""

    def __init__(self, rules: LabelRules, capabilities: Capabilities, gates: Iterable[Gate] = ()) -> None:
        self._rules = rules
        self._limit = capabilities.label_limit
        self._description_limit = capabilities.label_description_limit
        self._gates: dict[str, list[str]] = {}
        if rules.gate is not None:
            for gate in gates:
                for key in gate.blockers:
                    self._gates.setdefault(key, []).append(gate.name)
        self._individual = _individual(rules)
        self._sets: dict[tuple[object, ...], frozenset[str]] = {}
        self.labels: dict[str, Label] = {}  # by name: every label that was named so far
        self.managed = self._service(rules.managed, "1d76db", "Kept in step with the planning documents by Gapkeeper")
        self.hold = self._service(rules.hold, "6a737d", "Gapkeeper leaves this issue alone")
        self.orphaned = self._service(rules.orphaned, "e99695", "Its item is gone from the planning documents")
        self._reserved = {name.casefold() for name in (self.managed, self.hold, self.orphaned)}

    def names(self, item: Item) -> frozenset[str]:
        """The names of all labels that an item asks for, the managed one among them."""
        rules = self._rules
        gates = tuple(self._gates.get(item.key, ()))
        if self._individual:
            return self._make(item, gates)
        # Without {id} and {title} in a template, items that agree in these have the same labels.
        owner = rules.owner and item.owner
        category = rules.category and item.category
        alike = (item.kind, item.status, item.priority, owner, category, gates)
        found = self._sets.get(alike)
        if found is None:
            found = self._sets[alike] = self._make(item, gates)
        return found

    def _make(self, item: Item, gates: tuple[str, ...]) -> frozenset[str]:
        rules = self._rules
        colour, meaning = _STATUSES[item.status]
        kind_colour = _KIND_COLOURS.get(item.kind, _NEUTRAL)
        made = [
            self._label(
                rules.kind, item, item.kind.lower(), kind_colour, f"{item.kind} items of the planning documents"
            ),
            self._label(rules.status, item, item.status.words, colour, meaning),
            self._label(rules.owner, item, item.owner, _NEUTRAL, "Owner in the planning documents"),
            self._label(rules.category, item, item.category, _NEUTRAL, "Category in the planning documents"),
        ]
        priority = None if item.priority is None else normal_priority(item.priority)
        if priority is not None:
            made.append(self._label(rules.priority, item, priority, *_PRIORITIES[priority]))
        made += [
            self._label(rules.gate, item, gate, "f9d0c4", "This gate waits for it") for gate in gates[:GATE_LABEL_LIMIT]
        ]
        made += [self._label(extra, item, "", _NEUTRAL, "") for extra in rules.extra.get(item.kind, ())]
        return frozenset({self.managed, *(name for name in made if name is not None)})

    def _label(self, template: str | None, item: Item, value: str | None, colour: str, description: str) -> str | None:
        """The name of one label; None where there is no template, no value, or a name that means something to us."""
        if template is None or value is None:
            return None
        values = {"id": item.id, "title": item.title, "kind": item.kind, "value": value}
        name = re.sub(r"\{(id|title|kind|value)\}", lambda match: _label_value(values[match[1]]), template)
        name = escaping.shorten(escaping.clean_line(name), self._limit)
        if not name or name.casefold() in self._reserved:
            return None  # text of a document must not put an issue on hold
        return self._keep(name, colour, description)

    def _service(self, name: str, colour: str, description: str) -> str:
        return self._keep(escaping.shorten(escaping.clean_line(name), self._limit), colour, description)

    def _keep(self, name: str, colour: str, description: str) -> str:
        self.labels.setdefault(name, Label(name, colour, description[: self._description_limit]))
        return name


def _label_value(text: str) -> str:
    """A value within a label's name: GitLab separates names by commas, and scopes labels by `::`."""
    return escaping.clean_line(text).replace(",", ";").replace("::", ": :")


def _individual(rules: LabelRules) -> bool:
    templates = (rules.kind, rules.status, rules.priority, rules.owner, rules.category, rules.gate)
    every = [t for t in templates if t] + [t for extra in rules.extra.values() for t in extra]
    return any("{id}" in template or "{title}" in template for template in every)
