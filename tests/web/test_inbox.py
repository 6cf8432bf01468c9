"""Deliveries are stored many at a time, and none is answered before it is."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from gapkeeper.entry.web.inbox import CrowdedError, Inbox
from gapkeeper.errors import UnavailableError
from gapkeeper.model.jobs import Delivery, Job, JobKind
from posting import NOW, SECOND, Stored

if TYPE_CHECKING:
    from collections.abc import Callable

JOBS = (Job(JobKind.RECONCILE, "harbour"),)


def delivery(number: int) -> Delivery:
    return Delivery("github", str(number), "push", JOBS)


async def until(true: Callable[[], bool]) -> None:
    while not true():  # noqa: ASYNC110 - what is waited for happens in another thread
        await asyncio.sleep(0)


def test_what_comes_during_a_commit_goes_into_the_next_one() -> None:
    stored = Stored()
    inbox = Inbox(stored, clock=lambda: NOW, debounce=SECOND)

    async def post() -> list[bool]:
        stored.gate.clear()
        first = asyncio.ensure_future(inbox.put(delivery(0)))
        await until(lambda: stored.waiting == 1)
        rest = [asyncio.ensure_future(inbox.put(delivery(number))) for number in range(1, 1_200)]
        await until(lambda: len(inbox._waiting) == 1_199)
        assert not any(one.done() for one in (first, *rest))
        stored.gate.set()
        return list(await asyncio.gather(first, *rest))

    with inbox.open():
        assert asyncio.run(post()) == [True] * 1_200
    assert stored.commits == [1, 500, 500, 199]
    assert set(stored.dues) == {SECOND}


def test_a_replay_in_the_same_commit_is_told_so() -> None:
    stored = Stored()
    inbox = Inbox(stored, clock=lambda: NOW, debounce=SECOND)

    async def post() -> list[bool]:
        return list(await asyncio.gather(*(inbox.put(delivery(number % 2)) for number in range(6))))

    with inbox.open():
        assert asyncio.run(post()) == [True, True, False, False, False, False]


def test_workers_are_told_of_new_jobs_alone() -> None:
    arrived: list[int] = []
    stored = Stored()
    inbox = Inbox(stored, clock=lambda: NOW, debounce=SECOND, arrived=lambda: arrived.append(len(stored.kept)))
    with inbox.open():
        for number in (1, 1, 2):
            asyncio.run(inbox.put(delivery(number)))
    assert arrived == [1, 2]


def test_trouble_is_said_once_and_so_is_its_end(caplog: pytest.LogCaptureFixture) -> None:
    stored = Stored()
    inbox = Inbox(stored, clock=lambda: NOW, debounce=SECOND)
    with inbox.open():
        stored.trouble = UnavailableError("the disk is full")
        for _ in range(5):
            with pytest.raises(UnavailableError):
                asyncio.run(inbox.put(delivery(1)))
        stored.trouble = None
        for _ in range(5):
            asyncio.run(inbox.put(delivery(1)))
    assert [record.getMessage() for record in caplog.records] == [
        "deliveries cannot be stored: the disk is full",
        "deliveries can be stored again",
    ]


def test_what_nobody_waits_for_any_more_is_not_stored() -> None:
    stored = Stored()
    inbox = Inbox(stored, clock=lambda: NOW, debounce=SECOND)

    async def post() -> None:
        stored.gate.clear()
        first = asyncio.ensure_future(inbox.put(delivery(0)))
        await until(lambda: stored.waiting == 1)
        given_up = asyncio.ensure_future(inbox.put(delivery(1)))
        last = asyncio.ensure_future(inbox.put(delivery(2)))
        await until(lambda: len(inbox._waiting) == 2)
        given_up.cancel()
        await asyncio.gather(given_up, return_exceptions=True)
        stored.gate.set()
        await asyncio.gather(first, last)

    with inbox.open():
        asyncio.run(post())
    assert [id_ for _, id_ in stored.kept] == ["0", "2"]


def test_at_the_end_what_waits_is_stored_and_nothing_more_is_taken() -> None:
    stored = Stored()
    inbox = Inbox(stored, clock=lambda: NOW, debounce=SECOND)
    stored.gate.clear()
    left = threading.Event()

    async def post() -> list[bool]:
        posts = [asyncio.ensure_future(inbox.put(delivery(number))) for number in range(10)]
        await asyncio.sleep(0)  # each has begun
        left.set()
        return list(await asyncio.gather(*posts))

    with inbox.open():
        answers: list[list[bool]] = []
        posting = threading.Thread(target=lambda: answers.append(asyncio.run(post())))
        posting.start()
        assert left.wait(20)
        threading.Timer(0.01, stored.gate.set).start()
    posting.join()
    assert answers == [[True] * 10]
    with pytest.raises(CrowdedError):
        asyncio.run(inbox.put(delivery(11)))
