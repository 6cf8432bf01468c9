"""Who closed what and when, comments, links between issues: what emulate does not know, or knows otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from asking import error, first_error
from github_counterpart.accounts import Role
from github_counterpart.seed import OWNER, US

if TYPE_CHECKING:
    from asking import As, Asking
    from github_counterpart.fixtures import MakeGitHub
    from github_counterpart.github import GitHub

Events = list[dict[str, object]]


def told(events: Events) -> list[tuple[object, object]]:
    return [(event["event"], event["actor"]["login"]) for event in events]  # type: ignore[index] # JSON


class TestEvents:
    def test_tell_who_closed_and_reopened_it_and_when(self, github: GitHub, ask: Asking, ask_as: As) -> None:
        github.grant("Rosa", Role.WRITE)
        github.grant("Piet", Role.TRIAGE)
        number = ask.issue()["number"]
        ask_as("Rosa").patch(f"~/issues/{number}", json={"state": "closed", "state_reason": "not_planned"})
        github.clock.advance(60)
        ask_as("Piet").patch(f"~/issues/{number}", json={"state": "open"})
        events = ask.get(f"~/issues/{number}/events").json()
        assert told(events) == [("closed", "Rosa"), ("reopened", "Piet")]
        assert ask.get(f"~/issues/{number}/timeline").json()[0]["state_reason"] == "not_planned"
        assert events[0]["created_at"] < events[1]["created_at"]

    def test_tell_every_change_and_no_edit_of_the_text(self, ask: Asking) -> None:
        ask.post("~/milestones", json={"title": "Phase 1"})
        number = ask.issue("Old", labels=["a"])["number"]
        ask.patch(
            f"~/issues/{number}",
            json={"title": "New", "body": "Text", "labels": ["b"], "milestone": 1, "assignees": [US]},
        )
        ask.patch(f"~/issues/{number}", json={"milestone": None, "assignees": []})
        events = ask.get(f"~/issues/{number}/events").json()
        assert sorted(event["event"] for event in events) == sorted(
            ["labeled", "renamed", "unlabeled", "labeled", "assigned", "milestoned", "demilestoned", "unassigned"]
        )
        renamed = next(event for event in events if event["event"] == "renamed")
        assert renamed["rename"] == {"from": "Old", "to": "New"}

    def test_are_none_where_nothing_changed(self, ask: Asking) -> None:
        ask.post("~/milestones", json={"title": "Phase 1"})
        number = ask.issue("Same", body="Text", labels=["a"], milestone=1)["number"]
        before = ask.get(f"~/issues/{number}/events").json()
        same = {"title": "Same", "body": "Text", "labels": ["A"], "state": "open", "milestone": 1}
        ask.issue("Another", milestone=1)
        ask.patch(f"~/issues/{number}", json=same)
        assert ask.get(f"~/issues/{number}/events").json() == before

    def test_of_the_repository_come_newest_first_and_with_their_issue(self, github: GitHub, ask: Asking) -> None:
        first, second = ask.issue()["number"], ask.issue()["number"]
        for number in (first, second):
            ask.patch(f"~/issues/{number}", json={"state": "closed"})
        events = ask.get("~/issues/events").json()
        assert [event["issue"]["number"] for event in events] == [second, first]
        github.delete_issue(second)
        assert [event["issue"]["number"] for event in ask.get("~/issues/events").json()] == [first]

    def test_of_an_app_say_so(self, ask: Asking, ask_as: As) -> None:
        number = ask.issue()["number"]
        ask_as("ghs_actions").patch(f"~/issues/{number}", json={"state": "closed"})
        (event,) = ask.get(f"~/issues/{number}/events").json()
        assert event["actor"]["type"] == "Bot"
        assert event["performed_via_github_app"]["slug"] == "gapkeeper-app"

    def test_by_the_labels_of_an_issue(self, ask: Asking) -> None:
        number = ask.issue(labels=["Bug"])["number"]
        assert ask.post(f"~/issues/{number}/labels", json={"labels": ["bug", "new"]}).status_code == 200
        assert ask.delete(f"~/issues/{number}/labels/BUG").status_code == 200
        assert error(ask.delete(f"~/issues/{number}/labels/bug")) == (404, "Label does not exist")
        events = [event["event"] for event in ask.get(f"~/issues/{number}/events").json()]
        assert events == ["labeled", "labeled", "unlabeled"]

    def test_and_comments_make_the_timeline(self, github: GitHub, ask: Asking) -> None:
        number = ask.issue()["number"]
        ask.post(f"~/issues/{number}/comments", json={"body": "Done, I think"})
        github.clock.advance(5)
        ask.patch(f"~/issues/{number}", json={"state": "closed"})
        timeline = ask.get(f"~/issues/{number}/timeline").json()
        assert told(timeline) == [("commented", US), ("closed", US)]
        assert timeline[0]["body"] == "Done, I think"


class TestComments:
    def test_are_kept_in_their_order_and_move_the_issue(self, github: GitHub, ask: Asking) -> None:
        issue = ask.issue()
        github.clock.advance(5)
        for text in ("One", "Two"):
            answer = ask.post(f"~/issues/{issue['number']}/comments", json={"body": text})
            assert answer.headers["location"] == answer.json()["url"]
        assert [one["body"] for one in ask.get(f"~/issues/{issue['number']}/comments").json()] == ["One", "Two"]
        again = ask.get(f"~/issues/{issue['number']}").json()
        assert again["comments"] == 2
        assert again["updated_at"] > issue["updated_at"]

    def test_have_the_limits_of_an_issue(self, ask: Asking) -> None:
        number = ask.issue()["number"]
        assert ask.post(f"~/issues/{number}/comments", json={"body": "漢" * 65_536}).status_code == 201
        long = first_error(ask.post(f"~/issues/{number}/comments", json={"body": "x" * 65_537}))
        assert long["message"] == "body is too long (maximum is 65536 characters)"
        assert first_error(ask.post(f"~/issues/{number}/comments", json={"body": " "}))["code"] == "missing_field"

    def test_on_a_locked_issue_are_for_those_who_may_write(self, github: GitHub, ask: Asking, ask_as: As) -> None:
        number = ask.issue()["number"]
        github.grant("Piet", Role.TRIAGE)
        assert ask.put(f"~/issues/{number}/lock").status_code == 204
        assert ask.get(f"~/issues/{number}").json()["locked"] is True
        assert ask.post(f"~/issues/{number}/comments", json={"body": "From us"}).status_code == 201
        for who in ("Piet", "Rosa"):
            assert error(ask_as(who).post(f"~/issues/{number}/comments", json={"body": "From others"})) == (
                403,
                "Unable to create comment because issue is locked.",
            )
        assert ask.delete(f"~/issues/{number}/lock").status_code == 204
        assert ask_as("Rosa").post(f"~/issues/{number}/comments", json={"body": "Now"}).status_code == 201

    def test_are_changed_by_their_author_and_those_who_may_write(self, ask: Asking, ask_as: As) -> None:
        number = ask.issue()["number"]
        mine = ask_as("Rosa").post(f"~/issues/{number}/comments", json={"body": "Mine"}).json()["id"]
        assert ask_as("Rosa").patch(f"~/issues/comments/{mine}", json={"body": "Still mine"}).status_code == 200
        assert ask_as("Piet").patch(f"~/issues/comments/{mine}", json={"body": "Mine now"}).status_code == 403
        assert ask.delete(f"~/issues/comments/{mine}").status_code == 204
        assert ask.get(f"~/issues/{number}/comments").json() == []

    def test_of_the_whole_repository_since_a_moment(self, github: GitHub, ask: Asking) -> None:
        numbers = [ask.issue()["number"] for _ in range(2)]
        ask.post(f"~/issues/{numbers[0]}/comments", json={"body": "Old"})
        github.clock.advance(10)
        new = ask.post(f"~/issues/{numbers[1]}/comments", json={"body": "New"}).json()
        assert [one["body"] for one in ask.get("~/issues/comments").json()] == ["Old", "New"]
        assert [one["body"] for one in ask.get(f"~/issues/comments?since={new['updated_at']}").json()] == ["New"]


class TestDependencies:
    def test_are_added_by_id_listed_counted_and_removed(self, ask: Asking) -> None:
        blocked, blocking = ask.issue("Blocked"), ask.issue("Blocking")
        path = f"~/issues/{blocked['number']}/dependencies/blocked_by"
        added = ask.post(path, json={"issue_id": blocking["id"]})
        assert (added.status_code, added.json()["number"]) == (201, blocked["number"])
        assert [one["number"] for one in ask.get(path).json()] == [blocking["number"]]
        other = ask.get(f"~/issues/{blocking['number']}/dependencies/blocking").json()
        assert [one["number"] for one in other] == [blocked["number"]]
        assert self.summaries(ask) == [(0, 0, 1, 1), (1, 1, 0, 0)]
        ask.patch(f"~/issues/{blocking['number']}", json={"state": "closed"})
        assert self.summaries(ask)[1] == (0, 1, 0, 0)  # a closed one blocks no more
        assert ask.delete(f"{path}/{blocking['id']}").status_code == 200
        assert ask.get(path).json() == []
        assert error(ask.delete(f"{path}/{blocking['id']}")) == (404, "Not Found")

    def test_have_mistakes_of_their_own(self, ask: Asking) -> None:
        issue, other = ask.issue(), ask.issue()
        path = f"~/issues/{issue['number']}/dependencies/blocked_by"
        assert "itself" in first_error(ask.post(path, json={"issue_id": issue["id"]}))["message"]
        assert error(ask.post(path, json={"issue_id": other["number"]})) == (404, "Not Found")  # no ID, but a number
        ask.post(path, json={"issue_id": other["id"]})
        assert first_error(ask.post(path, json={"issue_id": other["id"]}))["code"] == "already_exists"
        assert error(ask.get("~/issues/4711/dependencies/blocked_by")) == (404, "Not Found")

    def test_end_with_an_issue_that_is_deleted(self, github: GitHub, ask: Asking) -> None:
        issue, other = ask.issue(), ask.issue()
        path = f"~/issues/{issue['number']}/dependencies/blocked_by"
        ask.post(path, json={"issue_id": other["id"]})
        github.delete_issue(other["number"])
        assert ask.get(path).json() == []
        assert self.summaries(ask) == [(0, 0, 0, 0)]

    def test_are_not_for_everybody(self, ask: Asking, ask_as: As) -> None:
        issue, other = ask.issue(), ask.issue()
        path = f"~/issues/{issue['number']}/dependencies/blocked_by"
        assert ask_as("Rosa").post(path, json={"issue_id": other["id"]}).status_code == 403
        assert ask_as("Rosa").get(path).json() == []

    @pytest.mark.parametrize("enterprise", [False, True])
    def test_are_unknown_to_servers_without_them(self, make_github: MakeGitHub, *, enterprise: bool) -> None:
        github = make_github(enterprise=enterprise)
        github.dependencies = False
        made = github.act(OWNER, "POST", "/issues", {"title": "T"})
        assert "issue_dependencies_summary" not in made
        answer = github.attempt("", "GET", "/repos/harbour/pier/issues/1/dependencies/blocked_by")
        assert answer.status == 404

    def summaries(self, ask: Asking) -> list[tuple[int, ...]]:
        """Blocked by, by all in any state; blocking, all in any state; the newest issue first."""
        keys = ("blocked_by", "total_blocked_by", "blocking", "total_blocking")
        found = [issue["issue_dependencies_summary"] for issue in ask.get("~/issues?state=all").json()]
        return [tuple(one[key] for key in keys) for one in found]


class TestLabelsAndMilestones:
    def test_a_label_that_is_there_in_any_case_is_refused(self, ask: Asking) -> None:
        assert ask.post("~/labels", json={"name": "Bug", "color": "ff0000"}).status_code == 201
        told_ = first_error(ask.post("~/labels", json={"name": "bug", "color": "00ff00"}))
        assert told_ == {"resource": "Label", "code": "already_exists", "field": "name"}
        assert ask.get("~/labels/BUG").json()["name"] == "Bug"
        assert error(ask.get("~/labels/never")) == (404, "Not Found")

    def test_a_label_that_cannot_be_is_refused(self, ask: Asking) -> None:
        for sent, field in (
            ({"name": "x" * 51, "color": "ff0000"}, "name"),
            ({"name": "a", "color": "#ff0000"}, "color"),
            ({"name": "a", "color": "ff0000", "description": "d" * 101}, "description"),
            ({"name": " ", "color": "ff0000"}, "name"),
        ):
            assert first_error(ask.post("~/labels", json=sent))["field"] == field
        assert ask.get("~/labels").json() == []

    def test_a_milestone_that_is_there_is_refused(self, ask: Asking) -> None:
        assert ask.post("~/milestones", json={"title": "Phase 1"}).json()["number"] == 1
        ask.patch("~/milestones/1", json={"state": "closed"})
        told_ = first_error(ask.post("~/milestones", json={"title": "Phase 1"}))
        assert (told_["code"], told_["field"]) == ("already_exists", "title")
        assert ask.get("~/milestones").json() == []  # open ones, unless asked otherwise
        assert len(ask.get("~/milestones?state=all").json()) == 1
