"""What moved on which side since the last sync: the values, what people read, and the command."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING

import pytest

from builders import ANNA, STALE, item, register
from gapkeeper.__main__ import main
from gapkeeper.adapters.sqlite_tracker import open_tracker
from gapkeeper.model.drift import Difference, Drift, Step
from gapkeeper.model.plan import IssueUpdate
from gapkeeper.model.policy import OnRemove, SyncPolicy
from gapkeeper.model.snapshot import Reason
from gapkeeper.model.spans import Place
from gapkeeper.model.status import State, Status
from gapkeeper.reporting.drift_text import drift_lines
from gapkeeper.reporting.style import PLAIN_LOOK, Look, render
from repositories import write
from samples import HOSTILE
from syncing import Project

if TYPE_CHECKING:
    from pathlib import Path

    from _pytest.capture import CaptureFixture

    from gapkeeper.model.items import Item

PENDING = item()
BLOCKED = item(status=Status.BLOCKED, status_text="Waiting for legal", line=7)
RESOLVED = item(status=Status.RESOLVED, status_text="Done", line=7)
NOTHING = register(documents=["LATER.md"])


@pytest.fixture
def project() -> Project:
    made = Project()
    made.synced(PENDING)
    return made


def drift(project: Project, *items: Item) -> Drift:
    (found,) = project.plan(*items).drift if items else project.plan(documents=NOTHING).drift
    return found


def text(*drifts: Drift, look: Look = PLAIN_LOOK) -> list[str]:
    return render(drift_lines(drifts, look), look).splitlines()


# --- The values -----------------------------------------------------------------------------------------


def test_where_nothing_moved_there_is_nothing(project: Project) -> None:
    assert project.plan(PENDING).drift == ()
    assert project.plan(PENDING, item("LATER-002", "New")).drift == ()  # the plan itself shows new items


def test_documents(project: Project) -> None:
    moved = item(status=Status.BLOCKED, line=7, title="Postgres, all of it", owner="Ada", priority="High *now*")
    assert drift(project, moved) == Drift(
        "LATER-001",
        1,
        documents=(
            Step("status", "pending", "blocked", place=Place("LATER.md", 7)),
            Step("title", "LATER-001: PostgreSQL provisioning", "LATER-001: Postgres, all of it"),
            Step("owner", None, "Ada"),
            Step("priority", None, "High *now*"),
        ),
    )


def test_a_field_that_changes_or_goes() -> None:
    project = Project()
    project.synced(item(owner="Ada_L", estimate="3 days"))
    assert drift(project, item(owner="Bob | Eve")).documents == (
        Step("owner", "Ada_L", "Bob | Eve"),
        Step("estimate", "3 days", None),
    )


def test_an_item_that_is_gone_and_one_that_is_back(project: Project) -> None:
    assert drift(project).documents == (Step("item", "pending", None),)
    project.synced(documents=NOTHING)
    assert drift(project) == Drift("LATER-001", 1, differs=(Difference("state", None, "open"),))
    assert drift(project, BLOCKED).documents[0] == Step("status", "absent", "blocked", place=Place("LATER.md", 7))


def test_an_item_that_moved_or_was_renumbered() -> None:
    project = Project()
    project.synced(item("ISSUE-001", path="a.md", scoped=True), item("LATER-003", "Mend the pier"))
    found = project.plan(item("ISSUE-001", path="b.md", scoped=True), item("LATER-013", "Mend the pier")).drift
    assert [step for one in found for step in one.documents if step.field in {"document", "id"}] == [
        Step("document", "a.md", "b.md"),
        Step("id", "LATER-003", "LATER-013"),
    ]


def test_what_another_item_says_of_it(project: Project) -> None:
    project.synced(PENDING, item("LATER-002", "Session migration"))
    blocking = item(blocks=["LATER-002"])
    found = {one.key: one.documents for one in project.plan(blocking, item("LATER-002", "Session migration")).drift}
    assert found == {
        "LATER-001": (Step("blocks", None, "LATER-002"),),
        "LATER-002": (Step("waits for", None, "LATER-001"),),
    }


@pytest.mark.parametrize("reason", Reason)
def test_a_close_in_the_tracker(project: Project, reason: Reason) -> None:
    project.tracker.closes(1, reason, by=STALE)
    assert drift(project, PENDING) == Drift("LATER-001", 1, tracker=(Step("state", "open", reason.value, by="stale"),))


def test_both_sides(project: Project) -> None:
    project.tracker.closes(1)
    found = drift(project, BLOCKED)
    assert (found.documents[0].field, found.tracker) == ("status", (Step("state", "open", "completed", by="anna"),))


def test_what_both_agreed_to_differ_in(project: Project) -> None:
    project.tracker.closes(1)
    project.synced(PENDING)  # told in a comment, as nothing is written back here
    assert drift(project, PENDING) == Drift("LATER-001", 1, differs=(Difference("state", "pending", "completed"),))


def test_what_people_changed_for_good() -> None:
    project = Project(SyncPolicy(owners={"Ada": "ada"}))
    owned = item(owner="Ada")
    project.synced(owned)
    project.tracker.edits(1, title="Postgres!", remove_labels=frozenset({"status: pending"}), assignees=frozenset())
    assert drift(project, owned).differs == (
        Difference("title", "LATER-001: PostgreSQL provisioning", "Postgres!"),
        Difference("label", "status: pending", None),
        Difference("assignees", "ada", None),
    )
    assert not drift(project, owned).moved


def test_a_title_that_documents_change_while_a_persons_stands(project: Project) -> None:
    project.tracker.edits(1, title="Postgres!")
    renamed = item(title="Postgres, all of it")
    found = drift(project, renamed)
    assert found.documents == (Step("title", "LATER-001: PostgreSQL provisioning", "LATER-001: Postgres, all of it"),)
    project.synced(renamed)
    assert drift(project, renamed) == Drift(
        "LATER-001", 1, differs=(Difference("title", "LATER-001: Postgres, all of it", "Postgres!"),)
    )


def test_a_release_and_a_damaged_marker(project: Project) -> None:
    body = project.issue(1).body
    project.tracker.edits(1, body="")
    assert drift(project, PENDING).tracker == (Step("marker", None, "removed"),)
    project.tracker.edits(1, body=body, remove_labels=frozenset({"gapkeeper"}))
    assert drift(project, PENDING) == Drift("LATER-001", 1, differs=(Difference("release", "pending", "open"),))


def test_a_deleted_issue_until_there_is_another_one(tmp_path: Path) -> None:
    project = Project()
    with open_tracker(tmp_path / "tracker.db") as tracker:
        project.tracker = tracker  # type: ignore[assignment] # it knows what was deleted
        project.sync(PENDING)
        tracker.delete_issue(1)
        assert drift(project, PENDING) == Drift("LATER-001", 1, tracker=(Step("issue", "#1", None),))
        project.sync(PENDING)
        assert project.plan(PENDING).drift == ()


def test_what_is_settled_is_not_told_again(project: Project) -> None:
    project.synced(RESOLVED)
    assert project.plan(documents=NOTHING).drift == ()  # finished, and gone
    project.policy = SyncPolicy(on_remove=OnRemove.IGNORE)
    project.tracker.reopens(1)
    assert drift(project) == Drift("LATER-001", 1, differs=(Difference("state", None, "open"),))


def test_a_run_for_one_item_tells_of_one(project: Project) -> None:
    project.synced(PENDING, item("LATER-002", "Other"))
    project.policy = SyncPolicy(only=("later-002",))
    found = project.plan(BLOCKED, item("LATER-002", "Other", Status.BLOCKED)).drift
    assert [one.key for one in found] == ["LATER-002"]


def test_drift_is_not_part_of_what_is_approved(project: Project) -> None:
    before = project.plan(PENDING).fingerprint
    project.tracker.edits(1, title="Postgres!")
    assert project.plan(PENDING).fingerprint == before
    assert project.plan(PENDING).drift != ()


# --- What people read -----------------------------------------------------------------------------------

MANY = (
    Drift("LATER-001", 7, (Step("status", "pending", "blocked", place=Place("LATER.md", 24)),)),
    Drift("LATER-002", 8, (), (Step("state", "open", "completed", by="anna"),)),
    Drift(
        "LATER-003",
        9,
        (Step("status", "resolved", "in progress"), Step("title", "LATER-003: A", "LATER-003: B")),
        (Step("state", "completed", "open", by="bob"),),
    ),
    Drift("LATER-004", None, (), (Step("issue", None, None),)),
    Drift("LATER-005", 11, (Step("item", "pending", None),), differs=(Difference("title", "LATER-005: A", "B"),)),
    Drift("LATER-006", 12, (Step("document", "a.md", "b.md"), Step("id", "LATER-016", "LATER-006"))),
    Drift("LATER-007", 13, (Step("owner", "Ada", "Bob"), Step("estimate", "3 days", None), Step("due", None, "May"))),
    Drift("LATER-008", 14, (Step("status", "absent", "pending"),), (Step("marker", None, "damaged"),)),
    Drift("LATER-009", 15, differs=(Difference("state", "pending", "not_planned"), Difference("label", "x", None))),
    Drift("LATER-010", 16, differs=(Difference("release", "pending", "open"),)),
    Drift("LATER-011", 17, differs=(Difference("state", None, "open"), Difference("assignees", "ada", None))),
)


def test_one_line_an_issue_and_both_sides_beside_each_other() -> None:
    assert text(*MANY) == [
        "Since the last sync",
        "  ITEM       ISSUE  IN THE DOCUMENTS                                  IN THE TRACKER",
        "  LATER-001  #7     pending → blocked (LATER.md:24)",
        "  LATER-002  #8                                                       closed as completed by anna",
        "  LATER-003  #9     resolved → in progress; title now “LATER-003: B”  reopened by bob",
        "  LATER-004                                                           deleted or transferred away",
        "  LATER-005  #11    gone, was pending",
        "  LATER-006  #12    moved from a.md; renumbered from LATER-016",
        "  LATER-007  #13    owner: Ada → Bob; estimate taken out; due: May",
        "  LATER-008  #14    here again: pending                               its hidden note was damaged",
        "",
        "Agreed to differ",
        "  ITEM       ISSUE  IN THE DOCUMENTS       IN THE TRACKER",
        "  LATER-005  #11    title “LATER-005: A”   title “B”",
        "  LATER-009  #15    pending; label “x”     closed as not planned; taken off",
        "  LATER-010  #16    pending                released: its label was taken off",
        "  LATER-011  #17    gone; assigned to ada  open; assigned to nobody",
    ]


def test_text_of_people_is_text() -> None:
    hostile = Drift(HOSTILE, 1, (Step(HOSTILE, HOSTILE, HOSTILE),), (Step("state", "open", "open", by=HOSTILE),))
    assert len(text(hostile)) == 3
    assert "\x1b" not in "".join(text(hostile))


def test_nothing_moved() -> None:
    assert text() == ["Nothing moved since the last sync."]
    assert text(MANY[8])[0] == "Nothing moved since the last sync."


def test_on_a_narrow_terminal_every_line_fits() -> None:
    for width in (30, 50, 72):
        assert all(len(line) <= width for line in text(*MANY, look=Look(width=width)))


# --- The command ----------------------------------------------------------------------------------------


def later(status: str) -> str:
    return (
        f"# Later\n\n### LATER-001: Mend the pier\n\n**Status:** {status}\n\n### LATER-002: Buoys\n\n**Status:** Open\n"
    )


def test_the_plan_shows_it_first_and_json_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: CaptureFixture[str]
) -> None:
    monkeypatch.chdir(write(tmp_path, {"LATER.md": later("Open")}))
    assert main(["sync"]) == 0
    write(tmp_path, {"LATER.md": later("Blocked")})
    path = tmp_path / ".gapkeeper" / "tracker.db"
    with contextlib.closing(open_tracker(path, actor=ANNA)) as tracker:
        tracker.update_issue(2, IssueUpdate(state=State.CLOSED, reason=Reason.COMPLETED))
    capsys.readouterr()
    assert main(["plan", "--drift"]) == 0
    said = capsys.readouterr().out
    assert said.index("Since the last sync") < said.index("Plan for")
    for line in ("LATER-001  #1     pending → blocked", "closed as completed by anna"):
        assert line in said
    assert main(["plan"]) == 0
    assert "Since the last sync" not in capsys.readouterr().out
    assert main(["plan", "--format", "json"]) == 0
    first, second = json.loads(capsys.readouterr().out)["drift"]
    assert (first["key"], first["documents"][0]["new"], first["documents"][0]["source"]["line"]) == (
        "LATER-001",
        "blocked",
        5,
    )
    assert second["tracker"] == [{"field": "state", "old": "open", "new": "completed", "by": "anna"}]
