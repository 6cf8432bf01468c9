"""What the status or check of a pull request says: red only where the repository asked for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gapkeeper import escaping
from gapkeeper.model.diagnostics import Severity
from gapkeeper.model.pulls import Conclusion, Verdict
from gapkeeper.reporting.compare import outshone, score
from gapkeeper.reporting.numbers import count, per_cent, signed

if TYPE_CHECKING:
    from gapkeeper.reporting.compare import Comparison

_LEAST = 0.005  # percentage points: less is shown as no difference, and fails nothing


@dataclass(frozen=True, slots=True)
class Rules:
    """What makes it red. With none of them it is neutral."""

    fail_under: float = 0.0  # per cent; 0: no score is too low
    no_regression: bool = False  # the score may not fall
    no_new_errors: bool = False  # the documents may have no error that they had not before

    def __bool__(self) -> bool:
        return bool(self.fail_under) or self.no_regression or self.no_new_errors


def verdict(comparison: Comparison, rules: Rules, summary: str, *, touched: bool = True) -> Verdict:
    """The verdict, with every new finding at its line. ``summary`` is Markdown."""
    broken = list(_broken(comparison, rules)) if touched else []
    if broken:
        conclusion, title = Conclusion.FAILURE, "; ".join(broken)
    else:
        conclusion = Conclusion.SUCCESS if rules else Conclusion.NEUTRAL
        title = _change(comparison) if touched else "no planning document is changed"
    return Verdict(conclusion, escaping.title(title), summary, comparison.new_diagnostics if touched else ())


def _broken(comparison: Comparison, rules: Rules) -> list[str]:
    before, after, former = score(comparison.before), score(comparison.after), outshone(comparison)
    if after is not None and former is not None and former.value is not None:
        after = min(after, former.value)  # another table is no way around a rule
    broken = []
    if rules.fail_under and (after is None or after < rules.fail_under):
        what = "no document states a score" if after is None else f"readiness is {per_cent(after)}"
        broken.append(f"{what}, and has to be {per_cent(rules.fail_under)} at least")
    if rules.no_regression and before is not None and (after is None or before - after >= _LEAST):
        broken.append(f"readiness falls from {per_cent(before)} to {'none' if after is None else per_cent(after)}")
    errors = sum(found.severity is Severity.ERROR for found in comparison.new_diagnostics)
    if rules.no_new_errors and errors:
        broken.append(count(errors, "new error"))
    return broken


def _change(comparison: Comparison) -> str:
    before, after = score(comparison.before), score(comparison.after)
    if after is None:
        return "no document states a readiness score"
    if before is None:
        return f"readiness {per_cent(after)}; the base states no score"
    return f"readiness {per_cent(after)} ({signed(after - before)})"
