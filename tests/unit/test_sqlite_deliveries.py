"""What the embedded tracker keeps beside issues: own edits, begun commits, proposals, the journal of runs."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from gapkeeper.adapters.sqlite_tracker import SqliteTracker, open_reader, open_tracker, own_edits, schema
from gapkeeper.errors import ConflictError, RefusedError, RejectedError, UnavailableError
from gapkeeper.model.delivery import ProposalState, ProposalText
from gapkeeper.model.plan import IssueUpdate
from gapkeeper.model.policy import WriteBack
from gapkeeper.model.runs import Run, RunEnd, RunStart
from gapkeeper.model.snapshot import Actor, Role
from gapkeeper.model.status import State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOON = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
START = RunStart("abc", "main", "0123456789abcdef", 3, WriteBack.WORKTREE)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tracker.db"


@pytest.fixture
def tracker(path: Path) -> Iterator[SqliteTracker]:
    moments = iter(NOON + dt.timedelta(seconds=second) for second in range(10_000))
    with open_tracker(path, clock=lambda: next(moments)) as opened:
        yield opened


class TestOwnEdits:
    def test_exactly_what_was_written_is_ours(self, tracker: SqliteTracker, path: Path) -> None:
        name = os.fsdecode(b"docs/caf\xe9\n.md")
        tracker.own_edits.remember({name: b"new\n"})
        with open_reader(path) as reader:
            assert reader.own_edits.are_ours(name, b"new\n")
            assert not reader.own_edits.are_ours(name, b"new\r\n")
            assert not reader.own_edits.are_ours("docs/other.md", b"new\n")

    def test_the_last_ones_are_kept(self, tracker: SqliteTracker) -> None:
        texts = [str(number).encode() for number in range(own_edits._KEPT + 5)]
        for text in texts:
            tracker.own_edits.remember({"a.md": text})
        tracker.own_edits.remember({"b.md": b"0"})
        tracker.own_edits.remember({"a.md": texts[-1]})
        kept = [text for text in texts if tracker.own_edits.are_ours("a.md", text)]
        assert kept == texts[-own_edits._KEPT :]
        assert tracker.own_edits.are_ours("b.md", b"0")

    def test_written_again_it_is_new_again(self, tracker: SqliteTracker) -> None:
        tracker.own_edits.remember({"a.md": b"first"})
        for number in range(own_edits._KEPT):
            tracker.own_edits.remember({"a.md": str(number).encode()})
            tracker.own_edits.remember({"a.md": b"first"})
        assert tracker.own_edits.are_ours("a.md", b"first")


class TestIntents:
    def test_one_for_each_place(self, tracker: SqliteTracker, tmp_path: Path) -> None:
        here, there = tmp_path / "here", tmp_path / os.fsdecode(b"caf\xe9")
        tracker.deliveries.begin(here, "one")
        tracker.deliveries.begin(there, "two")
        tracker.deliveries.begin(here, "three")
        assert (tracker.deliveries.intent(here), tracker.deliveries.intent(there)) == ("three", "two")
        tracker.deliveries.finish(here)
        tracker.deliveries.finish(here)
        assert (tracker.deliveries.intent(here), tracker.deliveries.intent(there)) == (None, "two")


class TestProposals:
    def test_closed_ones_stay_as_they_are(self, tracker: SqliteTracker, tmp_path: Path) -> None:
        made = tracker.deliveries.propose(tmp_path, "b", ProposalText("T", "B"), head="h")
        tracker.deliveries.close(made.number, ProposalState.MERGED, head="other", by_actor=False)
        before = tracker.deliveries.all()
        for again in (
            lambda: tracker.deliveries.update(made.number, head="x"),
            lambda: tracker.deliveries.close(made.number, ProposalState.DECLINED, by_actor=True),
        ):
            with pytest.raises(ConflictError, match="merged already"):
                again()
        assert tracker.deliveries.all() == before
        assert before[0].head == "other"

    def test_numbers_are_not_given_again_and_branches_are_apart(self, tracker: SqliteTracker, tmp_path: Path) -> None:
        text = ProposalText("T", "B")
        for number, branch in enumerate(("one", "two"), 1):
            assert tracker.deliveries.propose(tmp_path, branch, text, head="h").number == number
        with pytest.raises(RejectedError):
            tracker.deliveries.propose(tmp_path, "one", text, head="h")
        assert [one.number for one in tracker.deliveries.proposals(tmp_path)] == [2, 1]
        assert tracker.deliveries.proposals(tmp_path / "elsewhere") == ()

    def test_who_declined_and_in_which_role_is_kept(self, tracker: SqliteTracker, path: Path, tmp_path: Path) -> None:
        number = tracker.deliveries.propose(tmp_path, "b", ProposalText("T", "B"), head="h").number
        with open_tracker(path, actor=Actor("Kim", Role.READ)) as person:
            person.decline_proposal(number)
        with closing(sqlite3.connect(path)) as connection:
            found = connection.execute("SELECT state, closed_by, closed_role FROM proposals").fetchone()
        assert found == ("declined", "Kim", "read")

    def test_limits_are_those_of_issues(self, tracker: SqliteTracker, tmp_path: Path) -> None:
        for text in (ProposalText(" ", ""), ProposalText("x" * 257, ""), ProposalText("T", "x" * 65_537)):
            with pytest.raises(RejectedError):
                tracker.deliveries.propose(tmp_path, "b", text, head="h")
        assert tracker.deliveries.all() == ()

    def test_a_state_that_we_never_write_is_damage(self, tracker: SqliteTracker, path: Path, tmp_path: Path) -> None:
        tracker.deliveries.propose(tmp_path, "b", ProposalText("T", "B"), head="h")
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("PRAGMA ignore_check_constraints = ON")
            connection.execute("UPDATE proposals SET state = 'forgotten', closed_at = 'x'")
        with pytest.raises(UnavailableError, match="damaged"):
            tracker.deliveries.all()


class TestJournal:
    def test_a_run_from_beginning_to_end(self, tracker: SqliteTracker, path: Path) -> None:
        number = tracker.journal.begin(START)
        broken = tracker.journal.begin(RunStart(None, None, "f", 0, WriteBack.OFF))
        end = RunEnd(2, 1, 5, "a limit")
        tracker.journal.end(number, end)
        second = dt.timedelta(seconds=1)
        with open_reader(path) as reader:
            assert reader.journal.runs() == (
                Run(broken, NOON + second, RunStart(None, None, "f", 0, WriteBack.OFF)),
                Run(number, NOON, START, NOON + 2 * second, end),
            )
            assert [run.id for run in reader.journal.runs(1)] == [broken]

    def test_what_was_synced_is_the_last_run_that_ended_well(self, tracker: SqliteTracker) -> None:
        def synced() -> str | None:
            return tracker.snapshot("gapkeeper", everything=False).synced

        assert synced() is None
        for revision, code, expected in (
            ("a", 0, "a"),
            ("b", 5, "a"),
            ("c", None, "a"),
            ("d", 0, "d"),
            (None, 0, None),
        ):
            run = tracker.journal.begin(RunStart(revision, None, "f", 1, WriteBack.OFF))
            if code is not None:
                tracker.journal.end(run, RunEnd(1, 0, code))
            assert synced() == expected

    def test_a_reader_writes_nothing(self, path: Path, tmp_path: Path) -> None:
        with open_reader(path) as reader:
            assert reader.journal.runs() == ()
            assert reader.deliveries.all() == ()
            assert reader.deliveries.intent(tmp_path) is None
            assert not reader.own_edits.are_ours("a.md", b"")
            for write in (
                lambda: reader.journal.begin(START),
                lambda: reader.journal.end(1, RunEnd(0, 0, 0)),
                lambda: reader.own_edits.remember({"a.md": b""}),
                lambda: reader.deliveries.begin(tmp_path, ""),
                lambda: reader.deliveries.finish(tmp_path),
                reader.deliveries.require_writer,
            ):
                with pytest.raises(RefusedError):
                    write()
        assert not path.exists()


class TestIssues:
    def test_when_the_state_moved_last_is_known(self, tracker: SqliteTracker) -> None:
        issue = tracker.create_issue("T", "", frozenset(), milestone=None, assignees=frozenset())
        assert issue.state_at is None
        closed = tracker.update_issue(issue.number, IssueUpdate(state=State.CLOSED))
        assert closed.state_at == closed.updated_at
        tracker.comment(issue.number, "Done.")
        assert tracker.issue(issue.number).state_at == closed.state_at
        reopened = tracker.update_issue(issue.number, IssueUpdate(state=State.OPEN))
        assert reopened.state_at is not None
        assert closed.state_at is not None
        assert reopened.state_at > closed.state_at
        assert tracker.snapshot("", everything=True).others == (reopened,)

    def test_the_old_text_of_an_edit_is_kept_and_is_no_longer_than_a_body(self, tracker: SqliteTracker) -> None:
        first = "\U0001f600" * 65_536  # the longest, in characters and in bytes
        number = tracker.create_issue("T", first, frozenset(), milestone=None, assignees=frozenset()).number
        tracker.update_issue(number, IssueUpdate(body="second"))
        tracker.update_issue(number, IssueUpdate(body="second", title="U"))
        with pytest.raises(RejectedError):
            tracker.update_issue(number, IssueUpdate(body="x" * 65_537))
        old = [event.detail["from"] for event in tracker.events(number) if event.kind == "edited"]
        assert old == [first]


def test_a_file_of_the_first_version_is_upgraded_and_keeps_what_is_in_it(path: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in schema.MIGRATIONS[0]:
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        connection.execute("PRAGMA user_version = 1")
        connection.execute("INSERT INTO meta VALUES ('namespace', 'n')")
        connection.execute("INSERT INTO people VALUES ('Rosa', 'write')")
        connection.execute("INSERT INTO issues (title, body, author, state, reason, updated_at) VALUES "
                           "('T', 'B', 'Rosa', 'closed', 'completed', '2026-11-01T00:00:00+00:00')")  # fmt: skip
        connection.execute("INSERT INTO events (issue, kind, actor, role, at, detail) VALUES "
                           "(1, 'closed', 'Rosa', 'write', '2026-11-01T00:00:00+00:00', '{}')")  # fmt: skip
        connection.execute("INSERT INTO events (issue, kind, actor, role, at, detail) VALUES "
                           "(1, 'edited', 'Rosa', 'write', '2026-11-01T00:00:00+00:00', '{}')")  # fmt: skip
    old = path.read_bytes()
    with open_reader(path) as reader:
        assert reader.issue(1).state_at == dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
        assert reader.journal.runs() == ()
    assert path.read_bytes() == old  # who reads does not upgrade
    with open_tracker(path) as tracker:
        assert tracker.snapshot("", everything=True).synced is None
        tracker.journal.end(tracker.journal.begin(START), RunEnd(3, 0, 0))
        tracker.deliveries.propose(tmp_path, "b", ProposalText("T", "B"), head="h")
        tracker.own_edits.remember({"a.md": b"x"})
    with open_reader(path) as reader:
        snapshot = reader.snapshot("", everything=True)
        assert (snapshot.namespace, snapshot.synced) == ("n", "abc")
        assert [issue.title for issue in snapshot.others or ()] == ["T"]
        assert len(reader.events(1)) == 2
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(schema.MIGRATIONS),)
