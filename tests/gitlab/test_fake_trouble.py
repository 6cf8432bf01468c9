"""Limits and faults: what the fake does when it does not do what it was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from asking_gitlab import Asking, refusal
from github_counterpart.faults import Once, Unlucky, cut, half_json, silent, truncated
from gitlab_counterpart import faults
from gitlab_counterpart.openapi import described
from gitlab_counterpart.seed import US

if TYPE_CHECKING:
    from github_counterpart.faults import Fault
    from gitlab_counterpart.gitlab import GitLab

CREATE = "POST /projects/{id}/issues"


def test_what_is_left_is_counted_down(gitlab: GitLab, asking: Asking) -> None:
    first, second = asking.get("/user").headers, asking.get("/user").headers
    assert first["ratelimit-limit"] == "2000"
    assert int(second["ratelimit-remaining"]) == int(first["ratelimit-remaining"]) - 1 == 1998
    assert 0 < int(first["ratelimit-reset"]) - gitlab.clock.seconds <= 61
    gitlab.clock.advance(61)
    assert asking.get("/user").headers["ratelimit-remaining"] == "1999"
    gitlab.limits.headers_always = False
    assert "ratelimit-limit" not in asking.get("/user").headers


def test_whoever_used_up_everything_is_told_in_plain_text_when_to_come_again(gitlab: GitLab, asking: Asking) -> None:
    gitlab.limits.use_up(US, gitlab.clock.seconds, leave=1)
    assert asking.get("/user").status_code == 200
    answer = asking.get("/user")
    assert (answer.status_code, answer.text) == (429, "Retry later\n")
    assert answer.headers["content-type"] == "text/plain"
    assert answer.headers["ratelimit-remaining"] == "0"
    gitlab.clock.advance(int(answer.headers["retry-after"]))
    assert asking.get("/user").status_code == 200
    assert gitlab.limits.hits == ["account"]


@pytest.mark.parametrize(("what", "limit"), [("issues", 200), ("issues/1/notes", 60)])
def test_an_endpoint_says_in_json_that_it_was_asked_too_often(gitlab: GitLab, what: str, limit: int) -> None:
    gitlab.act(US, "POST", "/issues", {"title": "T"})
    name = "title" if what == "issues" else "body"
    with Asking(gitlab) as ask:
        answers = [ask.post(f"~/{what}", json={name: "T"}) for _ in range(limit + 1)]
        assert {answer.status_code for answer in answers[:-1]} == {201}
        assert answers[-1].status_code == 429
        assert answers[-1].json() == {
            "message": {"error": "This endpoint has been requested too many times. Try again later."}
        }
        gitlab.clock.advance(60)
        assert ask.post(f"~/{what}", json={name: "T"}).status_code == 201


def test_what_people_do_beside_is_neither_counted_nor_disturbed(gitlab: GitLab) -> None:
    gitlab.trouble = Once(faults.status(500), k=None)
    gitlab.limits.use_up(US, gitlab.clock.seconds)
    assert gitlab.act(US, "POST", "/issues", {"title": "T"})["iid"] == 1
    assert len(gitlab.log) == 0


@pytest.mark.parametrize("done", ["before", "after"])
def test_a_connection_is_cut_before_or_after_it_was_done(gitlab: GitLab, asking: Asking, done: str) -> None:
    gitlab.trouble = Once(cut(done=done == "after"), CREATE)
    with pytest.raises(httpx.TransportError):
        asking.post("~/issues", json={"title": "T"})
    assert len(gitlab.project.issues) == (done == "after")
    assert asking.issue()["iid"] == 1 + (done == "after")


@pytest.mark.parametrize("fault", [truncated(), silent(done=True)], ids=str)
def test_an_answer_is_lost_on_its_way(gitlab: GitLab, fault: Fault) -> None:
    gitlab.trouble = Once(fault, CREATE)
    with Asking(gitlab, seconds=0.2) as ask, pytest.raises(httpx.TransportError):
        ask.post("~/issues", json={"title": "T"})
    assert len(gitlab.project.issues) == 1


@pytest.mark.parametrize(
    ("fault", "status", "begins"),
    [
        (faults.html(502), 502, "<!DOCTYPE html>"),
        (faults.html(200), 200, "<!DOCTYPE html>"),
        (faults.maintenance(), 503, '{"message":"503'),
        (faults.status(500), 500, '{"message":"500'),
        (faults.retry_later(), 429, "Retry later"),
        (faults.too_often(), 429, '{"message":{"error":'),
        (half_json(), 201, '{"id":'),
    ],
    ids=str,
)
def test_something_else_is_answered(gitlab: GitLab, asking: Asking, fault: Fault, status: int, begins: str) -> None:
    gitlab.trouble = Once(fault, CREATE)
    answer = asking.post("~/issues", json={"title": "T"})
    assert answer.status_code == status
    assert answer.text.startswith(begins)
    assert len(gitlab.project.issues) == fault.done


def test_during_maintenance_nothing_is_answered_and_in_maintenance_mode_nothing_is_written(
    gitlab: GitLab, asking: Asking
) -> None:
    gitlab.maintenance = True
    answer = asking.get("~/issues")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    gitlab.maintenance, gitlab.read_only = False, True
    assert asking.get("~/issues").status_code == 200
    told = "You cannot perform write operations on a read-only instance"
    assert refusal(asking.post("~/issues", json={"title": "T"})) == (403, told)


def test_bad_luck_is_the_same_every_time(gitlab: GitLab) -> None:
    outcomes = []
    for _ in range(2):
        gitlab.trouble = Unlucky(7, faults=(faults.html(502), faults.too_often()))
        with Asking(gitlab) as ask:
            outcomes.append([ask.get("/user").status_code for _ in range(30)])
    assert outcomes[0] == outcomes[1]
    assert set(outcomes[0]) == {200, 429, 502}


def test_every_request_is_written_down(gitlab: GitLab, asking: Asking) -> None:
    with gitlab.watched() as log:
        asking.issue()
        asking.get(f"/projects/{gitlab.project.path.replace('/', '%2F')}/issues?state=all")
    assert [(seen.name, seen.status, seen.account) for seen in log] == [
        (CREATE, 201, US),
        ("GET /projects/{id}/issues", 200, US),
    ]
    assert (log.count("POST"), len(log.writes), len(log.reads)) == (1, 1, 1)


@pytest.mark.skipif(described() is None, reason="GAPKEEPER_CORPUS names no corpus")
def test_a_request_that_gitlabs_description_does_not_know_is_kept(gitlab: GitLab, asking: Asking) -> None:
    asking.post("~/issues?stat=all", json={"title": "T", "body": "of GitHub"})
    asking.get("~/issues?labels[]=bug&not[labels]=new&pagination=keyset&cursor=")
    asking.post("~/labels", json={"name": "bug", "color": "#ff0000", "whatever": 1})  # not described at all
    problems = list(gitlab.problems)
    gitlab.problems.clear()
    assert problems == ["POST /projects/{}/issues takes no body", "POST /projects/{}/issues takes no stat"]
