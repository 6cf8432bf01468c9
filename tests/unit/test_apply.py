"""Applying: the order of steps, what a failure stops and what it does not, and what a broken run leaves."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import pytest

from builders import FORGE, NOW, item, register
from gapkeeper.app.apply import LOOKUP_SECONDS, apply
from gapkeeper.errors import (
    BusyError,
    ConflictError,
    NotAuthorisedError,
    RateLimitedError,
    RefusedError,
    RejectedError,
    TrackerError,
    UnavailableError,
)
from gapkeeper.model.plan import Plan, Refusal
from gapkeeper.model.policy import SyncPolicy
from gapkeeper.model.readiness import Gate
from gapkeeper.model.spans import Place
from gapkeeper.model.status import Status
from memory_tracker import Crashed
from syncing import Project

if TYPE_CHECKING:
    from collections.abc import Callable

    from gapkeeper.model.items import Item
    from gapkeeper.model.plan import Outcome, Report

FIRST = item("ACTION-001", "First")
SECOND = item("ACTION-002", "Second", depends_on=["ACTION-001"])
THIRD = item("ACTION-003", "Third", priority="High")


def failing(part: str, error: Exception, *, when: str = "before", times: int = 1) -> Callable[[str, str], None]:
    """Trouble at requests that are named so."""
    left = [times]

    def trouble(now: str, what: str) -> None:
        if now == when and what.startswith(part) and left[0]:
            left[0] -= 1
            raise error

    return trouble


def errors(report: Report) -> dict[str, str | None]:
    return {outcome.change.key: outcome.error for outcome in report.outcomes if not outcome.done}


# --- Order ----------------------------------------------------------------------------------------------


def test_labels_then_milestones_then_issues_then_comment_and_update_then_links() -> None:
    project = Project(SyncPolicy(milestones=True))
    project.synced(FIRST)
    project.tracker.log.clear()
    gate = Gate("Phase 26", "Cutover", Status.BLOCKED, "blocked", ("ACTION-002",), Place("phases.md", 3))
    resolved = item("ACTION-001", "First", Status.RESOLVED, status_text="Done")
    project.sync(documents=register(resolved, SECOND, gates=[gate]))
    assert project.tracker.log == [
        "label status: resolved",
        "milestone Phase 26",
        "create ACTION-002: Second",
        "comment #1",
        "update #1",
        "link #2 blocked_by #1",
    ]


def test_progress_is_told_of_each_change_once_it_is_done() -> None:
    told: list[Outcome] = []
    project = Project()
    report = project.sync(FIRST, SECOND, progress=told.append)
    assert tuple(told) == report.outcomes
    assert [(outcome.done, outcome.issue) for outcome in told if outcome.change.op == "create"] == [
        (True, 1),
        (True, 2),
    ]


@pytest.mark.parametrize("last", [True, False])
def test_whoever_is_told_of_progress_can_stop_a_run_between_two_changes(*, last: bool) -> None:
    project = Project()
    planned = sum(change.held is None for change in project.plan(FIRST, SECOND).changes)
    told: list[Outcome] = []

    def stop(outcome: Outcome) -> None:
        told.append(outcome)
        if len(told) == (planned if last else planned - 1):
            raise BusyError("others wait")

    report = project.sync(FIRST, SECOND, progress=stop)
    assert report.exit_code == (0 if last else BusyError.exit_code)
    assert (report.stopped is None) is last
    assert len(report.outcomes) == len(told)
    assert project.sync(FIRST, SECOND).exit_code == 0
    assert len(project.tracker.issues) == 2


def test_a_refused_plan_is_not_applied() -> None:
    project = Project()
    plan = Plan("x", None, (), refused=Refusal("shrunk", "why"))
    with pytest.raises(RefusedError, match="shrunk: why"):
        apply(plan, project.tracker, clock=lambda: NOW)


# --- Failures that stop nothing else -----------------------------------------------------------------------


@pytest.mark.parametrize("error", [RejectedError("no"), ConflictError("no"), TrackerError("no")])
def test_what_depends_on_a_failed_change_is_told_why_and_the_rest_goes_on(error: TrackerError) -> None:
    project = Project()
    project.tracker.trouble = failing("create ACTION-001", error)
    report = project.sync(FIRST, SECOND, THIRD)
    assert errors(report) == {"ACTION-001": "no", "ACTION-002": "not linked to ACTION-001: no"}
    assert (report.exit_code, report.stopped) == (5, None)
    assert [issue.title for issue in project.tracker.issues.values()] == ["ACTION-002: Second", "ACTION-003: Third"]
    project.tracker.trouble = lambda _when, _what: None
    project.synced(FIRST, SECOND, THIRD)
    assert project.issue(1).links == {("blocked_by", 3)}


def test_an_issue_waits_for_its_label() -> None:
    project = Project()
    project.tracker.trouble = failing("label priority: high", RejectedError("too loud", hint="Be quiet."))
    report = project.sync(FIRST, THIRD)
    assert errors(report) == {
        "priority: high": "too loud. Be quiet.",
        "ACTION-003": "`priority: high` could not be created: too loud. Be quiet.",
    }
    assert [issue.title for issue in project.tracker.issues.values()] == ["ACTION-001: First"]


# --- What ends a run ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "code", "failed"),
    [
        (RateLimitedError("slow down", until=dt.datetime(2026, 11, 24, 13, 5, tzinfo=dt.UTC)), 4, 0),
        (BusyError("another run"), 4, 0),
        (NotAuthorisedError("no right"), 77, 1),
        (UnavailableError("down"), 69, 1),
    ],
)
def test_a_limit_a_lock_an_outage_ends_the_run_cleanly(error: TrackerError, code: int, failed: int) -> None:
    project = Project()
    project.synced(FIRST, THIRD)
    project.tracker.trouble = failing("update #2", error)
    documents = [item("ACTION-001", "First, renamed"), item("ACTION-003", "Third, renamed", priority="High"), SECOND]
    report = project.sync(*documents)
    assert (report.exit_code, report.failed) == (code, failed)
    assert report.stopped is not None
    assert report.stopped.startswith(error.message)
    assert "2 of 3 changes are not made" in report.stopped
    assert ("13:05" in report.stopped) == isinstance(error, RateLimitedError)
    project.tracker.trouble = lambda _when, _what: None
    project.synced(*documents)


def renamed(count: int) -> tuple[Project, list[Item]]:
    """A forge, and documents that rename every item that it holds."""
    project = Project(capabilities=FORGE)
    project.synced(*(item(f"ACTION-{number:03}", "Old") for number in range(1, count + 1)))
    return project, [item(f"ACTION-{number:03}", "New") for number in range(1, count + 1)]


def test_a_forge_that_does_not_answer_now_and_then_stops_nothing_but_that_change() -> None:
    project, documents = renamed(6)
    silent = {"update #1", "update #2", "update #4", "update #5"}

    def trouble(now: str, what: str) -> None:
        if now == "before" and what in silent:
            raise UnavailableError("down")

    project.tracker.trouble = trouble
    report = project.sync(*documents)
    assert (report.exit_code, report.stopped) == (5, None)
    assert sorted(errors(report)) == ["ACTION-001", "ACTION-002", "ACTION-004", "ACTION-005"]
    project.tracker.trouble = lambda _when, _what: None
    project.synced(*documents)


def test_a_forge_that_does_not_answer_three_times_in_a_row_is_down() -> None:
    project, documents = renamed(6)
    project.tracker.trouble = failing("update", UnavailableError("down"), times=100)
    report = project.sync(*documents)
    assert (report.exit_code, report.failed) == (69, 3)
    assert report.stopped is not None
    assert "6 of 6 changes are not made" in report.stopped


def test_what_a_limit_leaves_says_how_long_it_takes() -> None:
    project = Project(capabilities=dataclasses.replace(FORGE, seconds_a_write=1.0, creates_an_hour=500))
    project.tracker.trouble = failing("create", RateLimitedError("no more", until=NOW + dt.timedelta(hours=1)))
    report = project.sync(*(item(f"ACTION-{number:04}", "New") for number in range(1200)))
    assert report.stopped is not None
    assert "1200 of 1204 changes are not made" in report.stopped
    assert "Go on after 13:00 UTC. That takes about 2 hours." in report.stopped


def test_a_label_that_did_not_arrive_ends_the_run() -> None:
    project = Project()
    project.tracker.refused_labels = {"gapkeeper"}
    report = project.sync(FIRST, SECOND)
    assert report.exit_code == 77
    assert report.stopped is not None
    assert "#1 was created without its labels (gapkeeper)" in report.stopped
    assert list(project.tracker.issues) == [1]


# --- Lost answers -------------------------------------------------------------------------------------------


def test_a_create_whose_answer_was_lost_is_found_and_not_repeated() -> None:
    project = Project()
    project.tracker.trouble = failing("create ACTION-001", UnavailableError("lost"), when="after")
    report = project.sync(FIRST, SECOND)
    assert (report.failed, len(project.tracker.issues)) == (0, 2)
    assert project.issue(2).links == {("blocked_by", 1)}


def test_a_create_that_never_arrived_is_looked_up_twice_and_then_repeated_once() -> None:
    project = Project()
    waits: list[float] = []
    plan = project.plan(FIRST)
    project.tracker.reads.clear()
    project.tracker.trouble = failing("create", UnavailableError("lost"))
    report = apply(plan, project.tracker, clock=lambda: NOW, wait=waits.append)
    assert (report.failed, len(project.tracker.issues)) == (0, 1)
    assert [read for read in project.tracker.reads if read.startswith("find")] == ["find 42/ACTION//ACTION-001"] * 2
    assert waits == [LOOKUP_SECONDS]


def test_a_create_that_is_lost_twice_ends_the_run() -> None:
    project = Project()
    project.tracker.trouble = failing("create", UnavailableError("lost"), times=2)
    report = project.sync(FIRST)
    assert (report.exit_code, project.tracker.issues) == (69, {})


def test_a_lost_successor_of_a_closed_issue_is_left_to_the_next_run() -> None:
    """The older issue has the same identity, and must not be taken for the new one."""
    project = Project()
    project.synced(FIRST)
    project.synced(item("ACTION-001", "First", Status.RESOLVED, status_text="Done"))
    another = item("ACTION-001", "Legal review")
    project.tracker.trouble = failing("create", UnavailableError("lost"), when="after")
    assert project.sync(another).exit_code == 69
    project.tracker.trouble = lambda _when, _what: None
    assert project.synced(another) == ()
    assert sorted(project.tracker.issues) == [1, 2]


def test_a_lost_update_is_not_repeated_and_not_taken_for_a_persons() -> None:
    project = Project()
    project.synced(FIRST)
    done = item("ACTION-001", "First", Status.RESOLVED, status_text="Done")
    project.tracker.trouble = failing("update", UnavailableError("lost"), when="after")
    assert project.sync(done).exit_code == 69
    project.tracker.trouble = lambda _when, _what: None
    assert project.synced(done) == ()
    assert len(project.comments(1)) == 1


# --- Ground that moves ---------------------------------------------------------------------------------------


def test_a_change_whose_issue_was_edited_since_is_dropped() -> None:
    project = Project()
    project.synced(FIRST, THIRD)
    plan = project.plan(item("ACTION-001", "First, renamed"), item("ACTION-003", "Third, renamed", priority="High"))
    project.tracker.edits(1, body=f"new text\n{project.issue(1).body}")
    report = apply(plan, project.tracker, clock=lambda: NOW)
    assert errors(report) == {
        "ACTION-001": "stale-plan: #1 was changed since it was planned; the next run plans it anew"
    }
    assert project.issue(2).title == "ACTION-003: Third, renamed"


def test_a_change_whose_issue_is_gone_is_dropped() -> None:
    project = Project()
    project.synced(FIRST)
    plan = project.plan(item("ACTION-001", "First, renamed"))
    del project.tracker.issues[1]
    report = apply(plan, project.tracker, clock=lambda: NOW)
    assert "stale-plan: #1 was deleted" in (report.outcomes[0].error or "")


@pytest.mark.parametrize(("age", "looks"), [(0, 0), (60, 0), (61, 1)])
def test_a_forge_is_asked_again_once_the_snapshot_is_old(age: int, looks: int) -> None:
    project = Project(capabilities=FORGE)
    project.sync(FIRST)
    plan = project.plan(item("ACTION-001", "First, renamed"))
    project.tracker.reads.clear()
    report = apply(plan, project.tracker, clock=lambda: NOW + dt.timedelta(seconds=age))
    # The tracker looks for itself once, to update.
    assert (report.failed, len(project.tracker.reads) - 1) == (0, looks)


def test_the_embedded_tracker_is_always_asked() -> None:
    project = Project()
    project.synced(FIRST)
    plan = project.plan(item("ACTION-001", "First, renamed"))
    project.tracker.reads.clear()
    apply(plan, project.tracker, clock=lambda: NOW)
    assert project.tracker.reads == ["issue 1", "issue 1"]


# --- Crashes ---------------------------------------------------------------------------------------------------


def story() -> tuple[Project, list[object]]:
    """A run with a change of every kind: create, adopt, update, close, reopen, orphan, duplicate, comment, links."""
    project = Project(SyncPolicy(allow_mass_change=True, owners={"Platform": "anna"}))
    names = ("close", "reopen", "gone", "told", "fields", "twice")
    before = [item(f"ACTION-{n:03}", f"Thing to {name}") for n, name in enumerate(names, 1)]
    before[1] = item("ACTION-002", "Thing to reopen", Status.IN_PROGRESS)
    before[4] = item("ACTION-005", "Thing to fields", depends_on=["ACTION-004"])
    project.sync(*before)
    before[1] = item("ACTION-002", "Thing to reopen", Status.RESOLVED, status_text="Done")
    project.sync(*before)
    project.tracker.closes(4)
    project.tracker.edits(5, body=f"above\n\n{project.issue(5).body}\n\nbelow")
    twice = project.issue(6)
    project.tracker.create_issue(twice.title, twice.body, twice.labels, milestone=None, assignees=frozenset())
    project.tracker.writes("ACTION-008: a person's", "their text")
    after = [
        item("ACTION-001", "Thing to close", Status.CANCELLED, status_text="Won't do"),
        item("ACTION-002", "Thing to reopen", Status.BLOCKED, depends_on=["ACTION-005"]),
        before[3],
        item("ACTION-005", "Thing with other fields", owner="Platform", depends_on=["ACTION-007"]),
        before[5],
        item("ACTION-007", "New", blocks=["ACTION-008"]),
        item("ACTION-008", "Adopted"),
        item("ACTION-009", "Legal review", depends_on=["ACTION-007"]),
    ]
    return project, list(after)


def seen(project: Project) -> object:
    issues = {
        number: (issue.title, issue.state, issue.reason, issue.labels, issue.assignees, issue.milestone, issue.links)
        for number, issue in project.tracker.issues.items()
    }
    texts = {number: issue.body.partition("<!-- gapkeeper")[0] for number, issue in project.tracker.issues.items()}
    return issues, texts, sorted(project.tracker.comments, key=repr)


def test_a_run_that_ends_at_any_write_is_gone_on_with_to_the_same_end() -> None:
    project, after = story()
    whole = project.copied()
    whole_changes = whole.synced(*after)  # type: ignore[arg-type] # items
    kinds = {entry.partition(" ")[0] for entry in whole.tracker.log}
    assert kinds == {"label", "create", "comment", "update", "link", "unlink"}
    assert {change.op for change in whole_changes} >= {"adopt", "close", "reopen", "orphan", "duplicate", "comment"}
    for at, when in [(n, when) for n in range(len(whole.tracker.log)) for when in ("before", "after")]:
        broken = project.copied()

        def trouble(now: str, _what: str, broken: Project = broken, at: int = at, when: str = when) -> None:
            if now == when and len(broken.tracker.log) == at + (when == "after"):
                raise Crashed

        broken.tracker.trouble = trouble
        with pytest.raises(Crashed):
            broken.sync(*after)  # type: ignore[arg-type] # items
        broken.tracker.trouble = lambda _when, _what: None
        broken.synced(*after)  # type: ignore[arg-type] # items
        assert seen(broken) == seen(whole), (at, when, whole.tracker.log[at])


def test_a_backfilled_issue_that_was_cut_off_before_its_close_is_closed_by_the_next_run() -> None:
    project = Project(SyncPolicy(backfill=True))
    done = item("ACTION-001", "First", Status.RESOLVED, status_text="Done")
    project.tracker.trouble = failing("update #1", Crashed())
    with contextlib.suppress(Crashed):
        project.sync(done)
    assert project.issue(1).state == "open"
    project.tracker.trouble = lambda _when, _what: None
    project.synced(done)
    assert project.issue(1).state == "closed"
