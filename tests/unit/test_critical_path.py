from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from own_documents import by_key, item

from gapkeeper.model.readiness import Gate
from gapkeeper.model.register import Edge
from gapkeeper.model.spans import Place
from gapkeeper.model.status import Status
from gapkeeper.reading.critical_path import resolve_critical_path
from gapkeeper.reading.estimates import is_estimate, parse_estimate

if TYPE_CHECKING:
    from gapkeeper.model.diagnostics import Diagnostic
    from gapkeeper.model.items import Item
    from gapkeeper.model.readiness import CriticalPath


def edge(text: str, line: int = 1) -> Edge:
    start, type_, end = text.split()
    return Edge(start, end, type_, Place("plan.md", line, 3))


def gate(name: str, *blockers: str, status: Status = Status.BLOCKED) -> Gate:
    return Gate(name, "", status, "", blockers, Place("plan.md", 1))


def path(
    items: list[Item], edges: list[str], *gates: Gate, estimates: dict[str, str] | None = None
) -> tuple[CriticalPath, tuple[Diagnostic, ...]]:
    stated = [edge(text, line) for line, text in enumerate(edges, 1)]
    return resolve_critical_path(by_key(*items), stated, gates, estimates or {})


def keys(found: CriticalPath) -> list[str]:
    return [step.key for step in found.steps]


def test_the_longest_chain_by_estimate_ends_in_the_gate_that_it_blocks() -> None:
    items = [item("ACTION-038"), item("ACTION-040", Status.NOT_STARTED, title="Feature routes"), item("LATER-001")]
    found, findings = path(
        items,
        ["ACTION-038 depends_on ACTION-040"],
        gate("Phase 26", "LATER-001", "ACTION-040", "ACTION-038"),
        estimates={"ACTION-040": "18-28 days", "ACTION-038": "1 day"},
    )
    assert keys(found) == ["ACTION-040", "ACTION-038"]
    assert (found.gate, found.days, found.unknown, findings) == ("Phase 26", (19, 29), 0, ())
    assert (found.steps[0].title, found.steps[0].days, found.steps[0].assumed) == ("Feature routes", (18, 28), False)


def test_a_field_beats_a_drawing() -> None:
    found, _ = path([item("A-1", estimate="2 weeks")], [], estimates={"A-1": "1 day"})
    assert found.days == (10, 10)
    found, _ = path([item("A-1", estimate="XL")], [], estimates={"A-1": "1 day"})
    assert found.days == (1, 1)


def test_blocks_and_depends_on_are_the_same_order_and_only_open_items_count() -> None:
    items = [
        item("A-1", estimate="1d"),
        item("A-2", estimate="1d"),
        item("A-3", Status.RESOLVED, estimate="90d"),
        item("A-4", estimate="1d"),
    ]
    edges = ["A-1 blocks A-2", "A-4 depends_on A-2", "A-2 depends_on A-1", "A-4 depends_on A-3", "A-1 resolves A-4"]
    found, findings = path(items, edges)
    assert (keys(found), found.days, findings) == (["A-1", "A-2", "A-4"], (3, 3), ())


def test_an_unknown_estimate_is_the_median_of_its_kind_else_of_all_else_nothing() -> None:
    items = [
        item("A-1"),
        item("A-2", estimate="2-4 days"),
        item("A-3", estimate="9 days"),
        item("A-4", estimate="4 days"),
        item("B-1"),
        item("A-5", Status.RESOLVED, estimate="90 days"),
    ]
    found, _ = path(items, ["A-1 blocks B-1", "B-1 blocks A-3"])
    assert [(s.key, s.days, s.assumed) for s in found.steps] == [
        ("A-1", (4, 4), True),
        ("B-1", (4, 4), True),
        ("A-3", (9, 9), False),
    ]
    assert (found.days, found.unknown) == ((17, 17), 0)
    found, _ = path([item("A-1"), item("A-2")], ["A-1 blocks A-2"])
    assert [(s.key, s.days, s.assumed) for s in found.steps] == [("A-1", None, False), ("A-2", None, False)]
    assert (found.days, found.unknown) == ((0, 0), 2)


def test_the_middle_of_a_range_decides() -> None:
    items = [item("A-1", estimate="1-11 days"), item("A-2", estimate="5 days"), item("B-1", estimate="1 day")]
    found, _ = path(items, ["A-1 blocks B-1", "A-2 blocks B-1"])
    assert (keys(found), found.days) == (["A-1", "B-1"], (2, 12))


def test_ties_go_to_the_longer_chain_and_then_to_the_smaller_key() -> None:
    items = [item(f"A-{n}", estimate="1d") for n in range(1, 7)]
    found, _ = path(items, ["A-5 blocks A-6", "A-3 blocks A-6", "A-3 blocks A-4"])
    assert keys(found) == ["A-3", "A-4"]
    assert keys(path(items, ["A-1 blocks A-4", "A-2 blocks A-3"])[0]) == ["A-1", "A-4"]
    zero = [item("A-1", estimate="0 days"), item("A-2", estimate="1 day")]
    assert keys(path(zero, ["A-1 blocks A-2"])[0]) == ["A-1", "A-2"]


def test_there_is_no_path_where_nobody_estimated_and_nothing_waits() -> None:
    assert path([item("A-1"), item("A-2")], [])[0].steps == ()
    assert path([], [])[0].steps == ()
    assert path([item("A-1", Status.RESOLVED, estimate="1d")], [])[0].steps == ()
    assert keys(path([item("A-1"), item("A-2", estimate="2d"), item("A-3", estimate="3d")], [])[0]) == ["A-3"]


def test_the_gate_is_an_open_one_that_most_of_the_chain_blocks() -> None:
    items = [item("A-1"), item("A-2")]
    gates = [
        gate("Phase 3", "A-2"),
        gate("Phase 12", "A-1", "A-2"),
        gate("Phase 2", "A-1", "A-2"),
        gate("Phase 1", "A-1", "A-2", status=Status.RESOLVED),
        gate("Phase 0", "A-1"),
    ]
    assert path(items, ["A-1 blocks A-2"], *gates)[0].gate == "Phase 2"
    assert path(items, ["A-1 blocks A-2"], gate("Phase 0", "A-1"))[0].gate is None


def test_a_cycle_is_named_at_one_of_its_edges_and_the_path_is_found_without_it() -> None:
    items = [item(f"A-{n}", estimate="1d") for n in range(1, 6)]
    edges = ["A-5 blocks A-1", "A-1 depends_on A-2", "A-2 depends_on A-3", "A-3 depends_on A-1", "A-3 blocks A-4"]
    found, findings = path(items, edges)
    assert [(f.code, f.severity, f.path, f.line, f.column) for f in findings] == [
        ("dependency-cycle", "error", "plan.md", 2, 3)
    ]
    assert "A-1 waits for A-2 waits for A-3 waits for A-1" in findings[0].message
    assert keys(found) == ["A-3", "A-4"]


def test_each_knot_is_one_finding_and_an_item_that_waits_for_itself_is_one() -> None:
    items = [item(f"A-{n}") for n in range(1, 7)]
    edges = [
        "A-1 depends_on A-2",
        "A-2 depends_on A-1",
        "A-2 depends_on A-3",
        "A-3 depends_on A-2",
        "A-5 depends_on A-6",
        "A-6 blocks A-6",
    ]
    _, findings = path(items, edges)
    assert [f.line for f in findings] == [1, 6]
    assert "A-1 waits for A-2 waits for A-1 (3 items" in findings[0].message
    assert "A-6 waits for A-6" in findings[1].message


def test_a_cycle_through_a_resolved_item_holds_nobody_up() -> None:
    items = [item("A-1"), item("A-2", Status.RESOLVED)]
    assert path(items, ["A-1 depends_on A-2", "A-2 depends_on A-1"])[1] == ()


def test_ten_thousand_items_in_a_row_and_in_a_ring() -> None:
    names = [f"A-{n:05}" for n in range(10_000)]
    items = [item(name, estimate="1d") for name in names]
    row = [f"{b} depends_on {a}" for a, b in pairwise(names)]
    found, findings = path(items, row)
    assert (len(found.steps), found.days, findings) == (10_000, (10_000, 10_000), ())
    found, findings = path(items, [*row, f"{names[0]} depends_on {names[-1]}"])
    assert len(findings) == 1
    assert "9990 more" in findings[0].message
    assert len(found.steps) == 1


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("18-28 days", (18, 28)),
        ("18–28", (18, 28)),
        ("~3d", (3, 3)),
        ("1 day", (1, 1)),
        ("2 weeks", (10, 10)),
        ("1w 2d", (7, 7)),
        ("1 day - 2 weeks", (1, 10)),
        ("4 h", (0.5, 0.5)),
        ("3 months", (63, 63)),
        ("<1 day", (0, 1)),
        ("5+ days", (5, 5)),
        ("2-5 days after the hand-over", (2, 5)),
        ("5 days, 3 days left", (5, 5)),
        ("1,5 Tage", (1.5, 1.5)),
        ("2 person-days", (2, 2)),
        ("3日間", (3, 3)),
        ("28-18 days", (18, 28)),
        ("M", None),
        ("5 points", None),
        ("2 sprints", None),
        ("2026-02-01", None),
        ("Q3", None),
        ("14/14 migrations", None),
        ("", None),
        ("9" * 5000 + " days", None),
    ],
)
def test_estimates(text: str, days: tuple[float, float] | None) -> None:
    assert parse_estimate(text) == days


@pytest.mark.parametrize(
    ("text", "whole"),
    [("~3 days", True), ("(2 weeks)", True), ("3", False), ("3 days of rain", False), ("52 routes", False)],
)
def test_a_text_that_is_an_estimate_and_nothing_else(text: str, *, whole: bool) -> None:
    assert is_estimate(text) is whole
