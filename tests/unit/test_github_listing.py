"""How many requests it takes to know a project's issues, and that what is known is what is there."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import httpx
import pytest

from gapkeeper.adapters.github.repository import GitHubRepository
from gapkeeper.adapters.http.store import Store
from gapkeeper.errors import NotAuthorisedError, UnavailableError
from gapkeeper.model.delivery import BRANCH
from gapkeeper.model.status import State
from http_wire import TOKEN
from small_github import ME, SmallGitHub

if TYPE_CHECKING:
    from pathlib import Path

    from gapkeeper.model.snapshot import Snapshot

MANAGED = "gapkeeper"
OURS = (MANAGED,)


def numbers(snapshot: Snapshot) -> list[int]:
    return [issue.number for issue in snapshot.issues]


def others(snapshot: Snapshot) -> list[int]:
    assert snapshot.others is not None
    return [issue.number for issue in snapshot.others]


@pytest.fixture
def github() -> SmallGitHub:
    return SmallGitHub()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "github.db"


def look(github: SmallGitHub, path: Path, *, everything: bool = False) -> Snapshot:
    """A run that only looks."""
    tracker = github.tracker(Store(path), read_only=True)
    try:
        return tracker.snapshot(MANAGED, everything=everything)
    finally:
        tracker.close()


def _killed(_: object) -> None:
    raise KeyboardInterrupt


class TestFirst:
    def test_costs_the_project_the_account_and_the_pages(self, github: SmallGitHub, path: Path) -> None:
        for n in range(5):
            github.add(f"Issue {n}", labels=OURS)
        github.page = 2
        assert numbers(look(github, path)) == [1, 2, 3, 4, 5]
        assert len(github.asked) == 2 + 3

    def test_of_a_small_project_tells_of_all_issues_at_once(self, github: SmallGitHub) -> None:
        github.add("ours", labels=OURS)
        github.add("not ours")
        tracker = github.tracker()
        assert tracker.snapshot(MANAGED, everything=False).others is None
        asked = len(github.asked)
        assert others(tracker.snapshot(MANAGED, everything=True)) == [2]
        assert len(github.asked) == asked

    def test_of_a_large_project_of_others_asks_by_label(self, github: SmallGitHub, path: Path) -> None:
        github.page = 3
        ours = [github.add(labels=("GapKeeper",)) for _ in range(2)]
        for _ in range(7):
            github.add("not ours")
        github.time.sleep(3600)
        assert numbers(look(github, path)) == ours
        assert [ask for ask in github.asked if "labels=gapkeeper" in ask]
        github.forget()
        assert numbers(look(github, path)) == ours  # what is kept does
        assert len(github.forget()) == 1
        snapshot = look(github, path, everything=True)
        assert (numbers(snapshot), others(snapshot)) == (ours, list(range(3, 10)))
        assert len(github.forget()) == 3

    def test_leaves_pull_requests_out(self, github: SmallGitHub, path: Path) -> None:
        github.add("ours", labels=OURS)
        github.add("a pull request", labels=OURS, pull_request={"url": "x"})
        snapshot = look(github, path, everything=True)
        assert (numbers(snapshot), others(snapshot)) == ([1], [])

    @pytest.mark.parametrize(
        ("by", "body", "asked"),
        [
            ("former-bot", 'Text\n\n<!-- gapkeeper: proposal {"items": [], "of": ""} -->\n', 1),
            (ME, "Text", 1),
            ("anna", "Text", 0),
        ],
    )
    def test_tells_whether_there_are_proposals_also_of_the_account_that_we_had_before(
        self, github: SmallGitHub, by: str, body: str, asked: int
    ) -> None:
        github.add("ours", labels=OURS)
        github.add("a pull request", by=by, body=body, pull_request={"url": "x"})
        tracker = github.tracker()
        tracker.snapshot(MANAGED, everything=False)
        github.trouble = lambda r: httpx.Response(200, json=[]) if r.url.path.endswith("/pulls") else None
        repository = GitHubRepository(
            tracker._session, branch=None, prefix="", patterns=((), ()), clone=lambda _: None, clock=github.time
        )
        assert repository.proposals(BRANCH) == ()
        assert sum("/pulls" in ask for ask in github.asked) == asked

    def test_is_complete_or_an_error(self, github: SmallGitHub, path: Path) -> None:
        github.page = 2
        for _ in range(5):
            github.add(labels=OURS)
        github.trouble = lambda request: httpx.Response(502) if request.url.params.get("page") == "3" else None
        with pytest.raises(UnavailableError):
            look(github, path)
        github.trouble = lambda _: None
        assert numbers(look(github, path)) == [1, 2, 3, 4, 5]

    @pytest.mark.parametrize("answer", [[1], [{}], [{"number": 1}], {"message": "?"}, [None]])
    def test_what_is_no_issue_is_an_error(self, github: SmallGitHub, path: Path, answer: object) -> None:
        github.trouble = lambda r: httpx.Response(200, json=answer) if r.url.path.endswith("/issues") else None
        with pytest.raises(UnavailableError):
            look(github, path)


class TestNext:
    def test_is_one_question_that_nothing_has_changed(self, github: SmallGitHub, path: Path) -> None:
        for _ in range(5):
            github.add(labels=OURS)
        first = look(github, path)
        second = look(github, path)
        github.forget()
        third = look(github, path)
        assert len(github.forget()) == 1
        assert first.issues == second.issues == third.issues

    def test_sees_what_people_did(self, github: SmallGitHub, path: Path) -> None:
        for _ in range(5):
            github.add(labels=OURS)
        look(github, path)
        github.time.sleep(3600)
        github.forget()
        github.issues[2]["title"] = "Renamed"
        github.touch(2)
        github.add("new", labels=OURS)
        snapshot = look(github, path)
        assert {issue.number: issue.title for issue in snapshot.issues}[2] == "Renamed"
        assert numbers(snapshot) == [1, 2, 3, 4, 5, 6]
        assert len(github.forget()) == 1

    def test_sees_a_label_that_was_taken_off(self, github: SmallGitHub, path: Path) -> None:
        github.page = 2
        for n in range(8):
            github.add(labels=OURS if n < 2 else ())
        assert numbers(look(github, path)) == [1, 2]
        github.issues[1]["labels"] = []
        github.touch(1)
        assert numbers(look(github, path)) == [2]

    def test_reads_many_changes_page_by_page_and_then_few_again(self, github: SmallGitHub, path: Path) -> None:
        for _ in range(9):
            github.add(labels=OURS)
        look(github, path)
        github.time.sleep(3600)
        github.page = 2
        for number in github.issues:
            github.issues[number]["title"] = "Renamed"
            github.touch(number)
        github.time.sleep(3600)
        github.forget()
        assert {issue.title for issue in look(github, path).issues} == {"Renamed"}
        assert len(github.forget()) == 5
        look(github, path)
        look(github, path)
        assert len(github.forget()) == 2

    @pytest.mark.parametrize("page", ["2", "3"])
    def test_reads_the_rest_where_an_outage_cut_off_a_long_list_of_changes(
        self, github: SmallGitHub, path: Path, page: str
    ) -> None:
        for _ in range(5):
            github.add(labels=OURS)
        look(github, path)
        github.time.sleep(3600)
        github.page = 2
        for number in github.issues:
            github.issues[number]["title"] = "Renamed"
            github.touch(number)
        github.trouble = lambda request: httpx.Response(502) if request.url.params.get("page") == page else None
        with pytest.raises(UnavailableError):
            look(github, path)
        github.trouble = lambda _: None
        assert {issue.title for issue in look(github, path).issues} == {"Renamed"}

    def test_takes_what_was_answered_to_a_run_that_was_killed_before_it_kept_it(
        self, github: SmallGitHub, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        github.add(labels=OURS)
        look(github, path)
        look(github, path)
        github.issues[1]["title"] = "Renamed"
        github.touch(1)
        with monkeypatch.context() as patched:
            patched.setattr("gapkeeper.adapters.github.listing.trimmed", _killed)
            with pytest.raises(KeyboardInterrupt):
                look(github, path)
        assert look(github, path).issues[0].title == "Renamed"

    def test_lists_everything_anew_once_a_day_so_that_a_deletion_is_seen(self, github: SmallGitHub, path: Path) -> None:
        for _ in range(3):
            github.add(labels=OURS)
        look(github, path)
        del github.issues[2]
        assert numbers(look(github, path)) == [1, 2, 3]
        github.time.sleep(86_401)
        assert numbers(look(github, path)) == [1, 3]

    def test_of_another_token_begins_anew(self, github: SmallGitHub, path: Path) -> None:
        github.add(labels=OURS)
        look(github, path)
        github.forget()
        other = github.tracker(Store(path), token=TOKEN[1:])
        other.snapshot(MANAGED, everything=False)
        assert len(github.forget()) == 3

    def test_does_without_what_is_kept(self, github: SmallGitHub, path: Path) -> None:
        github.add(labels=OURS)
        look(github, path)
        path.write_bytes(b"damaged")
        assert numbers(look(github, path)) == [1]

    @pytest.mark.parametrize("hours", [-1, 1])
    def test_a_clock_that_is_wrong_by_an_hour_loses_nothing(self, github: SmallGitHub, path: Path, hours: int) -> None:
        github.add(labels=OURS)
        look(github, path)
        real = github.time.now

        def run_with_wrong_clock() -> Snapshot:
            tracker = github.tracker(Store(path))
            tracker._session.client._wire.pacing._clock = lambda: github.time.now + dt.timedelta(hours=hours)
            return tracker.snapshot(MANAGED, everything=False)

        run_with_wrong_clock()
        github.time.now = real + dt.timedelta(minutes=5)
        github.move(1, "closed", "anna")
        assert run_with_wrong_clock().issues[0].state is State.CLOSED


class TestProject:
    def test_a_renamed_one_is_followed_and_asked_by_its_new_name(self, github: SmallGitHub) -> None:
        github.name = "octo/renamed"
        github.add(labels=OURS)

        def moved(request: httpx.Request) -> httpx.Response | None:
            if not request.url.path.startswith("/repos/octo/plan"):
                return None
            rest = request.url.raw_path.decode().removeprefix("/repos/octo/plan")
            return httpx.Response(301, headers={"location": f"https://api.github.com/repos/octo/renamed{rest}"})

        github.trouble = moved
        tracker = github.tracker()
        assert numbers(tracker.snapshot(MANAGED, everything=False)) == [1]
        assert tracker.issue(1).number == 1
        assert sum("octo/plan" in ask for ask in github.asked) == 1

    def test_one_that_is_not_there_may_be_one_that_the_token_may_not_see(self, github: SmallGitHub) -> None:
        github.name = "octo/other"
        with pytest.raises(NotAuthorisedError, match="the token may not see it") as caught:
            github.tracker().snapshot(MANAGED, everything=False)
        assert caught.value.exit_code == 77

    def test_without_issues_says_what_to_switch_on(self, github: SmallGitHub) -> None:
        gone = {"message": "Issues has been disabled in this repository."}
        github.trouble = lambda r: httpx.Response(410, json=gone) if r.url.path.endswith("/issues") else None
        with pytest.raises(NotAuthorisedError, match="disabled") as caught:
            github.tracker().snapshot(MANAGED, everything=False)
        assert "Features" in str(caught.value.hint)

    @pytest.mark.parametrize(
        ("project", "match"),
        [
            ({"archived": True}, "archived"),
            ({"has_issues": False}, "has no issues"),
            ({"permissions": {"push": False, "pull": True}}, "may read .* and not write"),
        ],
    )
    def test_that_cannot_be_written_to_is_refused_before_the_first_write(
        self, github: SmallGitHub, project: dict[str, object], match: str
    ) -> None:
        github.project = project
        tracker = github.tracker()
        with pytest.raises(NotAuthorisedError, match=match):
            tracker.lock()
        assert not [ask for ask in github.asked if not ask.startswith("GET")]

    @pytest.mark.parametrize("project", [{"archived": True}, {"has_issues": False}, {"permissions": {"push": False}}])
    def test_that_can_be_written_to_since_a_moment_ago_is_believed_at_once(
        self, github: SmallGitHub, path: Path, project: dict[str, object]
    ) -> None:
        right, github.project = github.project, project
        with pytest.raises(NotAuthorisedError):
            github.tracker(Store(path)).lock()
        github.project = right
        github.tracker(Store(path)).lock()
