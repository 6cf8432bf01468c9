"""Everything that can go wrong on the way, and whether the server did what was asked."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import httpx
import pytest

from asking import Asking
from github_counterpart import faults
from github_counterpart.elsewhere import Elsewhere
from github_counterpart.faults import Once, Unlucky
from github_counterpart.server import IMPATIENT, TIMED_OUT

if TYPE_CHECKING:
    from github_counterpart.faults import Fault
    from github_counterpart.github import GitHub

CREATE = "POST /repos/{owner}/{repo}/issues"


def titles(ask: Asking) -> list[str]:
    return [issue["title"] for issue in ask.get("~/issues").json()]


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("make", [faults.status, faults.html], ids=["JSON", "HTML"])
def test_a_server_error_comes_before_or_after_the_write(
    github: GitHub, ask: Asking, make: object, *, done: bool
) -> None:
    github.trouble = Once(make(502, done=done), CREATE)  # type: ignore[operator] # one of two
    answer = ask.post("~/issues", json={"title": "T"})
    assert answer.status_code == 502
    assert ("html" in answer.headers["content-type"]) == (make is faults.html)
    assert titles(ask) == (["T"] if done else [])
    ask.issue("Next")
    assert titles(ask)[0] == "Next"


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
def test_a_connection_is_cut_before_or_after_the_write(github: GitHub, ask: Asking, *, done: bool) -> None:
    github.trouble = Once(faults.cut(done=done), CREATE)
    with pytest.raises(httpx.NetworkError):
        ask.post("~/issues", json={"title": "T"})
    assert titles(ask) == (["T"] if done else [])


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
def test_no_answer_comes_before_or_after_the_write(github: GitHub, ask: Asking, *, done: bool) -> None:
    github.trouble = Once(faults.silent(done=done), CREATE)
    with Asking(github, seconds=0.2) as hasty, pytest.raises(httpx.ReadTimeout):
        hasty.post("~/issues", json={"title": "T"})
    assert titles(ask) == (["T"] if done else [])


def test_an_answer_ends_in_the_middle(github: GitHub, ask: Asking) -> None:
    github.trouble = Once(faults.truncated(), CREATE)
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message"):
        ask.post("~/issues", json={"title": "T"})
    assert titles(ask) == ["T"]


@pytest.mark.parametrize("size", [1, 5_000], ids=["plain", "compressed"])
def test_an_answer_is_half_of_the_json(github: GitHub, ask: Asking, size: int) -> None:
    github.trouble = Once(faults.half_json(), CREATE)
    answer = ask.post("~/issues", json={"title": "T", "body": "x" * size})
    assert answer.status_code == 201
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        answer.json()
    assert titles(ask) == ["T"]


def test_a_secondary_limit_comes_with_or_without_a_time(github: GitHub, ask: Asking) -> None:
    for code, retry_after in ((403, 60), (429, None)):
        github.trouble = Once(faults.secondary(code, retry_after=retry_after), CREATE)
        answer = ask.post("~/issues", json={"title": "T"})
        assert answer.status_code == code
        assert answer.headers.get("retry-after") == (None if retry_after is None else str(retry_after))
    assert titles(ask) == []


def test_a_redirect_and_a_next_page_lead_to_another_host(github: GitHub, ask: Asking) -> None:
    github.trouble = Once(faults.redirect("http://elsewhere.test/x"), "GET")
    answer = ask.get("~")
    assert (answer.status_code, answer.headers["location"]) == (301, "http://elsewhere.test/x")
    github.trouble = Once(faults.linking("http://elsewhere.test/page"), "GET")
    assert ask.get("~/issues").links["next"]["url"] == "http://elsewhere.test/page"


def test_pages_lead_to_themselves_without_end(github: GitHub, ask: Asking) -> None:
    page = f"{github.url}/repos/harbour/pier/issues"
    github.trouble = Once(faults.linking(page), "GET", k=None)
    for _ in range(5):
        assert ask.get("~/issues").links["next"]["url"] == page


def test_only_the_kth_request_that_fits_goes_wrong(github: GitHub, ask: Asking) -> None:
    github.trouble = Once(faults.status(500), CREATE, k=2)
    answers = [ask.post("~/issues", json={"title": str(number)}).status_code for number in range(4)]
    assert answers == [201, 500, 201, 201]
    assert [one.status for one in github.log] == [201, 0, 201, 201]


def test_what_goes_wrong_at_random_is_the_same_for_the_same_seed(github: GitHub, ask: Asking) -> None:
    def met(seed: int) -> list[tuple[str, Fault]]:
        unlucky = github.trouble = Unlucky(seed)
        for number in range(60):
            with contextlib.suppress(httpx.HTTPError):
                ask.get(f"~/issues/{number}", headers={IMPATIENT: "1"})
        return unlucky.met

    first = met(7)
    assert first == met(7)
    assert first != met(8)
    assert 10 < len(first) < 35  # of 60, a third


def test_whoever_says_so_is_told_of_a_time_out_at_once(github: GitHub, ask: Asking) -> None:
    github.trouble = Once(faults.silent(done=True), CREATE)
    answer = ask.post("~/issues", json={"title": "T"}, headers={IMPATIENT: "1"})
    assert answer.status_code == TIMED_OUT
    assert titles(ask) == ["T"]


def test_the_usual_faults_happen_both_before_and_after(github: GitHub) -> None:
    assert {fault.done for fault in faults.USUAL if "50" in fault.name} == {False, True}
    assert {fault.name for fault in faults.USUAL if fault.done} >= {"connection cut", "time-out", "truncated"}
    assert {fault.name for fault in faults.USUAL if not fault.done} >= {"connection cut", "time-out"}
    assert github.log == []


def test_another_host_writes_down_whoever_follows(github: GitHub, ask: Asking) -> None:
    with contextlib.closing(Elsewhere()) as elsewhere:
        github.trouble = Once(faults.redirect(f"{elsewhere.url}/issues"), "GET")
        assert ask.get("~/issues", follow_redirects=True).json() == []
        (request,) = elsewhere.requests
        assert request.path == "/issues"
