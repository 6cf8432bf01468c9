"""The history of readiness says of every commit what reading that commit alone says."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from gapkeeper.adapters.commit_line import CommitLine
from gapkeeper.adapters.known_points import KeptPoints
from gapkeeper.app.history import read_history
from gapkeeper.model.rules import ReadingRules
from histories import EVERY, alone
from repositories import Repository

if TYPE_CHECKING:
    from pathlib import Path

    from gapkeeper.model.history import HistoryPoint


def document(chance: random.Random) -> str:
    rows = "".join(
        f"| ACTION-{number} | Paint | {chance.choice(['Done', 'Open', 'Blocked'])} |\n" for number in range(1, 6)
    )
    table = f"| Area | Weight | Score |\n|---|---|---|\n| Pier | 100% | {chance.randint(0, 100)}% |\n"
    return f"# Plan\n\n| ID | Title | Status |\n|---|---|---|\n{rows}\n## Readiness\n\n{table}"


def points(folder: Path, known: KeptPoints) -> tuple[HistoryPoint, ...]:
    with CommitLine(folder, None, EVERY, ()) as line:
        return read_history(line, ReadingRules(), known).points


@pytest.mark.parametrize("skew", [0, 20])
def test_every_point_is_what_its_commit_says_alone_with_merges_and_wrong_clocks(tmp_path: Path, skew: int) -> None:
    chance = random.Random(skew)  # noqa: S311 - the same each time
    repository = Repository(tmp_path / "r")
    for number in range(24):
        day = min(28, max(1, 3 + number + chance.randint(-skew, skew)))
        date = f"2026-01-{day:02}T12:00:00Z"
        if number % 6 == 3:
            repository.git("checkout", "-qb", f"side{number}", "HEAD~1")
        elif number % 6 == 5:
            repository.git("checkout", "-q", "main")
            strategy = chance.choice(["ours", "recursive"])
            options = [] if strategy == "ours" else ["-X", "theirs"]
            name = f"side{number - 2}"
            repository.git("merge", "-q", "--no-ff", "-s", strategy, *options, "-m", "merge", name, date=date)
        repository.commit({f"{chance.choice('abc')}.md": document(chance)}, date=date)
    found = points(repository.path, KeptPoints(None, "rules"))
    assert len(found) > 15
    assert all((p.score, dict(p.open), p.closed, p.unread) == alone(repository.path, p.commit) for p in found)


def test_points_are_kept_between_runs_and_a_damaged_file_is_no_error(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "r")
    for seed in range(3):
        repository.commit({"a.md": document(random.Random(seed))})  # noqa: S311 - as above
    kept = tmp_path / "history.db"
    first = points(repository.path, KeptPoints(kept, "rules"))
    again = KeptPoints(kept, "rules")
    assert dict(again.read()) == {point.commit: point for point in first}
    assert not KeptPoints(kept, "other rules").read()
    again.close()
    kept.write_bytes(b"nothing that SQLite knows" * 100)
    assert points(repository.path, KeptPoints(kept, "rules")) == first


def test_an_empty_repository_has_no_points(tmp_path: Path) -> None:
    assert points(Repository(tmp_path / "r").path, KeptPoints(None, "rules")) == ()
