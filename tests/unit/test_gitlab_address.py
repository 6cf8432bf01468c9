"""Which project on which GitLab a URL names, and what is said where it names none."""

from __future__ import annotations

import httpx
import pytest

from builders import NOW
from gapkeeper.adapters.gitlab.address import is_gitlab_address, read_address
from gapkeeper.adapters.gitlab.explain import explain
from gapkeeper.adapters.gitlab.raw import trimmed
from gapkeeper.adapters.gitlab.token import TokenAuth
from gapkeeper.adapters.http.answer import Answer
from gapkeeper.adapters.http.failures import failure, said
from gapkeeper.errors import (
    ConflictError,
    NotAuthorisedError,
    RateLimitedError,
    RejectedError,
    UnavailableError,
    UsageError,
)
from gapkeeper.settings.ci import gitlab_of_job, has_job_token, tracker_of_job
from http_wire import Server, client

GITLAB = "https://gitlab.com"
OWN = "https://example.org:8443/gitlab"


@pytest.mark.parametrize(
    ("url", "gitlab", "project", "api"),
    [
        ("gitlab:group/name", GITLAB, "group/name", "https://gitlab.com/api/v4"),
        ("gitlab:group/sub/sub/na.me", GITLAB, "group/sub/sub/na.me", "https://gitlab.com/api/v4"),
        ("gitlab:42", GITLAB, "42", "https://gitlab.com/api/v4"),
        ("https://gitlab.com/group/name", GITLAB, "group/name", "https://gitlab.com/api/v4"),
        ("https://GitLab.com/group/name.git", GITLAB, "group/name", "https://gitlab.com/api/v4"),
        ("https://gitlab.com/group/name/-/issues?state=all", GITLAB, "group/name", "https://gitlab.com/api/v4"),
        ("gitlab:group/name", OWN, "group/name", f"{OWN}/api/v4"),
        (f"{OWN}/group/sub/name/", OWN, "group/sub/name", f"{OWN}/api/v4"),
    ],
)
def test_a_project_and_its_api(url: str, gitlab: str, project: str, api: str) -> None:
    address = read_address(url, gitlab)
    assert (address.project, address.api, address.url) == (project, api, url)
    assert is_gitlab_address(url, gitlab)
    assert address.path == f"/projects/{project.replace('/', '%2F')}"
    assert address.public is (gitlab == GITLAB)


@pytest.mark.parametrize(
    "url",
    ["gitlab:", "gitlab:name", "gitlab:group/../name", "gitlab:group//name", "gitlab:/group/name", "gitlab:a b/c",
     "gitlab:group/name?x", "gitlab:group/-x", "https://gitlab.com/", "https://gitlab.com/group"],
)  # fmt: skip
def test_what_names_no_project(url: str) -> None:
    with pytest.raises(UsageError, match="names no project"):
        read_address(url, GITLAB)


@pytest.mark.parametrize(
    ("url", "gitlab"),
    [
        ("https://gitlab.com.example.org/group/name", GITLAB),
        ("http://gitlab.com/group/name", GITLAB),
        ("https://example.org:8443/other/group/name", OWN),
        ("https://example.org:8443/gitlabels/group/name", OWN),
        ("https://example.org/gitlab/group/name", OWN),
    ],
)
def test_a_project_elsewhere_is_none_for_our_token(url: str, gitlab: str) -> None:
    assert not is_gitlab_address(url, gitlab)
    with pytest.raises(UsageError, match="the one host that the token for GitLab goes to"):
        read_address(url, gitlab)


def test_a_job_of_gitlab_names_its_project_and_server() -> None:
    job = {"GITLAB_CI": "true", "CI_PROJECT_ID": "42", "CI_SERVER_URL": OWN, "CI_JOB_TOKEN": "x"}
    assert (tracker_of_job(job), gitlab_of_job(job), has_job_token(job)) == ("gitlab:42", OWN, True)
    assert tracker_of_job({**job, "CI_PROJECT_PATH": "group/name"}) == "gitlab:group/name"
    elsewhere = {**job, "GITLAB_CI": ""}
    assert (tracker_of_job(elsewhere), gitlab_of_job(elsewhere), has_job_token(elsewhere)) == (None, None, False)


def test_a_token_shows_nowhere() -> None:
    token = TokenAuth("glpat-secret")
    assert token.header() == "Bearer glpat-secret"
    assert "secret" not in repr(token) + token.key
    assert token.key != TokenAuth("glpat-other").key


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ("404 Project Not Found", "404 Project Not Found"),
        ({"title": ["is too long", "can't be blank"]}, "title: is too long, can't be blank"),
        ({"error": "Try again later."}, "error: Try again later."),
        (["One", "two"], "One, two"),
        ({"base": {"a": ["b"]}}, "base: a: b"),
        (None, ""),
        ({}, ""),
        ("a\nb\x1b[31m", "a b [31m"),
        ({"x": "y" * 500}, f"x: {'y' * 196}…"),
    ],
)
def test_every_form_of_a_message_is_one_line(message: object, says: str) -> None:
    assert said(Answer(400, {}, {"message": message}, "https://x")) == says


@pytest.mark.parametrize(
    ("status", "data", "kind", "hint"),
    [
        (401, {"message": "401 Unauthorized"}, NotAuthorisedError, "project access token"),
        (401, {"error": "invalid_token", "error_description": "Token is expired."}, NotAuthorisedError, "has ended"),
        (401, {"error": "invalid_token", "error_description": "Token was revoked."}, NotAuthorisedError, "has ended"),
        (403, {"error": "insufficient_scope", "error_description": "x"}, NotAuthorisedError, "scope api"),
        (403, {"message": "403 Forbidden"}, NotAuthorisedError, "role Developer"),
        (403, {"message": "Project is archived"}, NotAuthorisedError, "unarchive"),
        (405, {"message": "Non GET methods are not allowed for moved projects"}, RejectedError, "new address"),
        (409, {"message": ["a", "b"]}, ConflictError, "Run again"),
        (429, None, RateLimitedError, "goes on"),
        (503, {"message": "GitLab is in maintenance"}, UnavailableError, "maintenance"),
    ],
)
def test_what_to_do_about_a_failure(status: int, data: object, kind: type[Exception], hint: str) -> None:
    answer = Answer(status, {}, data, "https://gitlab.com/api/v4/x")
    error = explain(answer, failure(answer, "GET /x", NOW))
    assert type(error) is kind
    assert hint in str(error.hint)


def test_an_issue_that_was_closed_as_a_duplicate_says_so() -> None:
    issue = {
        "iid": 1, "id": 9, "project_id": 3, "title": "T", "description": None, "state": "closed", "labels": ["bug"],
        "author": {"username": "rosa", "id": 5}, "closed_by": None, "created_at": "2026-01-05T08:00:00.000Z",
        "updated_at": "2026-01-05T08:00:00.000Z", "web_url": "https://gitlab.com/x",
        "_links": {"closed_as_duplicate_of": "https://gitlab.com/api/v4/projects/3/issues/2"},
    }  # fmt: skip
    assert trimmed(issue)["state_reason"] == "duplicate"
    assert trimmed({**issue, "_links": {}})["state_reason"] == "completed"
    assert trimmed({**issue, "_links": {}, "labels": ["not planned"]})["state_reason"] == "not_planned"
    assert trimmed(issue)["body"] == ""
    for broken in ({**issue, "iid": None}, {**issue, "updated_at": "soon"}, [], None):
        with pytest.raises(UnavailableError, match="no issue"):
            trimmed(broken)


def test_an_empty_answer_is_no_issue_and_no_list() -> None:
    empty = client(Server(lambda _: httpx.Response(200)))
    with pytest.raises(UnavailableError, match="no list"):
        next(empty.pages("/issues"))
