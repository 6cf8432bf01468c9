"""Labels: four words for every team's priorities, and names that documents cannot abuse."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from builders import EMBEDDED, item
from gapkeeper.model.policy import LabelRules
from gapkeeper.model.readiness import Gate
from gapkeeper.model.snapshot import Capabilities
from gapkeeper.model.spans import Place
from gapkeeper.model.status import Status
from gapkeeper.planning.labels import GATE_LABEL_LIMIT, LabelMaker, normal_priority

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapkeeper.model.items import Item


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("P0", "critical"), ("P1", "high"), ("P2", "medium"), ("P3", "low"), ("P4", "low"), ("p1 - now", "high"),
        ("Critical", "critical"), ("HIGH", "high"), ("**High**", "high"), ("🔴 High", "high"), ("Medium", "medium"),
        ("Low (before T-7 days)", "low"), ("High - next immediate work", "high"), ("Low/Medium", "low"),
        ("Blocker", "critical"), ("Urgent!", "critical"), ("Normal", "medium"), ("Minor", "low"), ("MED", "medium"),
        ("Not critical", None), ("P5", None), ("P10", None), ("1", None), ("Highway", None), ("", None),
        ("non-critical", None), ("soon", None),
    ],
)  # fmt: skip
def test_priorities_in_four_words(text: str, word: str | None) -> None:
    assert normal_priority(text) == word


def names(wanted: Item, rules: LabelRules | None = None, gates: Sequence[Gate] = ()) -> frozenset[str]:
    return LabelMaker(rules or LabelRules(), EMBEDDED, gates).names(wanted)


def test_the_labels_that_an_issue_gets_by_default() -> None:
    wanted = item(status=Status.NOT_STARTED, priority="P1", owner="Infra", category="DNS")
    assert names(wanted) == {"gapkeeper", "kind: later", "status: not started", "priority: high"}
    assert names(item(priority="soon")) == {"gapkeeper", "kind: later", "status: pending"}


def test_further_labels_on_request() -> None:
    rules = LabelRules(
        kind=None,
        status=None,
        owner="owner: {value}",
        category="{kind}/{value}",
        gate="gate: {value}",
        extra=MappingProxyType({"LATER": ("backlog", "id: {id}")}),
    )
    gate = Gate("Phase 26", "Cutover", Status.BLOCKED, "", ("LATER-001",), Place("plan.md", 1))
    wanted = item(owner="Infra", category="DNS")
    assert names(wanted, rules, (gate,)) == {
        "gapkeeper", "owner: Infra", "LATER/DNS", "gate: Phase 26", "backlog", "id: LATER-001",
    }  # fmt: skip


def test_items_that_differ_in_what_a_template_names_get_labels_of_their_own() -> None:
    maker = LabelMaker(LabelRules(extra=MappingProxyType({"LATER": ("{title}",)})), EMBEDDED)
    assert "One" in maker.names(item(title="One"))
    assert "Two" in maker.names(item("LATER-002", title="Two"))


def test_documents_cannot_put_an_issue_on_hold_nor_release_it() -> None:
    rules = LabelRules(category="{value}")
    for value in ("gapkeeper: hold", "Orphaned", "GAPKEEPER: HOLD", "gapkeeper:\u200b  hold"):
        assert names(item(category=value), rules) == {"gapkeeper", "kind: later", "status: pending"}


def test_a_value_is_one_label_without_scope_and_within_the_limit() -> None:
    rules = LabelRules(kind=None, status=None, category="c: {value}")
    assert names(item(category="a, b::c"), rules) == {"gapkeeper", "c: a; b: :c"}
    long = names(item(category="x" * 300), rules) - {"gapkeeper"}
    assert [len(name) for name in long] == [50]
    assert names(item(category="{id} {value}"), rules) == {"gapkeeper", "c: {id} {value}"}


def test_many_gates_do_not_fill_an_issue_with_labels() -> None:
    gates = [Gate(f"Phase {n}", "", Status.PENDING, "", ("LATER-001",), Place("plan.md", n)) for n in range(1, 200)]
    found = names(item(), LabelRules(gate="{value}"), gates)
    assert len(found) == 3 + GATE_LABEL_LIMIT


def test_every_label_has_a_colour_and_says_what_it_means() -> None:
    maker = LabelMaker(LabelRules(owner="o: {value}"), Capabilities("small", label_description_limit=20))
    for status in Status:
        maker.names(item(status=status, priority="P0", owner="Anna"))
    assert {maker.managed, maker.hold, maker.orphaned, "status: blocked", "priority: critical", "o: Anna"} <= set(
        maker.labels
    )
    for name, label in maker.labels.items():
        assert label.name == name
        assert len(label.colour) == 6
        assert int(label.colour, 16) >= 0
        assert 0 < len(label.description) <= 20
    assert len({maker.labels[f"status: {status.words}"].colour for status in Status}) == len(Status)
