"""GitHub Apps: a claim that is signed, an installation, and tokens for an hour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jwt
import pytest

from asking import error
from github_counterpart.seed import OWNER, Seed, private_key

if TYPE_CHECKING:
    from asking import As, Asking
    from github_counterpart.fixtures import MakeGitHub
    from github_counterpart.github import GitHub

MINT = "/app/installations/77/access_tokens"


def claim(github: GitHub, *, key: str | None = None, **changed: Any) -> dict[str, str]:  # noqa: ANN401 - what a claim has
    now = int(github.clock.seconds)
    told = {"iat": now - 30, "exp": now + 300, "iss": str(github.app.app_id), **changed}
    return {"authorization": f"Bearer {jwt.encode(told, key or private_key(), 'RS256')}"}


def minted(github: GitHub, ask: Asking, **asked: object) -> str:
    answer = ask.post(MINT, headers=claim(github), json=asked)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["token"])


def test_the_installation_is_found_from_the_repository(github: GitHub, ask: Asking) -> None:
    found = ask.get("~/installation", headers=claim(github)).json()
    assert (found["id"], found["app_id"], found["account"]["login"]) == (77, 7, OWNER)
    assert found["permissions"]["issues"] == "write"
    assert found["suspended_at"] is None
    assert ask.get("/app", headers=claim(github)).json()["slug"] == "gapkeeper-app"
    assert ask.get("/repos/harbour/depot/installation", headers=claim(github)).status_code == 404


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"exp": -3600}, "'Expiration time' claim ('exp') must be a numeric value representing the future time"),
        ({"exp": 3600}, "'Expiration time' claim ('exp') is too far in the future"),
        ({"iat": 3600}, "'Issued at' claim ('iat') must be an Integer"),
    ],
    ids=["an hour late", "for an hour", "an hour early"],
)
def test_a_claim_whose_times_are_wrong_is_refused(
    github: GitHub, ask: Asking, changed: dict[str, int], message: str
) -> None:
    now = int(github.clock.seconds)
    headers = claim(github, **{name: now + seconds for name, seconds in changed.items()})
    status, told = error(ask.get("~/installation", headers=headers))
    assert status == 401
    assert told.startswith(message)


def test_a_claim_of_somebody_else_is_refused(github: GitHub, ask: Asking, ask_as: As) -> None:
    private_key.cache_clear()
    headers = claim(github, key=private_key())  # another one
    assert error(ask.get("~/installation", headers=headers)) == (401, "A JSON web token could not be decoded")
    for token in ("Rosa", "ghs_actions"):
        assert error(ask_as(token).get("~/installation")) == (401, "A JSON web token could not be decoded")


def test_a_claim_opens_nothing_else(github: GitHub, ask: Asking) -> None:
    assert ask.get("~/issues", headers=claim(github)).status_code == 401


def test_a_token_may_what_was_asked_for_and_no_more(github: GitHub, ask: Asking, ask_as: As) -> None:
    token = minted(github, ask, repositories=["pier"], permissions={"issues": "write"})
    app = ask_as(token)
    made = app.issue(labels=["bug"])
    assert (made["user"]["login"], made["user"]["type"]) == ("gapkeeper-app[bot]", "Bot")
    assert made["author_association"] == "NONE"
    assert made["performed_via_github_app"]["id"] == 7
    assert [label["name"] for label in made["labels"]] == ["bug"]
    answer = app.post("~/git/blobs", json={"content": "A"})
    assert error(answer) == (403, "Resource not accessible by integration")
    assert answer.headers["x-accepted-github-permissions"] == "contents=write"
    assert app.get("/installation/repositories").json()["total_count"] == 1
    assert error(app.get("/user")) == (403, "Resource not accessible by integration")


def test_a_token_for_another_repository_does_not_write_here(github: GitHub, ask: Asking, ask_as: As) -> None:
    app = ask_as(minted(github, ask))
    assert app.post("/repos/harbour/depot/issues", json={"title": "T"}).status_code == 403


def test_a_permission_that_was_not_granted_is_refused(make_github: MakeGitHub) -> None:
    github = make_github(Seed(granted={"metadata": "read", "issues": "read"}))
    answer = github.attempt(claim(github)["authorization"][7:], "POST", MINT, {"permissions": {"issues": "write"}})
    assert answer.status == 422
    assert answer.body["message"] == "The permissions requested are not granted to this installation."


def test_a_token_ends_after_an_hour_and_the_next_has_other_tags(github: GitHub, ask: Asking, ask_as: As) -> None:
    first = ask_as(minted(github, ask))
    tag = first.get("~/issues").headers["etag"]
    assert first.get("~/issues", headers={"if-none-match": tag}).status_code == 304
    github.clock.advance(3601)
    assert error(first.get("~/issues")) == (401, "Bad credentials")
    second = ask_as(minted(github, ask))
    assert second.get("~/issues", headers={"if-none-match": tag}).status_code == 200


def test_both_tokens_of_an_hour_share_its_requests(github: GitHub, ask: Asking, ask_as: As) -> None:
    first, second = (ask_as(minted(github, ask)) for _ in range(2))
    before = int(first.get("~").headers["x-ratelimit-remaining"])
    assert int(second.get("~").headers["x-ratelimit-remaining"]) == before - 1


def test_a_suspended_installation_says_so(github: GitHub, ask: Asking, ask_as: As) -> None:
    app = ask_as(minted(github, ask))
    github.suspended = True
    assert error(app.get("~/issues")) == (403, "This installation has been suspended")
    assert error(ask.post(MINT, headers=claim(github), json={})) == (403, "This installation has been suspended")
    assert ask.get("~/installation", headers=claim(github)).json()["suspended_at"] is not None


def test_an_enterprise_server_has_its_api_below_a_path(make_github: MakeGitHub) -> None:
    github = make_github(enterprise=True)
    assert github.url.endswith("/api/v3")
    made = github.act(OWNER, "POST", "/issues", {"title": "T"})
    assert made["url"] == f"{github.url}/repos/harbour/pier/issues/1"
    assert made["html_url"] == f"{github.address}/harbour/pier/issues/1"
