"""Verdicts on GitLab: in the pipeline of a merge request, and where there is no place for a status."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gapkeeper.errors import ConflictError, NotAuthorisedError, RejectedError
from gapkeeper.model.pulls import COMMENT_START, CONTEXT, Conclusion, Verdict
from github_counterpart.faults import Once, no_trouble
from gitlab_counterpart.faults import status
from gitlab_counterpart.seed import OWNER, US, token_of
from gitlab_counterpart.statuses import add_pipeline
from gitlab_counterpart.world import Role
from review_counterparts import OnGitLab

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gitlab_counterpart.gitlab import GitLab

RED = Verdict(Conclusion.FAILURE, "Readiness: 70 % of 80 %", "**70 %**")
GREEN = Verdict(Conclusion.SUCCESS, "Readiness: 80 % of 80 %", "**80 %**")
SET, LIST = "POST /projects/{id}/statuses/{sha}", "GET /projects/{id}/repository/commits/{sha}/statuses"
OURS = f"{COMMENT_START}1 -->\n\nReadiness: 70 %"


@pytest.fixture
def forge(gitlab: GitLab, tmp_path: Path) -> Iterator[OnGitLab]:
    made = OnGitLab(gitlab, tmp_path)
    yield made
    made.close()


def places(gitlab: GitLab) -> list[tuple[str, str, list[str]]]:
    """Source and ref of each pipeline, and the statuses of ours in it."""
    return [
        (one.source, one.ref, [said.status for said in one.statuses if said.name == CONTEXT])
        for one in gitlab.project.pipelines
    ]


def test_a_status_costs_one_request_and_one_to_know_it_again(forge: OnGitLab) -> None:
    reviews = forge.open()
    pull = reviews.pull(forge.propose())
    with forge.watched() as log:
        reviews.set_verdict(pull, GREEN)
    assert log.table() == {SET: 1}
    with forge.watched() as log:
        assert reviews.has_verdict(pull, GREEN)
    assert log.table() == {LIST: 1}


def test_without_a_pipeline_it_is_set_at_the_branch_of_the_merge_request(forge: OnGitLab, gitlab: GitLab) -> None:
    number = forge.propose()
    branches = gitlab.project.repository.branches
    branches["another"] = branches["topic"]  # GitLab would choose one of them itself
    gitlab.project.repository.branches = dict(sorted(branches.items()))
    reviews = forge.open()
    reviews.set_verdict(reviews.pull(number), GREEN)
    assert places(gitlab) == [("external", "topic", ["success"])]
    forge.open().set_verdict(reviews.pull(number), RED)
    assert places(gitlab) == [("external", "topic", ["success", "failed"])]
    assert reviews.has_verdict(reviews.pull(number), RED)


def test_it_joins_the_pipeline_of_the_branch(forge: OnGitLab, gitlab: GitLab) -> None:
    number = forge.propose()
    add_pipeline(gitlab, forge.head(), "topic")
    reviews = forge.open()
    reviews.set_verdict(reviews.pull(number), GREEN)
    assert places(gitlab) == [("push", "topic", ["success"])]


def test_it_joins_a_pipeline_that_a_list_of_merge_requests_does_not_tell(forge: OnGitLab, gitlab: GitLab) -> None:
    ref = f"refs/merge-requests/{forge.propose()}/head"
    add_pipeline(gitlab, forge.head(), ref, "merge_request_event")
    reviews = forge.open()
    (pull,) = reviews.open_pulls()
    reviews.set_verdict(pull, GREEN)
    assert places(gitlab) == [("merge_request_event", ref, ["success"])]


def test_it_joins_the_newest_pipeline_of_the_merge_request(forge: OnGitLab, gitlab: GitLab) -> None:
    number = forge.propose()
    ref = f"refs/merge-requests/{number}/head"
    reviews = forge.open()
    for _ in range(2):
        add_pipeline(gitlab, forge.head(), ref, "merge_request_event")
        pull = reviews.pull(number)
        assert not reviews.has_verdict(pull, GREEN)
        reviews.set_verdict(pull, GREEN)
        assert reviews.has_verdict(pull, GREEN)
    assert places(gitlab) == [("merge_request_event", ref, ["success"])] * 2


def test_it_joins_a_pipeline_for_merged_results_which_has_another_commit(forge: OnGitLab, gitlab: GitLab) -> None:
    number = forge.propose()
    ref = f"refs/merge-requests/{number}/merge"
    merged = gitlab.project.requests[number].merged_results = gitlab.project.repository.branches["main"]
    add_pipeline(gitlab, merged, ref, "merge_request_event")
    reviews = forge.open()
    pull = reviews.pull(number)
    reviews.set_verdict(pull, GREEN)
    assert pull.head == forge.head()
    assert places(gitlab) == [("merge_request_event", ref, ["success"])]
    assert reviews.has_verdict(pull, GREEN)


def test_a_merge_request_from_a_fork_has_a_status_only_in_a_pipeline_of_the_project(
    forge: OnGitLab, gitlab: GitLab
) -> None:
    number = forge.propose()
    head = forge.head()
    forge.come_from_a_fork(number)
    reviews = forge.open()
    pull = reviews.pull(number)
    with forge.watched() as log:
        assert not reviews.has_verdict(pull, GREEN)
        with pytest.raises(RejectedError, match=rf"!{number} comes from a fork"):
            reviews.set_verdict(pull, GREEN)
    assert log == []
    reviews.post_comment(number, OURS)  # this works all the same
    gitlab.project.requests[number].fork = 0  # somebody deletes the fork
    assert reviews.pull(number).fork
    assert not forge.open().has_verdict(pull, GREEN)
    ref = f"refs/merge-requests/{number}/head"
    add_pipeline(gitlab, head, ref, "merge_request_event")
    reviews.set_verdict(reviews.pull(number), GREEN)
    assert places(gitlab) == [("merge_request_event", ref, ["success"])]


def test_a_state_that_is_set_already_is_no_mistake(forge: OnGitLab, gitlab: GitLab) -> None:
    reviews = forge.open()
    pull = reviews.pull(forge.propose())
    refused = status(400, message='Cannot transition status via :succeed from :success (Reason(s): "x")')
    gitlab.trouble = Once(refused, SET)
    with pytest.raises(RejectedError, match="Cannot transition"):  # it is not so
        reviews.set_verdict(pull, GREEN)
    gitlab.trouble = no_trouble
    reviews.set_verdict(pull, GREEN)
    gitlab.trouble = Once(refused, SET)
    reviews.set_verdict(pull, GREEN)
    assert places(gitlab) == [("external", "topic", ["success"])]


def test_commits_that_came_meanwhile_are_noticed(forge: OnGitLab) -> None:
    number = forge.propose()
    pull = forge.open().pull(number)
    forge.move()
    with pytest.raises(ConflictError, match="other commits"):
        forge.open().set_verdict(pull, GREEN)


def test_a_pipeline_that_is_gone_meanwhile_gets_no_other_in_its_place(forge: OnGitLab, gitlab: GitLab) -> None:
    number = forge.propose()
    add_pipeline(gitlab, forge.head(), "topic")
    reviews = forge.open()
    pull = reviews.pull(number)
    gitlab.project.pipelines.clear()
    with pytest.raises(ConflictError, match="moved meanwhile"):
        reviews.set_verdict(pull, GREEN)
    assert places(gitlab) == []


def test_a_title_that_is_long_and_an_address_that_is_longer(forge: OnGitLab, gitlab: GitLab) -> None:
    reviews = forge.open()
    pull = replace(reviews.pull(forge.propose()), url=f"{gitlab.url}/{'a/' * 200}")
    reviews.set_verdict(pull, replace(GREEN, title="ü" * 300))
    (said,) = gitlab.project.pipelines[0].statuses
    assert (len(said.description or ""), said.target_url) == (255, None)


@pytest.mark.parametrize("role", [Role.GUEST, Role.REPORTER])
def test_who_is_no_developer_comments_and_sets_no_status(forge: OnGitLab, gitlab: GitLab, role: Role) -> None:
    number = forge.propose()
    gitlab.grant("Rosa", role)
    reviews = forge.open_as(token_of("Rosa"))
    pull = reviews.pull(number)
    reviews.post_comment(number, OURS)
    with pytest.raises(NotAuthorisedError, match="role Developer"):
        reviews.set_verdict(pull, GREEN)
    assert places(gitlab) == []


def test_a_protected_branch_is_named_where_it_forbids_a_status(forge: OnGitLab, gitlab: GitLab) -> None:
    reviews = forge.open()
    pull = reviews.pull(forge.propose())
    gitlab.protect("topic")
    with pytest.raises(NotAuthorisedError, match="Protected branches"):
        reviews.set_verdict(pull, GREEN)


def test_an_archived_project_says_so(forge: OnGitLab, gitlab: GitLab) -> None:
    number = forge.propose()
    reviews = forge.open()
    pull = reviews.pull(number)
    gitlab.project.archived = True
    with pytest.raises(NotAuthorisedError, match="archived"):
        reviews.post_comment(number, OURS)
    with pytest.raises(NotAuthorisedError):
        reviews.set_verdict(pull, GREEN)


def test_notes_that_gitlab_wrote_in_our_name_are_not_ours(forge: OnGitLab, gitlab: GitLab) -> None:
    number = forge.propose()
    reviews = forge.open()
    reviews.post_comment(number, OURS)
    gitlab.project.requests[number].notes[-1].system = True
    assert reviews.comments(number) == ()


def test_ends_of_lines_are_gitlabs(forge: OnGitLab) -> None:
    """What is compared with a note has to be without carriage returns, and without space at its end."""
    number = forge.propose()
    reviews = forge.open()
    reviews.post_comment(number, f"{OURS}\r\n  and more \n\n")
    assert forge.talk(number) == [(US, f"{OURS}\n  and more")]


class TestFake:
    """What the fake's statuses do, apart from what we send."""

    def test_a_status_that_is_pending_is_not_pending_again(self, forge: OnGitLab, gitlab: GitLab) -> None:
        forge.propose()
        path = f"/statuses/{forge.head()}"
        gitlab.act(US, "POST", path, {"state": "pending"})
        answer = gitlab.attempt(token_of(US), "POST", f"/projects/{gitlab.project.id}{path}", {"state": "pending"})
        assert (answer.status, answer.body["message"][:40]) == (400, "Cannot transition status via :enqueue fr")
        assert gitlab.act(US, "POST", path, {"state": "success"})["status"] == "success"
        assert len(gitlab.project.pipelines[0].statuses) == 1  # the same one, which has gone on

    def test_the_newest_of_a_name_is_listed_and_all_of_them_on_demand(self, forge: OnGitLab, gitlab: GitLab) -> None:
        forge.propose()
        for state in ("failed", "success"):
            gitlab.act(US, "POST", f"/statuses/{forge.head()}", {"state": state, "name": "a"})
        path = f"/repository/commits/{forge.head()}/statuses"
        assert [one["status"] for one in gitlab.act(US, "GET", path)] == ["success"]
        assert [one["status"] for one in gitlab.act(US, "GET", f"{path}?all=true")] == ["failed", "success"]
        assert gitlab.act(US, "GET", f"{path}?name=b") == []

    @pytest.mark.parametrize(
        ("sent", "status_", "message"),
        [
            ({"state": "success", "pipeline_id": 1}, 404, "404 Pipeline for pipeline_id, sha and ref Not Found"),
            ({"state": "success", "description": "x" * 256}, 400, None),
            ({"state": "odd"}, 400, None),
            ({}, 400, None),
        ],
    )
    def test_what_is_refused(
        self, forge: OnGitLab, gitlab: GitLab, sent: dict[str, object], status_: int, message: str | None
    ) -> None:
        forge.propose()
        path = f"/projects/{gitlab.project.id}/statuses/{forge.head()}"
        answer = gitlab.attempt(token_of(OWNER), "POST", path, sent)
        assert (answer.status, answer.body.get("message", message) if message else None) == (status_, message)

    def test_a_commit_of_no_branch_has_no_place(self, forge: OnGitLab, gitlab: GitLab) -> None:
        number = forge.propose()
        head = forge.head()
        forge.come_from_a_fork(number)
        path = f"/projects/{gitlab.project.id}/statuses/{head}"
        answer = gitlab.attempt(token_of(OWNER), "POST", path, {"state": "success"})
        assert (answer.status, answer.body["message"]) == (404, "404 References for commit Not Found")
