"""Issues as the fake keeps them, asked by a plain client."""

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


def test_an_issue_has_a_number_in_its_project_and_an_id_everywhere(gitlab: GitLab, asking: Asking) -> None:
    made = asking.issue()
    assert made["iid"] == 1
    assert made["id"] > 2**31
    assert made["project_id"] == gitlab.project.id
    assert made["references"]["full"] == "harbour/pier#1"
    assert asking.get("~/issues/1").json()["id"] == made["id"]
    assert refusal(asking.get(f"~/issues/{made['id']}")) == (404, "404 Not found")


@pytest.mark.parametrize("labels", ["bug, new", ["bug", "new"]])
def test_labels_come_with_commas_or_as_an_array_and_are_made(asking: Asking, labels: object) -> None:
    assert asking.issue(labels=labels)["labels"] == ["bug", "new"]
    assert {label["name"] for label in asking.get("~/labels").json()} == {"bug", "new"}


def test_labels_are_added_and_removed_and_replaced(asking: Asking) -> None:
    asking.issue(labels="bug,new")
    for sent, left in (
        ({"add_labels": "later", "remove_labels": "new"}, ["bug", "later"]),
        ({"labels": "only"}, ["only"]),
        ({"labels": ""}, []),
    ):
        assert asking.put("~/issues/1", json=sent).json()["labels"] == left


@pytest.mark.parametrize(("tier", "left"), [("premium", ["status::done"]), ("free", ["status::done", "status::open"])])
def test_of_a_scope_one_label_stays_where_the_tier_has_scopes(
    make_gitlab: MakeGitLab, tier: str, left: list[str]
) -> None:
    with Asking(make_gitlab(premium=tier == "premium")) as ask:
        ask.issue(labels="status::open")
        assert ask.put("~/issues/1", json={"add_labels": "status::done"}).json()["labels"] == left


def test_closing_says_who_and_when_and_reopening_forgets_it(gitlab: GitLab, asking: Asking) -> None:
    asking.issue()
    gitlab.clock.advance(60)
    closed = asking.put("~/issues/1", json={"state_event": "close"}).json()
    assert (closed["state"], closed["closed_by"]["username"]) == ("closed", US)
    assert closed["closed_at"] == closed["updated_at"] > closed["created_at"]
    gitlab.act(OWNER, "PUT", "/issues/1", {"state_event": "reopen"})
    opened = asking.get("~/issues/1").json()
    assert (opened["state"], opened["closed_by"], opened["closed_at"]) == ("opened", None, None)
    events = asking.get("~/issues/1/resource_state_events").json()
    assert [(one["state"], one["user"]["username"]) for one in events] == [("reopened", OWNER), ("closed", US)]


def test_changes_of_labels_and_milestone_are_events_and_those_of_texts_are_notes(gitlab: GitLab) -> None:
    stone = gitlab.act(US, "POST", "/milestones", {"title": "Phase 1"})
    gitlab.act(US, "POST", "/issues", {"title": "T", "labels": "bug"})
    gitlab.act(US, "PUT", "/issues/1", {"milestone_id": stone["id"], "remove_labels": "bug", "description": "D"})
    labels = gitlab.act(US, "GET", "/issues/1/resource_label_events")
    assert [(one["action"], one["label"]["name"]) for one in labels] == [("remove", "bug"), ("add", "bug")]
    assert gitlab.act(US, "GET", "/issues/1/resource_milestone_events")[0]["milestone"]["title"] == "Phase 1"
    notes = gitlab.act(US, "GET", "/issues/1/notes")
    assert [(note["body"], note["system"]) for note in notes] == [("changed the description", True)]
    assert gitlab.act(US, "GET", "/issues/1")["user_notes_count"] == 0


def test_a_note_makes_its_issue_newer(gitlab: GitLab, asking: Asking) -> None:
    made = asking.issue()
    gitlab.clock.advance(5)
    asking.post("~/issues/1/notes", json={"body": "Hello"})
    found = asking.get("~/issues/1").json()
    assert found["updated_at"] > made["updated_at"]
    assert found["user_notes_count"] == 1


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({}, "title is missing"),
        ({"title": " "}, {"title": ["can't be blank"]}),
        ({"title": "x" * 256}, {"title": ["is too long (maximum is 255 characters)"]}),
        (
            {"title": "T", "description": "x" * 1_048_577},
            {"description": ["is too long (maximum is 1048576 characters)"]},
        ),
        ({"title": "T", "confidential": "perhaps"}, "confidential is invalid"),
        ({"title": "T", "milestone_id": "first"}, "milestone_id is invalid"),
    ],
)
def test_what_cannot_be_an_issue_is_refused_and_leaves_none(
    asking: Asking, sent: dict[str, object], told: object
) -> None:
    assert refusal(asking.post("~/issues", json=sent)) == (400, told)
    assert asking.get("~/issues").json() == []


def test_a_description_of_a_million_characters_is_kept(asking: Asking) -> None:
    assert len(asking.issue(description="x" * 1_048_576)["description"]) == 1_048_576


def test_an_update_without_anything_is_refused(asking: Asking) -> None:
    asking.issue()
    status, told = refusal(asking.put("~/issues/1", json={}))
    assert status == 400
    assert told.endswith("at least one parameter must be provided")
    assert refusal(asking.put("~/issues/1", json={"state_event": "closed"}))[1] == (
        "state_event does not have a valid value"
    )


def test_whoever_has_no_role_writes_and_decides_nothing(gitlab: GitLab, asking: Asking, asking_as: As) -> None:
    rosa = asking_as("Rosa")
    made = rosa.issue(labels="bug", assignee_ids=[gitlab.people["rosa"].id])
    assert (made["labels"], made["assignees"]) == ([], [])
    assert rosa.put("~/issues/1", json={"state_event": "close", "add_labels": "bug"}).json()["labels"] == []
    asking.issue()
    assert refusal(rosa.put("~/issues/2", json={"state_event": "close"})) == (403, "403 Forbidden")
    assert refusal(asking_as("").post("~/issues", json={"title": "T"})) == (401, "401 Unauthorized")


def test_guests_decide_about_what_they_open_and_never_again(gitlab: GitLab, asking: Asking, asking_as: As) -> None:
    asking.issue(labels="bug,new")
    gitlab.grant("Rosa", Role.GUEST)
    rosa = asking_as("Rosa")
    assert rosa.issue(labels="bug,theirs")["labels"] == ["bug"]  # and makes no labels
    assert rosa.put("~/issues/2", json={"add_labels": "new", "title": "Changed"}).json()["labels"] == ["bug"]
    gitlab.grant("Rosa", Role.PLANNER)
    assert rosa.put("~/issues/1", json={"add_labels": "theirs"}).json()["labels"] == ["bug", "new", "theirs"]


def test_confidential_issues_are_not_there_for_others(gitlab: GitLab, asking: Asking, asking_as: As) -> None:
    asking.issue(confidential=True)
    for other in (asking_as("Rosa"), asking_as("")):
        assert refusal(other.get("~/issues/1")) == (404, "404 Not found")
        assert other.get("~/issues").json() == []
    gitlab.act(US, "PUT", "/issues/1", {"assignee_ids": [gitlab.people["rosa"].id]})
    assert asking_as("Rosa").get("~/issues/1").json()["confidential"] is True


@pytest.mark.parametrize(("tier", "kept"), [("premium", 2), ("free", 1)])
def test_free_has_one_assignee(make_gitlab: MakeGitLab, tier: str, kept: int) -> None:
    gitlab = make_gitlab(premium=tier == "premium")
    with Asking(gitlab) as ask:
        people = [gitlab.people[login].id for login in ("rosa", "piet")]
        assert len(ask.issue(assignee_ids=people)["assignees"]) == kept
        assert ("weight" in ask.get("~/issues/1").json()) == gitlab.premium


def test_a_moved_issue_is_closed_and_names_the_other(gitlab: GitLab, asking: Asking) -> None:
    asking.issue("Elsewhere")
    other = asking.post("~/issues/1/move", json={"to_project_id": gitlab.elsewhere.id}).json()
    assert other["references"]["full"] == f"{ELSEWHERE}#1"
    left = asking.get("~/issues/1").json()
    assert (left["state"], left["moved_to_id"]) == ("closed", other["id"])


def test_a_deleted_issue_is_gone_and_its_number_is_not_given_again(gitlab: GitLab, asking: Asking) -> None:
    asking.issue()
    assert refusal(asking.delete("~/issues/1")) == (403, "403 Forbidden")
    gitlab.act(OWNER, "DELETE", "/issues/1")
    assert refusal(asking.get("~/issues/1")) == (404, "404 Not found")
    assert asking.issue()["iid"] == 2


def test_where_issues_are_disabled_there_are_none(gitlab: GitLab, asking: Asking) -> None:
    asking.issue()
    gitlab.project.features["issues"] = "disabled"
    assert asking.get("~").json()["issues_enabled"] is False
    assert asking.get("~/issues").json() == []
    assert refusal(asking.get("~/issues/1")) == (404, "404 Not found")
    assert refusal(asking.post("~/issues", json={"title": "T"})) == (403, "403 Forbidden")


def test_an_archived_project_can_be_read_and_not_written(gitlab: GitLab, asking: Asking) -> None:
    asking.issue()
    gitlab.project.archived = True
    assert asking.get("~/issues/1").status_code == 200
    for method, path, name in (("POST", "", "title"), ("PUT", "/1", "title"), ("POST", "/1/notes", "body")):
        assert refusal(asking.request(method, f"~/issues{path}", json={name: "T"})) == (403, "403 Forbidden")


def test_facts_tell_what_people_did_and_not_when(gitlab: GitLab, make_gitlab: MakeGitLab) -> None:
    from gitlab_counterpart.facts import every, facts  # noqa: PLC0415 - of this test alone

    other = make_gitlab()
    for number, one in enumerate((gitlab, other)):
        one.clock.advance(1000 * number)
        one.act("Rosa", "POST", "/issues", {"title": "T", "description": "D"})
        one.grant("Ann", Role.REPORTER)
        one.act("Ann", "PUT", "/issues/1", {"labels": "bug", "state_event": "close"})
    assert facts(gitlab) == facts(other)
    assert facts(gitlab, moments=True) != facts(other, moments=True)
    assert "#1 closed by Ann" in facts(gitlab)
    assert [issue["iid"] for issue in every(gitlab, "/issues?state=all")] == [1]
