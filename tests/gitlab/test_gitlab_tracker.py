"""What only GitLab has, and what it lacks: confidential issues, tiers, access levels, reasons that are labels."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from gapkeeper import wiring
from gapkeeper.adapters.gitlab import session
from gapkeeper.errors import RejectedError
from gapkeeper.model.plan import IssueUpdate
from gapkeeper.model.snapshot import Actor, Label, Reason, Role
from gapkeeper.model.status import State
from gapkeeper.planning.marker import END_LINE, Marker, Pair, TrackerState, hidden_key_line, write_marker
from gitlab_counterpart.seed import OWNER, US, Seed, token_of
from gitlab_counterpart.world import Kind
from gitlab_counterpart.world import Role as There
from opening import URL, operator

if TYPE_CHECKING:
    from pathlib import Path

    from gapkeeper.adapters.gitlab.tracker import GitLabTracker
    from gitlab_counterpart.fixtures import MakeGitLab
    from gitlab_counterpart.gitlab import GitLab
    from opening import Opening

MANAGED = "gapkeeper"
KEY = "close-0123456789abcdef"
CLOSE, REOPEN = {"state_event": "close"}, {"state_event": "reopen"}


def create(tracker: GitLabTracker, title: str = "A title", body: str = "", *labels: str) -> int:
    return tracker.create_issue(title, body, frozenset(labels), milestone=None, assignees=frozenset()).number


def body_of(identity: str, *links: tuple[str, str]) -> str:
    marker = Marker(
        identity, "LATER-001", Pair(None, TrackerState.OPEN), Pair("A title", "A title"), links=Pair(links, ())
    )
    return f"{write_marker(marker)}\nText.\n{END_LINE}\n"


class TestConfidential:
    @pytest.mark.parametrize(
        ("visibility", "issues", "repository", "hidden"),
        [
            ("public", "enabled", "enabled", False),
            ("public", "enabled", "private", True),
            ("public", "private", "private", False),
            ("private", "enabled", "enabled", False),
            ("internal", "enabled", "disabled", True),
        ],
    )
    def test_are_issues_that_more_people_would_see_than_the_repository(  # noqa: PLR0913 - a table
        self, make_gitlab: MakeGitLab, opened: Opening, visibility: str, issues: str, repository: str, *, hidden: bool
    ) -> None:
        gitlab = make_gitlab(Seed(visibility=visibility))
        gitlab.project.features |= {"issues": issues, "repository": repository}
        number = create(opened(gitlab))
        assert gitlab.project.issues[number].confidential is hidden

    def test_are_those_of_a_project_that_was_opened_since_the_last_run(
        self, make_gitlab: MakeGitLab, opened: Opening, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(session, "_JUST_NOW", dt.timedelta(0))  # no test waits for a minute
        gitlab = make_gitlab(Seed(visibility="private"))
        create(opened(gitlab))
        gitlab.project.visibility = "public"
        gitlab.project.features["repository"] = "private"
        assert gitlab.project.issues[create(opened(gitlab))].confidential

    def test_are_all_where_the_repository_wants_it(self, gitlab: GitLab, opened: Opening) -> None:
        assert gitlab.project.issues[create(opened(gitlab, confidential=True))].confidential

    def test_the_repository_says_so_in_its_settings(self, gitlab: GitLab, tmp_path: Path) -> None:
        for number, visibility in enumerate(("project", "confidential"), start=1):
            wanted = {"tracker.url": URL, "sync.visibility": visibility}
            settings = wiring.load_settings(tmp_path, overrides=wanted)
            with operator(gitlab, token_of(US)), wiring.open_writer(settings, tmp_path) as tracker:
                tracker.create_issue("T", "", frozenset(), milestone=None, assignees=frozenset())
            assert gitlab.project.issues[number].confidential is (visibility == "confidential")

    def test_they_stay_so(self, gitlab: GitLab, opened: Opening) -> None:
        tracker = opened(gitlab)
        number = create(tracker, "T", "", MANAGED)
        gitlab.act(OWNER, "PUT", f"/issues/{number}", {"confidential": True})
        assert [one.number for one in tracker.snapshot(MANAGED, everything=True).issues] == [number]
        tracker.update_issue(number, IssueUpdate(title="Other", body="Text", state=State.CLOSED))
        tracker.comment(number, "Text")
        assert gitlab.project.issues[number].confidential


class TestTiers:
    def test_on_premium_one_blocks_another_and_on_free_they_are_related(
        self, make_gitlab: MakeGitLab, opened: Opening
    ) -> None:
        for premium, kind in ((True, "blocked_by"), (False, "relates_to")):
            gitlab = make_gitlab(premium=premium)
            tracker = opened(gitlab, gitlab.token(role=There.DEVELOPER, kind=Kind.PROJECT))
            assert tracker.capabilities.links == {kind}

    def test_that_blocking_is_refused_is_learned_once(self, gitlab: GitLab, opened: Opening) -> None:
        tracker = opened(gitlab)
        first, second = create(tracker), create(tracker)
        assert tracker.capabilities.links == {"blocked_by"}
        gitlab.premium = False  # the subscription has ended, and we were told of the project within a day
        with gitlab.watched() as seen:
            with pytest.raises(RejectedError, match="takes Premium") as caught:
                tracker.add_link(first, "blocked_by", second)
            assert "Run again" in str(caught.value.hint)
            assert tracker.capabilities.links == {"relates_to"}
            tracker.add_link(first, "relates_to", second)
            assert opened(gitlab).capabilities.links == {"relates_to"}  # the next run knows
        assert seen.count("POST /projects/{id}/issues/{issue_iid}/links") == 2

    def test_issues_that_a_person_related_are_left_so(self, gitlab: GitLab, opened: Opening) -> None:
        tracker = opened(gitlab)
        first, second = create(tracker), create(tracker)
        there = {"target_project_id": gitlab.project.id, "target_issue_iid": second}
        gitlab.act(OWNER, "POST", f"/issues/{first}/links", there)
        tracker.add_link(first, "blocked_by", second)
        assert [link.type for link in gitlab.project.links] == ["relates_to"]
        assert tracker.issue(first).links == {("relates_to", second)}

    def test_links_to_other_projects_are_none_of_ours(self, gitlab: GitLab, opened: Opening) -> None:
        tracker = opened(gitlab)
        number = create(tracker)
        other = gitlab.attempt(token_of(OWNER), "POST", f"/projects/{gitlab.elsewhere.id}/issues", {"title": "Other"})
        there = {"target_project_id": gitlab.elsewhere.id, "target_issue_iid": other.body["iid"]}
        gitlab.act(OWNER, "POST", f"/issues/{number}/links", there | {"link_type": "is_blocked_by"})
        assert tracker.issue(number).links == frozenset()

    def test_scoped_labels_replace_each_other(self, gitlab: GitLab, opened: Opening) -> None:
        tracker = opened(gitlab)
        number = create(tracker, "T", "", "status::open")
        update = IssueUpdate(add_labels=frozenset({"status::blocked"}), remove_labels=frozenset({"status::open"}))
        assert tracker.update_issue(number, update).labels == {"status::blocked"}

    def test_on_free_the_first_assignee_counts(self, make_gitlab: MakeGitLab, opened: Opening) -> None:
        gitlab = make_gitlab(premium=False)
        people = frozenset({"Ann", "Rosa"})
        made = opened(gitlab).create_issue("T", "", frozenset(), milestone=None, assignees=people)
        assert made.assignees == {"Ann"}


class TestLinks:
    def test_are_asked_for_only_where_documents_made_some_and_once(self, gitlab: GitLab, opened: Opening) -> None:
        gitlab.limits.enforced = False
        tracker = opened(gitlab)
        waits = create(tracker, "A", body_of("1/LATER//LATER-001", ("blocked_by", "1/LATER//LATER-002")), MANAGED)
        for n in range(3):
            create(tracker, "B", body_of(f"1/LATER//LATER-01{n}"), MANAGED)
        create(tracker, "C", body_of("1/LATER//LATER-002"), MANAGED)
        fresh = opened(gitlab, gitlab.token())
        with gitlab.watched() as seen:
            fresh.snapshot(MANAGED, everything=True)
        assert seen.count("GET /projects/{id}/issues/{issue_iid}/links") == 1
        gitlab.clock.advance(1)
        gitlab.act(OWNER, "PUT", f"/issues/{waits}", {"title": "Other"})
        with gitlab.watched() as seen:
            fresh.snapshot(MANAGED, everything=True)
            fresh.snapshot(MANAGED, everything=True)
        assert seen.count("GET /projects/{id}/issues/{issue_iid}/links") == 1

    def test_of_a_new_issue_are_none_and_not_asked_for(self, gitlab: GitLab, opened: Opening) -> None:
        tracker = opened(gitlab)
        with gitlab.watched() as seen:
            create(tracker, "A", body_of("1/LATER//LATER-001", ("blocked_by", "1/LATER//LATER-002")), MANAGED)
            tracker.snapshot(MANAGED, everything=True)
        assert seen.count("GET /projects/{id}/issues/{issue_iid}/links") == 0

    def test_that_a_person_cut_are_seen(self, gitlab: GitLab, opened: Opening) -> None:
        tracker = opened(gitlab)
        first, second = create(tracker, "A", "", MANAGED), create(tracker, "B", "", MANAGED)
        tracker.add_link(first, "blocked_by", second)
        assert tracker.snapshot(MANAGED, everything=False).issues[0].links == {("blocked_by", second)}
        gitlab.clock.advance(1)
        (link,) = gitlab.act(OWNER, "GET", f"/issues/{first}/links")
        gitlab.act(OWNER, "DELETE", f"/issues/{first}/links/{link['issue_link_id']}")
        gitlab.act(OWNER, "PUT", f"/issues/{first}", {"title": "A changed one"})
        assert tracker.snapshot(MANAGED, everything=False).issues[0].links == frozenset()


class TestReasons:
    def test_not_planned_is_a_label_that_shows_as_the_reason_alone(self, gitlab: GitLab, opened: Opening) -> None:
        tracker = opened(gitlab)
        number = create(tracker, "T", "", "bug")
        closed = tracker.update_issue(number, IssueUpdate(state=State.CLOSED, reason=Reason.NOT_PLANNED))
        assert (closed.reason, closed.labels) == (Reason.NOT_PLANNED, {"bug"})
        assert set(gitlab.project.issues[number].labels) == {"bug", "not planned"}
        tracker.update_issue(number, IssueUpdate(state=State.OPEN))
        assert gitlab.project.issues[number].labels == ["bug"]

    def test_a_person_gives_it_by_the_label_in_any_case(self, gitlab: GitLab, opened: Opening) -> None:
        tracker = opened(gitlab)
        number = create(tracker)
        gitlab.act(OWNER, "PUT", f"/issues/{number}", {"add_labels": "Not Planned", **CLOSE})
        assert tracker.issue(number).reason is Reason.NOT_PLANNED
        tracker.update_issue(number, IssueUpdate(state=State.CLOSED, reason=Reason.COMPLETED))
        assert gitlab.project.issues[number].labels == []

    def test_closed_anew_without_a_reason_an_issue_is_completed(self, gitlab: GitLab, opened: Opening) -> None:
        tracker = opened(gitlab)
        number = create(tracker)
        gitlab.act(OWNER, "PUT", f"/issues/{number}", {"add_labels": "not planned"})
        assert tracker.update_issue(number, IssueUpdate(state=State.CLOSED)).reason is Reason.COMPLETED


class TestPeople:
    @pytest.mark.parametrize(
        ("role", "counts"),
        [(There.REPORTER, Role.READ), (There.DEVELOPER, Role.WRITE), (There.MAINTAINER, Role.WRITE)],
    )
    def test_whoever_may_push_may_close(self, gitlab: GitLab, opened: Opening, role: There, counts: Role) -> None:
        tracker = opened(gitlab)
        number = create(tracker)
        gitlab.grant("Rosa", role)
        gitlab.act("Rosa", "PUT", f"/issues/{number}", CLOSE)
        assert tracker.issue(number).state_actor == Actor("Rosa", counts)

    def test_who_moved_it_last_is_found_in_whatever_order_that_is_listed(self, gitlab: GitLab, opened: Opening) -> None:
        tracker = opened(gitlab)
        number = create(tracker)
        gitlab.grant("Rosa", There.DEVELOPER)
        for login, move in ((OWNER, CLOSE), (OWNER, REOPEN), (OWNER, CLOSE), ("Rosa", REOPEN)):
            gitlab.act(login, "PUT", f"/issues/{number}", move)
        moved = tracker.issue(number)
        assert moved.state_actor == Actor("Rosa", Role.WRITE)

    def test_a_role_in_the_group_counts(self, gitlab: GitLab, opened: Opening) -> None:
        tracker = opened(gitlab)
        number = create(tracker)
        gitlab.act(OWNER, "PUT", f"/issues/{number}", CLOSE)
        assert tracker.issue(number).state_actor == Actor(OWNER, Role.WRITE)

    def test_the_bots_of_other_tokens_are_bots(self, gitlab: GitLab, opened: Opening) -> None:
        tracker = opened(gitlab)
        number = create(tracker)
        other = opened(gitlab, gitlab.token(kind=Kind.PROJECT, role=There.MAINTAINER))
        other.update_issue(number, IssueUpdate(state=State.CLOSED))
        moved = tracker.issue(number).state_actor
        assert moved is not None
        assert moved.role is Role.BOT

    def test_each_is_asked_about_once_in_a_run(self, gitlab: GitLab, opened: Opening) -> None:
        tracker = opened(gitlab)
        numbers = [create(tracker, "T", "", MANAGED) for _ in range(3)]
        gitlab.grant("Rosa", There.DEVELOPER)
        for number in numbers:
            gitlab.act("Rosa", "PUT", f"/issues/{number}", CLOSE)
        gitlab.clock.advance(1)
        with gitlab.watched() as seen:
            tracker.snapshot(MANAGED, everything=False)
        assert seen.count("GET /projects/{id}/members/all/{user_id}") == 1


class TestComments:
    def test_are_ours_where_we_wrote_them_and_are_asked_for_where_there_are_some(
        self, gitlab: GitLab, opened: Opening
    ) -> None:
        tracker = opened(gitlab)
        ours, theirs, none = (create(tracker, "T", "", MANAGED) for _ in range(3))
        text = f"Closed.\n\n{hidden_key_line(KEY)}"
        opened(gitlab, gitlab.token()).comment(ours, text)  # a run that was cut off
        gitlab.act(OWNER, "POST", f"/issues/{theirs}/notes", {"body": text})
        gitlab.clock.advance(1)
        tracker.snapshot(MANAGED, everything=True)
        with gitlab.watched() as seen:
            assert [tracker.has_comment(number, KEY) for number in (ours, theirs, none)] == [True, False, False]
        assert seen.table() == {"GET /projects/{id}/issues/{issue_iid}/notes": 2}


class TestMilestones:
    def made_anew(self, gitlab: GitLab) -> int:
        (old,) = gitlab.project.milestones
        gitlab.act(OWNER, "DELETE", f"/milestones/{old}")
        number: int = gitlab.act(OWNER, "POST", "/milestones", {"title": "M"})["id"]
        return number

    def test_that_were_made_anew_are_found(self, gitlab: GitLab, opened: Opening) -> None:
        tracker = opened(gitlab)
        tracker.create_milestone("M")
        number = create(tracker, "T", "", MANAGED)
        tracker.create_issue("With it", "", frozenset({MANAGED}), milestone="M", assignees=frozenset())
        anew = self.made_anew(gitlab)
        again = opened(gitlab)
        assert again.update_issue(number, IssueUpdate(milestone="M")).milestone == "M"
        assert gitlab.project.issues[number].milestone == anew
        with gitlab.watched() as seen:  # and once is enough
            made = again.create_issue("Another", "", frozenset(), milestone="M", assignees=frozenset())
        assert (made.milestone, len(seen)) == ("M", 1)

    def test_that_were_made_anew_are_found_for_a_new_issue_which_is_one(self, gitlab: GitLab, opened: Opening) -> None:
        tracker = opened(gitlab)
        tracker.create_milestone("M")
        anew = self.made_anew(gitlab)
        made = tracker.create_issue("T", "", frozenset({MANAGED}), milestone="M", assignees=frozenset())
        assert (made.milestone, made.labels) == ("M", {MANAGED})
        assert [issue.milestone for issue in gitlab.project.issues.values()] == [anew]

    def test_that_are_gone_are_known_to_be_gone(self, gitlab: GitLab, opened: Opening) -> None:
        tracker = opened(gitlab)
        tracker.create_milestone("M")
        (old,) = gitlab.project.milestones
        gitlab.act(OWNER, "DELETE", f"/milestones/{old}")
        made = tracker.create_issue("T", "", frozenset({MANAGED}), milestone="M", assignees=frozenset())
        assert made.milestone is None
        assert tracker.snapshot(MANAGED, everything=True).milestones == frozenset()


class TestLabels:
    def test_of_the_project_are_asked_for_once_in_a_run(self, gitlab: GitLab, opened: Opening) -> None:
        tracker = opened(gitlab)
        with gitlab.watched() as seen:
            for name in ("one", "two", "three"):
                tracker.create_label(Label(name, "ff0000"))
            create(tracker, "T", "", "one", "four")
        assert seen.count("GET /projects/{id}/labels") == 1

    def test_that_differ_in_case_alone_are_one_to_us(self, gitlab: GitLab, opened: Opening) -> None:
        gitlab.act(OWNER, "POST", "/labels", {"name": "Kind: Later", "color": "#ff0000"})
        tracker = opened(gitlab)
        tracker.create_label(Label("kind: later", "00ff00"))
        assert tracker.issue(create(tracker, "T", "", "kind: later")).labels == {"Kind: Later"}
        assert list(gitlab.project.labels) == ["Kind: Later"]

    def test_a_large_project_is_listed_by_the_label_as_it_is_spelt(self, gitlab: GitLab, opened: Opening) -> None:
        gitlab.limits.enforced = False
        ours = gitlab.act(OWNER, "POST", "/issues", {"title": "Ours", "labels": "GapKeeper"})["iid"]
        for n in range(101):
            gitlab.act(OWNER, "POST", "/issues", {"title": f"Other {n}"})
        found = opened(gitlab).snapshot(MANAGED, everything=False)
        assert [issue.number for issue in found.issues] == [ours]
