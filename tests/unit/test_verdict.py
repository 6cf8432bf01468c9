"""Red only where the repository asked for it, and not for what nobody can see."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from builders import register
from gapkeeper.model.diagnostics import Diagnostic, Severity
from gapkeeper.model.pulls import Conclusion, Verdict
from gapkeeper.model.readiness import Readiness
from gapkeeper.model.spans import Place
from gapkeeper.reporting.compare import compare
from gapkeeper.reporting.verdict import Rules, verdict

if TYPE_CHECKING:
    from gapkeeper.model.register import Register

ERROR = Diagnostic("gaps.md", 4, 1, "gate", Severity.ERROR, "Phase 1 says Complete")
WARNING = Diagnostic("gaps.md", 9, 1, "stale", Severity.WARNING, "LATER-1 is pending here")
ALL = Rules(fail_under=40, no_regression=True, no_new_errors=True)


def side(score: float | None, *findings: Diagnostic) -> Register:
    stated = () if score is None else (Readiness("Opening", (), score, None, None, Place("a.md", 1), posted=True),)
    return replace(register(), readiness=stated, diagnostics=findings)


def judged(before: Register, after: Register, rules: Rules = Rules(), *, touched: bool = True) -> Verdict:  # noqa: B008 - frozen
    return verdict(compare(before, after), rules, "summary", touched=touched)


def test_without_rules_it_is_neutral_whatever_happens() -> None:
    said = judged(side(50), side(None, ERROR))
    assert said.conclusion is Conclusion.NEUTRAL
    assert said.title == "no document states a readiness score"


def test_with_rules_that_hold_it_is_green_and_says_the_number() -> None:
    said = judged(side(44.75), side(48.6), ALL)
    assert said == Verdict(Conclusion.SUCCESS, "readiness 48.6 % (+3.85)", "summary")


def test_without_a_score_in_the_base_nothing_has_fallen() -> None:
    said = judged(side(None), side(48.6), ALL)
    assert said.conclusion is Conclusion.SUCCESS
    assert "48.6 %" in said.title
    assert "base" in said.title


@pytest.mark.parametrize(("score", "red"), [(79.99, True), (None, True), (80, False), (80.01, False)])
def test_fail_under(score: float | None, red: bool) -> None:  # noqa: FBT001 - a table of them
    said = judged(side(None), side(score), Rules(fail_under=80))
    assert said.conclusion is (Conclusion.FAILURE if red else Conclusion.SUCCESS)
    assert ("80 % at least" in said.title) is red


@pytest.mark.parametrize(
    ("before", "after", "red"),
    [
        (50, 49.99, True),
        (50, 49.996, False),  # rounding noise, which is shown as no change
        (50, 50, False),
        (50, 51, False),
        (50, None, True),
        (None, None, False),
        (None, 3, False),
    ],
)
def test_no_regression(before: float | None, after: float | None, red: bool) -> None:  # noqa: FBT001 - as above
    said = judged(side(before), side(after), Rules(no_regression=True))
    assert said.conclusion is (Conclusion.FAILURE if red else Conclusion.SUCCESS)
    assert ("falls from 50 %" in said.title) is red


@pytest.mark.parametrize(
    ("before", "after", "red"),
    [((), (ERROR,), True), ((), (WARNING,), False), ((ERROR,), (ERROR,), False), ((ERROR,), (), False)],
)
def test_no_new_errors(before: tuple[Diagnostic, ...], after: tuple[Diagnostic, ...], red: bool) -> None:  # noqa: FBT001
    said = judged(side(1, *before), side(1, *after), Rules(no_new_errors=True))
    assert said.conclusion is (Conclusion.FAILURE if red else Conclusion.SUCCESS)
    assert (said.title == "1 new error") is red


def test_everything_that_is_broken_is_named() -> None:
    said = judged(side(50), side(30, ERROR, WARNING), ALL)
    assert [part.split()[0] for part in said.title.split("; ")] == ["readiness", "readiness", "1"]
    assert said.annotations == (ERROR, WARNING)


@pytest.mark.parametrize("rules", [Rules(), ALL])
def test_a_pull_request_that_touches_no_document_is_never_red(rules: Rules) -> None:
    said = judged(side(50), side(None, ERROR), rules, touched=False)
    assert said.conclusion is (Conclusion.SUCCESS if rules else Conclusion.NEUTRAL)
    assert said.annotations == ()


@pytest.mark.parametrize("rules", [Rules(fail_under=1), Rules(no_regression=True), Rules(no_new_errors=True)])
def test_each_rule_alone_is_one(rules: Rules) -> None:
    assert rules
    assert not Rules()


@pytest.mark.parametrize("rules", [Rules(fail_under=80), Rules(no_regression=True)])
def test_another_table_is_no_way_around_a_rule(rules: Rules) -> None:
    former = Readiness("Opening", (), 30, None, None, Place("a.md", 1))
    flattering = Readiness("Overall", (), 100, None, None, Place("b.md", 1), posted=True)
    after = replace(register(), readiness=(flattering, former))
    said = judged(side(40), after, rules)
    assert said.conclusion is Conclusion.FAILURE
    assert "30 %" in said.title
