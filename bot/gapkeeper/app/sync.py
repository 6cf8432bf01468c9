"""The use case: read the tracker, plan, and make it so."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from gapkeeper.app.apply import apply
from gapkeeper.app.journal import journalled, no_journal
from gapkeeper.app.write_back import Asked
from gapkeeper.errors import DocumentsError, RefusedError, TrackerError
from gapkeeper.model.plan import Op, Report
from gapkeeper.planning.history import NO_HISTORY
from gapkeeper.planning.plan import plan
from gapkeeper.planning.write_backs import NO_WRITE_BACKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    from gapkeeper.app.journal import OpenJournal
    from gapkeeper.app.write_back import WayBack
    from gapkeeper.model.plan import Change, Outcome, Plan
    from gapkeeper.model.policy import SyncPolicy
    from gapkeeper.model.register import Register
    from gapkeeper.model.snapshot import Issue
    from gapkeeper.planning.history import History
    from gapkeeper.planning.write_backs import WriteBacks
    from gapkeeper.ports import Clock, Tracker, TrackerReader

#: What needs to know the issues that are not ours: one may be adopted, or was released.
_NEW = frozenset({Op.CREATE, Op.ADOPT})
#: How often a run is tried, where somebody is at the documents that it wants to write to.
_TRIES = 3


def plan_sync(
    register: Register,
    reader: TrackerReader,
    policy: SyncPolicy,
    *,
    history: History = NO_HISTORY,
    way_back: WayBack | None = None,
) -> Plan:
    """What a sync would write. All issues of the project are read only where one would be new.

    Where people closed or reopened issues, and ``way_back`` says how that reaches the documents, the edits are made
    and proven here, and the plan is made again on what the documents say then.

    Raises:
        NewerMarkerError: An issue carries a marker of a newer version.
        TrackerError: The tracker could not be read whole.
        DocumentsError: What is proposed on could not be read.
    """
    planner = Planner(reader, policy, history)
    first = planner.plan(register)
    if way_back is None or first.refused is not None:
        return first
    asked = _write_backs(first)
    if not asked and not way_back.mode.standing:
        return first
    answer = way_back.mode.answer(
        Asked(
            way_back.documents,
            asked,
            others=planner.left_out(register, asked),
            issues=planner.issues,
            namespace=policy.namespace or planner.snapshot.namespace,
        )
    )
    finished = answer.finish(planner.plan(answer.register, answer.write_backs))
    return replace(finished, drift=first.drift)  # what we write ourselves did not move


def _write_backs(planned: Plan) -> list[Change]:
    return [change for change in planned.changes if change.op is Op.WRITE_BACK and change.held is None]


class Planner:
    """Plans on one snapshot of the tracker, widened where an issue would be new."""

    def __init__(self, reader: TrackerReader, policy: SyncPolicy, history: History) -> None:
        self._reader = reader
        self._policy = policy
        self._history = history
        self.snapshot = reader.snapshot(policy.labels.managed, everything=False)

    def plan(self, register: Register, write_backs: WriteBacks = NO_WRITE_BACKS) -> Plan:
        """What has to be done."""
        planned = self._plan(register, self._policy, write_backs)
        if self.snapshot.others is None and (
            any(change.op in _NEW for change in planned.changes) or self._names_others(register)
        ):
            self.snapshot = self._reader.snapshot(self._policy.labels.managed, everything=True)
            planned = self._plan(register, self._policy, write_backs)
        return planned

    def _names_others(self, register: Register) -> bool:
        """Whether a document names an issue that is not ours so far: it may be the one of an item that moved."""
        return any(item.issue_link is not None and item.issue_link not in self.issues for item in register.items)

    def left_out(self, register: Register, asked: Iterable[Change]) -> list[Change]:
        """The write-backs that `--only` and `--limit` leave out of this run."""
        if not self._policy.only and self._policy.limit is None:
            return []
        whole = self._plan(register, replace(self._policy, only=(), limit=None), NO_WRITE_BACKS)
        chosen = {change.identity for change in asked}
        return [change for change in _write_backs(whole) if change.identity not in chosen]

    @property
    def issues(self) -> dict[int, Issue]:
        """The managed issues, by number."""
        return {issue.number: issue for issue in self.snapshot.issues}

    def _plan(self, register: Register, policy: SyncPolicy, write_backs: WriteBacks) -> Plan:
        return plan(
            register,
            self.snapshot,
            policy,
            tracker=self._reader.url,
            capabilities=self._reader.capabilities,
            history=self._history,
            write_backs=write_backs,
        )


def sync(  # noqa: PLR0913 - two sides, the rules, and what only the edges know, each by name
    register: Register,
    reader: TrackerReader,
    open_tracker: Callable[[], AbstractContextManager[Tracker]],
    policy: SyncPolicy,
    *,
    clock: Clock,
    expect: str | None = None,
    history: History = NO_HISTORY,
    way_back: WayBack | None = None,
    journal: OpenJournal = no_journal,
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
        way_back: How what people did in the tracker reaches the documents; None: it does not.
        journal: Opens what is kept of every run; None where nothing is.
        started: Told of the plan before its first change is made.
        progress: Told of each change once it is done or has failed.
        wait: Pauses for so many seconds.

    Raises:
        RefusedError: A safety rule forbids the plan, or it is not the expected one.
        NewerMarkerError: An issue carries a marker of a newer version.
        TrackerError: The tracker could not be read whole, or not be opened.
    """
    run = _Run(register, way_back, policy, history, journal, expect)
    planned = run.required(run.plan(reader))
    if planned.empty:
        report = Report(planned, ())
        with suppress(TrackerError):  # a run that writes nothing does not fail for want of a record
            run.journalled(planned, lambda: report)
        return report
    with open_tracker() as tracker, tracker.lock():
        if not tracker.capabilities.forge:
            planned = run.looked_again(planned, tracker)
        tries = _TRIES
        while True:
            if started is not None:
                started(planned)
            try:
                return run.write(planned, tracker, clock=clock, progress=progress, wait=wait)
            except DocumentsError:  # they have moved, or something is in the way that was not: a new plan tells
                tries -= 1
                if not tries or not run.read_anew():
                    raise
            planned = run.required(run.plan(tracker))


@dataclass(slots=True)
class _Run:
    """One run: what it reads, and the rules that it keeps to."""

    register: Register
    way_back: WayBack | None
    policy: SyncPolicy
    history: History
    journal: OpenJournal
    expect: str | None

    def plan(self, tracker: TrackerReader) -> Plan:
        """What has to be done."""
        return plan_sync(self.register, tracker, self.policy, history=self.history, way_back=self.way_back)

    def required(self, planned: Plan) -> Plan:
        """The plan, where it may be applied; `RefusedError` where not."""
        if self.expect is not None and planned.fingerprint != self.expect:
            raise RefusedError(
                f"not as expected: the plan is {planned.fingerprint} now, and {self.expect} was asked for",
                hint="Documents or issues have changed since. Look at the new plan with `gapkeeper plan`.",
            )
        if planned.refused is not None:
            raise RefusedError(f"{planned.refused.code}: {planned.refused.message}")
        return planned

    def looked_again(self, before: Plan, tracker: TrackerReader) -> Plan:
        """The plan as it is with the lock: another run may have been at it until then. Cheap on a tracker beside us."""
        planned = self.plan(tracker)
        moved = planned.delivery is not None or planned.fingerprint != before.fingerprint
        if moved and self.read_anew():  # and at the documents, too: what was read before is not what they say
            planned = self.plan(tracker)
        return self.required(planned)

    def read_anew(self) -> bool:
        """Read the documents again, where this run can."""
        if self.way_back is None:
            return False
        self.way_back = self.way_back.again()
        self.register = self.way_back.documents.register
        return True

    def write(self, planned: Plan, tracker: Tracker, **told: Any) -> Report:  # noqa: ANN401 - as `apply` has them
        """Apply a plan."""
        deliver = None if self.way_back is None else self.way_back.deliver
        return self.journalled(planned, partial(apply, planned, tracker, deliver=deliver, **told))

    def journalled(self, planned: Plan, write: Callable[[], Report]) -> Report:
        """Write, with an entry in the journal."""
        return journalled(self.journal, planned, self.policy, write, branch=self.history.branch())
