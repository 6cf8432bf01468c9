"""Merge requests as the fake keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from asking_gitlab import Asking, refusal
from gitlab_counterpart.seed import US
from gitlab_counterpart.world import Role

if TYPE_CHECKING:
    from asking_gitlab import As
    from gitlab_counterpart.fixtures import MakeGitLab
    from gitlab_counterpart.gitlab import GitLab

SENT = {"title": "Hurry", "source_branch": "topic", "target_branch": "main"}


@pytest.fixture
def topic(gitlab: GitLab, asking: Asking) -> Asking:
    _branch(gitlab)
    return asking


def _branch(gitlab: GitLab) -> None:
    gitlab.project.repository.branches["topic"] = gitlab.project.repository.branches["main"]
    gitlab.commit({"docs/LATER.md": b"# Sooner\n"}, "Hurry", branch="topic")


def open_one(ask: Asking, **more: object) -> dict[str, Any]:
    answer = ask.post("~/merge_requests", json={**SENT, **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_one_is_open_for_each_pair_of_branches(topic: Asking) -> None:
    made = open_one(topic, description="Text", labels="docs")
    assert (made["iid"], made["state"], made["detailed_merge_status"]) == (1, "opened", "mergeable")
    assert (made["labels"], made["references"]["short"]) == (["docs"], "!1")
    told = ["Another open merge request already exists for this source branch: !1"]
    assert refusal(topic.post("~/merge_requests", json=SENT)) == (409, told)
    topic.put("~/merge_requests/1", json={"state_event": "close"})
    assert open_one(topic)["iid"] == 2
    assert refusal(topic.put("~/merge_requests/1", json={"state_event": "reopen"}))[0] == 409
    assert [one["iid"] for one in topic.get("~/merge_requests?state=opened&source_branch=topic").json()] == [2]
    topic.post("~/repository/branches", json={"branch": "next", "ref": "main"})
    assert open_one(topic, target_branch="next")["iid"] == 3
    assert refusal(topic.put("~/merge_requests/3", json={"target_branch": "main"}))[0] == 409
    assert refusal(topic.put("~/merge_requests/3", json={"target_branch": "topic"}))[0] == 422
    topic.post("~/repository/branches", json={"branch": "later", "ref": "main"})
    assert topic.put("~/merge_requests/3", json={"target_branch": "later"}).json()["target_branch"] == "later"


def test_what_cannot_be_one_is_refused(topic: Asking, asking_as: As) -> None:
    assert refusal(topic.post("~/merge_requests", json=SENT | {"source_branch": "main"}))[0] == 422
    assert refusal(topic.post("~/merge_requests", json={"title": "T"})) == (400, "source_branch is missing")
    assert refusal(asking_as("Rosa").post("~/merge_requests", json=SENT))[0] == 403


def test_one_from_a_branch_that_is_not_there_has_no_commits_and_is_not_merged(gitlab: GitLab, topic: Asking) -> None:
    made = open_one(topic, source_branch="none")
    assert (made["sha"], made["diff_refs"]["head_sha"], made["has_conflicts"]) == (None, None, True)
    assert topic.get("~/merge_requests/1/commits").json() == []
    assert refusal(topic.put("~/merge_requests/1/merge", json={}))[0] == 405
    gitlab.commit({"docs/LATER.md": b"# Now\n"}, "At last", branch="topic")
    gitlab.project.repository.branches["none"] = gitlab.project.repository.branches["topic"]
    assert topic.get("~/merge_requests/1").json()["detailed_merge_status"] == "mergeable"


def test_it_follows_its_branch_while_it_is_open(gitlab: GitLab, topic: Asking) -> None:
    first = open_one(topic)
    head = gitlab.commit({"docs/LATER.md": b"# Now\n"}, "More", branch="topic")
    shown = topic.get("~/merge_requests/1").json()
    assert shown["sha"] == head != first["sha"]
    assert [one["title"] for one in topic.get("~/merge_requests/1/commits").json()] == ["More", "Hurry"]
    topic.put("~/merge_requests/1", json={"state_event": "close"})
    gitlab.commit({"docs/LATER.md": b"# Then\n"}, "Later", branch="topic")
    assert topic.get("~/merge_requests/1").json()["sha"] == head


def test_merging_brings_both_sides_together_and_takes_the_branch_away(gitlab: GitLab, topic: Asking) -> None:
    open_one(topic, remove_source_branch=True)
    gitlab.commit({"README.md": b"# Another\n"}, "Meanwhile")
    merged = topic.put("~/merge_requests/1/merge", json={}).json()
    assert (merged["state"], merged["merged_by"]["username"]) == ("merged", US)
    assert merged["merge_commit_sha"] == gitlab.project.repository.branches["main"]
    assert (gitlab.read("README.md"), gitlab.read("docs/LATER.md")) == (b"# Another\n", b"# Sooner\n")
    assert "topic" not in gitlab.project.repository.branches
    assert refusal(topic.put("~/merge_requests/1/merge", json={})) == (405, "405 Method Not Allowed")


def test_squashed_commits_are_one(gitlab: GitLab, topic: Asking) -> None:
    gitlab.commit({"docs/LATER.md": b"# Now\n"}, "More", branch="topic")
    open_one(topic, squash=True)
    merged = topic.put("~/merge_requests/1/merge", json={"squash_commit_message": "All"}).json()
    squashed = topic.get(f"~/repository/commits/{merged['squash_commit_sha']}").json()
    assert squashed["message"] == "All"
    whole = topic.get(f"~/repository/commits/{merged['merge_commit_sha']}").json()
    assert whole["parent_ids"][1] == squashed["id"]
    assert gitlab.read("docs/LATER.md") == b"# Now\n"


def test_what_is_in_conflict_is_not_merged(gitlab: GitLab, topic: Asking) -> None:
    open_one(topic)
    gitlab.commit({"docs/LATER.md": b"# Never\n"}, "Meanwhile")
    shown = topic.get("~/merge_requests/1").json()
    assert (shown["has_conflicts"], shown["merge_status"]) == (True, "cannot_be_merged")
    assert refusal(topic.put("~/merge_requests/1/merge", json={})) == (422, "Branch cannot be merged")
    assert refusal(topic.get("~/merge_requests/1/merge_ref")) == (400, "Merge request is not mergeable")


def test_another_head_than_the_one_that_was_seen_is_not_merged(topic: Asking) -> None:
    open_one(topic)
    status, told = refusal(topic.put("~/merge_requests/1/merge", json={"sha": "0" * 40}))
    assert status == 409
    assert told.startswith("SHA does not match HEAD of source branch")


def test_drafts_and_what_nobody_approved_wait(gitlab: GitLab, topic: Asking) -> None:
    open_one(topic, title="Draft: Hurry")
    assert topic.get("~/merge_requests/1").json()["draft"] is True
    assert refusal(topic.put("~/merge_requests/1/merge", json={}))[0] == 405
    topic.put("~/merge_requests/1", json={"title": "Hurry"})
    gitlab.project.approvals = 1
    assert topic.get("~/merge_requests/1").json()["detailed_merge_status"] == "not_approved"
    told = topic.get("~/merge_requests/1/approvals").json()
    assert (told["approvals_required"], told["approvals_left"], told["approved"]) == (1, 1, False)
    gitlab.grant("Ann", Role.DEVELOPER)
    gitlab.act("Ann", "POST", "/merge_requests/1/approve")
    assert topic.get("~/merge_requests/1/approvals").json()["approved_by"][0]["user"]["username"] == "Ann"
    assert topic.put("~/merge_requests/1/merge", json={}).status_code == 200


def test_free_needs_no_approval(make_gitlab: MakeGitLab) -> None:
    gitlab = make_gitlab(premium=False)
    gitlab.project.approvals = 1
    _branch(gitlab)
    with Asking(gitlab) as ask:
        assert open_one(ask)["detailed_merge_status"] == "mergeable"


def test_whoever_may_not_push_to_the_target_does_not_merge(gitlab: GitLab, topic: Asking) -> None:
    open_one(topic)
    gitlab.protect("main")
    assert topic.get("~/merge_requests/1").json()["user"]["can_merge"] is False
    assert refusal(topic.put("~/merge_requests/1/merge", json={})) == (401, "401 Unauthorized")
