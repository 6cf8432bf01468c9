"""Who a token is, what it opens, and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from asking_gitlab import refusal
from gitlab_counterpart.seed import US
from gitlab_counterpart.world import Kind, Role

if TYPE_CHECKING:
    from asking_gitlab import As
    from gitlab_counterpart.gitlab import GitLab


def test_a_token_that_nobody_gave_opens_nothing(asking_as: As) -> None:
    assert refusal(asking_as("glpat-wrong").get("~")) == (401, "401 Unauthorized")
    assert asking_as("").get("~").status_code == 200  # the project is public


def test_a_token_ends_at_its_time_and_says_so(gitlab: GitLab, asking_as: As) -> None:
    client = asking_as(gitlab.token(expires=gitlab.clock.seconds + 60))
    assert client.get("/user").json()["username"] == US
    gitlab.clock.advance(61)
    answer = client.get("/user")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
    assert "expired" in answer.json()["error_description"]


def test_a_revoked_token_says_so(gitlab: GitLab, asking_as: As) -> None:
    value = gitlab.token()
    gitlab.tokens[value].revoked = True
    assert "revoked" in asking_as(value).get("/user").json()["error_description"]


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [
        (("api",), {"user", "issues", "tree", "create", "self"}),
        (("read_api",), {"user", "issues", "tree", "self"}),
        (("read_user",), {"user", "self"}),
        (("read_repository",), {"tree", "self"}),
        (("write_repository",), {"self"}),
    ],
)
def test_scopes_open_what_they_name(gitlab: GitLab, asking_as: As, scopes: tuple[str, ...], allowed: set[str]) -> None:
    client = asking_as(gitlab.token(scopes=scopes))
    asked = {
        "user": client.get("/user"),
        "issues": client.get("~/issues"),
        "tree": client.get("~/repository/tree"),
        "create": client.post("~/issues", json={"title": "T"}),
        "self": client.get("/personal_access_tokens/self"),
    }
    assert {name for name, answer in asked.items() if answer.status_code < 300} == allowed
    for name in asked.keys() - allowed:
        assert asked[name].status_code == 403
        assert asked[name].json()["error"] == "insufficient_scope"
        assert "api" in asked[name].json()["scope"].split()


@pytest.mark.parametrize("kind", [Kind.PROJECT, Kind.GROUP])
def test_tokens_of_projects_and_groups_are_bots_with_a_role(gitlab: GitLab, asking_as: As, kind: Kind) -> None:
    client = asking_as(gitlab.token(kind=kind, role=Role.REPORTER))
    me = client.get("/user").json()
    assert me["bot"] is True
    assert me["username"].startswith(f"{kind.value}_")
    assert client.get(f"~/members/all/{me['id']}").json()["access_level"] == 20
    direct = {one["username"] for one in client.get("~/members").json()}
    assert (me["username"] in direct) == (kind is Kind.PROJECT)
    assert client.get("~").json()["permissions"][f"{kind.value}_access"]["access_level"] == 20


def test_a_token_of_another_group_does_not_see_what_is_private(gitlab: GitLab, asking_as: As) -> None:
    gitlab.project.visibility = "private"
    client = asking_as(gitlab.token(kind=Kind.GROUP, role=Role.NONE))
    assert client.get("/user").status_code == 200
    assert refusal(client.get("~")) == (404, "404 Project Not Found")


def test_a_job_token_opens_neither_issues_nor_merge_requests(gitlab: GitLab, asking_as: As) -> None:
    headers = {"job-token": gitlab.token(kind=Kind.JOB)}
    nobody = asking_as("")
    assert nobody.get("/job", headers=headers).json()["user"]["username"] == US
    for method, path in (("GET", "/user"), ("POST", "~/issues"), ("POST", "~/merge_requests")):
        assert refusal(nobody.request(method, path, headers=headers, json={})) == (401, "401 Unauthorized")
    gitlab.project.visibility = "private"
    assert refusal(nobody.get("~/issues", headers=headers)) == (404, "404 Project Not Found")
    assert refusal(asking_as(headers["job-token"]).get("~")) == (401, "401 Unauthorized")  # as another kind


def test_a_private_project_is_not_there_for_others(gitlab: GitLab, asking_as: As) -> None:
    gitlab.project.visibility = "private"
    for who in ("Rosa", ""):
        assert refusal(asking_as(who).get("~")) == (404, "404 Project Not Found")
    gitlab.grant("Rosa", Role.GUEST)
    assert asking_as("Rosa").get("~").status_code == 200


def test_a_token_is_sent_in_any_of_three_ways(gitlab: GitLab, asking_as: As) -> None:
    value = gitlab.token()
    nobody = asking_as("")
    assert nobody.get("/user", headers={"authorization": f"Bearer {value}"}).json()["username"] == US
    assert nobody.get(f"/user?private_token={value}").json()["username"] == US
    told = nobody.get("/personal_access_tokens/self", headers={"private-token": value}).json()
    assert (told["scopes"], told["active"], told["expires_at"]) == (["api"], True, None)


def test_it_says_which_it_is_to_those_who_have_an_account(gitlab: GitLab, asking_as: As) -> None:
    assert asking_as(US).get("/version").json()["version"] == gitlab.version
    assert asking_as(US).get("/metadata").json()["enterprise"] is True
    assert refusal(asking_as("").get("/version"))[0] == 401
