"""How fast requests are sent, with a clock that only sleeping moves."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import httpx
import pytest

from builders import NOW
from gapkeeper.adapters.http.pacing import Limits
from gapkeeper.adapters.http.store import Store
from gapkeeper.errors import RateLimitedError
from http_wire import Server, Time, client

if TYPE_CHECKING:
    from pathlib import Path


def fine() -> Server:
    return Server(lambda _: httpx.Response(200, json={}))


def posts(server: Server) -> list[httpx.Request]:
    return [request for request in server.requests if request.method == "POST"]


def test_a_second_is_left_between_writes_and_none_between_reads() -> None:
    time = Time()
    forge = client(fine(), time=time, limits=Limits(seconds_between_writes=1))
    for _ in range(3):
        forge.write("PATCH", "/x")
        forge.get("/x")
    assert time.slept == [1, 1]


def test_a_clock_that_is_set_back_makes_nobody_wait_for_an_hour() -> None:
    time = Time()
    forge = client(fine(), time=time, limits=Limits(seconds_between_writes=1))
    forge.write("PATCH", "/x")
    time.now -= dt.timedelta(hours=1)
    forge.write("PATCH", "/x")
    assert time.slept == [1]


def test_so_many_a_minute_are_waited_for() -> None:
    time = Time()
    forge = client(fine(), time=time, limits=Limits(seconds_between_writes=0, creates_a_minute=3))
    for _ in range(4):
        forge.write("POST", "/x", creates="issue")
        forge.write("PATCH", "/x")
    assert sum(time.slept) == 60


def test_what_is_created_is_counted_by_its_kind_where_a_forge_does() -> None:
    time = Time()
    limits = Limits(seconds_between_writes=0, each_a_minute={"issue": 5, "comment": 2})
    forge = client(fine(), time=time, limits=limits)
    for _ in range(5):
        forge.write("POST", "/x", creates="issue")
    for _ in range(2):
        forge.write("POST", "/x", creates="comment")
    assert time.slept == []
    forge.write("POST", "/x", creates="comment")
    assert time.slept == [60]


@pytest.mark.parametrize("prefix", ["x-ratelimit", "ratelimit"])  # of GitHub, and of GitLab
def test_after_the_last_request_that_is_allowed_nothing_is_sent_until_there_are_more(prefix: str) -> None:
    time = Time()
    until = NOW + dt.timedelta(seconds=40)
    headers = {f"{prefix}-remaining": "0", f"{prefix}-reset": str(int(until.timestamp()))}
    forge = client(Server(lambda _: httpx.Response(200, json={}, headers=headers)), time=time)
    forge.get("/x")
    forge.get("/y")
    assert time.now == until


def test_so_many_an_hour_end_the_run_and_the_next_one_goes_on_when_the_hour_is_over(tmp_path: Path) -> None:
    time, server, path = Time(), fine(), tmp_path / "forge.db"
    limits = Limits(seconds_between_writes=1, creates_an_hour=5)
    for _ in range(2):  # two runs
        forge = client(server, time=time, limits=limits, store=Store(path))
        while len(posts(server)) < 5:
            forge.write("POST", "/x", creates="issue")
        with pytest.raises(RateLimitedError, match="5 new issues and comments an hour") as caught:
            forge.write("POST", "/x", creates="issue")
        assert caught.value.until == NOW + dt.timedelta(hours=1)
        forge.write("PATCH", "/x")  # what creates nothing is not stopped by that
    assert len(posts(server)) == 5
    time.now = NOW + dt.timedelta(hours=1)
    client(server, time=time, limits=limits, store=Store(path)).write("POST", "/x", creates="issue")


def test_another_account_has_limits_of_its_own() -> None:
    time, store = Time(), Store(None)
    limits = Limits(seconds_between_writes=0, creates_an_hour=1)
    for token in ("one", "two"):
        client(fine(), time=time, limits=limits, store=store, token=token).write("POST", "/x", creates="issue")


def test_a_request_that_was_not_answered_counts(tmp_path: Path) -> None:
    def cut(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("cut")

    forge = client(Server(cut), store=Store(tmp_path / "forge.db"), limits=Limits(creates_an_hour=1))
    with pytest.raises(Exception, match="no answer"):
        forge.write("POST", "/x", creates="issue")
    with pytest.raises(RateLimitedError):
        forge.write("POST", "/x", creates="issue")


def test_points_are_spent_no_faster_than_allowed() -> None:
    time, server = Time(), fine()
    forge = client(server, time=time, limits=Limits(seconds_between_writes=0, points_a_minute=10))
    for _ in range(2):
        forge.write("PATCH", "/x")
    assert time.slept == []
    forge.get("/x")
    assert time.now == NOW + dt.timedelta(minutes=1)
