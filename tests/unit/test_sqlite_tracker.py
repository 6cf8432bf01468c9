"""What the embedded tracker alone has: its log, its people, its folder, and text that SQLite could trip over."""

from __future__ import annotations

import datetime as dt
import sqlite3
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gapkeeper.adapters.sqlite_tracker import (
    DEFAULT_URL,
    SELF,
    EventKind,
    SqliteTracker,
    database_path,
    open_reader,
    open_tracker,
)
from gapkeeper.errors import ConfigurationError, NotFoundError, RejectedError, UnavailableError, UsageError
from gapkeeper.model.plan import IssueUpdate
from gapkeeper.model.snapshot import Actor, Label, Reason, Role
from gapkeeper.model.status import State, Status
from gapkeeper.planning.marker import Marker, Pair, TrackerState, write_marker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapkeeper.model.snapshot import Issue

NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)
ROSA = Actor("Rosa", Role.WRITE)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tracker.db"


@pytest.fixture
def tracker(path: Path) -> Iterator[SqliteTracker]:
    with open_tracker(path, clock=lambda: NOON) as opened:
        yield opened


def create(tracker: SqliteTracker, title: str = "A title", body: str = "") -> Issue:
    return tracker.create_issue(title, body, frozenset(), milestone=None, assignees=frozenset())


class TestLog:
    def test_tells_who_did_what_in_which_role_and_when(self, tracker: SqliteTracker, path: Path) -> None:
        number = create(tracker).number
        with open_tracker(path, actor=ROSA, clock=lambda: NOON + dt.timedelta(hours=1)) as person:
            update = IssueUpdate(title="Other", body="Text", state=State.CLOSED, add_labels=frozenset({"bug"}))
            person.update_issue(number, update)
            person.comment(number, "Done.")
        events = tracker.events(number)
        assert [(event.kind, event.actor, event.at) for event in events] == [
            (EventKind.CREATED, SELF, NOON),
            *(
                (kind, ROSA, NOON + dt.timedelta(hours=1))
                for kind in (
                    EventKind.RENAMED,
                    EventKind.EDITED,
                    EventKind.LABELLED,
                    EventKind.CLOSED,
                    EventKind.COMMENTED,
                )
            ),
        ]
        assert [dict(event.detail) for event in events] == [
            {"title": "A title", "labels": []},
            {"from": "A title", "to": "Other"},
            {"from": ""},
            {"name": "bug"},
            {"reason": "completed"},
            {},
        ]

    def test_writes_times_in_utc(self, path: Path) -> None:
        zone = dt.timezone(dt.timedelta(hours=2))
        with open_tracker(path, clock=lambda: NOON.astimezone(zone)) as tracker:
            create(tracker)
            assert tracker.events()[0].at.isoformat() == "2026-11-24T12:00:00+00:00"

    def test_dates_the_issues_it_tells_of(self, path: Path) -> None:
        hours = iter(range(24))
        with open_tracker(path, clock=lambda: NOON + dt.timedelta(hours=next(hours))) as tracker:
            first, second = create(tracker).number, create(tracker).number
            tracker.comment(first, "Text")
            assert [tracker.issue(n).updated_at for n in (first, second)] == [
                NOON + dt.timedelta(hours=hour) for hour in (2, 1)
            ]
            tracker.update_issue(second, IssueUpdate(title="A title"))  # which it has already
            assert tracker.issue(second).updated_at == NOON + dt.timedelta(hours=1)

    def test_keeps_the_role_of_the_time(self, tracker: SqliteTracker, path: Path) -> None:
        number = create(tracker).number
        with open_tracker(path, actor=Actor("Rosa", Role.READ)) as reader:
            reader.update_issue(number, IssueUpdate(state=State.CLOSED))
        with open_tracker(path, actor=ROSA) as promoted:
            promoted.comment(number, "Now I may.")
        assert tracker.issue(number).state_actor == Actor("Rosa", Role.READ)
        assert [event.actor.role for event in tracker.events(number)] == [Role.SELF, Role.READ, Role.WRITE]

    def test_shows_authors_in_the_role_that_is_in_force(self, tracker: SqliteTracker, path: Path) -> None:
        with open_tracker(path, actor=ROSA) as person:
            number = create(person).number
        with open_tracker(path, actor=Actor("Rosa", Role.READ)) as former:
            former.comment(number, "I was let go.")
        assert tracker.issue(number).author == Actor("Rosa", Role.READ)
        assert tracker.events(number)[0].actor == ROSA

    def test_keeps_deleted_issues(self, tracker: SqliteTracker, path: Path) -> None:
        number = create(tracker, "Gone soon").number
        with open_tracker(path, actor=ROSA, clock=lambda: NOON) as person:
            person.delete_issue(number)
        last = tracker.events(number)[-1]
        assert (last.kind, last.actor, last.detail) == (EventKind.DELETED, ROSA, {"title": "Gone soon"})
        with pytest.raises(NotFoundError, match=r"#1 .* was deleted by Rosa on 2026-11-24"):
            tracker.issue(number)

    def test_knows_which_item_a_deleted_issue_stood_for(self, tracker: SqliteTracker, path: Path) -> None:
        state = Pair(Status.PENDING, TrackerState.OPEN)
        marker = write_marker(Marker("42/LATER//LATER-001", "LATER-001", state, Pair("a", "a")))
        body = f"{marker}\n<!-- gapkeeper: end -->"
        ours = create(tracker, "Ours", body).number
        newer = create(tracker, "Newer", body.replace("marker 1 ", "marker 9 ")).number
        with open_tracker(path, actor=Actor("Guest", Role.READ)) as stranger:
            copy = create(stranger, "A stranger's copy", body).number
        for number in (ours, newer, copy):
            tracker.delete_issue(number)
        assert tracker.snapshot("gapkeeper", everything=False).gone == {"42/LATER//LATER-001": ours}

    def test_can_only_grow(self, tracker: SqliteTracker, path: Path) -> None:
        create(tracker)
        with sqlite3.connect(path) as connection:
            for statement in ("UPDATE events SET actor = 'Mallory'", "DELETE FROM events"):
                with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                    connection.execute(statement)
        connection.close()

    def test_says_that_a_reason_was_changed(self, tracker: SqliteTracker) -> None:
        number = create(tracker).number
        tracker.update_issue(number, IssueUpdate(state=State.CLOSED))
        tracker.update_issue(number, IssueUpdate(state=State.CLOSED, reason=Reason.DUPLICATE))
        assert [event.detail for event in tracker.events(number)][1:] == [
            {"reason": "completed"},
            {"reason": "duplicate"},
        ]

    def test_holds_a_label_once_and_only_if_the_write_was_kept(self, tracker: SqliteTracker) -> None:
        with pytest.raises(RejectedError):
            tracker.create_issue("x" * 257, "", frozenset({"bug"}), milestone=None, assignees=frozenset())
        assert tracker.events() == ()
        tracker.create_label(Label("bug", "ff0000"))
        assert [(event.kind, event.issue) for event in tracker.events()] == [(EventKind.LABEL_CREATED, None)]


class TestActor:
    def test_nobody_else_takes_our_account(self, path: Path) -> None:
        for actor in (Actor("gapkeeper", Role.WRITE), Actor("GapKeeper", Role.BOT), Actor("Rosa", Role.SELF)):
            with pytest.raises(RejectedError, match="own account"):
                open_tracker(path, actor=actor)
        assert not path.exists()

    def test_has_a_name(self, path: Path) -> None:
        with pytest.raises(RejectedError, match="empty"):
            open_tracker(path, actor=Actor(" ", Role.WRITE))

    def test_a_reason_needs_a_close(self, tracker: SqliteTracker) -> None:
        number = create(tracker).number
        for state in (None, State.OPEN):
            with pytest.raises(RejectedError, match="not_planned"):
                tracker.update_issue(number, IssueUpdate(state=state, reason=Reason.NOT_PLANNED))


class TestText:
    @pytest.mark.parametrize("text", ["a\0b", "\0", "\ufeffx", "\U0010ffff", "e\u0301", "x\r\ny\rz\u2028", "\u202eabc"])
    def test_comes_back_as_it_was(self, tracker: SqliteTracker, path: Path, text: str) -> None:
        issue = tracker.create_issue(f"t{text}", text, frozenset({f"l{text}"}), milestone=None, assignees=frozenset())
        tracker.comment(issue.number, f"c{text}")
        with open_tracker(path) as again:
            stored = again.snapshot(f"l{text}", everything=False).issues[0]
            assert (stored.title, stored.body, stored.labels) == (f"t{text}", text, frozenset({f"l{text}"}))
            assert again.comments(issue.number)[0].body == f"c{text}"

    def test_behind_a_nul_is_still_searched_for_the_marker(self, tracker: SqliteTracker) -> None:
        number = create(tracker, body="a\0b\n<!-- gapkeeper: marker 1").number
        assert [issue.number for issue in tracker.snapshot("gapkeeper", everything=False).issues] == [number]

    def test_that_is_no_unicode_is_rejected(self, tracker: SqliteTracker) -> None:
        number = create(tracker).number
        for write in (
            lambda: create(tracker, "a\ud800"),
            lambda: create(tracker, body="ab\udfff"),
            lambda: tracker.comment(number, "a\udc80"),
            lambda: tracker.create_label(Label("a\ud800", "ff0000")),
            lambda: tracker.create_milestone("a\ud800"),
        ):
            with pytest.raises(RejectedError, match="surrogate"):
                write()
        assert len(tracker.events()) == 1


class TestPlace:
    def test_a_url_names_a_file_beginning_at_the_folder(self, tmp_path: Path) -> None:
        assert database_path(DEFAULT_URL, tmp_path) == tmp_path / ".gapkeeper" / "tracker.db"
        assert database_path("sqlite:a b/c#d?.db", tmp_path) == tmp_path / "a b" / "c#d?.db"
        assert database_path("sqlite:/data/t.db", tmp_path) == Path("/data/t.db")

    @pytest.mark.parametrize("url", ["github:owner/name", "sqlite:", "sqlite: ", "tracker.db", "", "sqlite:a\0b"])
    def test_another_url_is_a_usage_error(self, tmp_path: Path, url: str) -> None:
        with pytest.raises(UsageError, match="does not name an embedded tracker"):
            database_path(url, tmp_path)

    @pytest.mark.parametrize("url", ["sqlite:../t.db", "sqlite:/t.db", "sqlite:link/t.db", "sqlite:a/../../t.db"])
    def test_a_repository_names_no_file_out_of_its_folder(self, tmp_path: Path, url: str) -> None:
        folder = tmp_path / "repository"
        folder.mkdir()
        (folder / "link").symlink_to(tmp_path, target_is_directory=True)
        with pytest.raises(ConfigurationError, match="is not within"):
            database_path(url, folder, confined=True)
        assert database_path(url, folder) == folder / url.removeprefix("sqlite:")  # an operator may
        assert database_path("sqlite:inside/t.db", folder, confined=True) == folder / "inside" / "t.db"

    def test_the_default_folder_ignores_itself_in_git(self, tmp_path: Path) -> None:
        subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
        with open_tracker(database_path(DEFAULT_URL, tmp_path)) as tracker, tracker.lock():
            create(tracker)
            git = ["git", "-C", str(tmp_path), "status", "--porcelain", "--untracked-files=all"]
            assert subprocess.run(git, check=True, capture_output=True, text=True).stdout == ""
        assert (tmp_path / ".gapkeeper" / ".gitignore").read_text() == "*\n"

    def test_a_persons_own_gitignore_stays(self, tmp_path: Path) -> None:
        place = tmp_path / ".gapkeeper"
        place.mkdir()
        (place / ".gitignore").write_text("*.log\n")
        open_tracker(place / "tracker.db").close()
        assert (place / ".gitignore").read_text() == "*.log\n"

    def test_a_gitignore_that_a_full_disk_cut_short_is_written_again(self, tmp_path: Path) -> None:
        place = tmp_path / ".gapkeeper"
        place.mkdir()
        (place / ".gitignore").touch()
        open_tracker(place / "tracker.db").close()
        assert (place / ".gitignore").read_text() == "*\n"

    def test_a_gitignore_that_is_a_link_is_not_written_through(self, tmp_path: Path) -> None:
        place = tmp_path / ".gapkeeper"
        place.mkdir()
        (place / ".gitignore").symlink_to(tmp_path / "outside")
        open_tracker(place / "tracker.db").close()
        assert not (tmp_path / "outside").exists()

    def test_another_folder_is_left_alone(self, tmp_path: Path) -> None:
        open_tracker(tmp_path / "odd name #1?.db").close()
        assert sorted(p.name for p in tmp_path.iterdir()) == ["odd name #1?.db", "odd name #1?.db.lock"]

    def test_a_folder_that_is_not_there_is_not_made(self, tmp_path: Path) -> None:
        for place in ("missing/tracker.db", "missing/.gapkeeper/tracker.db"):
            for opened in (open_tracker, open_reader):  # a plan against a misspelt path would be for nothing
                with pytest.raises(UnavailableError, match="there is no folder"):
                    opened(tmp_path / place)
        assert list(tmp_path.iterdir()) == []

    def test_reading_where_nothing_is_makes_nothing(self, tmp_path: Path) -> None:
        with open_reader(database_path(DEFAULT_URL, tmp_path)) as reader:
            snapshot = reader.snapshot("gapkeeper", everything=True)
            assert (snapshot.issues, snapshot.others, snapshot.labels) == ((), (), {})
            with pytest.raises(NotFoundError):
                reader.issue(1)
        assert list(tmp_path.iterdir()) == []

    def test_reading_leaves_the_file_as_it_is(self, path: Path) -> None:
        with open_tracker(path) as tracker:
            create(tracker)
        before = path.read_bytes()
        with open_reader(path) as reader:
            assert len(reader.events()) == 1
            with pytest.raises(sqlite3.OperationalError, match="readonly"):  # SQLite itself would refuse as well
                reader._database.connection.execute("DELETE FROM issues")
        assert path.read_bytes() == before

    def test_the_namespace_is_known_before_the_first_sync_and_stays(self, path: Path, tmp_path: Path) -> None:
        with open_reader(path) as reader:
            planned = reader.snapshot("gapkeeper", everything=False).namespace
        with open_tracker(path) as tracker:
            assert tracker.snapshot("gapkeeper", everything=False).namespace == planned
        moved = path.rename(tmp_path / "moved.db")
        with open_tracker(moved) as tracker, open_tracker(tmp_path / "other.db") as other:
            assert tracker.snapshot("gapkeeper", everything=False).namespace == planned
            assert other.snapshot("gapkeeper", everything=False).namespace != planned
        assert len(planned) == 32
        assert int(planned, 16) > 0

    def test_issues_have_an_address(self, path: Path) -> None:
        with open_tracker(path, url="sqlite:here.db") as tracker:
            assert create(tracker).url == "sqlite:here.db#1"
        with open_tracker(path) as tracker:
            assert tracker.url == f"sqlite:{path}"
