"""The comment on a pull request: the facts that it states, in their order, within the forge's limits."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from builders import FORGE, item, register
from gapkeeper.model.diagnostics import Diagnostic, Severity
from gapkeeper.model.readiness import Area, CriticalPath, Gate, PathStep, Readiness
from gapkeeper.model.review import OnMerge
from gapkeeper.model.spans import Place
from gapkeeper.model.status import Status
from gapkeeper.reporting.compare import compare
from gapkeeper.reporting.graph_drawn import path_mermaid
from gapkeeper.reporting.review_comment import FIRST_LINE, Review, headline, review_comment

if TYPE_CHECKING:
    from gapkeeper.model.register import Register

DRAWN = replace(FORGE, mermaid_limit=2_000)
PLACE = Place("docs/gaps.md", 5)
LONG = "Dredge the *basin* of the old harbour <again>, and mend what @anna broke in #12; " * 40


def stated(score: float | None, *areas: Area) -> tuple[Readiness, ...]:
    return (Readiness("Opening", areas, score, None, None, PLACE, posted=True),)


def area(name: str, score: float) -> Area:
    return Area(name, 50, score, None, 1, None)


def gate(name: str, *blockers: str, status: Status = Status.BLOCKED) -> Gate:
    return Gate(name, "Opening", status, status.words, blockers, PLACE)


def found(message: str, severity: Severity = Severity.WARNING, line: int = 7) -> Diagnostic:
    return Diagnostic("docs/gaps.md", line, 1, "stale", severity, message)


def path(*keys: str, end: str | None = None, days: float = 1) -> CriticalPath:
    return CriticalPath(tuple(PathStep(key, f"Do {key}", (days, days)) for key in keys), end, (days, days))


def comment(before: Register, after: Register, *, mermaid_limit: int | None = 2_000, **rest: object) -> str:
    values = {"touched": ("docs/gaps.md",)} | rest
    review = Review(compare(before, after), "main", **values)  # type: ignore[arg-type]  # a wrong field fails at once
    return review_comment(review, replace(FORGE, mermaid_limit=mermaid_limit))


def plain(text: str) -> str:
    """Without emphasis, of which nothing is said here."""
    return text.replace("**", "")


def line_of(text: str, key: str) -> str:
    """The last line that names it, without emphasis."""
    return [row for row in plain(text).splitlines() if key in row][-1]


class TestHead:
    """The number, and what it means."""

    @pytest.mark.parametrize(
        ("before", "after", "says"),
        [
            (44.75, 48.6, ["44.75 %", "48.6 %", "(+3.85)"]),
            (48.6, 44.75, ["48.6 %", "44.75 %", "(-3.85)"]),
            (50, 50.004, ["50 %", "(±0)"]),
            (None, 48.6, ["48.6 %"]),
            (48.6, None, ["No document", "48.6 %"]),
            (None, None, ["No document"]),
        ],
    )
    def test_it_is_a_heading_of_the_number_and_its_change(
        self, before: float | None, after: float | None, says: list[str]
    ) -> None:
        old, new = replace(register(), readiness=stated(before)), replace(register(), readiness=stated(after))
        line = headline(compare(old, new))
        assert line.startswith("### ")
        assert "\n" not in line
        assert [line.find(part) for part in says] == sorted(line.find(part) for part in says)
        assert all(part in line for part in says)
        assert comment(old, new).split("\n")[:2] == [FIRST_LINE, line]

    def test_a_base_without_a_score_is_named(self) -> None:
        text = comment(register(), replace(register(), readiness=stated(40)))
        assert "no score" in text

    def test_items_are_named_by_what_happens_to_them(self) -> None:
        before = register(item("LATER-1"), item("LATER-2", status=Status.RESOLVED), item("LATER-3"), item("LATER-4"))
        after = register(
            item("LATER-1", status=Status.RESOLVED), item("LATER-2"), item("LATER-4", "Other"), item("LATER-5")
        )
        head = plain(comment(before, after)).split("\n\n")[1]
        for word, key in (("resolves", 1), ("reopens", 2), ("removes", 3), ("adds", 5)):
            assert re.search(rf"\b{word} LATER-{key}\b", head), head
        assert re.search(r"\bchanges (1 item|LATER-4)", head)
        assert "3 items are open" in head

    def test_what_a_merge_does_is_said_by_numbers(self) -> None:
        merge = OnMerge(closes=(("LATER-1", 11),), reopens=(("X", 31),), opens=("Y", "Z"), orphans=(("W", 41),))
        text = plain(comment(register(), register(), merge=merge))
        for fact in ("closes #11", "reopens #31", "opens 2 issues", "marks #41"):
            assert fact in text
        assert re.findall(r"#(\d+)", text) == ["11", "31", "41"]
        assert "On merge" not in comment(register(), register())

    def test_of_many_issues_it_says_how_many(self) -> None:
        text = comment(register(), register(), merge=OnMerge(closes=tuple((f"LATER-{n}", n) for n in range(700))))
        assert re.search(r"\b700 issues|\b6\d\d more", text)
        assert len(re.findall(r"#\d", text)) <= 20

    def test_one_that_touches_no_document_says_so_and_nothing_else_of_itself(self) -> None:
        text = comment(register(), register(), touched=())
        assert "changes no planning document" in text

    def test_the_same_documents_make_the_same_comment(self) -> None:
        after = replace(register(item()), readiness=stated(40), diagnostics=(found("LATER-1 is pending here"),))
        assert comment(register(), after) == comment(replace(register(), revision="b2"), replace(after, revision="c3"))


class TestSections:
    """What follows, where there is something to say."""

    def test_there_are_none_where_nothing_differs(self) -> None:
        text = comment(register(item()), register(item()))
        assert "<details>" not in text
        assert "|" not in text

    def test_areas_that_differ_and_no_other(self) -> None:
        before = replace(register(), readiness=stated(1, area("Quays", 19), area("Lights", 5), area("Gone", 1)))
        after = replace(register(), readiness=stated(2, area("Quays", 24), area("Lights", 5), area("New", 0)))
        rows = re.findall(r"^\| (\w+) \| (\S+) \| (\S+) \|", comment(before, after), re.MULTILINE)
        assert rows[1:] == [("Quays", "19", "24"), ("New", "–", "0"), ("Gone", "1", "–")]

    def test_a_gate_that_opens_comes_first_and_one_that_waits_says_for_what(self) -> None:
        gates = (gate("Phase 1", "LATER-1", "LATER-2"), gate("Phase 2", "LATER-1"), gate("Phase 3", "LATER-2"))
        before = replace(register(item("LATER-1"), item("LATER-2")), gates=gates)
        after = replace(register(item("LATER-1", status=Status.RESOLVED), item("LATER-2")), gates=gates)
        text = comment(before, after)
        assert text.index("Phase 2") < text.index("Phase 1") < text.index("Phase 3")
        line = line_of(text, "Phase 1")
        assert "waits for 1 of 2 items" in line
        assert "2 before" in line
        assert re.findall(r"LATER-\d", line) == ["LATER-2"]
        assert text.index("<details>") < text.index("Phase 3")

    def test_a_gate_that_is_new_and_one_that_states_another_status(self) -> None:
        before = replace(register(), gates=(gate("Phase 1"),))
        after = replace(register(), gates=(gate("Phase 1", status=Status.RESOLVED), gate("Phase 2")))
        text = comment(before, after)
        assert "blocked → resolved" in line_of(text, "Phase 1")
        assert "new → blocked" in line_of(text, "Phase 2")

    def test_a_gate_that_is_gone_is_told(self) -> None:
        text = comment(replace(register(), gates=(gate("Phase 1"),)), register())
        assert "Phase 1" in text

    def test_the_critical_path_is_drawn_and_folded_where_it_is_as_before(self) -> None:
        items = (item("LATER-1"), item("LATER-2"))
        short, long = path("LATER-2"), path("LATER-1", "LATER-2", days=3)
        before = replace(register(*items), critical_path=long)
        moved = comment(before, replace(before, critical_path=short))
        assert f"```mermaid\n{path_mermaid(replace(before, critical_path=short))}```" in moved
        assert "3 days" in moved
        assert "<details>" not in moved
        same = comment(before, before)
        assert same.index("<details>") < same.index("```mermaid")
        gone = comment(before, replace(before, critical_path=CriticalPath()))
        assert "Critical path" in gone
        assert "mermaid" not in gone

    @pytest.mark.parametrize("room", [None, 0, 50])
    def test_a_drawing_that_the_forge_does_not_show_is_left_out_and_the_text_stays(self, room: int | None) -> None:
        after = replace(register(item("LATER-1")), critical_path=path("LATER-1"))
        text = comment(register(), after, mermaid_limit=room)
        assert "mermaid" not in text
        assert "LATER-1 (1 day)" in text

    def test_the_gravest_findings_come_first_and_most_are_folded(self) -> None:
        many = [found(f"no document defines LATER-{n}.", line=n) for n in range(1, 10)]
        grave = found("Phase 1 says so", Severity.ERROR, line=99)
        text = comment(register(), replace(register(), diagnostics=(*many, grave)))
        assert "10 new findings" in text
        assert text.index("docs/gaps.md:99") < text.index("docs/gaps.md:1`") < text.index("<details>")
        assert text.index("<details>") < text.index("docs/gaps.md:9`")
        assert "new finding" not in comment(replace(register(), diagnostics=tuple(many)), register())

    def test_places_are_shown_as_the_caller_shows_them(self) -> None:
        after = replace(register(), diagnostics=(found("LATER-1 is pending here"),))
        assert "[there](gaps:7)" in comment(register(), after, show=lambda _, line: f"[there](gaps:{line})")

    def test_mended_findings_are_folded(self) -> None:
        text = comment(replace(register(), diagnostics=(found("LATER-1 is pending here"),)), register())
        assert text.index("<details>") < text.index("1 finding mended") < text.index("LATER-1 is pending here")

    def test_each_item_that_differs_has_one_line_of_the_folded_part(self) -> None:
        before = register(item("LATER-1"), item("LATER-2", "Pier"), item("LATER-3"))
        after = register(item("LATER-1", status=Status.RESOLVED, line=40), item("LATER-2", "Old pier"), item("LATER-4"))
        folded = comment(before, after).split("<details>")[-1]
        assert "4 items" in folded
        assert sorted(re.findall(r"LATER-\d", folded)) == ["LATER-1", "LATER-2", "LATER-3", "LATER-4"]
        assert "LATER.md:40" in line_of(folded, "LATER-1")
        assert re.search("Pier.*Old pier|Old pier.*Pier", line_of(folded, "LATER-2"))

    def test_notes_stand_above_everything_but_the_head(self) -> None:
        text = comment(register(), register(item()), notes=("There is no branch trunk.",))
        assert text.index("> There is no branch trunk.") < text.index("<details>")


@pytest.fixture(scope="module")
def vast() -> Register:
    """A register of 20,000 items with long titles, and as much of everything else."""
    items = [item(f"LATER-{n:05}", LONG, status=Status.BLOCKED, line=n) for n in range(20_000)]
    keys = [one.key for one in items]
    return replace(
        register(*items),
        gates=tuple(gate(f"Phase {n} {LONG}", *keys[n : n + 900]) for n in range(300)),
        diagnostics=tuple(found(f"{LONG[:500]} {n}", line=n) for n in range(2_000)),
        readiness=stated(40, *(area(f"{LONG} {n}", n) for n in range(200))),
        critical_path=path(*keys[:500], end=f"Phase 0 {LONG}"),
    )


class TestSize:
    """A comment that a forge would refuse is cut from its end."""

    def test_20_000_items_fit_whichever_side_they_are_on(self, vast: Register) -> None:
        closed = replace(vast, items=tuple(replace(one, status=Status.RESOLVED) for one in vast.items))
        bare = replace(register(), items=vast.items)
        closed = replace(closed, critical_path=CriticalPath())
        for before, after in ((register(), vast), (vast, register()), (vast, closed), (register(), bare)):
            text = comment(before, after)
            assert len(text) < 60_000
            assert text.startswith(f"{FIRST_LINE}\n{headline(compare(before, after))}\n\n")
            assert re.search(r"\b20000 items|\b199\d\d more", text.split("\n\n")[1])
            assert text.endswith("</sub>")
            assert text.count("<details>") == text.count("</details>")
            assert len(re.findall("^```", text, re.MULTILINE)) in {0, 2}

    def test_what_was_cut_says_so(self, vast: Register) -> None:
        assert "Too long for one comment" in comment(register(), vast)

    def test_a_forge_with_less_room_gets_less(self, vast: Register) -> None:
        review = Review(compare(register(), vast), "main", touched=("a.md",))
        for room in (1_000, 5_000, 20_000):
            text = review_comment(review, replace(DRAWN, body_limit=room))
            assert len(text) <= room
            assert text.startswith(f"{FIRST_LINE}\n### ")

    @pytest.mark.parametrize("limit", [300, 500, 2_000, 60_000])
    def test_no_drawing_is_longer_than_what_is_shown(self, limit: int) -> None:
        for steps in (1, 3, 9, 30):
            items = [item(f"LATER-{n}", LONG) for n in range(steps)]
            after = replace(register(*items), critical_path=path(*(one.key for one in items)))
            drawn = re.findall("```mermaid\n(.*?)```", comment(register(), after, mermaid_limit=limit), re.DOTALL)
            whole = path_mermaid(after)
            assert drawn == ([whole] if len(whole) <= limit else [])

    def test_keys_are_short_in_the_head_however_long_the_documents_path_is(self) -> None:
        deep = "deep/" * 800
        items = [item("ISSUE-001", key=f"{deep}{n}.md#ISSUE-001", path=f"{deep}{n}.md", scoped=True) for n in range(20)]
        text = comment(register(), register(*items))
        assert len(text) < 60_000


def rows_of(drawn: Register) -> list[str]:
    """The lines of the drawing, without what says how it is laid out."""
    return [row for row in path_mermaid(drawn).splitlines() if not row.startswith("%%{init:")]


class TestDrawing:
    """The critical path alone."""

    def test_open_items_in_order_and_their_gate(self) -> None:
        drawn = rows_of(
            replace(
                register(item("LATER-1", status=Status.BLOCKED), item("LATER-2")),
                gates=(gate("Phase 1"),), critical_path=path("LATER-1", "LATER-2", end="Phase 1"),
            )
        )  # fmt: skip
        assert drawn[0] == "flowchart TD"
        assert [re.sub(r"#\d+;", "", row).strip() for row in drawn[1:6]] == [
            'n0["LATER-1 Do LATER-1"]:::blocked',
            'n1["LATER-2 Do LATER-2"]:::pending',
            'n2{{"Phase 1 Opening"}}:::blocked',
            "n0 ==> n1",
            "n1 ==> n2",
        ]
        assert [row.split()[1] for row in drawn[6:]] == ["pending", "blocked"]

    def test_long_titles_are_cut(self) -> None:
        after = replace(register(item("LATER-1")), critical_path=CriticalPath((PathStep("LATER-1", "a" * 500, None),)))
        row = rows_of(after)[1]
        assert "a" * 40 in row
        assert "…" in row
        assert len(row) < 100

    def test_a_gate_without_a_title_is_its_name(self) -> None:
        lone = Gate("Phase 1", "", Status.PENDING, "", (), PLACE)
        after = replace(register(item("LATER-1")), gates=(lone,), critical_path=path("LATER-1", end="Phase 1"))
        assert 'n1{{"Phase 1"}}' in path_mermaid(after)
