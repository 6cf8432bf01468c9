"""Answers that the client has already: 304, free of charge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from github_counterpart.seed import US

if TYPE_CHECKING:
    from asking import As, Asking
    from github_counterpart.github import GitHub


def test_the_same_again_is_304_and_free(ask: Asking) -> None:
    ask.issue()
    first = ask.get("~/issues")
    again = ask.get("~/issues", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["x-ratelimit-remaining"] == first.headers["x-ratelimit-remaining"]


def test_another_answer_has_another_tag(ask: Asking) -> None:
    number = ask.issue()["number"]
    first = ask.get("~/issues")
    ask.patch(f"~/issues/{number}", json={"title": "Another"})
    again = ask.get("~/issues", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 200
    assert again.json()[0]["title"] == "Another"
    assert again.headers["etag"] != first.headers["etag"]


def test_a_tag_of_another_token_is_not_believed(github: GitHub, ask: Asking, ask_as: As) -> None:
    tag = ask.get("~/issues").headers["etag"]
    for other in ("Rosa", github.token(US)):
        assert ask_as(other).get("~/issues", headers={"if-none-match": tag}).status_code == 200


def test_any_of_several_tags_will_do_strong_or_weak(ask: Asking) -> None:
    tag = ask.get("~/issues").headers["etag"]
    assert tag.startswith('W/"')
    for sent in (f'"other", {tag}', tag.removeprefix("W/")):
        assert ask.get("~/issues", headers={"if-none-match": sent}).status_code == 304


def test_a_link_that_only_others_see_changes_the_list(ask: Asking) -> None:
    """What blocks an issue is counted in the list, and so the list of a tracker that changed is never 304."""
    first, second = ask.issue(), ask.issue()
    tag = ask.get("~/issues").headers["etag"]
    ask.post(f"~/issues/{first['number']}/dependencies/blocked_by", json={"issue_id": second["id"]})
    assert ask.get("~/issues", headers={"if-none-match": tag}).status_code == 200
