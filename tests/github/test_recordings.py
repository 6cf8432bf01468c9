"""What the counterpart answers, held against recorded answers of the real GitHub and against its own description.

A fake that nobody checks proves that a client agrees with the fake.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import jwt
import pytest

from asking import Asking
from github_counterpart.documents import branch, head, push
from github_counterpart.github import GitHub
from github_counterpart.recordings import Recorded, recorded, shape
from github_counterpart.seed import OWNER, US, private_key, token_of

if TYPE_CHECKING:
    import httpx

    from github_counterpart.emulator import Farm
    from github_counterpart.fixtures import MakeGitHub
    from github_counterpart.openapi import OpenApi

    Answers = dict[tuple[str, int], list[Recorded]]  # by operation and status

#: What else GitHub counts an hour of.
OTHER_LIMITS = ".resources."
#: Headers of transport, of one server or of one day, which say nothing to a client of the API.
TRANSPORT = {
    "content-encoding",
    "content-length",
    "deprecation",
    "expect-ct",
    "github-authentication-token-expiration",
    "permissions-policy",
    "set-cookie",
    "status",
    "sunset",
    "transfer-encoding",
}


@pytest.fixture(scope="module")
def real(openapi: OpenApi) -> Answers:
    found: Answers = defaultdict(list)
    for answer in recorded():
        operation = openapi.find(answer.method, answer.path)
        if operation is not None:
            found[f"{operation.method} {operation.template}", answer.status].append(answer)
    return found


@pytest.fixture(scope="module")
def ours(github_farm: Farm, openapi: OpenApi) -> Answers:
    """A walk through everything that the counterpart has an opinion about."""
    github = GitHub(github_farm, openapi)
    found: Answers = defaultdict(list)

    def keep(response: httpx.Response) -> None:
        response.read()
        request = response.request
        operation = openapi.find(request.method, github.named(request.url.path))
        assert operation is not None, request.url
        body = response.json() if response.content else ""
        headers = {name.lower(): value for name, value in response.headers.items()}
        answer = Recorded(request.method, request.url.path, response.status_code, headers, body)
        found[f"{operation.method} {operation.template}", response.status_code].append(answer)

    with Asking(github) as ask, Asking(github, token_of("Rosa")) as stranger, Asking(github, "ghp_no") as nobody:
        for client in (ask, stranger, nobody):
            client.event_hooks = {"response": [keep]}
        _walk(github, ask, stranger, nobody)
    github.close()
    assert github.broken == []
    github.problems.clear()
    return found


def _walk(github: GitHub, ask: Asking, stranger: Asking, nobody: Asking) -> None:
    push(github, {"docs/later.md": "# Later\n"})
    branch(github, "topic", {"docs/later.md": "# Sooner\n"})
    for client in (ask, nobody):
        client.get("~")
    ask.get("/user")
    ask.get("/rate_limit")
    _walk_issues(ask, stranger)
    _walk_pulls(github, ask)
    sha = head(github)
    ask.post(f"~/statuses/{sha}", json={"state": "success", "description": "D", "target_url": "https://a.test/"})
    ask.post(f"~/statuses/{sha}", json={"state": "success", "description": "x" * 141})
    ask.get(f"~/commits/{sha}/statuses")
    _walk_checks(ask, sha)
    for path in ("branches", "branches/main", "branches/non-existing", "git/ref/heads/main", f"commits/{sha}"):
        ask.get(f"~/{path}")
    ask.get("~/contents/docs")
    ask.get("~/contents/.blablabla_nonexisting_file")
    for login in (US, "Rosa", OWNER):
        ask.get(f"~/collaborators/{login}/permission")
    _walk_app(github, ask)
    ask.get("/repos/harbour/never-was")
    github.rename("quay")
    ask.get("~")


def _walk_checks(ask: Asking, sha: str) -> None:
    by_app = {"authorization": "Bearer ghs_actions"}
    note = {"path": "a.md", "start_line": 1, "end_line": 1, "annotation_level": "notice", "message": "M", "title": "T"}
    output = {"title": "T", "summary": "S", "annotations": [note]}
    run = ask.post("~/check-runs", json={"name": "N", "head_sha": sha, "output": output}, headers=by_app).json()
    path = f"~/check-runs/{run['id']}"
    ask.patch(path, json={"status": "completed", "conclusion": "neutral", "output": output}, headers=by_app)
    for there in (path, f"{path}/annotations", f"~/commits/{sha}/check-runs"):
        ask.get(there)


def _walk_issues(ask: Asking, stranger: Asking) -> None:
    ask.post("~/milestones", json={"title": "Phase 1"})
    ask.post("~/labels", json={"name": "bug", "color": "ff0000"})
    issue = ask.issue(body="Text", labels=["bug", "new"], assignees=[US], milestone=1)
    other = ask.issue()
    number = issue["number"]
    ask.post(f"~/issues/{number}/comments", json={"body": "Text"})
    ask.patch(f"~/issues/{number}", json={"state": "closed"})
    stranger.patch(f"~/issues/{number}", json={"state": "open"})
    ask.post(f"~/issues/{number}/dependencies/blocked_by", json={"issue_id": other["id"]})
    ask.post(f"~/issues/{number}/labels", json={"labels": ["bug"]})
    for path in ("", "/comments", "/labels", "/events", "/timeline", "/dependencies/blocked_by"):
        ask.get(f"~/issues/{number}{path}")
    ask.get("~/issues?state=all&per_page=1")
    for path in ("issues/events", "issues/comments", "labels", "labels/bug", "milestones", "issues/comments/1"):
        ask.get(f"~/{path}")
    ask.patch("~/issues/comments/1", json={"body": "Another"})
    ask.get("~/issues/100000000000000000000")


def _walk_pulls(github: GitHub, ask: Asking) -> None:
    pull = ask.post("~/pulls", json={"title": "P", "head": "topic", "base": "main", "body": "Text"}).json()
    number = pull["number"]
    for path in ("", "/files", "/commits", "/merge"):
        ask.get(f"~/pulls/{number}{path}")
    ask.get("~/pulls?state=all&per_page=1")
    ask.patch(f"~/pulls/{number}", json={"title": "Another"})
    ask.put(f"~/pulls/{number}/merge", json={})
    ask.get(f"~/pulls/{number}/merge")
    ask.get("~/pulls/100000000000000000000")
    ask.get(f"~/compare/main...{pull['head']['sha']}")
    github.act(US, "GET", "/pulls")


def _walk_app(github: GitHub, ask: Asking) -> None:
    now = int(github.clock.seconds)
    claim = jwt.encode({"iat": now - 30, "exp": now + 300, "iss": str(github.app.app_id)}, private_key(), "RS256")
    for headers in ({"authorization": f"Bearer {claim}"}, {"authorization": "Bearer a.b.c"}):
        ask.get("~/installation", headers=headers)
    ask.post("/app/installations/77/access_tokens", headers={"authorization": f"Bearer {claim}"}, json={})


def common(ours: Answers, real: Answers) -> list[tuple[str, int]]:
    return sorted(ours.keys() & real.keys())


def bodies(answers: list[Recorded]) -> list[Any]:
    found: list[Any] = []
    for answer in answers:
        found += answer.body if isinstance(answer.body, list) else [answer.body]
    return found


def test_there_is_enough_to_compare(ours: Answers, real: Answers) -> None:
    both = common(ours, real)
    assert len(both) >= 35
    assert {status for _, status in both} == {200, 201, 204, 301, 401, 403, 404, 422}


def test_no_key_is_missing_that_the_real_one_always_has(ours: Answers, real: Answers) -> None:
    missing = []
    for name in common(ours, real):
        recordings = [shape(body).keys() for body in bodies(real[name])]
        always = set.intersection(*map(set, recordings)) if recordings else set()
        for there in map(shape, bodies(ours[name])):
            missing += [
                f"{name[0]} {name[1]}: {path}" for path in sorted(always - set(there)) if _could_be(path, there)
            ]
    assert not missing, "\n".join(missing)


def _could_be(path: str, there: dict[str, set[str]]) -> bool:
    """Whether there is a place for it: nothing is in what is null, or in an empty list."""
    above = re.sub(r"(\[\]|\.[^.\[]+)$", "", path)
    return "dict" in there.get(above, ()) and not path.startswith(OTHER_LIMITS)


def test_every_value_has_a_type_that_the_real_one_has(ours: Answers, real: Answers) -> None:
    different = []
    for name in common(ours, real):
        known: dict[str, set[str]] = defaultdict(set)
        for body in bodies(real[name]):
            for path, types in shape(body).items():
                known[path] |= types
        for body in bodies(ours[name]):
            for path, types in shape(body).items():
                there = known[path] - {"null"}
                if there and not types - {"null"} <= there:
                    different.append(f"{name[0]} {name[1]}: {path} is {types}, and there {there}")
    assert not different, "\n".join(different)


def test_no_header_is_missing_that_the_real_one_always_has(ours: Answers, real: Answers) -> None:
    missing = []
    for name in common(ours, real):
        always = set.intersection(*(set(answer.headers) for answer in real[name])) - TRANSPORT
        for answer in ours[name]:
            missing += [f"{name[0]} {name[1]}: {header}" for header in sorted(always - set(answer.headers))]
    assert not missing, "\n".join(missing)


def test_headers_have_the_form_of_the_real_ones(ours: Answers, real: Answers) -> None:
    for answers in (ours, real):
        for answer in (one for found in answers.values() for one in found):
            headers = answer.headers
            assert headers.get("etag", 'W/"').startswith(('W/"', '"'))
            assert headers.get("content-type", "application/json").startswith("application/json")
            for name in ("limit", "remaining", "reset"):
                assert headers.get(f"x-ratelimit-{name}", "0").isdigit()
    links = [
        answer.headers["link"]
        for answers in (ours, real)
        for answer in answers["GET /repos/{owner}/{repo}/issues", 200]
        if "link" in answer.headers
    ]
    assert len(links) >= 2
    for link in links:
        first = link.split(", ")[0]
        assert "/repositories/" in first
        assert first.endswith(('rel="next"', 'rel="prev"'))
        assert "page=" in first


def test_refusals_say_what_the_real_one_says(ours: Answers, real: Answers) -> None:
    compared = []
    for name in common(ours, real):
        if name[1] >= 300:
            said = {answer.body["message"] for answer in real[name]}
            assert {answer.body["message"] for answer in ours[name]} <= said, name
            compared.append(name)
    assert len(compared) >= 8


def test_every_answer_is_one_that_githubs_description_allows(ours: Answers, openapi: OpenApi) -> None:
    wrong = []
    for (name, status), answers in sorted(ours.items()):
        method, _, template = name.partition(" ")
        for answer in answers:
            if status < 300:
                found = openapi.answer_problems(method, template, status, answer.body or None)
                wrong += [f"{name} {status}: {one}" for one in found]
    assert not wrong, "\n".join(wrong)


def test_the_real_ones_are_all_read(make_github: MakeGitHub) -> None:
    assert len(recorded()) > 700
    assert make_github().log == []
