"""What the runs of one process share of a forge, and that a run which stands alone shares nothing."""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gapkeeper.adapters.github.app_tokens import AppTokens
from gapkeeper.adapters.http.connections import Connections
from gapkeeper.adapters.http.paces import Paces
from gapkeeper.app.parsed import ParsedDocuments
from gapkeeper.errors import NotAuthorisedError
from gapkeeper.wiring.shared import Shared, share
from github_counterpart.faults import Once, no_trouble, status
from review_counterparts import OnGitHubAsApp

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gapkeeper.adapters.http.client import Sent
    from gapkeeper.ports import Reviews
    from github_counterpart.github import GitHub
    from review_counterparts import Forge

BUY = "POST /app/installations/{installation_id}/access_tokens"


@pytest.fixture
def app(github: GitHub, tmp_path: Path) -> Iterator[OnGitHubAsApp]:
    made = OnGitHubAsApp(github, tmp_path)
    yield made
    made.close()


@pytest.fixture
def shared() -> Iterator[Shared]:
    with contextlib.closing(Connections()) as connections:
        yield Shared(ParsedDocuments(0), paces=Paces(), connections=connections, app_tokens=AppTokens())


def connections_of(reviews: Reviews) -> object:
    return reviews._session.client._http  # type: ignore[attr-defined] # of every forge


def test_runs_of_one_process_share_connections(forge: Forge, shared: Shared) -> None:
    number = forge.propose()
    with share(shared):
        first, second = forge.open(), forge.open()
        assert connections_of(first) is connections_of(second)
        first._session.close()  # type: ignore[attr-defined] # of every forge
        assert second.pull(number).number == number
    assert connections_of(forge.open()) is not connections_of(second)


def test_whoever_counts_is_told_of_every_request_by_forge(forge: Forge, shared: Shared, name: str) -> None:
    number = forge.propose()
    told: list[tuple[str, Sent]] = []
    with share(replace(shared, sent=lambda forge, sent: told.append((forge, sent)))), forge.watched() as log:
        forge.open().post_comment(number, "Hello")
    assert [sent.kind == "write" for _, sent in told] == [seen.writes for seen in log]
    assert {of for of, _ in told} == {name.partition("-")[0]}


def test_they_wait_as_the_process_says_and_for_each_other(
    forge: Forge, shared: Shared, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, slept = forge.propose(), list[float]()
    monkeypatch.setattr(time, "sleep", lambda _: pytest.fail("this is not how the process waits"))
    with share(replace(shared, sleep=slept.append)):
        forge.open().post_comment(number, "Hello")
        second = forge.open()
        second._session.client._wire.pacing.limits = replace(  # type: ignore[attr-defined] # of every forge
            second._session.client.limits,  # type: ignore[attr-defined]
            seconds_between_writes=60,
        )
        second.post_comment(number, "Hello again")
    assert [50 < seconds <= 60 for seconds in slept] == [True]


def test_the_token_of_an_app_is_bought_once_for_all_runs_of_a_process(app: OnGitHubAsApp, shared: Shared) -> None:
    number = app.propose()
    with app.watched() as alone:
        for _ in range(2):
            app.open().pull(number)
    with share(shared), app.watched() as together:
        for _ in range(3):
            app.open().pull(number)
    assert (alone.count(BUY), together.count(BUY)) == (2, 1)


def test_a_token_that_was_revoked_is_bought_anew_in_the_same_run(app: OnGitHubAsApp, shared: Shared) -> None:
    number = app.propose()
    with share(replace(shared, sleep=lambda _: None)):
        reviews = app._open({**app._environment(), "GAPKEEPER_GITHUB_READ_RETRIES": "1"})
        reviews.pull(number)
        app.github.revoke(app.github.repository)
        with app.watched() as log:
            assert reviews.pull(number).number == number
            assert app.open().pull(number).number == number
    assert log.count(BUY) == 1


def test_where_github_refuses_the_next_run_asks_what_the_app_may_do_now(app: OnGitHubAsApp, shared: Shared) -> None:
    number = app.propose()
    with share(shared):
        refused = status(403, message="Resource not accessible by integration")
        app.github.trouble = Once(refused, "GET /repos/{owner}/{repo}/pulls/")
        with pytest.raises(NotAuthorisedError):
            app.open().pull(number)
        app.github.trouble = no_trouble
        with app.watched() as log:
            assert app.open().pull(number).number == number
    assert log.count(BUY) == 1
