"""What was answered with 202 is there after the process was killed in the middle of its work."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import httpx

import listener
from gapkeeper.adapters.sqlite_state import open_state
from gapkeeper.model.jobs import Delivery, Job, JobKind
from posting import NOW, github_headers
from test_webhooks import ISSUE

if TYPE_CHECKING:
    from pathlib import Path

BODY = json.dumps(ISSUE).encode()
JOBS = (Job(JobKind.RECONCILE, "harbour"),)


def test_none_is_lost_where_the_process_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    numbers = itertools.count()
    answered: list[str] = []
    enough = threading.Semaphore(0)
    for _ in range(3):
        kill_amid(path, numbers, answered, enough)
    with open_state(path) as state:
        known = [Delivery("github", id_, "issues", JOBS) for id_ in answered]
        assert len(known) >= 300
        assert state.deliveries.accept(known, now=NOW, due=NOW) == [False] * len(known)
        assert [queued.job for queued in state.queue.jobs()] == list(JOBS)


def kill_amid(path: Path, numbers: itertools.count[int], answered: list[str], enough: threading.Semaphore) -> None:
    """Post from four threads until a hundred were answered, then kill whoever answers."""
    command = [sys.executable, str(listener.__file__), str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        url = f"http://127.0.0.1:{int(process.stdout.readline())}/webhooks/github"

        def post() -> None:
            with httpx.Client(trust_env=False, timeout=20) as client:
                for number in numbers:
                    headers = github_headers("issues", BODY, x_github_delivery=str(number))
                    try:
                        answer = client.post(url, content=BODY, headers=headers)
                    except httpx.TransportError:
                        return
                    assert answer.status_code == 202
                    answered.append(str(number))
                    enough.release()

        senders = [threading.Thread(target=post) for _ in range(4)]
        for sender in senders:
            sender.start()
        try:
            assert all(enough.acquire(timeout=20) for _ in range(100))
        finally:
            process.kill()
            for sender in senders:
                sender.join()
