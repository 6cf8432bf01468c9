"""How fast the runs of one process go together, in threads: time passes when all of them wait, and never else."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx
import pytest

from builders import NOW
from gapkeeper.adapters.http.paces import Paces
from gapkeeper.adapters.http.pacing import Limits, Pacing
from gapkeeper.adapters.http.store import Store
from gapkeeper.errors import BusyError, RateLimitedError
from http_wire import UNPACED, Server, Time, client

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from gapkeeper.adapters.http.client import Client

STUCK = 30.0  # seconds of nobody's clock; a test that waits so long has failed


class Hours:
    """A clock for several threads: when all that are at work sleep, the one that wakes first does."""

    def __init__(self) -> None:
        self.now = NOW
        self._working = 0
        self._wakes: list[dt.datetime] = []
        self._moved = threading.Condition()

    def __call__(self) -> dt.datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._moved:
            until = self.now + dt.timedelta(seconds=seconds)
            self._wakes.append(until)
            self._pass()
            assert self._moved.wait_for(lambda: self.now >= until, STUCK)

    def together(self, runs: Sequence[Callable[[], None]]) -> None:
        """Each in a thread of its own, to its end."""
        self._working = len(runs)
        with ThreadPoolExecutor(len(runs)) as threads:
            for done in [threads.submit(self._work, run) for run in runs]:
                done.result(STUCK)

    def _work(self, run: Callable[[], None]) -> None:
        try:
            run()
        finally:
            with self._moved:
                self._working -= 1
                self._pass()

    def _pass(self) -> None:
        if self._wakes and len(self._wakes) == self._working:
            self.now = min(self._wakes)
            self._wakes = [wake for wake in self._wakes if wake > self.now]
            self._moved.notify_all()


class Forge:
    """A forge that notes when it was asked; each client is a repository's, with a store of its own."""

    def __init__(self, limits: Limits = UNPACED) -> None:
        self.time = Hours()
        self.paces = Paces()
        self.limits = limits
        self.asked: list[tuple[str, float]] = []  # method, and seconds since the beginning
        self._lock = threading.Lock()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            self.asked.append((request.method, (self.time.now - NOW).total_seconds()))
            return self.answer(request)

    def answer(self, _: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={})

    def client(self, *, account: str = "one", path: Path | None = None) -> Client:
        time, store = self.time, Store(path)
        return client(self, time=time, limits=self.limits, store=store, token=account, paces=self.paces)

    def at(self, method: str) -> list[float]:
        return sorted(at for asked, at in self.asked if asked == method)


def patching(forge: Forge, times: int = 1, account: str = "one") -> Callable[[], None]:
    def run() -> None:
        made = forge.client(account=account)
        for _ in range(times):
            made.write("PATCH", "/x")

    return run


def creating(forge: Forge, what: str, times: int) -> Callable[[], None]:
    def run() -> None:
        made = forge.client()
        for _ in range(times):
            made.write("POST", "/x", creates=what)

    return run


def test_a_second_is_left_between_the_writes_of_all_threads() -> None:
    forge = Forge(Limits(seconds_between_writes=1))
    forge.time.together([patching(forge, 5) for _ in range(4)])
    assert forge.at("PATCH") == list(range(20))


def test_without_sharing_each_would_go_as_fast_as_it_may_alone() -> None:
    forge = Forge(Limits(seconds_between_writes=1))
    forge.paces = None  # type: ignore[assignment] # as for a command
    forge.time.together([patching(forge, 2) for _ in range(2)])
    assert forge.at("PATCH") == [0, 0, 1, 1]


def test_accounts_do_not_wait_for_each_other() -> None:
    forge = Forge(Limits(seconds_between_writes=1))
    forge.time.together([patching(forge, 2, account) for account in ("one", "two")])
    assert forge.at("PATCH") == [0, 0, 1, 1]


def test_what_is_created_is_counted_of_all_threads() -> None:
    forge = Forge(Limits(seconds_between_writes=0, creates_a_minute=3))
    forge.time.together([creating(forge, "issue", 3) for _ in range(3)])
    assert forge.at("POST") == [0, 0, 0, 60, 60, 60, 120, 120, 120]


def test_each_kind_is_counted_of_all_threads() -> None:
    forge = Forge(Limits(seconds_between_writes=0, each_a_minute={"issue": 4, "comment": 1}))
    forge.time.together([creating(forge, what, 2) for what in ("issue", "issue", "comment")])
    assert forge.at("POST") == [0, 0, 0, 0, 0, 60]


def test_points_are_spent_by_all_threads_no_faster_than_allowed() -> None:
    forge = Forge(Limits(seconds_between_writes=0, points_a_minute=20))
    forge.time.together([patching(forge, 4) for _ in range(3)])
    assert forge.at("PATCH") == [0] * 4 + [60] * 4 + [120] * 4


def test_one_who_waits_keeps_nobody_from_reading() -> None:
    forge = Forge(Limits(seconds_between_writes=1, creates_a_minute=1, points_a_minute=900))
    forge.client().write("POST", "/x", creates="issue")

    def read() -> None:
        made = forge.client()
        for _ in range(3):
            made.get("/x")
            forge.time.sleep(1)

    forge.time.together([creating(forge, "issue", 1), read])
    assert forge.at("GET") == [0, 1, 2]
    assert forge.at("POST") == [0, 60]


def test_one_who_waits_to_create_keeps_nobody_from_changing() -> None:
    forge = Forge(Limits(seconds_between_writes=1, creates_a_minute=1))
    forge.client().write("POST", "/x", creates="issue")
    forge.time.together([creating(forge, "issue", 1), patching(forge, 3)])
    assert forge.at("PATCH") == [1, 2, 3]
    assert forge.at("POST") == [0, 60]


def test_being_stopped_holds_for_all_and_they_go_on_one_after_the_other() -> None:
    forge = Forge(Limits(seconds_between_writes=1))

    def answer(_: httpx.Request) -> httpx.Response:
        if len(forge.asked) > 1:
            return httpx.Response(200, json={})
        forge.time.sleep(0.5)  # so that all others know when they would have been next
        return httpx.Response(200, json={}, headers={"x-ratelimit-remaining": "0", "retry-after": "40"})

    forge.answer = answer  # type: ignore[method-assign]
    forge.time.together([patching(forge) for _ in range(4)])
    assert forge.at("PATCH") == [0, 40.5, 41.5, 42.5]


def test_being_stopped_for_long_ends_the_runs_of_all() -> None:
    forge = Forge()
    forge.answer = lambda _: httpx.Response(429, headers={"retry-after": "3600"})  # type: ignore[method-assign]
    for made in (forge.client(), forge.client()):
        with pytest.raises(RateLimitedError) as caught:
            made.get("/x")
        assert caught.value.until == NOW + dt.timedelta(hours=1)
    assert len(forge.asked) == 1


def test_what_the_stores_of_others_remember_counts_and_nothing_twice(tmp_path: Path) -> None:
    forge = Forge(Limits(seconds_between_writes=0, creates_an_hour=4))
    paths = [tmp_path / "one.db", tmp_path / "two.db"]
    for path in paths:
        forge.client(path=path).write("POST", "/x", creates="issue")
        forge.time.now += dt.timedelta(seconds=1)
    forge.paces = Paces()  # the process has started anew
    one, two = (forge.client(path=path) for path in paths)
    one.write("POST", "/x", creates="issue")
    two.write("POST", "/x", creates="issue")
    for made in (one, two, forge.client()):
        with pytest.raises(RateLimitedError, match="4 new issues and comments an hour"):
            made.write("POST", "/x", creates="issue")
    assert len(forge.asked) == 4


def test_one_who_is_told_to_stop_while_it_waits_leaves_its_moment_to_others() -> None:
    time, paces = Time(), Paces()
    limits = Limits(seconds_between_writes=1, creates_a_minute=2, points_a_minute=900)
    server = Server(lambda _: httpx.Response(200, json={}))
    client(server, time=time, limits=limits, paces=paces).write("POST", "/x", creates="issue")

    def stop(_: float) -> None:
        raise BusyError("stopping")

    stopped = client(server, time=time, limits=limits, paces=paces)
    stopped._wire.pacing._sleep = stop
    for _ in range(3):
        with pytest.raises(BusyError):
            stopped.write("POST", "/x", creates="issue")
    client(server, time=time, limits=limits, paces=paces).write("POST", "/x", creates="issue")
    assert (len(server.requests), time.slept) == (2, [1])


def test_a_clock_that_is_set_back_makes_nobody_wait_for_an_hour_for_the_writes_of_others() -> None:
    time, paces = Time(), Paces()
    server = Server(lambda _: httpx.Response(200, json={}))
    for _ in range(2):
        client(server, time=time, limits=Limits(seconds_between_writes=1), paces=paces).write("PATCH", "/x")
        time.now -= dt.timedelta(hours=1)
    assert time.slept == [1]


def test_what_was_created_long_ago_is_forgotten() -> None:
    time, paces = Time(), Paces()
    pacing = Pacing(Limits(seconds_between_writes=0), clock=time, sleep=time.sleep, store=Store(None), paces=paces)
    for _ in range(3):
        pacing.after(pacing.before(writes=True, creates="issue"), None)
        time.now += dt.timedelta(hours=2)
    assert sum(len(counted) for counted in paces.of("")._created.values()) == 1
