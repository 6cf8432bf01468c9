from __future__ import annotations

import json

from builders import item, register
from gapkeeper.model.plan import Change, Op, Outcome, Plan, Report
from gapkeeper.model.status import Status
from gapkeeper.reporting.compare import compare
from gapkeeper.reporting.json_text import json_text
from gapkeeper.reporting.plan_json import plan_json, report_json
from gapkeeper.reporting.register_json import check_json, register_json
from gapkeeper.reporting.score_json import score_json
from samples import HARBOUR, ITEMS, PIER, PLAN, REFUSED

ITEM_KEYS = [
    "key", "id", "kind", "title", "status", "status_text", "state", "owner", "priority", "category", "blocks",
    "depends_on", "resolves", "estimate", "source", "status_source", "statements",
]  # fmt: skip


def test_an_item_has_the_keys_of_the_contract_in_its_order() -> None:
    document = register_json(HARBOUR)
    assert list(document) == [
        "version", "revision", "items", "gates", "readiness", "edges", "critical_path", "diagnostics",
    ]  # fmt: skip
    assert document["version"] == 1
    assert all(list(entry) == ITEM_KEYS for entry in document["items"])


def test_an_item() -> None:
    (entry,) = register_json(HARBOUR, [PIER])["items"]
    assert entry == {
        "key": "LATER-001",
        "id": "LATER-001",
        "kind": "LATER",
        "title": "Mend the pier",
        "status": "resolved",
        "status_text": "✅ Resolved",
        "state": "closed",
        "owner": "Harbour office",
        "priority": None,
        "category": "Works",
        "blocks": {"ids": [], "text": ""},
        "depends_on": [],
        "resolves": [],
        "estimate": None,
        "source": {"path": "docs/LATER.md", "line": 24},
        "status_source": {"path": "docs/LATER.md", "line": 24},
        "statements": [
            {"path": "docs/LATER.md", "line": 24, "kind": "heading", "status": "resolved"},
            {"path": "docs/checkpoint.md", "line": 65, "kind": "row", "status": "pending"},
        ],
    }


def test_gates_edges_readiness_and_diagnostics() -> None:
    document = register_json(HARBOUR)
    assert document["gates"][0]["blockers"] == ["ACTION-038", "ACTION-040", "LATER-001"]
    assert document["edges"][0] == {
        "from": "ACTION-038",
        "to": "ACTION-040",
        "type": "depends_on",
        "source": {"path": "docs/gaps.md", "line": 92},
    }
    readiness = document["readiness"][0]
    assert (readiness["stated"], readiness["computed"], readiness["derived"]) == (44.8, 44.75, 66.7)
    assert (
        readiness["areas"][1] | {"name": "Lights", "weight": 25, "score": 19, "weighted": 4.8}
        == (readiness["areas"][1])
    )
    assert document["diagnostics"][0] == {
        "code": "range-gap",
        "severity": "warning",
        "path": "docs/LATER.md",
        "line": 12,
        "column": 3,
        "message": "LATER-002 to LATER-008 are not defined",
    }


def test_a_check_counts_what_it_found() -> None:
    assert check_json(HARBOUR)["totals"] == {"errors": 1, "warnings": 2, "notes": 1}


def test_a_plan_says_each_field_as_old_and_new() -> None:
    document = plan_json(PLAN)
    assert document["fingerprint"] == PLAN.fingerprint
    assert document["refused"] is None
    assert document["changes"][4] == {
        "op": "update",
        "key": "ACTION-040",
        "issue": 12,
        "reason": "the documents changed it",
        "source": {"path": "docs/gaps.md", "line": 91},
        "fields": {
            "body": ["a\nb", "a\nc"],
            "labels": [["status: pending"], ["status: in progress"]],
            "title": ["ACTION-040: Dredge", "ACTION-040: Dredge the basin"],
        },
        "held": None,
        "obstacle": None,
        "lines": [],
    }
    assert document["changes"][5]["fields"] == {"state": ["open", "closed"]}


def test_a_refused_plan_says_why() -> None:
    assert plan_json(REFUSED)["refused"] == {
        "code": "mass-change",
        "message": "closes 12 of 20 issues; --allow-mass-change says that you mean it",
    }


def test_a_report_tells_done_from_failed_and_from_not_tried() -> None:
    create, update, close = PLAN.changes[2], PLAN.changes[4], PLAN.changes[5]
    plan = Plan("sqlite:t.db", None, (create, update, close))
    report = Report(plan, (Outcome(create, done=True, issue=31), Outcome(update, done=False, error="it is locked")))
    document = report_json(report)
    assert [(c["done"], c["error"], c["issue"]) for c in document["changes"]] == [
        (True, None, 31),
        (False, "it is locked", 12),
        (False, None, 7),
    ]
    assert document["totals"] == {"planned": 3, "done": 1, "failed": 1, "left": 1, "by_op": {"create": 1}}


def test_two_changes_of_one_issue_have_their_own_outcomes() -> None:
    first, second = Change(Op.UPDATE, "A-1", "x", issue=1), Change(Op.UPDATE, "A-1", "x", issue=2)
    report = Report(Plan("t", None, (first, second)), (Outcome(second, done=True),))
    assert [change["done"] for change in report_json(report)["changes"]] == [False, True]


def test_the_score_against_a_base() -> None:
    before = register(*(entry for entry in ITEMS if entry.key not in {"LATER-001", "ISSUE-002"}), item("LATER-001"))
    document = score_json(HARBOUR, compare(before, HARBOUR))
    assert (document["score"], document["items"]) == (44.75, {"open": 4, "closed": 2})
    base = document["base"]
    assert (base["score"], base["difference"]) == (None, None)
    assert (base["resolved"], base["added"], base["removed"]) == (["LATER-001"], ["ISSUE-002"], [])
    assert [gate["before"] for gate in base["gates"]] == [None]
    assert len(base["new_diagnostics"]) == 4
    assert score_json(HARBOUR, None)["base"] is None


def test_what_was_reopened_and_removed() -> None:
    before = register(item("A-1", status=Status.RESOLVED), item("A-2"))
    after = register(item("A-1"))
    difference = compare(before, after)
    assert [entry.key for entry in difference.reopened] == ["A-1"]
    assert [entry.key for entry in difference.removed] == ["A-2"]


def test_json_is_readable_and_hides_nothing() -> None:
    value = {"text": "✅ 漢字 \x9b2J \u202e\u2028 \ud800 \x1b", "list": [1, None]}
    text = json_text(value)
    assert "✅ 漢字" in text
    assert text.endswith("}\n")
    assert json.loads(text) == value
    assert "\\u009b2J \\u202e\\u2028 \\ud800 \\u001b" in text
    text.encode("utf-8")
