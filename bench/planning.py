"""Planning 10,000 items against the 10,000 issues that a sync made of them."""

from __future__ import annotations

import contextlib
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench.documents import read
from bench.generate import registers
from bench.measure import ratio, take_turns
from gapkeeper.adapters import sqlite_tracker
from gapkeeper.app.sync import sync
from gapkeeper.model.policy import SyncPolicy
from gapkeeper.planning.plan import plan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.measure import Result
    from gapkeeper.model.register import Register
    from gapkeeper.model.snapshot import Snapshot

ITEMS, BUDGET = 10_000, 1 / 10
POLICY = SyncPolicy(backfill=True)  # so that what is resolved has an issue too


def results() -> Iterator[Result]:
    """Under a tenth of the time of reading the documents that hold the items."""
    documents = registers(ITEMS)
    register = read(documents)
    snapshot = synced(register)

    def plan_again() -> None:
        planned = plan(register, snapshot, POLICY, tracker="bench", capabilities=sqlite_tracker.CAPABILITIES)
        if planned.changes or len(register.items) != ITEMS or len(snapshot.issues) != ITEMS:
            raise SystemExit(
                f"measured something else: {len(register.items)} items, {len(snapshot.issues)} issues, "
                f"{len(planned.changes)} changes"
            )

    reading, planning = f"reading {ITEMS} items", f"planning {ITEMS} items, {ITEMS} issues"
    seconds = take_turns({reading: lambda: read(documents), planning: plan_again}, repetitions=5)
    yield ratio(seconds, planning, reading, budget=BUDGET)


def synced(register: Register) -> Snapshot:
    """What the embedded tracker holds after a first sync."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "tracker.db")
        with contextlib.closing(sqlite_tracker.open_reader(path)) as reader:
            report = sync(
                register,
                reader,
                lambda: contextlib.closing(sqlite_tracker.open_tracker(path)),
                POLICY,
                clock=sqlite_tracker.tracker.utc_now,
                wait=time.sleep,
            )
        if report.failed or report.stopped:
            raise SystemExit(f"{report.failed} changes failed; {report.stopped}")
        with contextlib.closing(sqlite_tracker.open_reader(path)) as reader:
            return reader.snapshot(POLICY.labels.managed, everything=False)
