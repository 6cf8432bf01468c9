"""A sync against a forge that does not exist: who is asked, what is told, and how it ends."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING

import click
import pytest

from builders import FORGE
from gapkeeper import wiring
from gapkeeper.__main__ import main
from gapkeeper.entry.cli import sync
from gapkeeper.errors import RateLimitedError, RejectedError, UnavailableError
from memory_tracker import MemoryTracker

if TYPE_CHECKING:
    from pathlib import Path

    from _pytest.capture import CaptureFixture

MANY = 25  # more than a forge gets without a question


@pytest.fixture
def forge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MemoryTracker:
    """A folder with many items that is the current one, and a forge behind every tracker."""
    items = "".join(f"### LATER-{number:03}: Plank {number}\n\n**Status:** Open\n\n" for number in range(1, MANY + 1))
    (tmp_path / "LATER.md").write_text(f"# Later\n\n{items}", "utf-8")
    monkeypatch.chdir(tmp_path)
    made = MemoryTracker(FORGE)

    def opened(*_: object, **__: object) -> contextlib.AbstractContextManager[MemoryTracker]:
        return contextlib.nullcontext(made)

    monkeypatch.setattr(wiring, "open_reader", opened)
    monkeypatch.setattr(wiring, "open_tracker", opened)
    return made


def person(monkeypatch: pytest.MonkeyPatch, *, says: bool) -> list[str]:
    """Somebody at the terminal who answers every question so."""
    asked: list[str] = []

    def confirm(question: str, **_: object) -> bool:
        asked.append(question)
        return says

    monkeypatch.setattr(sync, "interactive", lambda: True)
    monkeypatch.setattr(click, "confirm", confirm)
    return asked


def test_nobody_is_mailed_many_times_without_a_word(forge: MemoryTracker, capsys: CaptureFixture[str]) -> None:
    assert main(["sync"]) == 3
    assert "many-creates" in capsys.readouterr().err
    assert not forge.log


def test_yes_says_it(forge: MemoryTracker) -> None:
    assert main(["sync", "--yes"]) == 0
    assert len(forge.issues) == MANY


def test_a_person_is_asked_and_agrees_to_what_they_saw(
    forge: MemoryTracker, monkeypatch: pytest.MonkeyPatch, capsys: CaptureFixture[str]
) -> None:
    asked = person(monkeypatch, says=True)
    assert main(["sync"]) == 0
    assert asked == [f"Create {MANY} issues? Everybody who watches memory: gets a mail for each."]
    assert capsys.readouterr().out.startswith("Plan for memory:")
    assert len(forge.issues) == MANY


def test_a_person_is_asked_and_does_not(
    forge: MemoryTracker, monkeypatch: pytest.MonkeyPatch, capsys: CaptureFixture[str]
) -> None:
    person(monkeypatch, says=False)
    assert main(["sync"]) == 3
    assert "nothing was written" in capsys.readouterr().err
    assert not forge.log


def test_a_person_is_not_asked_about_a_few(forge: MemoryTracker, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = person(monkeypatch, says=False)
    assert main(["sync", "--limit", "3"]) == 0
    assert asked == []
    assert len(forge.issues) == 3


def test_what_a_person_agreed_to_has_to_be_what_is_expected(
    forge: MemoryTracker, monkeypatch: pytest.MonkeyPatch, capsys: CaptureFixture[str]
) -> None:
    person(monkeypatch, says=True)
    assert main(["sync", "--expect", "0000000000000000"]) == 3
    assert "not as expected" in capsys.readouterr().err
    assert not forge.log


def test_a_change_that_fails_is_told_and_stops_no_other(forge: MemoryTracker, capsys: CaptureFixture[str]) -> None:
    def trouble(when: str, what: str) -> None:
        if when == "before" and what.startswith("create LATER-007"):
            raise RejectedError("the title is \x1b[31mtoo long")

    forge.trouble = trouble
    assert main(["sync", "--yes"]) == 5
    out = capsys.readouterr().out
    assert "failed: create" in out
    assert "the title is ␛[31mtoo long" in out
    assert f"{MANY - 1} created; 1 failed" in out.splitlines()[-1]
    answer = json.loads(_out(capsys, ["sync", "--yes", "--format", "json"], 5))
    assert [(c["done"], bool(c["error"])) for c in answer["changes"]] == [(False, True)]


def test_a_limit_ends_the_run_and_says_what_is_left(forge: MemoryTracker, capsys: CaptureFixture[str]) -> None:
    def trouble(when: str, what: str) -> None:
        if when == "before" and what.startswith("create LATER-010"):
            raise RateLimitedError("the hour's requests are used up")

    forge.trouble = trouble
    assert main(["sync", "--yes"]) == 4
    out = capsys.readouterr().out
    assert "9 created; 16 left" in out
    assert "stopped: " in out
    assert "run again to go on" in out
    forge.trouble = lambda *_: None
    assert main(["sync", "--yes"]) == 0
    assert len(forge.issues) == MANY


def test_an_outage_is_69_and_never_success(forge: MemoryTracker, capsys: CaptureFixture[str]) -> None:
    def trouble(_when: str, _what: str) -> None:
        raise UnavailableError("no route to host")

    forge.trouble = trouble
    assert main(["sync", "--yes"]) == 69
    assert "stopped: " in capsys.readouterr().out


def test_progress_is_drawn_for_a_person_and_taken_away(
    forge: MemoryTracker, monkeypatch: pytest.MonkeyPatch, capsys: CaptureFixture[str]
) -> None:
    assert main(["sync", "--limit", "1"]) == 0
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sync, "interactive", lambda: True)
    assert main(["sync", "--limit", "2", "--format", "json"]) == 0
    printed = capsys.readouterr()
    assert printed.err.startswith("░" * 20 + " 0 of 2\r\x1b[K")
    assert printed.err.endswith("█" * 20 + " 2 of 2\r\x1b[K")
    assert json.loads(printed.out)["totals"]["done"] == 2
    assert len(forge.issues) == 3


def _out(capsys: CaptureFixture[str], arguments: list[str], code: int) -> str:
    assert main(arguments) == code
    return capsys.readouterr().out
