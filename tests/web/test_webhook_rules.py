"""Which jobs an event asks for. GitHub's events are those that it once sent."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

import gitlab_payloads as sent
from gapkeeper.entry.web.events import github, gitlab
from gapkeeper.entry.web.events.payload import Payload
from gapkeeper.entry.web.events.repositories import Configured, NotKeptError, Repositories
from gapkeeper.model.jobs import Job, JobKind, Known
from github_counterpart.installed import WEBHOOKS, require

RECONCILE = (Job(JobKind.RECONCILE, "pier"),)
REVIEW = (Job(JobKind.REVIEW, "pier", 7),)
NOTHING: tuple[Job, ...] = ()

PIER = {"id": 42, "full_name": "Harbour/Pier", "default_branch": "main"}


def pier(
    forge: str = "github",
    *,
    project: str = "harbour/pier",
    pulls: bool = True,
    **known: str | None,
) -> Configured:
    return Configured("pier", forge, project, pulls, Known(**{"account": "gapkeeper[bot]"} | known))


def on_github(event: str, payload: dict[str, Any], *configured: Configured) -> tuple[Job, ...]:
    whole = {"repository": PIER, "sender": {"login": "rosa"}} | payload
    return github.jobs(event, Payload(whole), Repositories(configured or [pier()]))


def on_gitlab(event: str, payload: dict[str, Any], *configured: Configured) -> tuple[Job, ...]:
    return gitlab.jobs(
        event, Payload(payload), Repositories(configured or [pier("gitlab", project="harbour/ferry", account="keeper")])
    )


@pytest.mark.parametrize(
    ("event", "payload", "expected"),
    [
        ("issues", {"action": "opened"}, RECONCILE),
        ("issues", {"action": "deleted"}, RECONCILE),
        ("issues", {"action": "an action of tomorrow"}, RECONCILE),
        ("pull_request", {"action": "opened", "number": 7}, REVIEW),
        ("pull_request", {"action": "reopened", "number": 7}, REVIEW),
        ("pull_request", {"action": "synchronize", "number": 7}, REVIEW),
        ("pull_request", {"action": "ready_for_review", "number": 7}, REVIEW),
        ("pull_request", {"action": "edited", "number": 7, "changes": {"base": {"ref": {"from": "next"}}}}, REVIEW),
        ("pull_request", {"action": "edited", "number": 7, "changes": {"title": {"from": "Gates"}}}, NOTHING),
        ("pull_request", {"action": "labeled", "number": 7}, NOTHING),
        ("pull_request", {"action": "closed", "number": 7}, RECONCILE),
        ("push", {"ref": "refs/heads/main"}, RECONCILE),
        ("push", {"ref": "refs/heads/gapkeeper/docs"}, RECONCILE),
        ("push", {"ref": "refs/heads/gates"}, NOTHING),
        ("push", {"ref": "refs/heads/main", "deleted": True}, NOTHING),
        ("push", {"ref": "refs/tags/main"}, NOTHING),
        ("push", {"ref": "refs/heads/gates", "repository": {"full_name": "harbour/pier"}}, RECONCILE),
        ("repository", {"action": "privatized"}, RECONCILE),
        ("issue_comment", {"action": "created"}, NOTHING),
        ("ping", {"zen": "Keep it logically awesome."}, NOTHING),
    ],
)
def test_an_event_of_github(event: str, payload: dict[str, Any], expected: tuple[Job, ...]) -> None:
    assert on_github(event, payload) == expected


@pytest.mark.parametrize(
    ("event", "payload", "expected"),
    [
        ("push", sent.push(), RECONCILE),
        ("push", sent.push("gapkeeper/docs"), RECONCILE),
        ("push", sent.push("gates"), NOTHING),
        ("push", sent.push(after=sent.GONE), NOTHING),
        ("tag_push", sent.tag_push(), NOTHING),
        ("issue", sent.issue("close"), RECONCILE),
        ("confidential_issue", sent.issue(), RECONCILE),
        ("merge_request", sent.merge_request("open"), REVIEW),
        ("merge_request", sent.merge_request("reopen"), REVIEW),
        ("merge_request", sent.pushed_to(), REVIEW),
        ("merge_request", sent.changed("target_branch", "main", "next"), REVIEW),
        ("merge_request", sent.changed("draft", previous=True, current=False), REVIEW),
        ("merge_request", sent.changed("draft", previous=False, current=True), NOTHING),
        ("merge_request", sent.changed("title", "Gates", "The gates"), NOTHING),
        ("merge_request", sent.merge_request("approved"), NOTHING),
        ("merge_request", sent.merge_request("merge"), RECONCILE),
        ("merge_request", sent.merge_request("close"), RECONCILE),
        ("note", sent.note(), NOTHING),
        ("pipeline", sent.pipeline(), NOTHING),
    ],
)
def test_an_event_of_gitlab(event: str, payload: dict[str, Any], expected: tuple[Job, ...]) -> None:
    assert on_gitlab(event, payload) == expected


@pytest.mark.parametrize(
    ("event", "payload", "expected"),
    [
        ("issues", {"action": "closed"}, NOTHING),
        ("pull_request", {"action": "closed", "number": 7}, NOTHING),
        ("pull_request", {"action": "opened", "number": 7}, REVIEW),  # the status may be required for its merge
        ("push", {"ref": "refs/heads/gapkeeper/docs"}, NOTHING),
        ("push", {"ref": "refs/heads/main"}, RECONCILE),  # a person's whose token we have, perhaps
        ("repository", {"action": "renamed"}, RECONCILE),
    ],
)
def test_what_our_account_did_on_github(event: str, payload: dict[str, Any], expected: tuple[Job, ...]) -> None:
    assert on_github(event, payload | {"sender": {"login": "Gapkeeper[Bot]"}}) == expected


@pytest.mark.parametrize(
    ("event", "payload", "expected"),
    [
        ("issue", sent.issue(who="Keeper"), NOTHING),
        ("merge_request", sent.merge_request("close", who="keeper"), NOTHING),
        ("merge_request", sent.merge_request("open", who="keeper"), REVIEW),
        ("push", sent.push("gapkeeper/docs", who="keeper"), NOTHING),
        ("push", sent.push(who="keeper"), RECONCILE),
    ],
)
def test_what_our_account_did_on_gitlab(event: str, payload: dict[str, Any], expected: tuple[Job, ...]) -> None:
    assert on_gitlab(event, payload) == expected


def test_an_account_that_nobody_knows_yet_is_not_ours() -> None:
    assert on_github("issues", {"sender": {"login": "gapkeeper[bot]"}}, pier(account=None)) == RECONCILE
    assert on_github("issues", {"sender": None}, pier(account=None)) == RECONCILE


def test_the_branch_that_is_known_counts_and_not_the_default_branch() -> None:
    assert on_github("push", {"ref": "refs/heads/next"}, pier(branch="next")) == RECONCILE
    assert on_github("push", {"ref": "refs/heads/main"}, pier(branch="next")) == NOTHING


def test_pull_requests_that_are_not_to_be_commented_on_are_reviewed_by_nobody() -> None:
    assert on_github("pull_request", {"action": "opened", "number": 7}, pier(pulls=False)) == NOTHING
    assert on_github("pull_request", {"action": "closed", "number": 7}, pier(pulls=False)) == RECONCILE


def test_a_repository_that_is_not_configured_is_left_alone() -> None:
    for other in ({"id": 1, "full_name": "harbour/ferry"}, None):
        with pytest.raises(NotKeptError):
            on_github("issues", {"repository": other})
    with pytest.raises(NotKeptError):
        on_gitlab("issue", sent.issue(), pier("github", project="harbour/ferry"))


def test_the_number_is_stronger_than_the_name() -> None:
    """The repository was renamed, and another one has its former name."""
    ours = pier(project="harbour/ferry", project_id="42")
    other = Configured("other", "github", "harbour/pier", known=Known(project_id="43"))
    assert on_github("issues", {}, other, ours) == RECONCILE


def test_gitlab_projects_are_found_by_the_number_that_the_address_may_name() -> None:
    assert on_gitlab("issue", sent.issue(), pier("gitlab", project="77")) == RECONCILE


@pytest.mark.parametrize(
    ("full_name", "changes"),
    [
        ("harbour/jetty", {"repository": {"name": {"from": "pier"}}}),
        ("port/pier", {"owner": {"from": {"user": {"login": "harbour"}}}}),
        ("port/pier", {"owner": {"from": {"user": None, "organization": {"login": "harbour"}}}}),
    ],
)
def test_a_repository_that_moved_is_found_by_its_former_name(full_name: str, changes: dict[str, Any]) -> None:
    moved = {"action": "renamed", "repository": PIER | {"full_name": full_name}}
    with pytest.raises(NotKeptError):
        on_github("repository", moved)
    assert on_github("repository", moved | {"changes": changes}) == RECONCILE


class TestInstallations:
    here = (
        pier(),
        Configured("ferry", "github", "harbour/ferry"),
        Configured("else", "github", "elsewhere/quay"),
        Configured("lab", "gitlab", "harbour/pier"),
    )

    def jobs(self, event: str, action: str, **more: object) -> tuple[str, ...]:
        payload = {"action": action, "installation": {"account": {"login": "HARBOUR"}}} | more
        return tuple(job.repository for job in on_github(event, payload, *self.here))

    @pytest.mark.parametrize("action", ["created", "unsuspend", "new_permissions_accepted"])
    def test_repositories_that_are_named_are_looked_at(self, action: str) -> None:
        named = [{"id": 1, "full_name": "harbour/ferry"}, {"id": 2, "full_name": "harbour/unknown"}]
        assert self.jobs("installation", action, repositories=named) == ("ferry",)

    def test_where_none_is_named_all_of_the_account_are(self) -> None:
        assert self.jobs("installation", "unsuspend") == ("pier", "ferry")

    def test_repositories_that_are_added_are_looked_at(self) -> None:
        named = [{"id": 1, "full_name": "harbour/pier"}, {"id": 1, "full_name": "harbour/pier"}]
        assert self.jobs("installation_repositories", "added", repositories_added=named) == ("pier",)

    @pytest.mark.parametrize(
        ("event", "action"),
        [("installation", "deleted"), ("installation", "suspend"), ("installation_repositories", "removed")],
    )
    def test_what_was_taken_from_us_asks_for_nothing(self, event: str, action: str) -> None:
        assert self.jobs(event, action) == ()


@cache
def examples() -> tuple[tuple[str, dict[str, Any]], ...]:
    require(WEBHOOKS)
    found = json.loads(WEBHOOKS.read_bytes())
    return tuple((event["name"], example) for event in found for example in event["examples"])


def test_every_event_that_github_once_sent_asks_for_what_its_action_says() -> None:
    reviewed = {"opened", "reopened", "synchronize", "ready_for_review"}
    asked: list[Job] = []
    for event, payload in examples():
        repository = payload.get("repository") or {}
        configured = Configured("it", "github", repository.get("full_name", "none/none"))
        jobs = github.jobs(event, Payload(payload), Repositories([configured]))
        match event, payload.get("action"):
            case (("issues" | "repository"), _):
                expected = [Job(JobKind.RECONCILE, "it")]
            case "pull_request", "closed":
                expected = [Job(JobKind.RECONCILE, "it")]
            case "pull_request", action if action in reviewed:
                expected = [Job(JobKind.REVIEW, "it", payload["pull_request"]["number"])]
            case "push", _ if payload["ref"] == "refs/heads/" + repository["default_branch"]:
                expected = [] if payload["deleted"] else [Job(JobKind.RECONCILE, "it")]
            case _:
                expected = []
        assert (event, payload.get("action"), list(jobs)) == (event, payload.get("action"), expected)
        asked += jobs
    assert len(examples()) == 329
    assert len({job.kind for job in asked}) == 2
