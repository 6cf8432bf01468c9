"""The way out: what comes off, what stays, and the way back."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from typing import TYPE_CHECKING

import click
import pytest

from builders import ANNA, FORGE, GUEST, NOW, item, register
from gapkeeper.__main__ import main
from gapkeeper.app.detach import detach, plan_detach
from gapkeeper.entry.cli import detach as cli
from gapkeeper.errors import NewerMarkerError, RefusedError
from gapkeeper.model.policy import SyncPolicy
from gapkeeper.model.snapshot import Actor, Role
from gapkeeper.model.status import State, Status
from gapkeeper.planning.marker import END_LINE, MARKER_PREFIX
from memory_tracker import Crashed
from repositories import write
from syncing import Project, ops

if TYPE_CHECKING:
    from pathlib import Path

    from _pytest.capture import CaptureFixture

    from gapkeeper.model.items import Item
    from gapkeeper.model.plan import Plan, Report
    from gapkeeper.model.register import Register

PENDING = item()
OTHER = item("LATER-002", "Session migration", line=9)
DONE = item("LATER-003", "Legal review", Status.RESOLVED, status_text="Done")
OPEN = item("LATER-003", "Legal review")


@pytest.fixture
def project() -> Project:
    """An open issue with people's text, a closed one, an orphan, one on hold, and one that was released."""
    made = Project()
    held, freed = item("LATER-004", "Held"), item("LATER-005", "Freed")
    made.synced(PENDING, OTHER, OPEN, held, freed)
    made.synced(PENDING, DONE, held, freed)
    tracker = made.tracker
    tracker.edits(1, body=f"above\n\n{made.issue(1).body}\n\nbelow", add_labels=frozenset({"mine"}))
    tracker.edits(4, add_labels=frozenset({"gapkeeper: hold"}))
    tracker.edits(5, remove_labels=frozenset({"gapkeeper"}))
    return made


def planned(project: Project, *items: Item) -> Plan:
    return plan_detach(register(*items), project.tracker, project.policy)


def detached(project: Project, *items: Item) -> Report:
    documents: Register = register(*items)
    report = detach(
        documents,
        lambda: contextlib.nullcontext(project.tracker),
        project.policy,
        agreed=plan_detach(documents, project.tracker, project.policy),
        clock=lambda: NOW,
    )
    assert [outcome.error for outcome in report.outcomes if outcome.error] == []
    return report


def test_markers_and_our_labels_come_off_every_issue_and_the_rest_stays(project: Project) -> None:
    before = dict(project.tracker.issues)
    assert [change.issue for change in detached(project, PENDING).plan.changes] == [1, 2, 3, 4, 5]
    for number, issue in project.tracker.issues.items():
        assert MARKER_PREFIX not in issue.body
        assert END_LINE not in issue.body
        assert "Gapkeeper keeps this issue" not in issue.body
        assert "| Status |" in issue.body
        assert dataclasses.replace(issue, body="", labels=frozenset(), updated_at=None) == dataclasses.replace(
            before[number], body="", labels=frozenset(), updated_at=None
        )
    assert {number: set(issue.labels) for number, issue in project.tracker.issues.items()} == {
        1: {"mine"},
        2: set(),
        3: set(),
        4: {"gapkeeper: hold"},
        5: set(),
    }
    assert project.issue(1).body.startswith("above\n\n| Field | Value |")
    assert project.issue(1).body.endswith("\n\nbelow")


def test_a_second_detach_has_nothing_to_do(project: Project) -> None:
    detached(project, PENDING)
    assert planned(project, PENDING).changes == ()
    assert planned(project).empty


def test_a_later_sync_adopts_the_issues_again_and_makes_no_second_one() -> None:
    project = Project()
    both = [item("ISSUE-001", f"In {p}", path=f"{p}.md", scoped=True, key=f"{p}.md#ISSUE-001") for p in "ab"]
    project.synced(PENDING, OTHER, *both)
    detached(project)
    assert ops(project.synced(PENDING, OTHER, *both)) == [
        ("adopt", "LATER-001"),
        ("adopt", "LATER-002"),
        ("adopt", "a.md#ISSUE-001"),
        ("adopt", "b.md#ISSUE-001"),
    ]
    assert len(project.tracker.issues) == 4
    assert ops(project.synced(item(status=Status.RESOLVED, status_text="Done"), OTHER, *both)) == [
        ("close", "LATER-001")
    ]


def test_a_label_that_a_person_put_on_stays() -> None:
    project = Project()
    number = project.tracker.writes("LATER-001: Postgres", "mine", labels=frozenset({"kind: later"}))
    project.synced(PENDING)
    detached(project)
    assert project.issue(number).labels == {"kind: later"}
    assert project.issue(number).body.startswith("mine\n\n| Field |")
    assert project.issue(number).author == ANNA


def test_damaged_and_removed_markers_come_off_with_the_managed_label(project: Project) -> None:
    project.tracker.edits(1, body=project.issue(1).body.replace(END_LINE, "a person's words"))
    project.tracker.edits(3, body="")
    detached(project, PENDING)
    assert MARKER_PREFIX not in project.issue(1).body
    for words in ("above", "a person's words", "below"):
        assert words in project.issue(1).body
    assert "gapkeeper" not in project.issue(1).labels | project.issue(3).labels
    assert planned(project, PENDING).changes == ()


def test_what_is_not_ours_is_told_and_left_alone(project: Project) -> None:
    former = Actor("somebody", Role.READ)
    project.tracker.issues[1] = dataclasses.replace(project.issue(1), author=former)
    plan = planned(project, PENDING)
    assert [change.issue for change in plan.changes] == [2, 3, 4, 5]
    assert "#1 by somebody" in plan.notes[0]
    project.policy = SyncPolicy(namespace="another")
    plan = planned(project, PENDING)
    assert plan.changes == ()
    assert any("came here from another project" in note for note in plan.notes)


def test_what_a_document_vouches_for_is_ours() -> None:
    project = Project()
    number = project.tracker.writes("Postgres", by=GUEST)
    linked = item(issue_link=number)
    project.synced(linked)
    assert [change.issue for change in detached(project, linked).plan.changes] == [number]


def test_a_newer_marker_stops_it(project: Project) -> None:
    project.tracker.edits(1, body=project.issue(1).body.replace("marker 1 ", "marker 2 "))
    with pytest.raises(NewerMarkerError):
        planned(project, PENDING)


def test_what_was_agreed_to_is_done_and_nothing_else(project: Project) -> None:
    agreed = planned(project, PENDING)
    project.tracker.edits(1, remove_labels=frozenset({"kind: later"}))
    with pytest.raises(RefusedError, match="issues have changed"):
        detach(
            register(PENDING),
            lambda: contextlib.nullcontext(project.tracker),
            project.policy,
            agreed=agreed,
            clock=lambda: NOW,
        )
    assert MARKER_PREFIX in project.issue(1).body


def test_on_a_forge_it_says_what_it_costs() -> None:
    project = Project(capabilities=FORGE)
    project.synced(PENDING, OTHER)
    assert planned(project).requests == 2 + 2 + 2  # repository and account, two lists, two updates


def test_a_run_that_is_cut_off_is_gone_on_with(project: Project) -> None:
    def trouble(when: str, what: str) -> None:
        if (when, what) == ("after", "update #3"):
            raise Crashed

    project.tracker.trouble = trouble
    with pytest.raises(Crashed):
        detached(project, PENDING)
    project.tracker.trouble = lambda _when, _what: None
    assert [change.issue for change in detached(project, PENDING).plan.changes] == [4, 5]
    assert planned(project, PENDING).changes == ()


# --- The command ----------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: CaptureFixture[str]) -> Path:
    later = "# Later\n\n### LATER-001: Mend the pier\n\n**Status:** Open\n"
    monkeypatch.chdir(write(tmp_path, {"LATER.md": later}))
    assert main(["sync"]) == 0
    capsys.readouterr()
    return tmp_path


def test_without_a_word_nothing_is_written(folder: Path, capsys: CaptureFixture[str]) -> None:
    before = (folder / ".gapkeeper" / "tracker.db").read_bytes()
    for form in ("text", "json"):
        assert main(["detach", "--format", form]) == 3
        assert "--yes" in capsys.readouterr().err
    assert (folder / ".gapkeeper" / "tracker.db").read_bytes() == before


def test_yes_says_it(folder: Path, capsys: CaptureFixture[str]) -> None:
    assert main(["detach", str(folder), "--yes"]) == 0
    said = capsys.readouterr().out
    assert "Detach 1 issue of sqlite:.gapkeeper/tracker.db. The issues stay" in said
    assert "  LATER-001  #1     marker, gapkeeper, kind: later, status: pending" in said
    assert said.endswith("1 issue detached\n")
    assert main(["detach"]) == 0
    assert "Nothing to take off" in capsys.readouterr().out
    assert main(["sync"]) == 0
    assert "1 adopted" in capsys.readouterr().out


def test_json_is_that_of_a_sync(folder: Path, capsys: CaptureFixture[str]) -> None:
    assert main(["detach", str(folder), "--yes", "--format", "json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [(change["op"], change["key"], change["done"]) for change in report["changes"]] == [
        ("update", "LATER-001", True)
    ]
    assert report["totals"]["done"] == 1
    assert main(["detach", str(folder), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["changes"] == []


@pytest.mark.parametrize("says", [True, False])
def test_a_person_is_asked(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: CaptureFixture[str], *, says: bool
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(cli, "interactive", lambda: True)
    monkeypatch.setattr(click, "confirm", lambda question, **_: asked.append(question) or says)
    assert main(["detach", str(folder)]) == (0 if says else 3)
    assert asked == ["Take it off 1 issue?"]
    printed = capsys.readouterr()
    assert ("1 issue detached" in printed.out, "nothing was written" in printed.err) == (says, not says)


def test_it_stands_in_the_journal(folder: Path, capsys: CaptureFixture[str]) -> None:
    assert main(["detach", str(folder), "--yes"]) == 0
    capsys.readouterr()
    assert main(["runs", str(folder), "--format", "json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["runs"]) == 2


def test_a_state_is_not_touched(project: Project) -> None:
    detached(project)
    assert [issue.state for issue in project.tracker.issues.values()].count(State.CLOSED) == 1
