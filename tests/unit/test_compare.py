"""Two registers side by side: what is new, what is gone, and what only looks so."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from builders import item, register
from gapkeeper.model.diagnostics import Diagnostic, Severity
from gapkeeper.model.readiness import Area, Gate, Readiness
from gapkeeper.model.spans import Place
from gapkeeper.model.status import Status
from gapkeeper.reporting.compare import AreaChange, GateChange, compare

if TYPE_CHECKING:
    from gapkeeper.model.register import Register

PLACE = Place("docs/gaps.md", 5)


def found(
    message: str, code: str = "gate", *, line: int = 1, path: str = "gaps.md", severity: Severity = Severity.ERROR
) -> Diagnostic:
    return Diagnostic(path, line, 1, code, severity, message)


def with_findings(*findings: Diagnostic) -> Register:
    return replace(register(), diagnostics=findings)


def with_score(*areas: Area, stated: float | None = None, computed: float | None = None) -> Register:
    return replace(register(), readiness=(Readiness("Opening", areas, stated, computed, None, PLACE, posted=True),))


def area(name: str, score: float | None) -> Area:
    return Area(name, 50, score, None, 1, None if score is None else score / 2)


def gate(name: str, status: Status) -> Gate:
    return Gate(name, "", status, status.words, (), PLACE)


class TestItems:
    """Each item is in one list at most."""

    def test_what_is_given_up_is_not_called_done(self) -> None:
        closed = register(item("LATER-1", status=Status.RESOLVED), item("LATER-2", status=Status.CANCELLED))
        comparison = compare(register(item("LATER-1"), item("LATER-2")), closed)
        assert [one.key for one in comparison.done] == ["LATER-1"]
        assert [one.key for one in comparison.cancelled] == ["LATER-2"]

    def test_items_come_go_close_and_reopen(self) -> None:
        before = register(
            item("LATER-1"),
            item("LATER-2", status=Status.RESOLVED),
            item("LATER-3"),
            item("LATER-4", status=Status.BLOCKED),
        )
        after = register(
            item("LATER-1", status=Status.RESOLVED),
            item("LATER-2"),
            item("LATER-4", status=Status.BLOCKED),
            item("LATER-5"),
        )
        told = compare(before, after)
        assert told.resolved == (after.items[0],)
        assert told.reopened == (after.items[1],)
        assert told.removed == (before.items[2],)
        assert told.added == (after.items[3],)
        assert told.changed == ()

    def test_a_register_beside_itself_differs_in_nothing(self) -> None:
        one = replace(
            with_score(area("Quays", 50), computed=50), items=(item(),), gates=(gate("Phase 1", Status.BLOCKED),),
            diagnostics=(found("a"), found("a")),
        )  # fmt: skip
        told = compare(one, one)
        assert not any((told.resolved, told.reopened, told.added, told.removed, told.changed, told.areas, told.gates))
        assert not told.new_diagnostics
        assert not told.mended_diagnostics
        assert told.difference == 0

    def test_a_changed_item_says_which_fields_and_how(self) -> None:
        before = item("LATER-1", "Pier", owner="Anna", depends_on=["LATER-3", "LATER-2"], estimate="3 days")
        after = item(
            "LATER-1", "Old pier", Status.IN_PROGRESS, priority="High", depends_on=["LATER-2"], estimate="3 days"
        )
        (change,) = compare(register(before), register(after)).changed
        assert change.fields == (
            ("status", "pending", "in progress"),
            ("title", "Pier", "Old pier"),
            ("owner", "Anna", ""),
            ("priority", "", "High"),
            ("depends on", "LATER-2, LATER-3", "LATER-2"),
        )

    def test_closed_items_that_stay_closed_can_change(self) -> None:
        before, after = item(status=Status.RESOLVED), item(status=Status.CANCELLED)
        told = compare(register(before), register(after))
        assert told.resolved == ()
        assert [change.fields for change in told.changed] == [(("status", "resolved", "cancelled"),)]

    def test_an_item_that_only_moved_is_not_changed(self) -> None:
        before = item(line=3)
        after = item(path="docs/LATER.md", line=80, status_text="still open")
        assert compare(register(before), register(after)).changed == ()

    def test_one_that_is_resolved_and_renamed_is_told_once(self) -> None:
        told = compare(register(item()), register(item(title="Other", status=Status.RESOLVED)))
        assert len(told.resolved) == 1
        assert told.changed == ()


class TestNumbers:
    """Scores, areas and gates."""

    def test_the_difference_is_of_what_counts(self) -> None:
        assert compare(with_score(computed=44.75, stated=90), with_score(computed=48.6)).difference == pytest.approx(
            3.85
        )
        assert compare(with_score(stated=40), with_score(stated=30)).difference == -10

    def test_there_is_none_where_one_side_has_no_score(self) -> None:
        assert compare(register(), with_score(computed=40)).difference is None
        assert compare(with_score(computed=40), register()).difference is None

    def test_areas_and_gates_that_differ_in_order_with_what_is_gone_at_the_end(self) -> None:
        before = replace(
            with_score(area("Gone", 1), area("Quays", 50), area("Lights", 20)),
            gates=(gate("Phase 0", Status.BLOCKED), gate("Phase 1", Status.BLOCKED), gate("Phase 2", Status.BLOCKED)),
        )
        after = replace(
            with_score(area("Quays", 60), area("Lights", 20), area("New", 0)),
            gates=(gate("Phase 2", Status.RESOLVED), gate("Phase 1", Status.BLOCKED), gate("Phase 3", Status.PENDING)),
        )
        told = compare(before, after)
        assert told.areas == (AreaChange("Quays", 50, 60), AreaChange("New", None, 0), AreaChange("Gone", 1, None))
        assert told.gates == (
            GateChange("Phase 2", Status.BLOCKED, Status.RESOLVED),
            GateChange("Phase 3", None, Status.PENDING),
            GateChange("Phase 0", Status.BLOCKED, None),
        )


#: What a message begins with, and two ways in which it goes on about one thing.
REWORDED = [
    (
        'Phase 26 says "Complete", but ',
        "LATER-1, LATER-2 block it and are still open.",
        "LATER-1 blocks it and is open.",
    ),
    ("LATER-1 is pending here, but ", "resolved in a.md:3, which counts.", "cancelled in b.md:3, which counts."),
    ("LATER-1 through LATER-9 names 9 items, but ", "LATER-3 is not defined.", "LATER-3, LATER-4 are not defined."),
    ("the total is 98% and ", "should be 97%.", "should be 96%."),
    ("the weighted value of Quays is 5 and ", "should be 6: 12 at 50.", "should be 7: 14 at 50."),
    ("the weights add up to ", "98% and should add up to 100%.", "97% and should add up to 100%."),
    ("the summary states 8 pending, but ", "this section holds 5.", "this section holds 6."),
    ("A-1 waits for A-2 waits for ", "A-1.", "A-3 waits for A-1."),
]

#: What two messages begin with alike, and how each goes on about a thing of its own.
APART = [
    ("no document defines ", "LATER-1. Define it, or correct the ID.", "LATER-2. Define it, or correct the ID."),
    ("the link leads to ", "a.md, which does not exist. Correct it.", "b.md, which does not exist. Correct it."),
    ("a.md has no heading with the anchor ", "#x. Correct the anchor.", "#y. Correct the anchor."),
    ("the weighted value of ", "Quays is 5 and should be 6: 12 at 50.", "Lights is 5 and should be 6: 12 at 50."),
    ("the summary states ", "8 pending, but this section holds 5.", "3 blocked, but this section holds 5."),
    ("Phase ", '26 says "Complete", but LATER-1 is open.', '27 says "Complete", but LATER-1 is open.'),
    ("LATER-", "1 is pending here, but resolved in a.md:3.", "2 is pending here, but resolved in a.md:3."),
]


class TestFindings:
    """What is new, and what is mended."""

    @pytest.mark.parametrize(("start", "was", "now"), REWORDED)
    def test_more_or_less_of_the_same_is_neither(self, start: str, was: str, now: str) -> None:
        told = compare(with_findings(found(start + was)), with_findings(found(start + now, line=9)))
        assert told.new_diagnostics == ()
        assert told.mended_diagnostics == ()

    @pytest.mark.parametrize(("start", "was", "now"), APART)
    def test_one_mended_does_not_hide_another_that_is_new(self, start: str, was: str, now: str) -> None:
        before, after = found(start + was), found(start + now)
        told = compare(with_findings(before), with_findings(after))
        assert told.new_diagnostics == (after,)
        assert told.mended_diagnostics == (before,)

    def test_what_gets_worse_is_new(self) -> None:
        before = found("LATER-1 is pending here, but blocked in a.md:3.", severity=Severity.NOTE)
        after = found("LATER-1 is pending here, but resolved in a.md:3.")
        told = compare(with_findings(before), with_findings(after))
        assert told.new_diagnostics == (after,)
        assert told.mended_diagnostics == (before,)

    @pytest.mark.parametrize("other", [found("x is 2", path="b.md"), found("x is 2", "stale")])
    def test_another_document_or_code_is_another_finding(self, other: Diagnostic) -> None:
        assert compare(with_findings(found("x is 1")), with_findings(other)).new_diagnostics == (other,)

    def test_lines_do_not_matter(self) -> None:
        told = compare(with_findings(found("see a.md:3")), with_findings(found("see a.md:40", line=40)))
        assert told.new_diagnostics == ()
        assert told.mended_diagnostics == ()

    def test_a_second_one_of_the_same_is_new(self) -> None:
        one, two = found("no document defines LATER-1."), found("no document defines LATER-1.", line=7)
        assert compare(with_findings(one), with_findings(one, two)).new_diagnostics == (two,)
        assert compare(with_findings(one, two), with_findings(one)).mended_diagnostics == (two,)

    def test_as_many_are_taken_for_reworded_as_there_were(self) -> None:
        before = [found("A-1 is 1"), found("B is 1")]
        after = [found("A-1 is 2"), found("A-1 is 3", line=2)]
        told = compare(with_findings(*before), with_findings(*after))
        assert told.new_diagnostics == (after[1],)
        assert told.mended_diagnostics == (before[1],)
