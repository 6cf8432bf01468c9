"""Readiness: every score that documents state, recomputed, and the one that is posted."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from gapkeeper.model.readiness import Area, Readiness
from gapkeeper.model.spans import Place
from gapkeeper.model.status import Status
from gapkeeper.patterns import lazy
from gapkeeper.reading.arithmetic import recompute
from gapkeeper.reading.lexicon import normalise
from gapkeeper.reading.scores import ReadinessFact, ScoreTable, StatedScore, find_readiness

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from gapkeeper.model.diagnostics import Diagnostic
    from gapkeeper.model.items import Item
    from gapkeeper.model.rules import AreaRule, ReadingRules
    from gapkeeper.reading.arithmetic import Line

__all__ = ["ReadinessFact", "ScoreTable", "StatedScore", "find_readiness", "resolve_readiness"]

_OVERALL = lazy(
    r"\b(?:overall|total|final|summary|gesamt\w*|insgesamt|global|ogółem|totaal|łączn\w+)\b|総合|全体|总体|總體|종합",
    re.IGNORECASE,
)


def resolve_readiness(
    facts: Sequence[ReadinessFact],
    items: Mapping[str, Item],
    rules: ReadingRules,
    dates: Mapping[str, dt.date | None],
) -> tuple[tuple[Readiness, ...], tuple[Diagnostic, ...]]:
    """Every score, recomputed, the posted one first; and what the tables get wrong."""
    ties = _Ties(items, rules)
    scores: list[Readiness] = []
    findings: list[Diagnostic] = []
    for fact in facts:
        if isinstance(fact, ScoreTable):
            score, wrong = _from_table(fact, ties)
            scores.append(score)
            findings += wrong
        else:
            scores.append(_from_statement(fact))
    posted = _posted(scores, rules, dates)
    rest = sorted((s for s in scores if s is not posted), key=lambda s: s.source)
    if posted is not None:
        rest.insert(0, replace(posted, posted=True))
    return tuple(rest), tuple(findings)


def _from_table(table: ScoreTable, ties: _Ties) -> tuple[Readiness, tuple[Diagnostic, ...]]:
    result = recompute(table)
    areas = tuple(_area(line, ties) for line in result.lines)
    score = Readiness(
        title=table.title or table.path,
        areas=areas,
        stated=_number(result.stated),
        computed=_number(result.computed),
        derived=_derived(areas),
        source=Place(table.path, table.line, table.column),
        scaled=result.scaled,
    )
    return score, result.findings


def _area(line: Line, ties: _Ties) -> Area:
    tied = ties.items(line.row.name)
    counted = [item for item in tied if item.status is not Status.CANCELLED]
    resolved = sum(1 for item in counted if item.status is Status.RESOLVED)
    return Area(
        name=line.row.name,
        weight=float(line.weight),
        score=_number(line.score),
        weighted=float(line.row.weighted.value) if line.row.weighted else None,
        line=line.row.line,
        computed=_number(line.computed),
        derived=round(100 * resolved / len(counted), 6) if counted else None,
        items=tuple(item.key for item in tied),
    )


def _derived(areas: Iterable[Area]) -> float | None:
    """The weighted share of resolved items, over the areas that are tied to any."""
    tied = [(area.weight, area.derived) for area in areas if area.derived is not None]
    whole = sum(weight for weight, _ in tied)
    return round(sum(weight * derived for weight, derived in tied) / whole, 6) if whole else None


def _from_statement(fact: StatedScore) -> Readiness:
    share = float(fact.figure.share)
    return Readiness(fact.title, (), share, share, None, Place(fact.path, fact.line, fact.column))


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(round(value, 6))


def _posted(scores: Sequence[Readiness], rules: ReadingRules, dates: Mapping[str, dt.date | None]) -> Readiness | None:
    """The score that counts: a table where there is one, by title, heading, date, path, place."""
    known = [score for score in scores if score.computed is not None]
    tables = [score for score in known if score.areas]
    if not known:
        return None
    wanted = normalise(rules.readiness_title) if rules.readiness_title else None

    def strength(score: Readiness) -> tuple[bool, bool, int, bytes, int]:
        named = wanted is not None and normalise(score.title) == wanted
        date = dates.get(score.source.path)
        return (
            named,
            _OVERALL.search(score.title) is not None,
            date.toordinal() if date else 0,
            score.source.path.encode("utf-8", "surrogatepass"),
            score.source.line,
        )

    return max(tables or known, key=strength)


class _Ties:
    """Which items a readiness area is tied to: by configuration, or because it is named like them."""

    def __init__(self, items: Mapping[str, Item], rules: ReadingRules) -> None:
        self._items = [item for _, item in sorted(items.items()) if not item.ignored]
        self._rules = {_plain(name): rule for name, rule in rules.areas.items()}
        self._named: dict[str, list[Item]] = {}
        for item in self._items:
            names = {_plain(item.kind), _plain(f"{item.kind}s"), _plain(f"{item.kind} items")}
            if item.category:
                names.add(_plain(item.category))
            for name in names:
                self._named.setdefault(name, []).append(item)

    def items(self, area: str) -> list[Item]:
        """The items of an area, sorted by key."""
        name = _plain(area)
        rule = self._rules.get(name)
        if rule is not None:
            return [item for item in self._items if _matches(rule, item)]
        return self._named.get(name, [])


def _matches(rule: AreaRule, item: Item) -> bool:
    """Every part of the rule that is given has to match."""
    if rule.kind is None and rule.category is None and not rule.keys:
        return False
    return (
        (rule.kind is None or rule.kind.casefold() == item.kind.casefold())
        and (rule.category is None or _plain(rule.category) == _plain(item.category or ""))
        and (not rule.keys or item.key in rule.keys or item.id in rule.keys)
    )


def _plain(name: str) -> str:
    """A name as it is compared: case and markup do not matter."""
    return normalise(re.sub(r"[*_`~]+", "", name))
