"""What GitHub's own description of its API finds in a request. A check that finds nothing proves nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from github_counterpart.messages import Request

if TYPE_CHECKING:
    from github_counterpart.openapi import OpenApi

R = "/repos/harbour/pier"


def check(openapi: OpenApi, method: str, target: str, body: object = None, **headers: str) -> list[str]:
    sent = b"" if body is None else json.dumps(body).encode()
    request = Request.parse(method, target, {name.replace("_", "-"): one for name, one in headers.items()}, sent)
    return openapi.check(request, request.path)


@pytest.mark.parametrize(
    ("method", "target", "body"),
    [
        ("GET", f"{R}/issues?state=all&labels=gapkeeper&per_page=100&page=2&since=2026-11-24T09:00:00Z", None),
        ("POST", f"{R}/issues", {"title": "T", "body": "B", "labels": ["a"], "milestone": 1, "assignees": []}),
        ("POST", f"{R}/issues", {"title": "T", "milestone": None}),
        ("PATCH", f"{R}/issues/3", {"state": "closed", "state_reason": None}),  # its list leaves null out
        ("PATCH", f"{R}/issues/3", {"milestone": None, "assignees": []}),
        ("POST", f"{R}/labels", {"name": "kind: later", "color": "1d76db", "description": ""}),
        ("POST", f"{R}/issues/3/dependencies/blocked_by", {"issue_id": 3_000_000_001}),
        ("DELETE", f"{R}/issues/3/dependencies/blocked_by/3000000001", None),
        ("GET", f"{R}/git/ref/heads/gapkeeper/docs", None),
        ("PATCH", f"{R}/git/refs/heads/gapkeeper/docs", {"sha": "a" * 40, "force": True}),
        (
            "POST",
            f"{R}/git/trees",
            {"base_tree": "a" * 40, "tree": [{"path": "a/b.md", "mode": "100644", "sha": None}]},
        ),
        ("GET", f"{R}/contents/docs/a%20file.md?ref=main", None),
        ("GET", f"{R}/rules/branches/gapkeeper/docs", None),
        ("GET", f"{R}/branches/gapkeeper/docs/protection", None),
        ("POST", "/app/installations/7/access_tokens", {"repositories": ["pier"], "permissions": {"issues": "write"}}),
    ],
)
def test_what_is_right_passes(openapi: OpenApi, method: str, target: str, body: object) -> None:
    assert check(openapi, method, target, body) == []


@pytest.mark.parametrize(
    ("method", "target", "body", "wrong"),
    [
        ("GET", "/repos/harbour/pier/gaps", None, "there is no GET"),
        ("PUT", f"{R}/issues/3", {"title": "T"}, "there is no PUT"),
        ("GET", f"{R}/issues?status=all", None, "no parameter `status`"),
        ("GET", f"{R}/issues?state=every", None, "`state` is none of"),
        ("GET", f"{R}/issues?per_page=many", None, "`per_page` is no integer"),
        ("GET", f"{R}/issues/three", None, "`issue_number` is no integer"),
        ("POST", f"{R}/issues", {"body": "B"}, "'title' is a required property"),
        ("POST", f"{R}/issues", {"title": "T", "milstone": 1}, "no key `milstone`"),
        ("POST", f"{R}/issues", {"title": "T", "labels": "a,b"}, "is not of type 'array'"),
        ("POST", f"{R}/issues", None, "has no body"),
        ("PATCH", f"{R}/issues/3", {"state": "done"}, "'done' is not one of"),
        ("PATCH", f"{R}/issues/3", {"title": "T", "body": 3}, "3 is not of type"),
        ("POST", f"{R}/git/trees", {"tree": [{"path": "a", "mode": "100644", "sah": "b"}]}, "no key `tree[0].sah`"),
        ("GET", f"{R}/issues/3", {"title": "T"}, "has a body"),
        ("POST", "/app/installations/7/access_tokens", {"permissions": {"issues": "wirte"}}, "is not one of"),
    ],
)
def test_what_is_wrong_is_found(openapi: OpenApi, method: str, target: str, body: object, wrong: str) -> None:
    assert wrong in "; ".join(check(openapi, method, target, body))


def test_a_body_that_is_no_json_is_found(openapi: OpenApi) -> None:
    request = Request.parse("POST", f"{R}/issues", {}, b"title=T")
    assert openapi.check(request, request.path) == ["its body is no JSON"]
    assert check(openapi, "POST", f"{R}/issues", {"title": "T"}, content_type="text/plain") == [
        "its body is text/plain"
    ]


def test_every_request_is_counted_by_its_operation(openapi: OpenApi) -> None:
    name = "GET /repos/{owner}/{repo}/issues/{issue_number}/timeline"
    before, wrong = openapi.checked[name], openapi.wrong[name]
    check(openapi, "GET", f"{R}/issues/3/timeline")
    check(openapi, "GET", f"{R}/issues/x/timeline")
    assert (openapi.checked[name], openapi.wrong[name]) == (before + 2, wrong + 1)
