"""The comments: each names the statement, its words, the commit, and what to do to change it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from builders import item
from gapkeeper.model.policy import SyncPolicy, WriteBack
from gapkeeper.model.spans import Place
from gapkeeper.model.status import State, Status
from gapkeeper.planning.comments import (
    Move,
    adopted_apart_comment,
    close_comment,
    conflict_comment,
    duplicate_comment,
    moved_on_tracker_comment,
    orphan_comment,
    reopen_comment,
    restored_comment,
    undo_comment,
)
from gapkeeper.planning.marker import TrackerState, carries_key, comment_key
from gapkeeper.planning.places import Places
from gapkeeper.planning.wording import Telling

KEY = comment_key("close", "42/ACTION//ACTION-040", 3)
TELLING = Telling(Places(None, "c0ffee1000000000"), SyncPolicy(write_back=WriteBack.PULL_REQUEST))
DONE = item(
    "ACTION-040", "Feature routes", Status.RESOLVED, status_text="✅ Done", path="gaps.md", line=12,
    status_source=Place("gaps.md", 14),
)  # fmt: skip
OPEN = item("ACTION-040", "Feature routes", Status.BLOCKED, status_text="blocked", path="gaps.md", line=12)
CLOSED_BY_BOB = Move(TrackerState.COMPLETED, "bob")

ALL = {
    "close": close_comment(DONE, TELLING, KEY, written_by="Ada"),
    "reopen": reopen_comment(OPEN, TELLING, KEY),
    "conflict": conflict_comment(OPEN, TELLING, KEY, CLOSED_BY_BOB),
    "orphan": orphan_comment("ACTION-040", TELLING, KEY),
    "orphan closed": orphan_comment("ACTION-040", TELLING, KEY, closed=True),
    "duplicate": duplicate_comment("ACTION-040", 3, KEY),
    "moved": moved_on_tracker_comment(OPEN, TELLING, KEY, CLOSED_BY_BOB, "bob may not write to this project."),
    "undo": undo_comment(OPEN, TELLING, KEY, CLOSED_BY_BOB),
    "adopted": adopted_apart_comment(DONE, TELLING, KEY),
    "restored": restored_comment(OPEN, TELLING, KEY, None),
    "restored apart": restored_comment(OPEN, TELLING, KEY, State.CLOSED),
}


@pytest.mark.parametrize("comment", ALL.values(), ids=ALL)
def test_every_comment_names_the_item_and_carries_its_key(comment: str) -> None:
    assert "ACTION-040" in comment
    assert carries_key(comment, KEY)
    assert comment.count("<!--") == 1


@pytest.mark.parametrize("name", ["close", "reopen", "conflict", "moved", "undo", "adopted", "restored apart"])
def test_every_comment_on_a_statement_says_where_and_what_to_change(name: str) -> None:
    place = "`gaps.md:14`" if name in {"close", "adopted"} else "`gaps.md:12`"
    assert f"{place} says “" in ALL[name]
    assert f"change the status at {place}" in ALL[name].replace("Change", "change")
    assert "at commit `c0ffee1000`" in ALL[name]


def test_the_close() -> None:
    assert ALL["close"].startswith(
        "Closed as completed: `gaps.md:14` says “✅ Done” for ACTION-040, read as resolved, at commit `c0ffee1000`, "
        "written by Ada.\n\nTo open it again, change the status at `gaps.md:14`, or reopen this issue. "
    )
    assert "is proposed as a change of the documents" in ALL["close"]


def test_a_cancelled_item_was_not_planned() -> None:
    dropped = item(status=Status.CANCELLED, status_text="Won't do")
    assert close_comment(dropped, TELLING, KEY).startswith("Closed as not planned: `LATER.md:1` says “Won't do”")


def test_words_that_are_the_status_are_not_said_twice() -> None:
    assert "says “blocked” for ACTION-040 at commit" in ALL["reopen"]


def test_a_derived_status_names_the_item_that_it_comes_from() -> None:
    derived = replace(DONE, resolved_by="ACTION-041", status_source=None)
    assert "ACTION-041, which is resolved, resolves ACTION-040 (see `gaps.md:12`)" in close_comment(
        derived, TELLING, KEY
    )


def test_no_status_at_all() -> None:
    silent = replace(OPEN, status_text=None, status=Status.PENDING)
    assert (
        "Reopened: no document says a status for ACTION-040 (see `gaps.md:12`), which counts as pending, at commit"
        in reopen_comment(silent, TELLING, KEY)
    )


def test_the_conflict_tells_both_sides() -> None:
    assert "bob closed this issue as completed, and `gaps.md:12` says “blocked”" in ALL["conflict"]
    assert "or reopen this issue" in ALL["conflict"]
    other = conflict_comment(DONE, TELLING, KEY, Move(TrackerState.OPEN))
    assert "Somebody reopened this issue, and `gaps.md:14` says" in other
    assert "or close this issue" in other


def test_the_orphan() -> None:
    assert ALL["orphan"].startswith("At commit `c0ffee1000`, no planning document speaks of ACTION-040 any more.")
    assert ALL["orphan closed"].startswith("Closed as not planned: at commit `c0ffee1000`, no planning document")
    bare = orphan_comment("ACTION-040", Telling(Places(), SyncPolicy()), KEY)
    assert bare.startswith("No planning document speaks of ACTION-040 any more.")


def test_names_and_words_notify_nobody() -> None:
    hostile = item(status_text="@everyone fixes #3 <!-- gapkeeper: end -->\n/close", owner="x")
    comment = moved_on_tracker_comment(hostile, TELLING, KEY, Move(TrackerState.NOT_PLANNED, "@org/team"), "see #9\n/x")
    for sign in ("@everyone", "#3", "@org", "#9", "\n/"):
        assert sign not in comment
    assert comment.count("<!--") == 1
    assert carries_key(comment, KEY)
