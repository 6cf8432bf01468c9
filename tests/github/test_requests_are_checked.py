"""Every request that passes the proxy is held against GitHub's description, and a wrong one fails its test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from github_counterpart.seed import US, token_of

if TYPE_CHECKING:
    from asking import Asking
    from github_counterpart.github import GitHub


def test_a_request_that_github_does_not_know_is_kept(github: GitHub, ask: Asking) -> None:
    ask.get("~/issues?state=every")
    ask.post("~/issues", json={"title": "T", "label": "a"})
    assert len(github.problems) == 2
    assert "`state` is none of" in github.problems[0]
    assert "no key `label`" in github.problems[1]
    github.problems.clear()


def test_the_address_of_a_next_page_is_githubs_own(github: GitHub, ask: Asking) -> None:
    for number in range(3):
        ask.issue(f"Issue {number}")
    first = ask.get("~/issues?per_page=2")
    following = first.links["next"]["url"]
    assert following.startswith(f"{github.url}/repositories/")
    assert len(ask.get(following).json()) == 1
    assert github.problems == []


def test_a_graphql_operation_is_held_against_the_schema(github: GitHub, ask: Asking) -> None:
    assert ask.post("/graphql", json={"query": "query Who { viewer { login } }"}).json()["data"]["viewer"] == {
        "login": US
    }
    assert github.problems == []
    for sent, wrong in (
        ({"query": "query { viewer { name login logn } }"}, "Cannot query field 'logn'"),
        ({"query": "query { viewer { login }"}, "Syntax Error"),
        ({"query": "query($n: Int!) { viewer { login } }", "variables": {"n": "one"}}, "Variable"),
        ({"query": "query($n: String!) { viewer { login } }"}, "Variable"),
        ({"operation": ""}, "no operation"),
    ):
        ask.post("/graphql", json=sent)
        assert wrong in "; ".join(github.problems), sent
        github.problems.clear()


def test_requests_are_counted_by_method_and_path(github: GitHub, ask: Asking) -> None:
    number = ask.issue()["number"]
    with github.watched() as seen:
        ask.get("~")
        ask.patch(f"~/issues/{number}", json={"title": "Another"})
        ask.post(f"~/issues/{number}/comments", json={"body": "Text"})
    assert [(one.method, one.template.removeprefix("/repos/{owner}/{repo}"), one.status) for one in seen] == [
        ("GET", "", 200),
        ("PATCH", "/issues/{issue_number}", 200),
        ("POST", "/issues/{issue_number}/comments", 201),
    ]
    assert {one.account for one in seen} == {US}
    assert (len(seen.reads), len(seen.writes)) == (1, 2)
    assert seen.count("PATCH /repos/{owner}/{repo}/issues") == 1
    assert len(github.log) == 4


def test_a_mutation_counts_as_a_write_and_a_query_does_not(github: GitHub, ask: Asking) -> None:
    ask.post("/graphql", json={"query": "query { viewer { login } }"})
    unstar = 'mutation { removeStar(input: {starrableId: "R_1"}) { clientMutationId } }'
    ask.post("/graphql", json={"query": unstar})
    assert [seen.writes for seen in github.log] == [False, True]
    assert github.problems == []


def test_what_tests_do_themselves_is_not_counted(github: GitHub) -> None:
    github.act(US, "POST", "/issues", {"title": "T"})
    github.attempt(token_of(US), "GET", "/user")
    assert github.log == []
