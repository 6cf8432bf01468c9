"""The use case of leaving: everything of ours comes off, and the issues stay."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from gapkeeper.app.apply import apply
from gapkeeper.app.journal import journalled, no_journal
from gapkeeper.errors import RefusedError
from gapkeeper.model.policy import WriteBack
from gapkeeper.planning import detaching

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from gapkeeper.app.journal import OpenJournal
    from gapkeeper.model.plan import Outcome, Plan, Report
    from gapkeeper.model.policy import SyncPolicy
    from gapkeeper.model.register import Register
    from gapkeeper.ports import Clock, Tracker, TrackerReader


def plan_detach(register: Register, reader: TrackerReader, policy: SyncPolicy) -> Plan:
    """What would be taken off which issue.

    Raises:
        NewerMarkerError: An issue of ours carries a marker of a newer version.
        TrackerError: The tracker could not be read whole.
    """
    snapshot = reader.snapshot(policy.labels.managed, everything=True)
    return detaching.plan_detach(register, snapshot, policy, tracker=reader.url, capabilities=reader.capabilities)


def detach(  # noqa: PLR0913 - what is taken off, from where, and what only the edges know, each by name
    register: Register,
    open_tracker: Callable[[], AbstractContextManager[Tracker]],
    policy: SyncPolicy,
    *,
    agreed: Plan,
    clock: Clock,
    journal: OpenJournal = no_journal,
    progress: Callable[[Outcome], None] | None = None,
    wait: Callable[[float], None] = time.sleep,
) -> Report:
    """Take it off, as it was agreed to. The tracker is held for the whole run.

    Args:
        register: What the documents say.
        open_tracker: Opens the tracker to write to it.
        policy: The labels and accounts.
        agreed: The plan that people saw.
        clock: The time.
        journal: Opens what is kept of every run; None where nothing is.
        progress: Told of each change once it is done or has failed.
        wait: Pauses for so many seconds.

    Raises:
        RefusedError: The issues have changed since the plan was made.
        TrackerError: The tracker could not be read whole, or not be opened.
    """
    with open_tracker() as tracker, tracker.lock():
        planned = plan_detach(register, tracker, policy)
        if planned.fingerprint != agreed.fingerprint:
            raise RefusedError(
                "not as expected: issues have changed since it was shown what would be taken off",
                hint="Nothing was written. Run again, and look at it anew.",
            )
        writing = partial(apply, planned, tracker, clock=clock, progress=progress, wait=wait)
        return journalled(journal, planned, replace(policy, write_back=WriteBack.OFF), writing)
