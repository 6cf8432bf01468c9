"""Write-back while others are at work: other runs, other clones, and people at the last moment."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from harbours import GAPS, LATER

from gapkeeper import wiring
from gapkeeper.__main__ import main
from gapkeeper.adapters.sqlite_tracker import open_tracker
from gapkeeper.adapters.sqlite_tracker.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Callable

    from harbours import Port

RESOLVED = ["-| **Status** | Pending |", "+| **Status** | Resolved |"]
DREDGED = [
    "-| ACTION-040 | Dredge the basin | In progress | 18-28 days |",
    "+| ACTION-040 | Dredge the basin | ✅ Done | 18-28 days |",
]
BUOYS = ["-| **Status** | Blocked |", "+| **Status** | Resolved |"]
in_files = pytest.mark.parametrize("mode", ["worktree", "commit"])
worktree = pytest.mark.parametrize("mode", ["worktree"])


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Something that happens once, when a sync has planned and is about to write."""

    def happens(what: Callable[[], object]) -> None:
        begin, left = Journal.begin, [what]

        def begun(journal: Journal, start: object) -> int:
            if left:
                left.pop()()
            return begin(journal, start)  # type: ignore[arg-type] # what it was given

        monkeypatch.setattr(Journal, "begin", begun)

    return happens


# --- Two runs at once -----------------------------------------------------------------------------------


def test_a_second_run_gives_way(port: Port, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(open_tracker.__kwdefaults__, "busy_seconds", 0.1)
    port.rosa("close", "LATER-001")
    with open_tracker(port.folder / ".gapkeeper/tracker.db") as other, other.lock():
        assert port.sync(expect=4) == [
            "error: another process holds the tracker .gapkeeper/tracker.db",
            "Wait until its run has ended and start again. What was asked for just now was not written.",
        ]
        port.harbour.run("plan")
    assert port.written() == []
    port.sync()
    assert port.written() == RESOLVED


def test_a_run_that_waited_for_another_one_undoes_nothing(port: Port, monkeypatch: pytest.MonkeyPatch) -> None:
    port.rosa("close", "LATER-001")
    really, waiting = wiring.open_tracker, [True]

    def opened(*arguments: object, **named: object) -> object:
        if waiting:
            waiting.pop()
            assert main(["sync"]) == 0  # while we wait for the tracker
        return really(*arguments, **named)  # type: ignore[arg-type] # what it was given

    monkeypatch.setattr(wiring, "open_tracker", opened)
    port.sync()
    assert port.written() == RESOLVED
    assert port.state("LATER-001") == "completed"
    assert port.sync()[0].startswith("Nothing to do")


def test_many_runs_at_once_write_once(port: Port) -> None:
    port.rosa("close", "LATER-001")
    port.rosa("close", "ACTION-040")
    command = [sys.executable, "-m", "gapkeeper", "sync"]
    runs = [subprocess.Popen(command, cwd=port.folder, stdout=subprocess.DEVNULL, env=os.environ) for _ in range(4)]
    assert {run.wait() for run in runs} <= {0, 4}
    assert port.sync()[0].startswith("Nothing to do")
    assert sorted(port.written()) == sorted([*RESOLVED, *DREDGED])
    assert len(port.harbour.git("rev-list", "--all").split()) == {"worktree": 2}.get(port.mode, 3)
    assert [port.state(issue) for issue in ("LATER-001", "ACTION-040")] == ["completed", "completed"]
    assert len(port.harbour.ask("proposals", "list")["proposals"]) == (port.mode == "pull-request")


# --- Narrow runs, and plans that were agreed to ---------------------------------------------------------


def test_only_one_item_is_written(port: Port) -> None:
    for issue in ("LATER-001", "LATER-002", "ACTION-040"):
        port.rosa("close", issue)
    port.sync("--only", "LATER-001")
    assert port.written() == RESOLVED
    port.sync("--only", "LATER-002")
    assert sorted(port.written()) == sorted([*RESOLVED, *BUOYS])
    port.sync()
    assert sorted(port.written()) == sorted([*RESOLVED, *BUOYS, *DREDGED])
    assert port.sync()[0].startswith("Nothing to do")


@in_files
def test_a_limit_leaves_the_rest_for_the_next_run(port: Port) -> None:
    for issue in ("LATER-001", "ACTION-040"):
        port.rosa("close", issue)
    assert "1 more change left out by --only or --limit." in port.sync("--limit", "1")
    assert port.written() == DREDGED
    port.sync("--limit", "1")
    assert sorted(port.written()) == sorted([*RESOLVED, *DREDGED])
    assert port.sync("--limit", "1")[0].startswith("Nothing to do")


def test_the_plan_that_was_agreed_to_is_applied(port: Port) -> None:
    port.rosa("close", "LATER-001")
    port.sync("--expect", port.fingerprint())
    assert port.written() == RESOLVED


@pytest.mark.parametrize("what", ["the line itself", "another line", "another item"])
def test_another_document_than_was_agreed_to_is_refused(port: Port, what: str) -> None:
    port.rosa("close", "LATER-001")
    expected = port.fingerprint()
    text = {
        "the line itself": LATER.replace("| Pending |", "| Pending, and more |"),
        "another line": LATER.replace("# Later\n", "# Later on\n"),
        "another item": f"{LATER}\n### LATER-003: Paint the bollards\n",
    }[what]
    port.harbour.write("docs/LATER.md", text)
    port.harbour.git("commit", "-qam", "Say more")
    port.start = port.harbour.git("rev-parse", "HEAD")
    said = port.sync("--expect", expected, expect=3)
    assert said[0].startswith("error: not as expected: the plan is ")
    assert said[0].endswith(f" now, and {expected} was asked for")
    assert port.written() == []
    assert (port.folder / "docs/LATER.md").read_text("utf-8") == text
    assert port.harbour.ask("plan")["changes"]


def test_what_people_did_since_a_plan_is_not_what_was_agreed_to(port: Port) -> None:
    port.rosa("close", "LATER-001")
    port.rosa("close", "ACTION-040")
    expected = port.fingerprint()
    port.rosa("reopen", "LATER-001")
    assert port.sync("--expect", expected, expect=3)[0].startswith("error: not as expected: ")
    port.rosa("close", "LATER-001")
    port.rosa("delete", "ACTION-040", "--yes")
    assert port.sync("--expect", expected, expect=3)[0].startswith("error: not as expected: ")
    assert port.written() == []
    said = port.sync()
    assert "created #4 ACTION-040 Dredge the basin" in said
    assert port.written() == RESOLVED


# --- At the last moment ----------------------------------------------------------------------------------


@in_files
def test_a_document_that_a_person_writes_to_is_planned_anew(
    port: Port, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    port.rosa("close", "LATER-001")
    port.rosa("close", "ACTION-040")
    text = GAPS + "\nA thought.\n"
    meanwhile(lambda: port.harbour.write("docs/gaps.md", text))
    said = port.sync(expect=5)
    assert said[0].endswith("docs/gaps.md has changes that nobody committed; commit it, or take it back")
    assert (port.folder / "docs/gaps.md").read_text("utf-8") == text
    assert set(RESOLVED) <= set(port.written())


@in_files
def test_a_document_that_a_person_deletes_stays_deleted(
    port: Port, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    port.rosa("close", "LATER-001")
    port.rosa("close", "ACTION-040")
    meanwhile((port.folder / "docs/gaps.md").unlink)
    port.sync()
    assert not (port.folder / "docs/gaps.md").exists()
    assert set(RESOLVED) <= set(port.written())
    assert port.state("ACTION-040") == "completed"


@in_files
def test_a_link_that_takes_the_place_of_a_document_is_not_written_through(
    port: Port, meanwhile: Callable[[Callable[[], object]], None], tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "gaps.md"
    outside.write_text(GAPS, "utf-8")
    port.rosa("close", "LATER-001")
    port.rosa("close", "ACTION-040")

    def linked() -> None:
        (port.folder / "docs/gaps.md").unlink()
        (port.folder / "docs/gaps.md").symlink_to(outside)

    meanwhile(linked)
    port.sync()
    assert outside.read_text("utf-8") == GAPS
    assert set(RESOLVED) <= set(port.written())


def test_a_commit_that_a_person_makes_is_built_on(
    port: Port, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    port.rosa("close", "LATER-001")

    def commit() -> None:
        port.harbour.write("docs/LATER.md", LATER.replace("Mend the pier", "Mend the long pier"))
        port.harbour.git("commit", "-qam", "It is long")
        port.start = port.harbour.git("rev-parse", "HEAD")

    meanwhile(commit)
    if port.mode == "pull-request":
        assert port.sync(expect=5)[0].endswith(
            "docs/LATER.md was changed since it was read. Run again: it is read anew."
        )
    port.sync()
    assert port.written() == RESOLVED
    assert port.sync()[0].startswith("Nothing to do")


@in_files
def test_an_issue_that_is_reopened_reaches_no_document(
    port: Port, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    port.rosa("close", "LATER-001")
    port.rosa("close", "ACTION-040")
    meanwhile(lambda: main(["issues", "reopen", "LATER-001", "--as", "Rosa"]))
    port.sync()
    assert port.written() == DREDGED
    assert port.state("LATER-001") == "open"
    assert port.sync()[0].startswith("Nothing to do")


@in_files
def test_an_issue_that_is_deleted_reaches_no_document(
    port: Port, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    port.rosa("close", "LATER-001")
    port.rosa("close", "ACTION-040")
    meanwhile(lambda: main(["issues", "delete", "LATER-001", "--yes", "--as", "Rosa"]))
    port.sync()
    port.sync()
    assert port.written() == DREDGED
    assert port.state("LATER-001") == "open", "it was created again"


# --- Markers ---------------------------------------------------------------------------------------------


@worktree
@pytest.mark.parametrize("how", ["damaged", "removed"])
def test_a_marker_that_a_person_broke_is_restored_and_told(port: Port, how: str) -> None:
    body = port.body("LATER-001")
    port.rosa("edit", "2", "--body", "All mine." if how == "removed" else body.replace('"state"', '"stale"'))
    port.rosa("close", "LATER-002")
    said = port.sync()
    assert any(line.endswith("#2 LATER-001 Mend the pier") for line in said)
    told = "The hidden note that ties this issue to LATER-001 was damaged or removed. It is back, and what people wrote"
    assert port.comments("LATER-001")[0].startswith(told)
    assert ("All mine." in port.body("LATER-001")) == (how == "removed")
    assert port.written() == BUOYS, "the other issue is written back as ever"
    assert port.sync()[0].startswith("Nothing to do")
    port.rosa("close", "LATER-001")
    port.harbour.commit("What was closed")
    port.start = port.harbour.git("rev-parse", "HEAD")
    port.sync()
    assert port.written() == RESOLVED, "and it is, too, from then on"


@worktree
def test_a_close_under_a_broken_marker_is_told_and_not_written(port: Port) -> None:
    """What both sides had agreed to is not known any more, and open wins."""
    port.rosa("edit", "LATER-001", "--body", "All mine.")
    port.rosa("close", "2")
    port.sync()
    assert "Nothing was closed or written back." in port.comments("LATER-001")[0]
    assert port.written() == []
    assert port.sync()[0].startswith("Nothing to do")


def test_a_marker_of_a_newer_version_stops_everything(port: Port) -> None:
    body = port.body("LATER-001")
    port.rosa("edit", "LATER-001", "--body", body.replace("gapkeeper: marker 1 ", "gapkeeper: marker 2 "))
    port.rosa("close", "LATER-002")
    for command in ("plan", "sync"):
        assert port.said(command, expect=65) == [
            "error: #2: an issue carries a marker of version 2; this Gapkeeper knows versions up to 1",
            "Upgrade Gapkeeper. Nothing was written.",
        ]
    assert port.written() == []


# --- Two clones on two branches --------------------------------------------------------------------------


def test_two_clones_that_sync_in_turn_do_not_undo_each_other(
    port: Port, tmp_path_factory: pytest.TempPathFactory
) -> None:
    harbour = port.harbour
    shared = ("--tracker", f"sqlite:{tmp_path_factory.mktemp('shared') / 'tracker.db'}")
    clone = tmp_path_factory.mktemp("clone")
    harbour.git("clone", "-q", ".", str(clone))
    harbour.git("-C", str(clone), "switch", "-qc", "topic")
    (clone / "docs/gaps.md").write_text(GAPS.replace("In progress", "Done"), "utf-8")
    harbour.git("-C", str(clone), "commit", "-qam", "Dredged, on a branch")
    harbour.write("docs/LATER.md", LATER.replace("Blocked", "In progress"))
    harbour.git("commit", "-qam", "The buoys, on another one")
    harbour.run("sync", *shared)
    harbour.run("issues", "close", "LATER-001", "--as", "Rosa", *shared)
    for _ in range(2):
        said = port.said("sync", str(clone), *shared, expect=3)
        assert said[0].startswith("error: not-the-base-branch: the documents are read at ")
        assert "Two branches that sync in turn would undo each other." in said[0]
        assert harbour.git("-C", str(clone), "status", "--porcelain") == ""
    harbour.run("sync", *shared)
    harbour.git("-C", str(clone), "fetch", "-q")
    harbour.git("-C", str(clone), "merge", "-q", "origin/main")
    if port.mode != "pull-request":
        assert "ACTION-040" in " ".join(port.said("sync", str(clone), *shared))
