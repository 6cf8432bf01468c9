"""The longest chain of open items by estimate, and the cycles that dependencies make.

Everything is linear in items and edges, and nothing recurses: documents can make a chain of any length.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.model.readiness import CriticalPath, PathStep
from gapkeeper.model.status import State
from gapkeeper.reading.codes import finding
from gapkeeper.reading.estimates import parse_estimate
from gapkeeper.reading.gate_names import natural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gapkeeper.model.diagnostics import Diagnostic
    from gapkeeper.model.items import Item
    from gapkeeper.model.readiness import Gate
    from gapkeeper.model.register import Edge

_NAMED = 10  # members of a cycle that its diagnostic names


def resolve_critical_path(
    items: Mapping[str, Item],
    edges: Sequence[Edge],
    gates: Sequence[Gate],
    estimates: Mapping[str, str],
) -> tuple[CriticalPath, tuple[Diagnostic, ...]]:
    """The critical path, and one diagnostic for each knot of dependencies that go round.

    Args:
        items: all items by key, resolved.
        edges: all edges of the register, those from drawings too; only `blocks` and `depends_on`
            between open items count.
        gates: the gate that the chain ends in is one that its last item blocks.
        estimates: from drawings, for items that no field gives one.

    The path is computed without the edges of a cycle.
    """
    graph = _Graph.of(items, edges)
    knots = graph.knots()
    findings = tuple(_cycle_finding(graph, knot) for knot in knots)
    for knot in knots:
        graph.untie(knot)
    return _longest(graph, items, gates, estimates), findings


@dataclass(slots=True)
class _Graph:
    """Open items, and for each those that wait for it; edges once, with the place that states them first."""

    after: dict[str, list[str]]  # sorted
    stated: dict[tuple[str, str], Edge]  # (first, then) -> the edge that says so

    @classmethod
    def of(cls, items: Mapping[str, Item], edges: Iterable[Edge]) -> _Graph:
        keys = sorted(key for key, item in items.items() if item.state is State.OPEN and not item.ignored)
        after: dict[str, list[str]] = {key: [] for key in keys}
        stated: dict[tuple[str, str], Edge] = {}
        for edge in sorted(edges, key=lambda e: e.source):
            if edge.type not in {"blocks", "depends_on"} or edge.start not in after or edge.end not in after:
                continue
            pair = (edge.start, edge.end) if edge.type == "blocks" else (edge.end, edge.start)
            if pair not in stated:
                stated[pair] = edge
                after[pair[0]].append(pair[1])
        for following in after.values():
            following.sort()
        return cls(after, stated)

    def knots(self) -> list[list[str]]:
        """The strongly connected parts that hold a cycle, each sorted (Tarjan 1972, without recursion)."""
        index: dict[str, int] = {}
        low: dict[str, int] = {}
        stack: list[str] = []
        on_stack: set[str] = set()
        found: list[list[str]] = []
        for root in self.after:
            if root in index:
                continue
            work: list[tuple[str, Iterator[str]]] = [(root, iter(self.after[root]))]
            index[root] = low[root] = len(index)
            stack.append(root)
            on_stack.add(root)
            while work:
                node, following = work[-1]
                for child in following:
                    if child not in index:
                        index[child] = low[child] = len(index)
                        stack.append(child)
                        on_stack.add(child)
                        work.append((child, iter(self.after[child])))
                        break
                    if child in on_stack:
                        low[node] = min(low[node], index[child])
                else:
                    work.pop()
                    if work:
                        low[work[-1][0]] = min(low[work[-1][0]], low[node])
                    if low[node] == index[node]:
                        part = _pop_part(stack, on_stack, node)
                        if len(part) > 1 or node in self.after[node]:
                            found.append(sorted(part))
        return sorted(found)

    def cycle(self, knot: Sequence[str]) -> list[str]:
        """A shortest cycle through the first key of a knot."""
        start, members = knot[0], set(knot)
        before: dict[str, str] = {}
        waiting = deque([start])
        while waiting:
            node = waiting.popleft()
            for child in self.after[node]:
                if child == start:
                    path = [node]
                    while path[-1] != start:
                        path.append(before[path[-1]])
                    return path[::-1]
                if child in members and child not in before:
                    before[child] = node
                    waiting.append(child)
        raise AssertionError(f"no cycle through {start}")  # a knot has one through each of its members

    def untie(self, knot: Sequence[str]) -> None:
        """Leave out the edges between the members of a knot."""
        members = set(knot)
        for key in knot:
            self.after[key] = [child for child in self.after[key] if child not in members]


def _pop_part(stack: list[str], on_stack: set[str], node: str) -> list[str]:
    part = []
    while True:
        member = stack.pop()
        on_stack.discard(member)
        part.append(member)
        if member == node:
            return part


def _cycle_finding(graph: _Graph, knot: Sequence[str]) -> Diagnostic:
    cycle = graph.cycle(knot)
    waits = [cycle[0], *cycle[:0:-1], cycle[0]]  # in the order of waiting, which is against that of doing
    named = waits if len(waits) <= _NAMED else [*waits[:_NAMED], f"{len(waits) - _NAMED - 1} more", waits[-1]]
    first = graph.stated[(cycle[-1], cycle[0])]
    more = "" if len(knot) == len(cycle) else f" ({len(knot)} items are tied up in such circles with it)"
    message = f"{' waits for '.join(named)}{more}. Take one of these dependencies out."
    return finding("dependency-cycle", first.source.path, first.source.line, first.source.column, message)


class _Days(NamedTuple):
    days: tuple[float, float] | None
    assumed: bool

    @property
    def middle(self) -> float:
        return 0.0 if self.days is None else sum(self.days) / 2


def _durations(items: Mapping[str, Item], keys: Iterable[str], estimates: Mapping[str, str]) -> dict[str, _Days]:
    """The days of each item: its own estimate, else the median of its kind, else of all, else none."""
    keys = list(keys)
    own = {key: parse_estimate(items[key].estimate or "") or parse_estimate(estimates.get(key, "")) for key in keys}
    by_kind: dict[str, list[float]] = {}
    for key, days in own.items():
        if days is not None:
            by_kind.setdefault(items[key].kind, []).append(sum(days) / 2)
    if not by_kind:
        medians, overall = {}, None
    else:
        from statistics import median  # noqa: PLC0415  costs half of Python's own start, and few documents estimate

        medians = {kind: median(middles) for kind, middles in by_kind.items()}
        overall = median([middle for middles in by_kind.values() for middle in middles])
    durations: dict[str, _Days] = {}
    for key, days in own.items():
        assumed = medians.get(items[key].kind, overall)
        if days is not None or assumed is None:
            durations[key] = _Days(days, assumed=False)
        else:
            durations[key] = _Days((assumed, assumed), assumed=True)
    return durations


def _longest(
    graph: _Graph, items: Mapping[str, Item], gates: Sequence[Gate], estimates: Mapping[str, str]
) -> CriticalPath:
    durations = _durations(items, graph.after, estimates)
    chain = _chain(graph, durations)
    if not chain or (len(chain) == 1 and durations[chain[0]].middle == 0):
        return CriticalPath()
    steps = tuple(PathStep(k, items[k].title, durations[k].days, assumed=durations[k].assumed) for k in chain)
    known = [step.days for step in steps if step.days is not None]
    return CriticalPath(
        steps,
        _gate_of(chain, gates),
        (sum(least for least, _ in known), sum(most for _, most in known)),
        unknown=len(steps) - len(known),
    )


def _chain(graph: _Graph, durations: Mapping[str, _Days]) -> list[str]:
    """The chain with the most days; of equal ones the one with more steps, then with the smaller keys."""
    best: dict[str, tuple[float, int]] = {}  # days and steps of the best chain from an item on
    follows: dict[str, str] = {}
    for key in reversed(_in_order(graph)):
        after = min(graph.after[key], key=lambda k: (-best[k][0], -best[k][1], k), default=None)
        days, steps = best[after] if after is not None else (0.0, 0)
        best[key] = (days + durations[key].middle, steps + 1)
        if after is not None:
            follows[key] = after
    if not best:
        return []
    chain = [min(best, key=lambda k: (-best[k][0], -best[k][1], k))]
    while chain[-1] in follows:
        chain.append(follows[chain[-1]])
    return chain


def _in_order(graph: _Graph) -> list[str]:
    """All items, each before those that wait for it (Kahn 1962)."""
    waits = dict.fromkeys(graph.after, 0)
    for following in graph.after.values():
        for key in following:
            waits[key] += 1
    order = [key for key, count in waits.items() if count == 0]
    for key in order:  # it grows while it is walked
        for child in graph.after[key]:
            waits[child] -= 1
            if waits[child] == 0:
                order.append(child)
    return order


def _gate_of(chain: Sequence[str], gates: Sequence[Gate]) -> str | None:
    """The open gate that the last step blocks; of several the one that most of the chain blocks."""
    keys = set(chain)
    ends = [gate for gate in gates if chain[-1] in gate.blockers and gate.status.state is State.OPEN]
    if not ends:
        return None
    return min(ends, key=lambda gate: (-len(keys.intersection(gate.blockers)), natural(gate.name))).name
