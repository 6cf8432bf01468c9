"""What each question and each write costs on GitHub, and what people did there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from gapkeeper.adapters.http.store import Store
from gapkeeper.errors import NotAuthorisedError, NotFoundError, RejectedError, UnavailableError
from gapkeeper.model.plan import IssueUpdate
from gapkeeper.model.snapshot import Actor, Label, Reason, Role
from gapkeeper.model.status import State
from gapkeeper.planning.marker import END_LINE, Marker, Pair, TrackerState, hidden_key_line, write_marker
from small_github import ME, SmallGitHub

if TYPE_CHECKING:
    from pathlib import Path

    from gapkeeper.model.snapshot import Issue

MANAGED = "gapkeeper"
OURS = (MANAGED,)
KEY = "close-0123456789abcdef"
COMMENT = f"Closed.\n\n{hidden_key_line(KEY)}"


def body(state: TrackerState = TrackerState.OPEN) -> str:
    """A managed body that says how the last sync left the issue."""
    marker = Marker("1/LATER//LATER-001", "LATER-001", Pair(None, state), Pair("A", "A"))
    return f"{write_marker(marker)}\nText.\n{END_LINE}\n"


@pytest.fixture
def github() -> SmallGitHub:
    return SmallGitHub()


def only(github: SmallGitHub) -> Issue:
    (issue,) = github.tracker(read_only=True).snapshot(MANAGED, everything=False).issues
    return issue


class TestWhoMovedIt:
    @pytest.mark.parametrize(
        ("who", "role"),
        [
            ("anna", Role.WRITE),
            ("guest", Role.READ),
            ("stale[bot]", Role.BOT),
            (ME, Role.SELF),
            (ME.upper(), Role.SELF),
        ],
    )
    def test_is_told_with_their_role(self, github: SmallGitHub, who: str, role: Role) -> None:
        github.add(labels=OURS, body=body())
        github.move(1, "closed", who, reason="not_planned")
        issue = only(github)
        assert issue.state_actor == Actor(who, role)
        assert issue.state_at is not None
        assert issue.reason is Reason.NOT_PLANNED

    def test_is_taken_from_the_list_where_it_says_so(self, github: SmallGitHub) -> None:
        github.add(labels=OURS, body=body())
        github.move(1, "closed", "anna")
        github.issues[1]["closed_by"] = {"login": "anna", "type": "User"}
        assert only(github).state_actor == Actor("anna", Role.WRITE)
        assert not [ask for ask in github.asked if "events" in ask]

    def test_of_a_reopened_one_is_who_did_that_last(self, github: SmallGitHub) -> None:
        github.add(labels=OURS, body=body(TrackerState.COMPLETED))
        github.move(1, "closed", ME)
        github.move(1, "open", "guest")
        github.move(1, "closed", "guest")
        github.move(1, "open", "anna")
        assert only(github).state_actor == Actor("anna", Role.WRITE)

    @pytest.mark.parametrize("state", ["open", "closed"])
    def test_is_not_asked_where_it_is_as_the_last_sync_left_it(self, github: SmallGitHub, state: str) -> None:
        github.add(labels=OURS, body=body(TrackerState.COMPLETED if state == "closed" else TrackerState.OPEN))
        github.move(1, "closed", "anna")
        if state == "open":
            github.move(1, "open", "anna")
        assert only(github).state_actor is None
        assert len(github.asked) == 3

    def test_is_asked_once_and_then_known(self, github: SmallGitHub, tmp_path: Path) -> None:
        github.add(labels=OURS, body=body())
        github.move(1, "closed", "anna")
        for _ in range(2):
            github.forget()
            tracker = github.tracker(Store(tmp_path / "github.db"), read_only=True)
            assert tracker.snapshot(MANAGED, everything=False).issues[0].state_actor == Actor("anna", Role.WRITE)
            tracker.close()
        assert not [ask for ask in github.asked if "events" in ask]
        assert len([ask for ask in github.asked if "permission" in ask]) == 1  # whose word counts is asked in every run

    def test_whose_account_was_deleted_may_nothing(self, github: SmallGitHub) -> None:
        github.add(labels=OURS, body=body())
        github.move(1, "closed", "anna")
        github.events[1][-1]["actor"] = None
        assert only(github).state_actor == Actor("ghost", Role.READ)

    def test_could_not_be_asked_is_never_no(self, github: SmallGitHub) -> None:
        github.add(labels=OURS, body=body())
        github.move(1, "closed", "anna")
        forbidden = {"message": "Must have push access to view collaborator permission."}
        github.trouble = lambda r: httpx.Response(403, json=forbidden) if "permission" in r.url.path else None
        with pytest.raises(NotAuthorisedError):
            only(github)


class TestAuthors:
    def test_are_asked_about_once_and_only_where_their_word_could_count(self, github: SmallGitHub) -> None:
        for title in ("Boat is late", "Boat is later", "LATER-001: boat", "[ISSUE-3] boat"):
            github.add(title, by="guest")
        github.add("LATER-002", by="anna")
        snapshot = github.tracker().snapshot(MANAGED, everything=True)
        assert snapshot.others is not None
        assert [issue.author.role for issue in snapshot.others] == [Role.READ] * 4 + [Role.WRITE]
        assert sorted(ask for ask in github.asked if "permission" in ask) == [
            "GET /collaborators/anna/permission",
            "GET /collaborators/guest/permission",
        ]


class TestUpdate:
    def test_is_one_request_with_everything(self, github: SmallGitHub) -> None:
        github.add(labels=(*OURS, "status: open", "theirs"))
        tracker = github.tracker()
        tracker.snapshot(MANAGED, everything=False)
        github.forget()
        update = IssueUpdate(
            title="New",
            body="Text",
            state=State.CLOSED,
            reason=Reason.NOT_PLANNED,
            add_labels=frozenset({"status: cancelled"}),
            remove_labels=frozenset({"Status: Open"}),
        )
        issue = tracker.update_issue(1, update)
        assert github.forget() == ["PATCH /issues/1"]
        assert (issue.title, issue.body, issue.state, issue.reason) == ("New", "Text", State.CLOSED, Reason.NOT_PLANNED)
        assert issue.labels == {MANAGED, "theirs", "status: cancelled"}

    def test_keeps_the_label_that_a_person_put_on_after_the_plan_was_made(self, github: SmallGitHub) -> None:
        github.add(labels=OURS)
        tracker = github.tracker()
        tracker.snapshot(MANAGED, everything=False)
        github.time.sleep(61)
        github.issues[1]["labels"].append(github.label("theirs"))
        assert tracker.update_issue(1, IssueUpdate(add_labels=frozenset({"new"}))).labels == {MANAGED, "theirs", "new"}

    def test_that_changes_nothing_is_not_sent(self, github: SmallGitHub) -> None:
        github.add(labels=OURS)
        tracker = github.tracker()
        tracker.update_issue(1, IssueUpdate(add_labels=frozenset({MANAGED.upper()})))
        assert not [ask for ask in github.asked if not ask.startswith("GET")]

    def test_of_one_that_was_transferred_is_not_found(self, github: SmallGitHub) -> None:
        github.add(labels=OURS)
        tracker = github.tracker()
        tracker.snapshot(MANAGED, everything=False)
        github.trouble = lambda r: httpx.Response(301, headers={"location": "/x"}) if r.method == "PATCH" else None
        with pytest.raises(NotFoundError, match="#1"):
            tracker.update_issue(1, IssueUpdate(title="New"))

    def test_one_that_is_elsewhere_now_is_not_read(self, github: SmallGitHub) -> None:
        github.add(labels=OURS, repository_url="https://api.github.com/repos/octo/elsewhere")
        with pytest.raises(NotFoundError, match="#1"):
            github.tracker().issue(1)


class TestRecentIssue:
    def test_what_changed_anywhere_is_asked_once_a_minute(self, github: SmallGitHub) -> None:
        for _ in range(3):
            github.add(labels=OURS)
        tracker = github.tracker()
        tracker.snapshot(MANAGED, everything=False)
        github.time.sleep(61)
        github.issues[2]["title"] = "Renamed"
        github.touch(2)
        github.forget()
        assert [tracker.recent_issue(number).title for number in (1, 2, 3)] == ["A title", "Renamed", "A title"]
        assert len(github.forget()) == 1
        assert tracker.update_issue(2, IssueUpdate(add_labels=frozenset({"new"}))).labels == {MANAGED, "new"}
        assert github.forget() == ["PATCH /issues/2"]

    def test_of_one_that_never_was_is_not_found(self, github: SmallGitHub) -> None:
        with pytest.raises(NotFoundError, match="#4711"):
            github.tracker().recent_issue(4711)


class TestComments:
    def test_nobody_is_asked_about_an_issue_that_has_none(self, github: SmallGitHub) -> None:
        github.add(labels=OURS)
        tracker = github.tracker()
        tracker.snapshot(MANAGED, everything=False)
        github.forget()
        assert not tracker.has_comment(1, KEY)
        tracker.comment(1, COMMENT)
        assert tracker.has_comment(1, KEY)
        assert github.forget() == [
            "POST /issues/1/comments",
            "GET /issues/comments?sort=created&direction=desc&per_page=100",
        ]

    def test_the_latest_are_read_once_for_all_issues(self, github: SmallGitHub) -> None:
        for number in (1, 2, 3):
            github.add(labels=OURS)
            github.says(number, COMMENT if number == 2 else "Hm.", by=ME)
        tracker = github.tracker()
        tracker.snapshot(MANAGED, everything=False)
        github.forget()
        assert [tracker.has_comment(number, KEY) for number in (1, 2, 3)] == [False, True, False]
        assert len(github.forget()) == 1

    def test_older_ones_are_read_where_the_latest_are_not_all(self, github: SmallGitHub) -> None:
        github.add(labels=OURS)
        github.add(labels=OURS)
        github.says(1, COMMENT)
        for _ in range(100):
            github.says(2, "Hm.")
        tracker = github.tracker()
        tracker.snapshot(MANAGED, everything=False)
        assert tracker.has_comment(1, KEY)
        assert not tracker.has_comment(2, KEY)

    def test_a_copy_by_somebody_else_does_not_count(self, github: SmallGitHub) -> None:
        github.add(labels=OURS)
        github.says(1, COMMENT, by="anna")
        tracker = github.tracker()
        assert not tracker.has_comment(1, KEY)
        tracker.snapshot(MANAGED, everything=False)
        assert not tracker.has_comment(1, KEY)

    def test_on_a_locked_issue_says_what_is_wrong(self, github: SmallGitHub) -> None:
        github.add(labels=OURS)
        locked = {"message": "Unable to create comment because issue is locked."}
        github.trouble = lambda r: httpx.Response(403, json=locked) if r.method == "POST" else None
        with pytest.raises(NotAuthorisedError, match="locked"):
            github.tracker().comment(1, "Text")


class TestLabels:
    def test_one_that_is_there_is_left_and_remembered(self, github: SmallGitHub, tmp_path: Path) -> None:
        github.labels["Bug"] = {"name": "Bug", "color": "ff0000", "description": "Broken"}
        tracker = github.tracker(Store(tmp_path / "github.db"))
        tracker.create_label(Label("bug", "00ff00"))
        assert tracker.snapshot(MANAGED, everything=False).labels["Bug"] == Label("Bug", "ff0000", "Broken")
        tracker.close()
        github.forget()
        github.tracker(Store(tmp_path / "github.db")).create_label(Label("BUG", "00ff00"))
        assert github.forget() == []
        assert set(github.labels) == {"Bug"}

    def test_those_of_issues_are_known_without_asking(self, github: SmallGitHub) -> None:
        github.add(labels=(*OURS, "kind: later"))
        tracker = github.tracker()
        assert set(tracker.snapshot(MANAGED, everything=False).labels) == {MANAGED, "kind: later"}
        github.forget()
        tracker.create_label(Label("Kind: Later", "00ff00"))
        assert github.forget() == []

    def test_that_did_not_arrive_are_seen(self, github: SmallGitHub) -> None:
        drops = {"labels": [], "assignees": []}

        def without_rights(request: httpx.Request) -> httpx.Response | None:
            if request.method != "POST":
                return None
            github.add()
            return httpx.Response(201, json={**github.issues[1], **drops})

        github.trouble = without_rights
        issue = github.tracker().create_issue("A", "", frozenset(OURS), milestone=None, assignees=frozenset())
        assert issue.labels == frozenset()


class TestMilestones:
    def test_one_that_nobody_knows_here_is_looked_up_once(self, github: SmallGitHub) -> None:
        github.add(labels=OURS)
        github.milestones = ["Phase 1", "Phase 2"]
        tracker = github.tracker()
        for title in ("Phase 2", "Phase 1"):
            assert tracker.update_issue(1, IssueUpdate(milestone=title)).milestone == title
        assert len([ask for ask in github.asked if "milestones" in ask]) == 1

    def test_one_that_was_deleted_and_made_anew_has_another_number(self, github: SmallGitHub, tmp_path: Path) -> None:
        github.add(labels=OURS)
        tracker = github.tracker(Store(tmp_path / "github.db"))
        tracker.create_milestone("Phase 1")
        github.milestones = ["Phase 0", "Phase 1"]
        invalid = {"message": "Validation Failed", "errors": [{"field": "milestone", "code": "invalid"}]}
        github.trouble = lambda r: httpx.Response(422, json=invalid) if b'"milestone":1' in r.content else None
        assert tracker.update_issue(1, IssueUpdate(milestone="Phase 1")).milestone == "Phase 1"
        github.forget()
        made = tracker.create_issue("T", "B", frozenset(), milestone="Phase 1", assignees=frozenset())
        assert made.milestone == "Phase 1"
        assert github.forget() == ["POST /issues"]

    def test_one_that_was_deleted_is_made_anew_in_the_next_run(self, github: SmallGitHub) -> None:
        github.add(labels=OURS)
        tracker = github.tracker()
        tracker.create_milestone("Phase 1")
        github.milestones.clear()
        invalid = {"message": "Validation Failed", "errors": [{"field": "milestone", "code": "invalid"}]}
        github.trouble = lambda r: httpx.Response(422, json=invalid) if b'"milestone":1' in r.content else None
        with pytest.raises(RejectedError, match="no milestone `Phase 1`"):
            tracker.update_issue(1, IssueUpdate(milestone="Phase 1"))
        assert tracker.snapshot(MANAGED, everything=False).milestones == frozenset()


class TestLinks:
    def test_are_asked_for_where_there_are_any_and_then_known(self, github: SmallGitHub, tmp_path: Path) -> None:
        for _ in range(3):
            github.add(labels=OURS)
        github.blockers[1] = [2]
        for expected in (1, 0):
            github.forget()
            tracker = github.tracker(Store(tmp_path / "github.db"))
            assert tracker.snapshot(MANAGED, everything=False).issues[0].links == {("blocked_by", 2)}
            tracker.close()
            assert len([ask for ask in github.asked if "dependencies" in ask]) == expected

    def test_that_we_made_are_known(self, github: SmallGitHub, tmp_path: Path) -> None:
        for _ in range(3):
            github.add(labels=OURS)
        tracker = github.tracker(Store(tmp_path / "github.db"))
        tracker.snapshot(MANAGED, everything=False)
        github.forget()
        tracker.add_link(1, "blocked_by", 2)
        tracker.add_link(1, "blocked_by", 3)
        tracker.add_link(1, "blocked_by", 3)
        tracker.remove_link(1, "blocked_by", 2)
        tracker.close()
        assert [ask.partition(" ")[0] for ask in github.asked] == ["POST", "POST", "DELETE"]
        again = github.tracker(Store(tmp_path / "github.db")).snapshot(MANAGED, everything=False)
        assert again.issues[0].links == {("blocked_by", 3)}
        assert not [ask for ask in github.asked if ask.startswith("GET") and "dependencies" in ask]

    def test_a_server_without_any_is_found_out_from_its_issues(self, github: SmallGitHub) -> None:
        github.knows_dependencies = False
        tracker = github.tracker()
        assert tracker.capabilities.links
        github.add(labels=OURS)
        tracker.snapshot(MANAGED, everything=False)
        assert not tracker.capabilities.links

    def test_a_server_without_any_is_found_out_once(self, github: SmallGitHub, tmp_path: Path) -> None:
        github.knows_dependencies = False
        for _ in range(2):
            github.add(labels=OURS)
        tracker = github.tracker(Store(tmp_path / "github.db"))
        with pytest.raises(RejectedError, match="knows no dependencies"):
            tracker.add_link(1, "blocked_by", 2)
        tracker.close()
        assert not github.tracker(Store(tmp_path / "github.db")).capabilities.links

    def test_are_not_taken_for_missing_where_issues_show_them(self, github: SmallGitHub) -> None:
        """What was created a moment ago is not known to all of GitHub's servers at once."""
        for _ in range(2):
            github.add(labels=OURS)
        tracker = github.tracker()
        missing = httpx.Response(404, json={"message": "Not Found"})
        github.trouble = lambda r: missing if r.method == "POST" else None
        with pytest.raises(UnavailableError, match="#1 or #2"):
            tracker.add_link(1, "blocked_by", 2)
        assert tracker.capabilities.links
        github.trouble = lambda _: None
        tracker.add_link(1, "blocked_by", 2)
        assert github.blockers[1] == [2]


class TestLostCreate:
    def test_is_found_by_its_marker_in_one_request(self, github: SmallGitHub) -> None:
        tracker = github.tracker()
        tracker.snapshot(MANAGED, everything=True)
        github.add(labels=OURS, body=body())
        github.forget()
        found = tracker.find_by_identity("1/LATER//LATER-001")
        assert found is not None
        assert found.number == 1
        assert len(github.forget()) == 1

    def test_of_a_stranger_is_not_believed(self, github: SmallGitHub) -> None:
        github.add(by="guest", body=body())
        assert github.tracker().find_by_identity("1/LATER//LATER-001") is None


def test_after_new_issues_the_next_run_asks_one_question_that_is_answered_304(
    github: SmallGitHub, tmp_path: Path
) -> None:
    path = tmp_path / "github.db"
    reader, writer = github.tracker(Store(path), read_only=True), github.tracker(Store(path))
    reader.snapshot(MANAGED, everything=True)
    for n in range(43):
        writer.create_issue(f"Issue {n}", "", frozenset(OURS), milestone=None, assignees=frozenset())
    writer.close()
    reader.close()
    assert len(github.forget()) == 43 + 3 + 1
    third = github.tracker(Store(path), read_only=True)
    assert len(third.snapshot(MANAGED, everything=False).issues) == 43
    assert len(github.forget()) == 1
    assert third._session.client.count.unchanged == 1
