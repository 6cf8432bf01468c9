"""emulate itself: fresh for each test, and at whatever time the test says."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest

from github_counterpart.seed import FULL_NAME, OWNER, Seed, token_of

if TYPE_CHECKING:
    from github_counterpart.emulator import Emulator, Farm

ISSUES = f"/repos/{FULL_NAME}/issues"
AT = int(dt.datetime(2031, 5, 4, 3, 2, 1, tzinfo=dt.UTC).timestamp() * 1000)


def start(farm: Farm) -> Emulator:
    return farm.start(Seed().for_emulate(), "http://github.test", AT)


def titles(emulator: Emulator) -> list[str]:
    return [issue["title"] for issue in emulator.ask("GET", ISSUES, token=token_of(OWNER), at=AT).json()]


def test_each_is_empty_and_knows_nothing_of_the_others(github_farm: Farm) -> None:
    first, second = start(github_farm), start(github_farm)
    body = json.dumps({"title": "Mend the pier"}).encode()
    assert first.ask("POST", ISSUES, token=token_of(OWNER), at=AT, body=body).status == 201
    assert (titles(first), titles(second)) == (["Mend the pier"], [])
    first.close()
    second.close()
    third = start(github_farm)
    assert titles(third) == []
    third.close()


def test_the_time_is_what_the_request_says(github_farm: Farm) -> None:
    emulator = start(github_farm)
    body = json.dumps({"title": "Mend the pier"}).encode()
    made = emulator.ask("POST", ISSUES, token=token_of(OWNER), at=AT + 90_500, body=body).json()
    assert made["created_at"] == "2031-05-04T03:03:31.500Z"
    emulator.close()


def test_addresses_in_answers_are_those_of_the_proxy(github_farm: Farm) -> None:
    emulator = start(github_farm)
    told = emulator.ask("GET", f"/repos/{FULL_NAME}", token=token_of(OWNER), at=AT).json()
    assert told["url"] == f"http://github.test/repos/{FULL_NAME}"
    emulator.close()


def test_an_app_without_a_key_is_refused_with_what_emulate_says(github_farm: Farm) -> None:
    seed = Seed().for_emulate()
    seed["github"]["apps"][0]["private_key"] = ""  # type: ignore[index] # JSON
    with pytest.raises(RuntimeError, match="private_key must not be empty"):
        github_farm.start(seed, "http://github.test", AT)
