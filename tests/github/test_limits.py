"""GitHub's limits, by its own clock: an hour of requests, and how fast content may be made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asking import error
from github_counterpart.seed import US

if TYPE_CHECKING:
    from asking import As, Asking
    from github_counterpart.github import GitHub


def remaining(ask: Asking) -> int:
    return int(ask.get("~").headers["x-ratelimit-remaining"])


class TestPrimary:
    def test_is_counted_down_and_told(self, ask: Asking) -> None:
        first = ask.get("~")
        assert first.headers["x-ratelimit-limit"] == "5000"
        assert first.headers["x-ratelimit-used"] == "1"
        assert first.headers["x-ratelimit-resource"] == "core"
        assert remaining(ask) == 4998

    def test_refuses_when_it_is_used_up_and_says_until_when(self, github: GitHub, ask: Asking) -> None:
        github.limits.hourly = 2
        number = ask.issue()["number"]
        ask.get("~")
        refused = ask.patch(f"~/issues/{number}", json={"title": "Another"})
        assert refused.status_code == 403
        assert refused.json()["message"].startswith("API rate limit exceeded for user ID")
        assert refused.headers["x-ratelimit-remaining"] == "0"
        assert "retry-after" not in refused.headers
        assert 3500 < int(refused.headers["x-ratelimit-reset"]) - github.clock.seconds <= 3601
        github.clock.advance(3601)
        assert ask.get(f"~/issues/{number}").json()["title"] == "A title"

    def test_is_one_for_all_tokens_of_a_person(self, github: GitHub, ask: Asking, ask_as: As) -> None:
        before = remaining(ask)
        assert remaining(ask_as(github.token(US))) == before - 1
        assert remaining(ask_as("Rosa")) == 4999

    def test_asking_for_it_is_free(self, ask: Asking) -> None:
        before = remaining(ask)
        assert ask.get("/rate_limit").json()["resources"]["core"]["remaining"] == before
        assert remaining(ask) == before - 1


class TestSecondary:
    def test_refuses_the_81st_in_a_minute_and_says_how_long(self, github: GitHub, ask: Asking) -> None:
        for number in range(80):
            ask.issue(f"Issue {number}")
        refused = ask.post("~/issues", json={"title": "One too many"})
        status, message = error(refused)
        assert (status, message[:42]) == (403, "You have exceeded a secondary rate limit. ")
        assert 0 < int(refused.headers["retry-after"]) <= 60
        assert int(refused.headers["x-ratelimit-remaining"]) > 0
        assert len(ask.get("~/issues?per_page=100").json()) == 80
        github.clock.advance(61)
        ask.issue("Now")
        assert github.limits.hits == ["secondary"]

    def test_refuses_the_501st_in_an_hour(self, github: GitHub, ask: Asking) -> None:
        github.limits.creates_an_hour = 5
        for number in range(5):
            ask.issue(f"Issue {number}")
            github.clock.wait(60)
        refused = ask.post("~/issues", json={"title": "One too many"})
        assert refused.status_code == 403
        assert 3200 < int(refused.headers["retry-after"]) <= 3600

    def test_counts_points_a_minute(self, github: GitHub, ask: Asking) -> None:
        github.limits.points_a_minute = 12
        number = ask.issue()["number"]  # 5 points
        ask.patch(f"~/issues/{number}", json={"title": "Another"})  # 5
        ask.get("~")
        ask.get("~")
        assert ask.get("~").status_code == 403
        github.clock.advance(60)
        assert ask.get("~").status_code == 200

    def test_comes_as_429_and_without_a_time_as_well(self, github: GitHub, ask: Asking) -> None:
        github.limits.creates_a_minute = 1
        ask.issue()
        github.limits.secondary_status, github.limits.retry_after = 429, False
        refused = ask.post("~/issues", json={"title": "T"})
        assert refused.status_code == 429
        assert "retry-after" not in refused.headers

    def test_is_kept_by_somebody_who_waits_a_second_between_writes(self, github: GitHub, ask: Asking) -> None:
        for number in range(100):
            ask.issue(f"Issue {number}")
            github.clock.wait(1)
        assert github.limits.hits == []
        assert all(gap >= 1 for gap in github.log.gaps())


def test_latency_passes_on_githubs_clock_and_on_no_other(github: GitHub, ask: Asking) -> None:
    before = github.clock.seconds
    github.latency = 100.0
    ask.get("~")
    ask.get("~")
    assert github.clock.seconds - before >= 200
