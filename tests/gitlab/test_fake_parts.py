"""Labels, milestones, links, notes and members."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from asking_gitlab import Asking, refusal
from gitlab_counterpart.seed import ELSEWHERE, OWNER, US
from gitlab_counterpart.world import Role

if TYPE_CHECKING:
    from asking_gitlab import As
    from gitlab_counterpart.fixtures import MakeGitLab
    from gitlab_counterpart.gitlab import GitLab

LABEL = {"name": "bug", "color": "#ff0000"}


def test_a_label_is_made_once(asking: Asking) -> None:
    made = asking.post("~/labels", json=LABEL | {"description": "Wrong"})
    assert made.status_code == 201
    assert (made.json()["name"], made.json()["color"], made.json()["description"]) == ("bug", "#ff0000", "Wrong")
    assert refusal(asking.post("~/labels", json=LABEL)) == (409, "Label already exists")
    assert asking.post("~/labels", json=LABEL | {"name": "Bug"}).status_code == 201  # another one


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"name": "a,b"}, {"title": ["is invalid"]}),
        ({"name": "x" * 256}, {"title": ["is too long (maximum is 255 characters)"]}),
        ({"color": "reddish"}, {"color": ["must be a valid color code"]}),
        ({"color": None}, "color is missing"),
    ],
)
def test_what_cannot_be_a_label_is_refused(asking: Asking, sent: dict[str, object], told: object) -> None:
    assert refusal(asking.post("~/labels", json=LABEL | sent)) == (400, told)


def test_a_renamed_label_is_renamed_on_issues(asking: Asking) -> None:
    asking.issue(labels="bug")
    found = asking.get("~/labels/bug").json()
    assert asking.put(f"~/labels/{found['id']}", json={"new_name": "fault"}).json()["name"] == "fault"
    assert asking.get("~/issues/1").json()["labels"] == ["fault"]
    assert asking.delete("~/labels/fault").status_code == 204
    assert asking.get("~/issues/1").json()["labels"] == []
    assert refusal(asking.get("~/labels/fault")) == (404, "404 Label Not Found")


def test_lists_tell_of_labels_more_where_that_is_asked(asking: Asking) -> None:
    asking.post("~/labels", json=LABEL)
    asking.issue(labels="bug")
    assert asking.get("~/issues?with_labels_details=true").json()[0]["labels"][0]["color"] == "#ff0000"
    assert asking.get("~/labels?with_counts=true").json()[0]["open_issues_count"] == 1


def test_a_title_of_a_milestone_is_taken_once(asking: Asking) -> None:
    made = asking.post("~/milestones", json={"title": "Phase 1", "due_date": "2027-01-31"}).json()
    assert (made["iid"], made["state"], made["due_date"]) == (1, "active", "2027-01-31")
    status, told = refusal(asking.post("~/milestones", json={"title": "Phase 1"}))
    assert (status, told.startswith("Failed to create milestone {")) == (400, True)
    closed = asking.put(f"~/milestones/{made['id']}", json={"state_event": "close"}).json()
    assert closed["state"] == "closed"
    assert asking.get("~/milestones?state=active").json() == []
    assert asking.get("~/milestones", params={"title": "Phase 1"}).json() == [closed]


def test_an_issue_has_a_milestone_by_its_id_and_loses_it_with_none(asking: Asking) -> None:
    stone = asking.post("~/milestones", json={"title": "Phase 1"}).json()
    assert asking.issue(milestone_id=stone["id"])["milestone"]["title"] == "Phase 1"
    assert asking.put("~/issues/1", json={"milestone_id": 0}).json()["milestone"] is None
    assert asking.issue(milestone_id=stone["iid"])["milestone"] is None


def test_links_are_seen_from_both_sides(gitlab: GitLab, asking: Asking) -> None:
    for _ in range(2):
        asking.issue()
    sent = {"target_project_id": gitlab.project.id, "target_issue_iid": 2, "link_type": "blocks"}
    made = asking.post("~/issues/1/links", json=sent)
    assert made.status_code == 201
    assert (made.json()["source_issue"]["iid"], made.json()["target_issue"]["iid"]) == (1, 2)
    (there,), (back,) = (asking.get(f"~/issues/{number}/links").json() for number in (1, 2))
    assert (there["iid"], there["link_type"]) == (2, "blocks")
    assert (back["iid"], back["link_type"]) == (1, "is_blocked_by")
    assert asking.get("~/issues/1").json()["blocking_issues_count"] == 1
    for kind in ("blocks", "relates_to"):
        again = asking.post("~/issues/1/links", json=sent | {"link_type": kind})
        assert refusal(again) == (409, "Issue(s) already assigned")
    assert asking.delete(f"~/issues/2/links/{back['issue_link_id']}").status_code == 200
    assert asking.get("~/issues/1/links").json() == []


def test_is_blocked_by_is_the_other_way_round(gitlab: GitLab, asking: Asking) -> None:
    for _ in range(2):
        asking.issue()
    sent = {"target_project_id": gitlab.project.path, "target_issue_iid": 2, "link_type": "is_blocked_by"}
    assert asking.post("~/issues/1/links", json=sent).status_code == 201
    assert asking.get("~/issues/2/links").json()[0]["link_type"] == "blocks"


def test_free_relates_issues_and_lets_none_block(make_gitlab: MakeGitLab) -> None:
    gitlab = make_gitlab(premium=False)
    with Asking(gitlab) as ask:
        for _ in range(2):
            ask.issue()
        sent = {"target_project_id": gitlab.project.id, "target_issue_iid": 2, "link_type": "blocks"}
        refused = refusal(ask.post("~/issues/1/links", json=sent))
        assert refused == (403, "Blocked issues not available for current license")
        assert ask.post("~/issues/1/links", json=sent | {"link_type": "relates_to"}).status_code == 201
        assert refusal(ask.get("~/push_rule"))[0] == 404


def test_links_go_to_other_projects_and_show_only_what_may_be_seen(gitlab: GitLab, asking: Asking) -> None:
    asking.issue()
    asking.post(f"/projects/{gitlab.elsewhere.id}/issues", json={"title": "There"})
    sent = {"target_project_id": ELSEWHERE, "target_issue_iid": 1}
    assert asking.post("~/issues/1/links", json=sent).status_code == 201
    assert asking.get("~/issues/1/links").json()[0]["references"]["full"] == f"{ELSEWHERE}#1"
    gitlab.elsewhere.visibility = "private"
    assert gitlab.act("Rosa", "GET", "/issues/1/links") == []


def test_notes_are_their_authors_and_maintainers(gitlab: GitLab, asking: Asking, asking_as: As) -> None:
    asking.issue()
    rosa = asking_as("Rosa")
    note = rosa.post("~/issues/1/notes", json={"body": "Hello"}).json()
    assert refusal(asking.put(f"~/issues/1/notes/{note['id']}", json={"body": "No"})) == (403, "403 Forbidden")
    assert rosa.put(f"~/issues/1/notes/{note['id']}", json={"body": "Yes"}).json()["body"] == "Yes"
    gitlab.act(OWNER, "DELETE", f"/issues/1/notes/{note['id']}")
    assert asking.get("~/issues/1/notes").json() == []
    assert refusal(asking_as("").get("~/issues/1/notes"))[0] == 401
    assert refusal(rosa.post("~/issues/1/notes", json={"body": " "}))[0] == 400


def test_notes_come_in_the_order_that_is_asked_for(gitlab: GitLab, asking: Asking) -> None:
    asking.issue()
    for body in ("one", "two"):
        gitlab.clock.advance(1)
        asking.post("~/issues/1/notes", json={"body": body})
    asking.put("~/issues/1", json={"title": "Changed"})
    bodies = [note["body"] for note in asking.get("~/issues/1/notes?sort=asc&activity_filter=only_comments").json()]
    assert bodies == ["one", "two"]
    assert [note["system"] for note in asking.get("~/issues/1/notes").json()] == [True, False, False]


def test_internal_notes_are_not_for_everybody(asking: Asking, asking_as: As) -> None:
    asking.issue()
    asking.post("~/issues/1/notes", json={"body": "Between us", "internal": True})
    assert asking_as("Rosa").get("~/issues/1/notes").json() == []
    assert asking.get("~/issues/1/notes").json()[0]["internal"] is True


def test_members_have_levels_of_their_own_or_of_the_group(gitlab: GitLab, asking: Asking) -> None:
    gitlab.grant("Rosa", Role.GUEST)
    levels = {one["username"]: one["access_level"] for one in asking.get("~/members/all").json()}
    assert levels == {OWNER: 50, US: 30, "Rosa": 10}
    assert {one["username"] for one in asking.get("~/members").json()} == {US, "Rosa"}
    people = {login: gitlab.people[login.lower()].id for login in (OWNER, "Mallory")}
    assert asking.get(f"~/members/all/{people[OWNER]}").json()["access_level"] == 50
    assert refusal(asking.get(f"~/members/{people[OWNER]}")) == (404, "404 Not found")
    assert refusal(asking.get(f"~/members/all/{people['Mallory']}")) == (404, "404 Not found")
