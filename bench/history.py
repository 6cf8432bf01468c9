"""The readiness of 500 commits, against reading each of them anew."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench.generate import plans
from bench.measure import ratio, take_turns
from gapkeeper import reading
from gapkeeper.adapters.commit_line import CommitLine
from gapkeeper.adapters.git import RevisionDocuments
from gapkeeper.adapters.known_points import KeptPoints
from gapkeeper.app.history import read_history
from gapkeeper.model.rules import ReadingRules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bench.measure import Result
    from gapkeeper.model.history import ReadinessHistory

COMMITS, DOCUMENTS, SAMPLE, BUDGET = 500, 40, 10, 1 / 20
EVERY = ("**/*.md",)
HOUR, BEGIN = 3600, 1_760_000_000


def results() -> Iterator[Result]:
    """Under a twentieth where statuses change, which is what most commits do; also where items are added."""
    yield from _measured("that change a status", _changed, BUDGET)
    yield from _measured("that add an item", _added, None)


def _measured(what: str, change: Callable[[bytes, int], bytes], budget: float | None) -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _make(folder, change)
        commits = [point.commit for point in _history(folder).points]
        if len(commits) != COMMITS:
            raise SystemExit(f"measured something else: {len(commits)} commits")
        sample = commits[:: COMMITS // SAMPLE]
        ours, base = f"history of {COMMITS} commits {what}", "reading each commit anew"
        seconds = take_turns(
            {ours: lambda: _history(folder), base: lambda: _anew(folder, sample)}, 3, clock=time.perf_counter
        )
        yield ratio(seconds, ours, base, budget=budget, times=len(sample) / COMMITS)


def _history(folder: Path) -> ReadinessHistory:
    with CommitLine(folder, "main", EVERY, ()) as line:
        return read_history(line, ReadingRules(), KeptPoints(None, "bench"))


def _anew(folder: Path, commits: Sequence[str]) -> None:
    for commit in commits:
        source = RevisionDocuments(folder, commit, EVERY, ())
        reading.read_register(source.documents(), ReadingRules(), commit_dates=source.commit_dates)


def _make(folder: Path, change: Callable[[bytes, int], bytes]) -> None:
    """A repository in which each commit but the first changes one document."""
    now = [(document.path, document.data or b"") for document in plans(DOCUMENTS)]
    stream = [_commit(0, now)]
    for number in range(1, COMMITS):
        path, data = now[number % DOCUMENTS]
        now[number % DOCUMENTS] = (path, change(data, number))
        stream.append(_commit(number, [now[number % DOCUMENTS]]))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    for arguments in (["init", "--quiet", "--initial-branch=main"], ["fast-import", "--quiet"]):
        data = b"".join(stream) if "fast-import" in arguments else b""
        subprocess.run(["git", *arguments], cwd=folder, env=environment, input=data, check=True)


def _commit(number: int, files: Sequence[tuple[str, bytes]]) -> bytes:
    """A commit in the form of `git fast-import`."""
    text = f"commit refs/heads/main\ncommitter a <a@example.org> {BEGIN + number * HOUR} +0000\ndata 1\nx\n".encode()
    return text + b"".join(f"M 100644 inline {path}\ndata {len(d)}\n".encode() + d + b"\n" for path, d in files)


def _changed(data: bytes, number: int) -> bytes:
    """One status in it changes, and something is said."""
    old, new = (b"Pending", b"Resolved") if b"Pending" in data and number % 3 else (b"Resolved", b"Pending")
    return data.replace(old, new, 1) + b"\nMore.\n"


def _added(data: bytes, number: int) -> bytes:
    """A table with a new item at its end."""
    return data + f"\n| ID | Title | Status |\n|---|---|---|\n| LATER-{10_000 + number} | x | Done |\n".encode()
