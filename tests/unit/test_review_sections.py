"""Sections of the comment on a pull request: what keeps them short."""

from __future__ import annotations

from dataclasses import replace

from builders import item, register
from gapkeeper.model.diagnostics import Diagnostic, Severity
from gapkeeper.model.readiness import Area, CriticalPath, PathStep, Readiness
from gapkeeper.model.spans import Place
from gapkeeper.model.status import Status
from gapkeeper.reporting.compare import compare
from gapkeeper.reporting.review_comment import comparison_markdown

BASE = register()


def found(path: str, message: str = "LATER-1 is pending here.") -> Diagnostic:
    return Diagnostic(path, 7, 1, "stale", Severity.WARNING, message)


def steps(amount: int) -> CriticalPath:
    return CriticalPath(tuple(PathStep(f"LATER-{n}", "Do it", (1, 2)) for n in range(amount)), None, (amount, 9))


def test_the_same_finding_at_several_places_is_one_line() -> None:
    after = replace(
        BASE, diagnostics=(found("a.md"), found("b.md"), found("c.md", "Phase 1 is another."), found("d.md"))
    )
    lines = [line for line in comparison_markdown(compare(BASE, after), "main").splitlines() if line.startswith("- ")]
    assert lines == [
        "- `a.md:7` **warning** `stale`: LATER-1 is pending here. Also at `b.md:7`, `d.md:7`.",
        "- `c.md:7` **warning** `stale`: Phase 1 is another.",
    ]


def test_of_many_places_the_first_are_named() -> None:
    after = replace(BASE, diagnostics=tuple(found(f"{n}.md") for n in range(10, 30)))
    text = comparison_markdown(compare(BASE, after), "main")
    assert "**20 new findings**" in text
    assert "Also at `11.md:7`, `12.md:7`, `13.md:7`, `14.md:7` and 15 more places." in text


def test_areas_have_one_column_where_there_was_no_score() -> None:
    areas = (Area("Quays", 50, 40, None, 20, None),)
    after = replace(BASE, readiness=(Readiness("Opening", areas, 20, None, None, Place("a.md", 5), posted=True),))
    text = comparison_markdown(compare(BASE, after), "main")
    assert "| Area | Score |\n|---|---:|\n| Quays | 40 |" in text


def test_few_items_are_named_and_many_are_counted() -> None:
    def said(amount: int) -> str:
        items = [item(f"LATER-{n}") for n in range(amount)]
        after = register(*(replace(one, status=Status.RESOLVED) for one in items))
        return comparison_markdown(compare(register(*items), after), "main").split("\n\n")[1]

    assert "resolves LATER-0, LATER-1, LATER-2, LATER-3, LATER-4." in said(5)
    assert "resolves 6 items." in said(6)


def test_a_long_critical_path_is_folded_and_a_short_one_is_not() -> None:
    items = register(*(item(f"LATER-{n}") for n in range(9)))
    short, long = (
        comparison_markdown(compare(items, replace(items, critical_path=steps(amount))), "main") for amount in (8, 9)
    )
    assert "<details>" not in short
    assert (
        "**Critical path:** 9 steps, 9 days\n\n<details><summary>Its steps</summary>\n\nLATER-0 (1-2 days) → " in long
    )


def test_a_new_title_says_what_the_old_one_was() -> None:
    before, after = register(item("LATER-1", "Pier")), register(item("LATER-1", "Old pier"))
    assert "- **LATER-1** Old pier: was “Pier”" in comparison_markdown(compare(before, after), "main")
