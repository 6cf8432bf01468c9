"""Signed deliveries accepted and stored, against a server that only reads them.

`python -m bench.webhooks` says what the table does not: deliveries a second, and how long an answer takes.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import hmac
import http.client
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench.measure import ratio, take_turns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request
    from starlette.responses import Response

    from bench.measure import Result

DELIVERIES, SENDERS, BUDGET = 1_000, 8, 6.0
ENOUGH = 200  # a second, on one core
SECRET = b"only for this measurement"
#: With sixty of them a push is as long as what GitHub usually sends: 20 kB.
COMMIT = {
    "id": "72d3162ecc7811e381ab4c9367dc0958aabbccdd",
    "distinct": True,
    "message": "Paint the pier, and say in the plan that it was painted",
    "timestamp": "2026-11-24T12:00:00+00:00",
    "author": {"name": "Rosa", "email": "rosa@example.org", "username": "rosa"},
    "added": [],
    "removed": [],
    "modified": ["docs/planning/PIER.md"],
}
BASE = "deliveries read and forgotten"
OURS = "deliveries verified and stored"


def results() -> Iterator[Result]:
    """Under six times the processor time of reading them; the senders are a process of their own, and not counted."""
    with serving() as (ours, base):
        seconds = take_turns({OURS: partial(send, ours), BASE: partial(send, base)}, repetitions=5)
    yield ratio(seconds, OURS, BASE, budget=BUDGET)


@contextlib.contextmanager
def serving() -> Iterator[tuple[int, int]]:
    """The ports of the webhooks, stored in a file, and of an application that stores nothing."""
    from starlette.applications import Starlette  # noqa: PLC0415 - the senders need none of it
    from starlette.responses import PlainTextResponse  # noqa: PLC0415
    from starlette.routing import Route  # noqa: PLC0415

    from gapkeeper.adapters.sqlite_state import open_state  # noqa: PLC0415
    from gapkeeper.entry.web.events.repositories import Configured, Repositories  # noqa: PLC0415
    from gapkeeper.entry.web.inbox import Inbox  # noqa: PLC0415
    from gapkeeper.entry.web.public import public_app  # noqa: PLC0415
    from gapkeeper.entry.web.server import serve  # noqa: PLC0415
    from gapkeeper.settings.service import Listener  # noqa: PLC0415
    from gapkeeper.settings.webhook_secrets import WebhookSecrets  # noqa: PLC0415

    async def read(request: Request) -> Response:
        await request.body()
        return PlainTextResponse("read", 202)

    repositories = Repositories([Configured("pier", "github", "harbour/pier")])
    with tempfile.TemporaryDirectory() as folder, open_state(Path(folder) / "state.db") as state:
        inbox = Inbox(state.deliveries, clock=lambda: dt.datetime.now(dt.UTC), debounce=dt.timedelta(seconds=1))
        app = public_app(
            secrets={"github": WebhookSecrets("bench", (SECRET,), print)},
            repositories=lambda: repositories,
            inbox=inbox,
            ready=lambda: None,
            observe=lambda *_: None,
            body_limit=1_000_000,
        )
        nothing = Starlette(routes=[Route("/webhooks/github", read, methods=["POST"])])
        here = Listener("127.0.0.1", 0)
        with (
            inbox.open(),
            serve(app, here, setting="ours", grace=1) as ours,
            serve(nothing, here, setting="base", grace=1) as base,
        ):
            yield ours, base


def send(port: int) -> list[float]:
    """Have another process send deliveries; the seconds that each took, sorted, and first those of all together."""
    told = subprocess.run(
        [sys.executable, "-m", "bench.webhooks", str(port)], check=True, capture_output=True, text=True
    )
    took: list[float] = json.loads(told.stdout)
    return took


def send_all(port: int) -> list[float]:
    """Send deliveries from some connections that stay open."""
    body = json.dumps(
        {"ref": "refs/heads/main", "repository": {"id": 1, "full_name": "harbour/pier"}, "commits": [COMMIT] * 60}
    ).encode()
    signature = "sha256=" + hmac.new(SECRET, body, hashlib.sha256).hexdigest()
    run = os.urandom(8).hex()
    numbers = itertools.count()

    def sender(share: int) -> list[float]:
        took = []
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            for _ in range(share):
                headers = {
                    "Content-Type": "application/json",
                    "X-GitHub-Event": "push",
                    "X-GitHub-Delivery": f"{run}-{next(numbers)}",
                    "X-Hub-Signature-256": signature,
                }
                begin = time.perf_counter()
                connection.request("POST", "/webhooks/github", body, headers)
                answer = connection.getresponse()
                text = answer.read()
                took.append(time.perf_counter() - begin)
                if answer.status != 202 or text not in {b"accepted\n", b"read"}:
                    raise SystemExit(f"measured something else: {answer.status} {text!r}")
        return took

    begin = time.perf_counter()
    with ThreadPoolExecutor(SENDERS) as pool:
        every = [one for took in pool.map(sender, [DELIVERIES // SENDERS] * SENDERS) for one in took]
    return [time.perf_counter() - begin, *sorted(every)]


def show() -> int:
    """Deliveries a second, and an answer's median and 99th percentile; 1 where they are too few."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # the senders as well, so that it is less than one core
    rates = []
    with serving() as (ours, _):
        for _ in range(5):
            whole, *took = send(ours)
            rates.append(len(took) / whole)
            median, late = (1000 * took[int(len(took) * share)] for share in (0.5, 0.99))
            print(f"{rates[-1]:.0f} a second; answered in {median:.1f} ms, 99 of 100 in {late:.1f} ms")
    return int(statistics.median(rates) < ENOUGH)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(send_all(int(sys.argv[1]))))
    else:
        sys.exit(show())
