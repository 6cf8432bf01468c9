"""Who is let in, and what is said to those who are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from asking import error
from github_counterpart.accounts import Kind, Role
from github_counterpart.seed import ACTIONS, FULL_NAME, US, token_of

if TYPE_CHECKING:
    from asking import As, Asking
    from github_counterpart.fixtures import MakeGitHub
    from github_counterpart.github import GitHub

REPOSITORY = f"/repos/{FULL_NAME}"


def test_an_unknown_token_is_nobodys(ask_as: As) -> None:
    assert error(ask_as("ghp_unknown").get("~")) == (401, "Bad credentials")


def test_without_a_token_what_is_public_is_read_and_nothing_is_written(ask_as: As) -> None:
    nobody = ask_as("")
    assert nobody.get("~/issues").json() == []
    assert error(nobody.post("~/issues", json={"title": "T"})) == (401, "Requires authentication")
    assert error(nobody.get("/user")) == (401, "Requires authentication")


def test_a_token_that_has_ended_is_no_token(github: GitHub, ask_as: As) -> None:
    token = github.token(US, expires=github.clock.seconds + 3600)
    ours = ask_as(token)
    answer = ours.get("~")
    assert answer.status_code == 200
    assert answer.headers["github-authentication-token-expiration"]
    github.clock.advance(3601)
    assert error(ours.get("~")) == (401, "Bad credentials")


def test_a_classic_token_needs_its_scope(github: GitHub, ask_as: As) -> None:
    answer = ask_as(github.token(US, scopes=("read:org",))).post("~/issues", json={"title": "T"})
    assert error(answer) == (404, "Not Found")
    assert answer.headers["x-oauth-scopes"] == "read:org"
    assert answer.headers["x-accepted-oauth-scopes"] == "repo"


def test_a_fine_grained_token_needs_its_permission_and_the_answer_names_it(github: GitHub, ask_as: As) -> None:
    ours = ask_as(github.token(US, kind=Kind.FINE_GRAINED, permissions={"issues": "read"}))
    assert ours.get("~/issues").status_code == 200
    answer = ours.post("~/issues", json={"title": "T"})
    assert error(answer) == (403, "Resource not accessible by personal access token")
    assert answer.headers["x-accepted-github-permissions"] == "issues=write"


def test_a_token_for_other_repositories_may_only_read_what_is_public(github: GitHub, ask_as: As) -> None:
    permissions = {"issues": "write"}
    other = frozenset({"harbour/depot"})
    ours = ask_as(github.token(US, kind=Kind.FINE_GRAINED, permissions=permissions, repositories=other))
    assert ours.get("~/issues").status_code == 200
    assert ours.post("~/issues", json={"title": "T"}).status_code == 403
    github.configure(private=True)
    assert error(ours.get("~/issues")) == (404, "Not Found")


def test_a_workflow_may_what_its_permissions_say_and_is_nobody(ask_as: As) -> None:
    workflow = ask_as("ghs_actions")
    assert error(workflow.get("/user")) == (403, "Resource not accessible by integration")
    made = workflow.issue()
    assert made["user"]["login"] == ACTIONS
    assert made["user"]["type"] == "Bot"
    assert made["author_association"] == "NONE"
    assert made["performed_via_github_app"] is not None
    told = workflow.post("/graphql", json={"query": "{ viewer { login } }"}).json()
    assert told["data"]["viewer"]["login"] == ACTIONS
    assert workflow.get("~").headers["x-ratelimit-limit"] == "1000"


def test_single_sign_on_is_asked_for_with_an_address(github: GitHub, ask_as: As) -> None:
    answer = ask_as(github.token(US, authorised=False)).get("~")
    assert answer.status_code == 403
    assert "SAML" in answer.json()["message"]
    assert answer.headers["x-github-sso"].startswith("required; url=http")


def test_what_is_private_is_not_there_for_others(make_github: MakeGitHub) -> None:
    github = make_github()
    github.configure(private=True)
    for login, status in ((US, 200), ("harbour", 200), ("Rosa", 404)):
        assert github.attempt(token_of(login), "GET", f"{REPOSITORY}/issues").status == status
    assert github.attempt("", "GET", f"{REPOSITORY}/issues").status == 404


def test_without_a_user_agent_nobody_is_let_in(github: GitHub) -> None:
    assert github.attempt("", "GET", REPOSITORY, user_agent="x").status == 200
    answer = github.attempt("", "GET", REPOSITORY, x_github_api_version="1999-01-01")
    assert answer.status == 400


@pytest.mark.parametrize(
    ("role", "permission", "name"),
    [
        (Role.ADMIN, "admin", "admin"),
        (Role.MAINTAIN, "write", "maintain"),
        (Role.WRITE, "write", "write"),
        (Role.TRIAGE, "read", "triage"),
        (Role.READ, "read", "read"),
        (Role.NONE, "read", "read"),  # the repository is public
    ],
)
def test_the_permission_of_anybody_is_told(github: GitHub, ask: Asking, role: Role, permission: str, name: str) -> None:
    github.grant("Rosa", role)
    told = ask.get("~/collaborators/Rosa/permission").json()
    assert (told["permission"], told["role_name"]) == (permission, name)
    assert told["user"]["login"] == "Rosa"


def test_the_permission_of_others_is_told_to_whoever_may_write(ask: Asking, ask_as: As) -> None:
    assert error(ask_as("Piet").get("~/collaborators/Rosa/permission")) == (
        403,
        "Must have push access to view collaborator permission.",
    )
    assert error(ask.get("~/collaborators/Nobody/permission"))[0] == 404


def test_what_we_may_ourselves_is_in_the_repository(ask: Asking, ask_as: As) -> None:
    assert ask.get("~").json()["permissions"] == {
        "admin": False,
        "maintain": False,
        "push": True,
        "triage": True,
        "pull": True,
    }
    assert ask_as("Rosa").get("~").json()["permissions"]["push"] is False
    assert "permissions" not in ask_as("").get("~").json()
