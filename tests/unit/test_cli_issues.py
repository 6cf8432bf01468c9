"""`gapkeeper issues`: what people type, what they see, and what the tracker then holds."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from gapkeeper.adapters.sqlite_tracker import DEFAULT_URL, EventKind, SqliteTracker, database_path, open_tracker
from gapkeeper.entry.cli import issue_text
from gapkeeper.entry.cli.issues import command
from gapkeeper.entry.cli.run import run
from gapkeeper.model.plan import IssueUpdate
from gapkeeper.model.snapshot import Actor, Reason, Role
from gapkeeper.model.status import State
from gapkeeper.planning.marker import END_LINE, Marker, Pair, TrackerState, hidden_key_line, write_marker
from gapkeeper.reporting.style import Look, render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LABELS = frozenset({"gapkeeper", "kind: later"})


def body_of(key: str) -> str:
    marker = Marker(f"1/LATER//{key}", key, Pair(None, TrackerState.OPEN), Pair("", ""))
    return f"Mine.\n\n{write_marker(marker)}\n| Field | Value |\n|-|-|\n| Status | **pending** |\n{END_LINE}\n"


def create(tracker: SqliteTracker, title: str, body: str = "", labels: frozenset[str] = LABELS) -> int:
    return tracker.create_issue(title, body, labels, milestone=None, assignees=frozenset()).number


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of Rosa's with three issues of ours and one of somebody else, as the current folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("CI", "FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    subprocess.run(["git", "init", "--quiet"], check=True)
    subprocess.run(["git", "config", "user.name", "Rosa Luz"], check=True)
    with open_tracker(database_path(DEFAULT_URL, tmp_path), url=DEFAULT_URL) as tracker:
        for key in ("LATER-001", "LATER-002"):
            create(tracker, f"{key}: A title", body_of(key))
        create(tracker, "Labelled by hand", labels=frozenset({"gapkeeper"}))
        create(tracker, "Somebody's own", labels=frozenset())
        tracker.update_issue(1, IssueUpdate(state=State.CLOSED, reason=Reason.NOT_PLANNED))
    return tmp_path


@pytest.fixture
def tracker(folder: Path) -> Iterator[SqliteTracker]:
    with open_tracker(database_path(DEFAULT_URL, folder)) as opened:
        yield opened


@pytest.fixture
def issues(folder: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Runs `gapkeeper issues ...` in the folder and returns what it prints; it has to end well."""
    assert folder == Path.cwd()

    def call(*arguments: str) -> str:
        code = run(["issues", *arguments])
        out, err = capsys.readouterr()
        assert code == 0, err
        return out

    return call


@pytest.fixture
def refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """The same, where it has to end in an error: its exit code and message."""
    assert folder == Path.cwd()

    def call(*arguments: str) -> tuple[int, str]:
        code = run(["issues", *arguments])
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith("error: ")
        return code, err

    return call


class TestList:
    def test_shows_our_issues_the_open_ones_first(self, issues: Callable[..., str]) -> None:
        assert issues("list") == (
            "ISSUE  KEY        STATE        TITLE             LABELS\n"
            "   #2  LATER-002  open         A title           kind: later\n"
            "   #3             open         Labelled by hand\n"
            "   #1  LATER-001  not planned  A title           kind: later\n"
        )

    @pytest.mark.parametrize(("state", "numbers"), [("open", [2, 3]), ("closed", [1]), ("all", [2, 3, 1])])
    def test_takes_a_state(self, issues: Callable[..., str], state: str, numbers: list[int]) -> None:
        listed = json.loads(issues("list", "--state", state, "--format", "json"))
        assert [issue["number"] for issue in listed["issues"]] == numbers

    def test_has_json_that_does_not_change(self, issues: Callable[..., str]) -> None:
        assert json.loads(issues("list", "--state", "closed", "--format", "json")) == {
            "version": 1,
            "issues": [
                {
                    "number": 1,
                    "key": "LATER-001",
                    "title": "LATER-001: A title",
                    "state": "closed",
                    "reason": "not_planned",
                    "labels": ["gapkeeper", "kind: later"],
                    "url": "sqlite:.gapkeeper/tracker.db#1",
                }
            ],
        }
        listed = json.loads(issues("list", "--state", "open", "--format", "json"))["issues"]
        assert [(issue["key"], issue["reason"]) for issue in listed] == [("LATER-002", None), (None, None)]

    def test_fits_a_narrow_terminal_and_has_colour(self, tracker: SqliteTracker) -> None:
        create(tracker, "A title that goes on and on and on", body_of("LATER-004"))
        shown = tracker.snapshot("gapkeeper", everything=False).issues
        lines = render(issue_text.list_lines(shown, "gapkeeper", Look(width=64)), Look(width=64)).splitlines()
        assert max(map(len, lines)) <= 64
        assert lines[0].split() == ["ISSUE", "KEY", "STATE", "TITLE"]
        look = Look(width=80, colour=True)
        assert "\x1b[35mnot planned" in render(issue_text.list_lines(shown, "gapkeeper", look), look)

    def test_obeys_the_managed_label_of_the_settings(self, folder: Path, issues: Callable[..., str]) -> None:
        (folder / "gapkeeper.toml").write_text('[labels]\nmanaged = "ours"\n')
        listed = json.loads(issues("list", "--format", "json"))["issues"]
        assert [issue["number"] for issue in listed] == [2, 1]  # those with a marker

    def test_a_strangers_copy_of_an_issue_is_none_of_ours(self, folder: Path, issues: Callable[..., str]) -> None:
        stranger = Actor("eve", Role.READ)
        with open_tracker(database_path(DEFAULT_URL, folder), url=DEFAULT_URL, actor=stranger) as tracker:
            number = create(tracker, "LATER-001: A title", body_of("LATER-001"), labels=frozenset())
        assert f"#{number}" not in issues("list")
        assert issues("show", "LATER-001").startswith("#1 LATER-001")

    def test_where_there_is_no_tracker_makes_none(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (folder / "empty").mkdir()
        assert run(["issues", "list", "empty"]) == 0
        assert run(["issues", "list", "--tracker", "sqlite:other.db"]) == 0
        assert capsys.readouterr() == ("", "0 open, 0 closed\n" * 2)
        assert list((folder / "empty").iterdir()) == []
        assert not (folder / "other.db").exists()

    def test_reads_the_tracker_of_another_folder(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (folder / "elsewhere").mkdir()
        monkeypatch.chdir(folder / "elsewhere")
        for arguments in (["..", "--format", "json"], ["--tracker", f"sqlite:{folder}/.gapkeeper/tracker.db"]):
            result = CliRunner().invoke(command, ["list", *arguments])
            assert result.exit_code == 0
            assert "LATER-002" in result.output


class TestShow:
    def test_tells_everything_and_no_secrets_of_ours(self, issues: Callable[..., str], tracker: SqliteTracker) -> None:
        tracker.comment(2, f"Due *soon*.\n\n{hidden_key_line('close-0123456789abcdef')}")
        tracker.add_link(2, "blocked_by", 3)
        issues("edit", "2", "--title", "Mine", "--add-label", "bug", "--as", "Piet", "--role", "read")
        out = issues("show", "2")
        assert out.startswith("#2 Mine\n  State       open\n  Key         LATER-002\n  Author      gapkeeper\n")
        assert "Labels      bug, gapkeeper, kind: later\n  Blocked by  #3\n" in out
        assert "\n  Mine.\n\n  Status  pending\n" in out
        assert "\n    Due soon.\n" in out
        assert '  Piet (read) renamed it from "LATER-002: A title"\n' in out
        assert '  Piet (read) added the label "bug"\n' in out
        assert "<!--" not in out
        assert "0123456789abcdef" not in out

    def test_says_who_closed_it_and_why(self, issues: Callable[..., str]) -> None:
        assert "  State    closed as not planned by gapkeeper\n" in issues("show", "1")
        issues("reopen", "1")
        assert "  State    open, reopened by Rosa Luz (write)\n" in issues("show", "1")

    def test_has_json(self, issues: Callable[..., str], tracker: SqliteTracker) -> None:
        tracker.comment(1, "Text")
        shown = json.loads(issues("show", "#1", "--format", "json"))
        assert shown["version"] == 1
        assert shown["issue"]["key"] == "LATER-001"
        assert shown["issue"]["body"] == body_of("LATER-001")
        assert shown["issue"]["state_actor"] == {"name": "gapkeeper", "role": "self"}
        assert [comment["body"] for comment in shown["comments"]] == ["Text"]
        assert [event["kind"] for event in shown["events"]] == ["created", "closed", "commented"]

    def test_has_a_sentence_for_every_event(self) -> None:
        assert set(issue_text._SENTENCES) == set(EventKind)

    def test_finds_an_issue_by_the_key_of_its_item(self, issues: Callable[..., str]) -> None:
        assert issues("show", "later-002").startswith("#2 LATER-002")

    def test_keeps_the_terminal_as_it_is(self, issues: Callable[..., str], tracker: SqliteTracker) -> None:
        hostile = "a\x1b[31m\x9b2J\r\nb\u202e"
        number = create(tracker, hostile, hostile, frozenset({"gapkeeper", "l\x1b]0;x\x07"}))
        tracker.comment(number, hostile)
        with open_tracker(Path(DEFAULT_URL.removeprefix("sqlite:")), actor=Actor("R\x1b[7m", Role.WRITE)) as person:
            person.update_issue(number, IssueUpdate(title=f"{hostile} too"))
        for out in (issues("show", str(number)), issues("list"), issues("list", "--format", "json")):
            assert not set(out) & set("\x1b\x9b\x07\r\u202e")

    def test_a_marker_of_a_newer_version_does_not_stand_in_the_way(
        self, issues: Callable[..., str], tracker: SqliteTracker
    ) -> None:
        newer = body_of("LATER-009").replace("marker 1 ", "marker 9 ")
        number = create(tracker, "From the future", newer)
        assert "From the future" in issues("show", str(number))


class TestPlayingTheMaintainer:
    def test_close_is_by_gits_user_who_may_write(self, issues: Callable[..., str], tracker: SqliteTracker) -> None:
        assert issues("close", "2") == "closed as completed: #2 LATER-002: A title\n"
        issue = tracker.issue(2)
        assert (issue.state, issue.reason) == (State.CLOSED, Reason.COMPLETED)
        assert issue.state_actor == Actor("Rosa Luz", Role.WRITE)

    @pytest.mark.parametrize("role", ["write", "read", "bot"])
    @pytest.mark.parametrize("reason", ["completed", "not-planned", "duplicate"])
    def test_close_takes_name_role_and_reason(
        self, issues: Callable[..., str], tracker: SqliteTracker, role: str, reason: str
    ) -> None:
        issues("close", "LATER-002", "--as", "Ann", "--role", role, "--reason", reason)
        issue = tracker.issue(2)
        assert issue.reason is Reason(reason.replace("-", "_"))
        assert issue.state_actor == Actor("Ann", Role(role))

    def test_reopen(self, issues: Callable[..., str], tracker: SqliteTracker) -> None:
        assert issues("reopen", "1", "--as", "Ann") == "reopened: #1 LATER-001: A title\n"
        assert tracker.issue(1).state is State.OPEN
        assert tracker.issue(1).state_actor == Actor("Ann", Role.WRITE)

    def test_what_is_so_already_is_said_and_not_logged(
        self, issues: Callable[..., str], tracker: SqliteTracker
    ) -> None:
        before = tracker.events()
        assert issues("reopen", "2") == "nothing to change on #2 LATER-002: A title\n"
        assert issues("close", "1", "--reason", "not-planned").startswith("nothing to change on #1")
        assert issues("edit", "2", "--remove-label", "never was").startswith("nothing to change on #2")
        assert tracker.events() == before

    def test_edit(
        self, issues: Callable[..., str], tracker: SqliteTracker, monkeypatch: pytest.MonkeyPatch, folder: Path
    ) -> None:
        issues("edit", "2", "--title", "Ours", "--add-label", "a", "--add-label", "b", "--remove-label", "GAPKEEPER")
        issue = tracker.issue(2)
        assert (issue.title, issue.labels) == ("Ours", frozenset({"a", "b", "kind: later"}))
        issues("edit", "2", "--body", "Short")
        assert tracker.issue(2).body == "Short"
        (folder / "text.md").write_bytes("Zürich\r\n".encode())
        issues("edit", "2", "--body-file", "text.md")
        assert tracker.issue(2).body == "Zürich\r\n"
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(body_of("LATER-002").encode())))
        issues("edit", "2", "--body-file", "-")
        assert tracker.issue(2).body == body_of("LATER-002")

    def test_comment(self, issues: Callable[..., str], tracker: SqliteTracker, folder: Path) -> None:
        (folder / "text.md").write_text("Three")
        assert issues("comment", "2", "One") == "commented on #2 LATER-002: A title\n"
        issues("comment", "2", "--body", "Two", "--as", "Ann")
        issues("comment", "2", "--body-file", "text.md")
        issues("comment", "2", "Four", str(folder))
        issues("comment", "2", str(folder), "--body", "Five")
        comments = tracker.comments(2)
        assert [comment.body for comment in comments] == ["One", "Two", "Three", "Four", "Five"]
        assert [comment.author.name for comment in comments[:2]] == ["Rosa Luz", "Ann"]

    def test_delete(self, issues: Callable[..., str], refused: Callable[..., tuple[int, str]]) -> None:
        assert issues("delete", "2") == "deleted: #2 LATER-002: A title\n"
        code, message = refused("show", "2")
        assert code == 1
        assert "was deleted by Rosa Luz on 20" in message

    def test_delete_asks_on_a_terminal(self, tracker: SqliteTracker, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("gapkeeper.entry.cli.issues.interactive", lambda: True)
        asked = CliRunner().invoke(command, ["delete", "2"], input="n\n")
        assert "Delete #2 LATER-002: A title?" in asked.output
        assert asked.exit_code == 1
        assert tracker.issue(2).number == 2
        assert CliRunner().invoke(command, ["delete", "2", "--yes"]).exit_code == 0
        assert [event.kind for event in tracker.events(2)][-1] is EventKind.DELETED

    def test_without_git_it_is_the_login_name(
        self, issues: Callable[..., str], tracker: SqliteTracker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("shutil.which", lambda _: None)
        monkeypatch.setenv("LOGNAME", "rluz")
        issues("close", "2")
        assert tracker.issue(2).state_actor == Actor("rluz", Role.WRITE)


class TestRefused:
    @pytest.mark.parametrize(
        ("arguments", "code", "words"),
        [
            (["show", "99"], 1, "no issue #99"),
            (["close", "99999999999999999999"], 1, "no issue of 99999999999999999999"),
            (["close", "LATER-099"], 1, "no issue of LATER-099"),
            (["close", "2", "--reason", "bored"], 64, "--reason"),
            (["close", "2", "--role", "self"], 64, "--role"),
            (["close", "2", "--as", "GapKeeper"], 64, "account of the sync"),
            (["close"], 64, "Missing argument"),
            (["closed", "2"], 64, "closed"),
            (["edit", "2"], 64, "nothing to edit"),
            (["edit", "2", "--body", "a", "--body-file", "b"], 64, "exclude each other"),
            (["edit", "2", "--body-file", "missing.md"], 64, "missing.md cannot be read"),
            (["edit", "2", "--title", "x" * 257], 5, "1 more than the tracker takes (256)"),
            (["edit", "2", "--title", " "], 5, "the title is empty"),
            (["comment", "2"], 64, "nothing to say"),
            (["comment", "2", "a", ".gapkeeper", "--body", "b"], 64, "TEXT is there twice"),
            (["list", "missing"], 64, "there is no folder missing"),
            (["list", "--tracker", "gitlab:owner/name"], 77, "gitlab:owner/name needs a token"),
            (["list", "--tracker", "sqlite:.git/HEAD"], 69, "damaged, or no tracker"),
            (["list", "--tracker", "sqlite:.git"], 69, "is a folder"),
        ],
    )
    def test_with_exit_code_and_words(
        self, refused: Callable[..., tuple[int, str]], arguments: list[str], code: int, words: str
    ) -> None:
        got, message = refused(*arguments)
        assert (got, words in message) == (code, True), message

    def test_text_that_is_not_utf_8(self, refused: Callable[..., tuple[int, str]], folder: Path) -> None:
        (folder / "text.md").write_bytes(b"ab\xff")
        assert refused("edit", "2", "--body-file", "text.md") == (64, "error: text.md is not UTF-8 at byte 3\n")

    def test_a_key_with_several_issues(self, refused: Callable[..., tuple[int, str]], tracker: SqliteTracker) -> None:
        create(tracker, "Again", body_of("LATER-002"))
        code, message = refused("close", "LATER-002")
        assert code == 64
        assert "#2, #5" in message

    def test_nothing_is_written_without_an_issue(self, refused: Callable[..., tuple[int, str]], folder: Path) -> None:
        assert refused("close", "1", "--tracker", "sqlite:other.db")[0] == 1
        assert not (folder / "other.db").exists()


def test_every_command_has_a_help_with_examples() -> None:
    names: list[Any] = list(command.commands)
    assert names == ["list", "show", "close", "reopen", "edit", "comment", "delete"]
    for name in names:
        result = CliRunner().invoke(command, [name, "--help"], prog_name="gapkeeper issues")
        assert result.exit_code == 0
        assert f"Examples:\n  gapkeeper issues {name}" in result.output
