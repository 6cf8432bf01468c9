"""What GitLab refuses, and what else can stand in the way: each is told in words that say what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gapkeeper.errors import (
    ConflictError,
    NotAuthorisedError,
    NotFoundError,
    RateLimitedError,
    RejectedError,
    TrackerError,
    UnavailableError,
)
from gapkeeper.model.plan import IssueUpdate
from gapkeeper.model.snapshot import Label
from gapkeeper.model.status import State
from github_counterpart.faults import Once, linking
from gitlab_counterpart import faults
from gitlab_counterpart.seed import OWNER, SUB_GROUP_PATH, Seed, token_of
from gitlab_counterpart.world import Kind, Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from gapkeeper.adapters.gitlab.tracker import GitLabTracker
    from github_counterpart.faults import Fault
    from gitlab_counterpart.fixtures import MakeGitLab
    from gitlab_counterpart.gitlab import GitLab
    from opening import Opening

MANAGED = "gapkeeper"


def create(tracker: GitLabTracker, title: str = "A title", body: str = "", *labels: str) -> int:
    return tracker.create_issue(title, body, frozenset(labels), milestone=None, assignees=frozenset()).number


def refused(act: Callable[[], object], kind: type[TrackerError] = NotAuthorisedError) -> str:
    """Message and what to do."""
    with pytest.raises(kind) as caught:
        act()
    return caught.value.line


class TestTokens:
    def test_that_nobody_knows(self, gitlab: GitLab, opened: Opening) -> None:
        tracker = opened(gitlab, "glpat-unknown")
        said = refused(lambda: tracker.snapshot(MANAGED, everything=False))
        assert "401" in said
        assert "project access token" in said
        assert "glpat-unknown" not in said

    def test_that_end_halfway_through(self, gitlab: GitLab, opened: Opening) -> None:
        tracker = opened(gitlab, gitlab.token(kind=Kind.PROJECT, expires=gitlab.clock.seconds + 60))
        number = create(tracker)
        gitlab.clock.advance(61)
        assert "has ended or was revoked" in refused(lambda: tracker.comment(number, "Text"))
        assert gitlab.project.issues[number].notes == []

    def test_that_may_only_read(self, gitlab: GitLab, opened: Opening) -> None:
        tracker = opened(gitlab, gitlab.token(scopes=("read_api",)))
        assert tracker.snapshot(MANAGED, everything=True).issues == ()
        assert "the scope api" in refused(lambda: create(tracker))

    @pytest.mark.parametrize("token", [token_of("Mallory"), token_of("Rosa")])
    def test_of_strangers_to_a_private_project(self, make_gitlab: MakeGitLab, opened: Opening, token: str) -> None:
        tracker = opened(make_gitlab(Seed(visibility="private")), token)
        said = refused(lambda: tracker.snapshot(MANAGED, everything=False))
        assert "no such project, or the token may not see it" in said
        assert "group access token" in said

    def test_of_guests_cannot_begin(self, gitlab: GitLab, opened: Opening) -> None:
        said = refused(opened(gitlab, gitlab.token(kind=Kind.PROJECT, role=Role.GUEST)).lock)
        assert "too low a role" in said
        assert "Developer" in said

    def test_of_projects_and_groups_are_enough(self, gitlab: GitLab, opened: Opening) -> None:
        for kind in (Kind.PROJECT, Kind.GROUP):
            tracker = opened(gitlab, gitlab.token(kind=kind, role=Role.REPORTER))
            with tracker.lock():
                assert tracker.issue(create(tracker, "T", "", MANAGED)).labels == {MANAGED}

    def test_of_planners_are_enough_for_issues(self, gitlab: GitLab, opened: Opening) -> None:
        tracker = opened(gitlab, gitlab.token(kind=Kind.PROJECT, role=Role.PLANNER))
        with tracker.lock():
            tracker.create_milestone("M")
            labels = frozenset({MANAGED})
            number = tracker.create_issue("T", "", labels, milestone="M", assignees=frozenset()).number
            update = IssueUpdate(state=State.CLOSED, add_labels=frozenset({"bug"}))
            assert tracker.update_issue(number, update).labels == {MANAGED, "bug"}
            made = tracker.issue(number)
        assert (made.state, made.milestone) == (State.CLOSED, "M")

    def test_go_to_no_other_host(self, gitlab: GitLab, opened: Opening, make_gitlab: MakeGitLab) -> None:
        other = make_gitlab()
        for fault in (faults.redirect(f"{other.api}/projects/1"), linking(f"{other.api}/projects/1/issues")):
            gitlab.trouble = Once(fault, "GET /projects/{id}/issues")
            tracker = opened(gitlab)
            said = refused(lambda tracker=tracker: tracker.snapshot(MANAGED, everything=True), UnavailableError)  # type: ignore[misc]
            assert "another host" in said
        assert list(other.log) == []


class TestProjects:
    def test_archived(self, gitlab: GitLab, opened: Opening) -> None:
        gitlab.project.archived = True
        assert "archived" in refused(opened(gitlab).lock)

    def test_without_issues(self, gitlab: GitLab, opened: Opening) -> None:
        gitlab.project.features["issues"] = "disabled"
        assert "no issues" in refused(opened(gitlab).lock)

    def test_without_issues_since_the_run_began(self, gitlab: GitLab, opened: Opening) -> None:
        tracker = opened(gitlab)
        with tracker.lock():
            gitlab.project.features["issues"] = "disabled"
            assert "switched on" in refused(lambda: create(tracker))

    def test_archived_since_the_run_began(self, gitlab: GitLab, opened: Opening) -> None:
        tracker = opened(gitlab)
        number = create(tracker)
        with tracker.lock():
            gitlab.project.archived = True
            for write in (lambda: create(tracker), lambda: tracker.comment(number, "Text")):
                assert "is archived" in refused(write)

    def test_that_are_gone_since_the_run_began_have_nobody_without_a_role(
        self, gitlab: GitLab, opened: Opening
    ) -> None:
        tracker = opened(gitlab)
        number = create(tracker)
        gitlab.act(OWNER, "PUT", f"/issues/{number}", {"state_event": "close"})
        gone = faults.status(404, "404 Project Not Found")
        gitlab.trouble = Once(gone, "GET /projects/{id}/members/all/{user_id}")
        said = refused(lambda: tracker.issue(number))
        assert "no such project (any more)" in said
        assert "group access token" in said

    def test_that_were_made_anew_under_their_name_start_over(self, gitlab: GitLab, opened: Opening) -> None:
        tracker = opened(gitlab)
        create(tracker, "Of the former one", "", MANAGED)
        tracker.create_milestone("M")
        assert len(tracker.snapshot(MANAGED, everything=True).issues) == 1
        gitlab.make_anew()
        fresh = opened(gitlab)
        found = fresh.snapshot(MANAGED, everything=True)
        assert (found.issues, found.milestones, found.namespace) == ((), frozenset(), str(gitlab.project.id))
        number = create(fresh, "Of this one", "", MANAGED)
        assert gitlab.project.issues[number].title == "Of this one"

    def test_that_were_made_anew_while_a_run_goes_on_are_said_to_be_gone(self, gitlab: GitLab, opened: Opening) -> None:
        tracker = opened(gitlab)
        tracker.snapshot(MANAGED, everything=True)
        gitlab.make_anew()
        assert "no such project (any more)" in refused(lambda: create(tracker))
        assert gitlab.project.issues == {}

    def test_moved_are_followed(self, gitlab: GitLab, opened: Opening) -> None:
        gitlab.rename("harbour/quay")
        tracker = opened(gitlab)
        number = create(tracker, "T", "", MANAGED)
        assert [one.number for one in tracker.snapshot(MANAGED, everything=False).issues] == [number]

    def test_moved_while_a_run_goes_on(self, gitlab: GitLab, opened: Opening) -> None:
        tracker = opened(gitlab)
        number = create(tracker)
        gitlab.rename("harbour/quay")
        assert tracker.update_issue(number, IssueUpdate(title="Other")).title == "Other"

    def test_in_sub_groups_below_a_path_on_an_older_server(self, make_gitlab: MakeGitLab, opened: Opening) -> None:
        gitlab = make_gitlab(Seed(path=SUB_GROUP_PATH), root="/gitlab", version="17.4.0")
        gitlab.limits.enforced = False
        for url in (f"gitlab:{SUB_GROUP_PATH}", f"{gitlab.url}/{SUB_GROUP_PATH}/-/issues"):
            tracker = opened(gitlab, url=url)
            for n in range(101):
                gitlab.act(OWNER, "POST", "/issues", {"title": f"{n}", "labels": MANAGED})
            assert len(tracker.snapshot(MANAGED, everything=False).issues) == len(gitlab.project.issues)

    def test_issues_that_were_moved_away_are_gone(self, gitlab: GitLab, opened: Opening) -> None:
        tracker = opened(gitlab)
        kept, moved = create(tracker, "Kept", "", MANAGED), create(tracker, "Moved", "", MANAGED)
        gitlab.act(OWNER, "POST", f"/issues/{moved}/move", {"to_project_id": gitlab.elsewhere.id})
        fresh = opened(gitlab, gitlab.token())
        assert [one.number for one in fresh.snapshot(MANAGED, everything=False).issues] == [kept]
        assert f"#{moved}" in refused(lambda: fresh.issue(moved), NotFoundError)

    def test_issues_that_were_moved_away_since_the_last_run_are_gone(self, gitlab: GitLab, opened: Opening) -> None:
        tracker = opened(gitlab)
        moved = create(tracker, "Moved", "", MANAGED)
        assert len(tracker.snapshot(MANAGED, everything=False).issues) == 1
        gitlab.clock.advance(120)
        gitlab.act(OWNER, "POST", f"/issues/{moved}/move", {"to_project_id": gitlab.elsewhere.id})
        assert opened(gitlab).snapshot(MANAGED, everything=False).issues == ()

    def test_on_a_server_that_is_read_only_for_now(self, gitlab: GitLab, opened: Opening) -> None:
        tracker = opened(gitlab)
        gitlab.read_only = True
        assert "read-only" in refused(lambda: create(tracker), UnavailableError)


class TestAnswers:
    @pytest.mark.parametrize(
        ("fault", "kind", "says"),
        [
            (faults.status(409, "Label already taken"), ConflictError, "Label already taken"),
            (faults.status(409, ["Another one is open", "And more"]), ConflictError, "Another one is open, And more"),
            (faults.status(400, {"title": ["is too long"]}), RejectedError, "title: is too long"),
            (faults.maintenance(), UnavailableError, "maintenance"),
            (faults.html(502), UnavailableError, "no JSON"),
            (faults.html(200), UnavailableError, "no JSON"),
            (faults.retry_later(30), RateLimitedError, "429"),
            (faults.too_often(), RateLimitedError, "requested too many times"),
            (faults.too_often(3600), RateLimitedError, "requested too many times"),
        ],
        ids=str,
    )
    def test_of_a_write_are_told_and_it_is_not_sent_again(
        self, gitlab: GitLab, opened: Opening, fault: Fault, kind: type[TrackerError], says: str
    ) -> None:
        tracker = opened(gitlab)
        with tracker.lock(), gitlab.watched() as seen:
            gitlab.trouble = Once(fault, "POST /projects/{id}/issues")
            assert says in refused(lambda: create(tracker), kind)
        assert seen.count("POST /projects/{id}/issues") == 1

    def test_of_a_limit_say_until_when(self, gitlab: GitLab, opened: Opening) -> None:
        for form in (faults.retry_later(30), faults.too_often(45), faults.too_often()):
            gitlab.trouble = Once(form, "GET /projects/{id}/issues")
            with pytest.raises(RateLimitedError) as caught:
                opened(gitlab, gitlab.token()).snapshot(MANAGED, everything=False)
            assert caught.value.until is not None
            assert caught.value.exit_code == 4


class TestTexts:
    def test_a_persons_description_of_a_million_characters_is_read_and_kept(
        self, gitlab: GitLab, opened: Opening
    ) -> None:
        text = "漢" * 1_048_576
        gitlab.act(OWNER, "POST", "/issues", {"title": "Long", "description": text, "labels": MANAGED})
        tracker = opened(gitlab)
        (issue,) = tracker.snapshot(MANAGED, everything=False).issues
        assert issue.body == text
        assert tracker.update_issue(1, IssueUpdate(title="Other")).body == text

    def test_a_label_with_a_comma_is_said_to_be_none_before_anything_is_sent(
        self, gitlab: GitLab, opened: Opening
    ) -> None:
        tracker = opened(gitlab)
        number = create(tracker)
        with gitlab.watched() as seen:
            for act in (
                lambda: tracker.create_label(Label("a, b", "ff0000")),
                lambda: create(tracker, "T", "", "a, b"),
                lambda: tracker.update_issue(number, IssueUpdate(add_labels=frozenset({"a, b"}))),
            ):
                assert "comma" in refused(act, RejectedError)
        assert seen.writes == []

    def test_a_milestone_that_somebody_made_meanwhile_is_used(self, gitlab: GitLab, opened: Opening) -> None:
        tracker = opened(gitlab)
        tracker.snapshot(MANAGED, everything=True)
        gitlab.act(OWNER, "POST", "/milestones", {"title": "Phase 1"})
        tracker.create_milestone("Phase 1")
        made = tracker.create_issue("T", "", frozenset(), milestone="Phase 1", assignees=frozenset())
        assert made.milestone == "Phase 1"
        assert len(gitlab.project.milestones) == 1

    def test_a_label_that_somebody_made_meanwhile_stays_as_it_is(self, gitlab: GitLab, opened: Opening) -> None:
        tracker = opened(gitlab)
        tracker.create_label(Label("kind: later", "ff0000"))  # all are known from now on
        gitlab.act(OWNER, "POST", "/labels", {"name": "bug", "color": "#00ff00"})
        tracker.create_label(Label("bug", "ff0000"))
        assert gitlab.project.labels["bug"].color == "#00ff00"

    def test_an_assignee_whom_nobody_knows(self, gitlab: GitLab, opened: Opening) -> None:
        said = refused(
            lambda: opened(gitlab).create_issue("T", "", frozenset(), milestone=None, assignees=frozenset({"Nobody"})),
            RejectedError,
        )
        assert "`Nobody`" in said
        assert "[owners]" in said

    def test_a_locked_discussion_is_for_members(self, make_gitlab: MakeGitLab, opened: Opening) -> None:
        gitlab = make_gitlab()
        number = create(opened(gitlab))
        gitlab.act(OWNER, "PUT", f"/issues/{number}", {"discussion_locked": True})
        assert "locked" in refused(lambda: opened(gitlab, token_of("Ann")).comment(number, "Text"))
