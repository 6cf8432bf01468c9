"""The use case: read the tracker, plan, and make it so."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from gapkeeper.app.apply import apply
from gapkeeper.errors import RefusedError
from gapkeeper.model.plan import Op, Report
from gapkeeper.planning.history import NO_HISTORY
from gapkeeper.planning.plan import plan

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from gapkeeper.model.plan import Outcome, Plan
    from gapkeeper.model.policy import SyncPolicy
    from gapkeeper.model.register import Register
    from gapkeeper.planning.history import History
    from gapkeeper.ports import Clock, Tracker, TrackerReader

#: What needs to know the issues that are not ours: one may be adopted, or was released.
_NEW = frozenset({Op.CREATE, Op.ADOPT})


def plan_sync(
    register: Register,
    reader: TrackerReader,
    policy: SyncPolicy,
    *,
    history: History = NO_HISTORY,
) -> Plan:
    """What a sync would write. All issues of the project are read only where one would be new.

    Raises:
        NewerMarkerError: An issue carries a marker of a newer version.
        TrackerError: The tracker could not be read whole.
    """

    def planned(*, everything: bool) -> Plan:
        return plan(
            register,
            reader.snapshot(policy.labels.managed, everything=everything),
            policy,
            tracker=reader.url,
            capabilities=reader.capabilities,
            history=history,
        )

    first = planned(everything=False)
    return planned(everything=True) if any(change.op in _NEW for change in first.changes) else first


def sync(  # noqa: PLR0913 - two sides, the rules, and what only the edges know, each by name
    register: Register,
    reader: TrackerReader,
    open_tracker: Callable[[], AbstractContextManager[Tracker]],
    policy: SyncPolicy,
    *,
    clock: Clock,
    expect: str | None = None,
    history: History = NO_HISTORY,
    started: Callable[[Plan], None] | None = None,
    progress: Callable[[Outcome], None] | None = None,
    wait: Callable[[float], None] = time.sleep,
) -> Report:
    """Plan and apply. The tracker is opened for writing only where there is something to write.

    Args:
        register: What the documents say.
        reader: The tracker, unable to write.
        open_tracker: Opens the same tracker to write to it.
        policy: What the run may do.
        clock: The time.
        expect: The fingerprint of the only plan that may be applied; None: whatever is planned.
        history: What git knows.
        started: Told of the plan before its first change is made.
        progress: Told of each change once it is done or has failed.
        wait: Pauses for so many seconds.

    Raises:
        RefusedError: A safety rule forbids the plan, or it is not the expected one.
        NewerMarkerError: An issue carries a marker of a newer version.
        TrackerError: The tracker could not be read whole, or not be opened.
    """
    planned = plan_sync(register, reader, policy, history=history)
    _require(planned, expect)
    if planned.empty:
        return Report(planned, ())
    with open_tracker() as tracker, tracker.lock():
        if not tracker.capabilities.forge:
            # Cheap here: another run may have been at it until we got the lock.
            planned = plan_sync(register, tracker, policy, history=history)
            _require(planned, expect)
        if started is not None:
            started(planned)
        return apply(planned, tracker, clock=clock, progress=progress, wait=wait)


def _require(planned: Plan, expect: str | None) -> None:
    if expect is not None and planned.fingerprint != expect:
        raise RefusedError(
            f"not as expected: the plan is {planned.fingerprint} now, and {expect} was asked for",
            hint="Documents or issues have changed since. Look at the new plan with `gapkeeper plan`.",
        )
    if planned.refused is not None:
        raise RefusedError(f"{planned.refused.code}: {planned.refused.message}")
