"""A plan as a value: sorted, with a fingerprint that only its changes make, narrowed, and priced."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path
from types import MappingProxyType

import pytest

from builders import EMBEDDED, FORGE, item, register, snapshot
from gapkeeper.errors import RefusedError
from gapkeeper.model.plan import Change, IssueUpdate, Op, Plan
from gapkeeper.model.policy import SyncPolicy
from gapkeeper.model.status import Status
from gapkeeper.planning.plan import plan
from syncing import Project, issue_changes, ops

PENDING = item()
SECOND = item("LATER-002", "Session migration", depends_on=["LATER-001"])
SCOPED = item("ISSUE-001", "D1 scripts", path="gaps.md", scoped=True, key="gaps.md#ISSUE-001")
SCRIPT = """
from builders import *; from gapkeeper.planning.plan import plan; from gapkeeper.model.policy import SyncPolicy
both = ["LATER-001", "LATER-002"]
items = [item(f"LATER-{i:03}", f"Thing {i}", priority="High", depends_on=both) for i in range(3, 9)]
items += [item("LATER-001"), item("LATER-002", "Second")]
print(plan(register(*items), snapshot(), SyncPolicy(), tracker="x", capabilities=EMBEDDED).fingerprint)
"""


def make(*items: object, **options: object) -> Plan:
    values: dict[str, object] = {"tracker": "x", "capabilities": EMBEDDED}
    return plan(register(*items), snapshot(), SyncPolicy(), **(values | options))  # type: ignore[arg-type] # as plan's


def test_a_plan_is_sorted_by_operation_and_key() -> None:
    made = make(SECOND, SCOPED, PENDING)
    assert list(made.changes) == sorted(made.changes, key=lambda change: change.order)
    assert [change.key for change in issue_changes(made)] == ["LATER-001", "LATER-002", "gaps.md#ISSUE-001"]


def test_the_fingerprint_is_the_same_in_every_process() -> None:
    def fingerprint(seed: str) -> str:
        paths = os.pathsep.join([str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])])
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": paths}
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    assert len({fingerprint(seed) for seed in ("1", "2", "3")}) == 1


def test_the_fingerprint_names_changes_and_nothing_else() -> None:
    made = make(PENDING)
    same = dataclasses.replace(made, tracker="y", notes=("x",), requests=9, skipped=3, taken_at=None)
    assert same.fingerprint == made.fingerprint
    assert make(item(title="Other")).fingerprint != made.fingerprint


@pytest.mark.parametrize(
    "part",
    [
        {"comment": "text"},
        {"update": IssueUpdate(title="x")},
        {"update": IssueUpdate(remove_labels=frozenset({"x"}))},
        {"update": IssueUpdate(assignees=frozenset())},
        {"then": IssueUpdate(body="x")},
        {"links": frozenset({("blocked_by", "1/A//A-1")})},
        {"unlinks": frozenset({("blocked_by", "1/A//A-1")})},
        {"held": "--accept-reading"},
        {"fields": MappingProxyType({"title": ("a", "b")})},
        {"issue": 2},
    ],
    ids=lambda part: next(iter(part)),
)
def test_every_part_of_a_change_is_in_the_fingerprint(part: dict[str, object]) -> None:
    change = Change(Op.UPDATE, "A-1", "because", issue=1)
    other = dataclasses.replace(change, **part)  # type: ignore[arg-type] # names fields
    assert Plan("x", None, (change,)).fingerprint != Plan("x", None, (other,)).fingerprint


def test_what_is_expected_or_nothing() -> None:
    project = Project()
    fingerprint = project.plan(PENDING).fingerprint
    with pytest.raises(RefusedError, match="not as expected"):
        project.sync(PENDING, SECOND, expect=fingerprint)
    assert project.tracker.log == []
    assert project.sync(PENDING, expect=fingerprint).failed == 0
    assert list(project.tracker.issues) == [1]


def test_only_narrows_by_key_or_id() -> None:
    project = Project(SyncPolicy(only=("later-002",)))
    made = project.plan(PENDING, SECOND, SCOPED)
    assert (ops(issue_changes(made)), made.skipped) == ([("create", "LATER-002")], 2)
    assert [change.key for change in made.changes if change.op == "label"] == [
        "gapkeeper",
        "gapkeeper: hold",
        "kind: later",
        "status: pending",
    ]
    project.policy = SyncPolicy(only=("ISSUE-001", "LATER-404"))
    made = project.plan(PENDING, SECOND, SCOPED)
    assert ops(issue_changes(made)) == [("create", "gaps.md#ISSUE-001")]
    assert made.notes == ("--only LATER-404: there is no such item",)


def test_a_link_to_what_was_left_out_is_made_by_a_later_run() -> None:
    project = Project(SyncPolicy(only=("LATER-002",)))
    project.sync(PENDING, SECOND)
    project.policy = SyncPolicy()
    project.synced(PENDING, SECOND)
    assert project.issue(1).links == {("blocked_by", 2)}


def test_limit_narrows_by_number() -> None:
    project = Project(SyncPolicy(limit=1))
    for left in (2, 1, 0):
        made = project.plan(PENDING, SECOND, SCOPED)
        assert (len(issue_changes(made)), made.skipped) == (1, left)
        project.sync(PENDING, SECOND, SCOPED)
    project.policy = SyncPolicy()
    project.synced(PENDING, SECOND, SCOPED)


def test_all_issues_are_read_only_where_one_would_be_new() -> None:
    project = Project()
    project.synced(PENDING)
    project.tracker.reads.clear()
    project.plan(item(status=Status.RESOLVED))
    assert project.tracker.reads == ["managed"]
    project.plan(PENDING, SECOND)
    assert project.tracker.reads == ["managed", "managed", "everything"]


def test_a_plan_without_changes_opens_no_tracker_for_writing() -> None:
    project = Project()
    project.synced(PENDING)
    project.tracker.lock = None  # type: ignore[assignment, method-assign] # whoever opens it breaks
    assert project.sync(PENDING).outcomes == ()


def test_requests_of_a_first_run() -> None:
    """n new items on an empty tracker: n + 3 + one a page of 100 of all issues + new labels + links."""
    made = make(PENDING, SECOND, SCOPED, capabilities=FORGE)
    labels = sum(change.op == "label" for change in made.changes)
    assert made.requests == 3 + 3 + 1 + labels + 1


def test_requests_of_a_run_that_changes_nothing_and_of_one_that_changes_some() -> None:
    """Nothing: one a page, and 2. Some: a write each, a comment where due, at most 2 reads."""
    project = Project(capabilities=FORGE)
    many = [item(f"LATER-{number:03}", f"Thing {number}") for number in range(1, 151)]
    project.sync(*many)
    assert project.plan(*many).requests == 2 + 2
    many[0] = item("LATER-001", "Thing 1", Status.RESOLVED)
    many[1] = item("LATER-002", "Another thing 2")
    label = 1
    assert project.plan(*many).requests == 2 + 2 + 2 + 1 + 1 + label


def test_the_embedded_tracker_costs_no_requests() -> None:
    assert make(PENDING).requests == 0


def test_every_change_says_why_and_where() -> None:
    project = Project()
    project.synced(PENDING, SECOND)
    changes = project.plan(
        item(status=Status.RESOLVED, status_text="Done\n now"), item("LATER-002", "New words")
    ).changes
    told = {change.key: change.reason for change in changes if change.op != "label"}
    assert told == {
        "LATER-001": 'LATER.md:1 says "Done now", read as resolved',
        "LATER-002": "changed in the documents: body, links, title",
    }
