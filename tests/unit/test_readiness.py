from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from own_documents import RULES, by_key, document, item

from gapkeeper.model.rules import AreaRule, ReadingRules
from gapkeeper.model.status import Status
from gapkeeper.reading.readiness import find_readiness, resolve_readiness

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapkeeper.model.diagnostics import Diagnostic
    from gapkeeper.model.items import Item
    from gapkeeper.model.readiness import Readiness

SEED = """\
## Go-Live Readiness Score

| Area | Weight | Score | Weighted |
|------|--------|-------|----------|
| Documentation | 15% | 100% | 15.0% |
| Decisions | 10% | 100% | 10.0% |
| Infrastructure (local) | 15% | 100% | 15.0% |
| Infrastructure (prod) | 15% | 0% | 0.0% |
| Feature Routes | 25% | 19% | 4.8% |
| External Provisioning | 20% | 0% | 0.0% |
| **Total** | 100% | - | **44.8%** |

**Readiness:** 44.8% - Not ready for go-live
"""


def read(
    *texts: str,
    items: Mapping[str, Item] | None = None,
    rules: ReadingRules = RULES,
    dates: Mapping[str, dt.date | None] | None = None,
) -> tuple[tuple[Readiness, ...], tuple[Diagnostic, ...]]:
    facts = [f for number, text in enumerate(texts, 1) for f in find_readiness(*document(text, f"{number}.md"))]
    return resolve_readiness(facts, items or {}, rules, dates or {})


def table(*rows: str, head: str = "| Area | Weight | Score | Weighted |", below: str = "") -> str:
    line = "|" + "---|" * (head.count("|") - 1)
    return "\n".join(["# Readiness", "", head, line, *rows, "", below, ""])


def codes(findings: tuple[Diagnostic, ...]) -> list[str]:
    return [f.code for f in findings]


def test_the_table_of_a_checkpoint_is_recomputed_and_its_rounding_accepted() -> None:
    (score,), findings = read(SEED)
    assert (score.computed, score.stated, score.posted, score.scaled) == (44.75, 44.8, True, False)
    assert score.title == "Go-Live Readiness Score"
    assert (score.source.path, score.source.line) == ("1.md", 3)
    routes = score.areas[4]
    assert (routes.name, routes.weight, routes.score, routes.weighted, routes.computed) == (
        "Feature Routes",
        25,
        19,
        4.8,
        4.75,
    )
    assert routes.line == 9
    assert findings == ()


def test_a_wrong_weighted_value_is_an_error_that_says_what_it_should_be() -> None:
    _, findings = read(SEED.replace("| 4.8% |", "| 5.8% |"))
    assert [(f.code, f.severity, f.line) for f in findings] == [("readiness-arithmetic", "error", 9)]
    assert "5.8%" in findings[0].message
    assert "should be 4.8%" in findings[0].message


def test_a_wrong_total_is_an_error_at_each_place_that_states_it() -> None:
    _, findings = read(SEED.replace("44.8", "54.8"))
    assert [(f.code, f.line) for f in findings] == [("readiness-arithmetic", 11), ("readiness-arithmetic", 13)]
    assert all("54.8% and should be 44.8%" in f.message for f in findings)
    _, findings = read(SEED.replace("**Readiness:** 44.8%", "**Readiness:** 48%"))
    assert [(f.line, f.column) for f in findings] == [(13, 3)]


def test_a_wrong_number_comes_with_the_edit_that_mends_it() -> None:
    wrong = SEED.replace("| 4.8% |", "| 5,8% |").replace("44.8%**", "54.8%**").replace("44.8% - Not", "44 % - Not")
    data = wrong.encode()
    edits = [f.edit for f in read(wrong)[1]]
    assert [(e.old, e.new) for e in edits if e] == [(b"5,8", b"4,8"), (b"54.8", b"44.8"), (b"44", b"45")]
    for edit in reversed([e for e in edits if e]):
        assert edit.span.of(data) == edit.old
        data = data[: edit.span.start] + edit.new + data[edit.span.end :]
    assert read(data.decode())[1] == ()


def test_rows_that_sum_to_more_than_the_stated_total_are_one_finding() -> None:
    (score,), findings = read(table("| A | 60 | 100% | 60 |", "| B | 40 | 100% | 49 |", below="Total score: 98.2"))
    assert codes(findings) == ["readiness-arithmetic", "readiness-arithmetic"]
    assert score.computed == 100


@pytest.mark.parametrize(("stated", "off"), [("44.7%", False), ("45%", False), ("45.0%", True), ("44%", True)])
def test_rounding_is_as_fine_as_the_numbers_are_written(stated: str, *, off: bool) -> None:
    _, findings = read(SEED.replace("**Readiness:** 44.8%", f"**Readiness:** {stated}"))
    assert bool(findings) is off


def test_weights_in_per_cent_have_to_sum_to_100() -> None:
    _, findings = read(SEED.replace("| Decisions | 10% | 100% | 10.0% |", "| Decisions | 5% | 100% | 5.0% |"))
    assert "readiness-weights" in codes(findings)
    weights = next(f for f in findings if f.code == "readiness-weights")
    assert (weights.severity, weights.line) == ("warning", 11)
    assert "95%" in weights.message


def test_weights_that_are_equal_shares_may_be_rounded() -> None:
    rows = [f"| {name} | 33% | 50% | 16.5% |" for name in "ABC"]
    assert read(table(*rows))[1] == ()


def test_points_need_not_sum_to_100() -> None:
    (score,), findings = read(
        table("| Security | 15 | 12 |", "| Tests | 40 | 40 |", "| **Total** | 55 | 52 |", head="| Area | Max | Score |")
    )
    assert findings == ()
    assert score.computed == pytest.approx(94.545455)
    assert score.stated == pytest.approx(94.545455)
    assert [a.computed for a in score.areas] == [12, 40]


def test_scores_that_are_points_of_their_weight_are_summed_up() -> None:
    (score,), findings = read(
        table(
            "| A | 50% | 50% |",
            "| B | 30% | 10% |",
            "| C | 20% | 5% |",
            "| Total | 100% | 65% |",
            head="| Area | Weight | Score |",
        )
    )
    assert (score.computed, score.stated, findings) == (65, 65, ())


def test_the_same_scores_are_weighted_where_that_fits_the_stated_sum_better() -> None:
    (score,), findings = read(
        table(
            "| A | 50% | 50% |",
            "| B | 30% | 10% |",
            "| C | 20% | 5% |",
            "| Total | 100% | 29% |",
            head="| Area | Weight | Score |",
        )
    )
    assert (score.computed, findings) == (29, ())


def test_a_score_above_its_weight_is_no_points_of_it() -> None:
    (score,), _ = read(
        table("| A | 50% | 60% |", "| B | 50% | 10% |", "| Total | 100% | 70% |", head="| Area | Weight | Score |")
    )
    assert score.computed == 35


def test_an_area_without_a_score_is_left_out_and_the_weights_are_scaled() -> None:
    (score,), findings = read(
        table("| A | 50% | 80% | 40% |", "| B | 25% | - | - |", "| C | 25% | 20% | 5% |", "| Total | 100% | | 45% |")
    )
    assert (score.computed, score.scaled) == (60, True)
    assert score.areas[1].score is None
    assert score.areas[1].computed is None
    assert findings == ()  # the column sums to 45, and 60 would be as right


def test_a_blank_template_has_no_score() -> None:
    (score,), findings = read(
        table("| A | 15 | __/15 |", "| B | 20 | __/20 |", "| Total | 35 | __/35 |", head="| Area | Points | Score |")
    )
    assert (score.computed, score.stated, score.posted, score.scaled) == (None, None, False, False)
    assert findings == ()


@pytest.mark.parametrize(
    "row",
    [
        "| **A** | **50%** | ✅ 50 % | 25.0% |",
        "| A | 50,0 % | 50,0 % | 25,0 % |",
        "| A | 50% | 25/50 | ~25% |",
        "| A | 50% | 40% → 50% | 25% |",
        "| A | 50% | 50% (local) | 25% ⚠️ |",
    ],
)
def test_numbers_in_many_hands(row: str) -> None:
    (score,), findings = read(table(row, "| B | 50% | 0% | 0% |"))
    assert (score.computed, score.areas[0].name, findings) == (25, "A", ())


def test_scores_on_a_scale_are_shares_of_it() -> None:
    (score,), findings = read(
        table(
            "| A | 25% | 8 | 2.0 |",
            "| B | 75% | 6 | 4.5 |",
            "| Total | 100% | | 6.5/10 |",
            head="| Area | Weight | Score (0-10) | Weighted |",
        )
    )
    assert (score.computed, score.stated, findings) == (65, 65, ())


def test_fractions_are_weights_and_scores_too() -> None:
    (score,), findings = read(
        table("| A | 0.25 | 0.8 | 0.20 |", "| B | 0.75 | 0.4 | 0.30 |", "| Total | 1.0 | | 0.50 |")
    )
    assert (score.computed, score.stated, findings) == (50, 50, ())


@pytest.mark.parametrize(
    "text",
    [
        table("| Crate | 70 kg | 12 |", "| Pump | 90 kg | 3 |", head="| Part | Weight | Score |"),
        table("| Crate | 70 | 12 |", "| Pump | 90 | 3 |", head="| Part | Weight (kg) | Score |"),
        table("| R1 | 3 | 4 | 12 |", "| R2 | 1 | 1 | 1 |", head="| Risk | Weight | Impact | Score |"),
        table("| A | 20% | >= 92% |", "| B | 80% | >= 5% |", head="| Metric | Weight | Threshold |"),
        "# Pools\n\n| Pool | Current | Max | % |\n|---|---|---|---|\n| a | 40 | 100 | 40% |\n| b | 5 | 10 | 50% |\n",
        "# Wave\n\n| Wave | Routes | Done | % |\n|---|---|---|---|\n| W1 | 9 | 3 | 33% |\n",
    ],
)
def test_tables_that_are_no_scores(text: str) -> None:
    assert read(text) == ((), ())


def test_a_table_of_points_posts_before_scores_that_lines_state() -> None:
    scores, _ = read("# Readiness: 10.9 %\n\nOverall score: 90/100\n", SEED)
    assert [(s.title, s.computed, s.posted) for s in scores] == [
        ("Go-Live Readiness Score", 44.75, True),
        ("Readiness", 10.9, False),
        ("Overall score", 90, False),
    ]


def test_a_score_that_a_heading_or_a_line_states_is_posted_where_there_is_no_table() -> None:
    scores, _ = read("# Readiness\n\n## Infrastructure (40/40)\n\n- **Readiness:** 10,9 % and falling\n")
    assert [(s.title, s.computed, s.areas, s.posted, s.source.line) for s in scores] == [
        ("Readiness", 10.9, (), True, 5),
        ("Infrastructure", 100, (), False, 3),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Target readiness: 90%\n",
        "- **Overall score >= 90/100**, and\n",
        "Score remains 85 after JS-2\n",
        "## Part one (1/2)\n\n## Sprint review (6/7)\n",
        "The score: it was 9 days\n",
        "Risk score: 15/25\n",
    ],
)
def test_lines_that_state_no_score(text: str) -> None:
    assert read(text) == ((), ())


def other(title: str, score: str) -> str:
    return f"# Doc\n\n## {title}\n\n| Area | Weight | Score |\n|---|---|---|\n| A | 100% | {score} |\n"


def test_which_table_is_posted() -> None:
    first, second = other("Readiness", "10%"), other("Final readiness", "20%")
    third = other("Readiness", "30%")
    assert read(first, second, third)[0][0].computed == 20
    rules = ReadingRules(readiness_title="readiness")
    assert read(first, second, third, rules=rules)[0][0].computed == 30
    days = {"1.md": dt.date(2026, 1, 8), "2.md": None, "3.md": dt.date(2026, 1, 7)}
    assert read(first, third, third, dates=days)[0][0].computed == 10
    assert read(first + third)[0][0].computed == 30
    scores, _ = read(first, second, third)
    assert [s.source.path for s in scores] == ["2.md", "1.md", "3.md"]
    assert [s.posted for s in scores] == [True, False, False]


def test_an_area_that_is_named_like_a_category_or_a_kind_has_a_derived_score() -> None:
    items = by_key(
        item("ACTION-1", Status.RESOLVED, category="Feature routes"),
        item("ACTION-2", Status.IN_PROGRESS, category="**Feature Routes**"),
        item("ACTION-3", Status.CANCELLED, category="Feature Routes"),
        item("ACTION-4", Status.PENDING, category="Feature Routes", ignored=True),
        item("LATER-1", Status.RESOLVED),
    )
    (score,), _ = read(
        table(
            "| Feature Routes | 60% | 19% | 11.4% |", "| LATER items | 20% | 0% | 0% |", "| Other | 20% | 50% | 10% |"
        ),
        items=items,
    )
    assert [a.derived for a in score.areas] == [50, 100, None]
    assert score.areas[0].items == ("ACTION-1", "ACTION-2", "ACTION-3")
    assert score.derived == 62.5


def test_an_area_is_tied_to_items_by_configuration() -> None:
    items = by_key(item("ACTION-1", Status.RESOLVED), item("ACTION-2", category="Ops"), item("LATER-9", category="Ops"))
    rules = ReadingRules(
        areas={
            "feature routes": AreaRule(kind="ACTION"),
            "External": AreaRule(kind="LATER", category="ops"),
            "Two": AreaRule(keys=("ACTION-1", "LATER-9")),
            "Nothing": AreaRule(),
        }
    )
    (score,), _ = read(
        table(*(f"| {n} | 25% | 0% | 0% |" for n in ("**Feature Routes**", "External", "Two", "Nothing"))),
        items=items,
        rules=rules,
    )
    assert [a.items for a in score.areas] == [("ACTION-1", "ACTION-2"), ("LATER-9",), ("ACTION-1", "LATER-9"), ()]
    assert [a.derived for a in score.areas] == [50, 0, 50, None]


def test_a_row_whose_formula_nobody_knows_is_not_called_wrong() -> None:
    rows = ["| A | 3 | 70 | 11 |", "| B | 5 | 20 | 17 |", "| C | 2 | 90 | 5 |"]
    assert read(table(*rows))[1] == ()


def test_an_html_table_is_read_as_well() -> None:
    text = (
        "# Score\n\n<table>\n<tr><th>Area</th><th>Weight</th><th>Score</th></tr>\n"
        "<tr><td>A</td><td>40%</td><td>50%</td></tr>\n<tr><td>B</td><td>60%</td><td>100%</td></tr>\n</table>\n"
    )
    assert read(text)[0][0].computed == 80


def test_subtotals_are_no_areas_and_an_area_may_begin_with_total() -> None:
    rows = [
        "| Total cost | 50% | 40% |",
        "| Subtotal | 50% | 20% |",
        "| B | 50% | 60% |",
        "| **Total:** | 100% | 50% |",
    ]
    (score,), findings = read(table(*rows, head="| Area | Weight | Score |"))
    assert ([a.name for a in score.areas], score.computed, findings) == (["Total cost", "B"], 50, ())


@pytest.mark.parametrize(
    "number", ["9" * 400, "1," + ",".join(["000"] * 200), "999999999", "0.000001", "999,999,999,999%"]
)
def test_numbers_of_any_size_are_read(number: str) -> None:
    rows = [f"| A | {number} | {number} | {number} |"] * 50
    for score in read(table(*rows, "| Total | 1 | 2 | 3 |"))[0]:
        assert score.computed is None or score.computed >= 0
