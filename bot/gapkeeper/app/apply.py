"""The only interpreter of plans: one change at a time, each safe to repeat.

Labels and milestones come first, then new issues (with their marker from the first request on), then
for each issue one comment and one update that carries everything together, and the links last. A run
that ends anywhere is gone on with by the next one: it plans what is left.
"""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from gapkeeper.errors import (
    BusyError,
    DocumentsError,
    GapkeeperError,
    NewerMarkerError,
    NotAuthorisedError,
    NotFoundError,
    RateLimitedError,
    RefusedError,
    StaleDocumentsError,
    TrackerError,
    UnavailableError,
)
from gapkeeper.model.delivery import Step
from gapkeeper.model.plan import IssueUpdate, Op, Outcome, Report
from gapkeeper.planning.marker import Marker, read_marker
from gapkeeper.planning.project import seconds
from gapkeeper.reporting.numbers import about

if TYPE_CHECKING:
    from collections.abc import Callable

    from gapkeeper.model.delivery import Delivery
    from gapkeeper.model.plan import Change, Plan
    from gapkeeper.model.snapshot import Issue
    from gapkeeper.ports import Clock, Tracker

#: From this age on a snapshot is not believed any more, and each issue is read again before it is written.
FRESH = dt.timedelta(seconds=60)
#: Between two searches for an issue whose creation was not answered: lists of forges lag behind.
LOOKUP_SECONDS = 2.0

#: What ends a run: nothing that follows would fare better.
_STOPPING = (RateLimitedError, BusyError, NotAuthorisedError, UnavailableError, NewerMarkerError)
#: So many changes in a row that a forge does not answer are an outage; one alone is a bad minute, and the rest goes on.
OUTAGE = 3


def apply(  # noqa: PLR0913 - a plan, where it is written, and what only the edges know, each by name
    plan: Plan,
    tracker: Tracker,
    *,
    clock: Clock,
    deliver: Callable[[Delivery], None] | None = None,
    progress: Callable[[Outcome], None] | None = None,
    wait: Callable[[float], None] = time.sleep,
) -> Report:
    """Write a plan. Changes that it holds back are left out.

    A change that fails does not stop those that do not depend on it; a limit, a lock, an outage or a
    missing permission ends the run, and the report says what is left. Nothing is tried again: what was not answered
    may have been done, and the next run sees.

    Args:
        plan: What to write.
        tracker: Where to write it.
        clock: The time, to know how old the plan's snapshot is.
        deliver: Writes to documents; not asked where the plan holds no delivery.
        progress: Told of each change once it is done or has failed.
        wait: Pauses for so many seconds; used only when an answer was lost.

    Raises:
        RefusedError: The plan is refused.
        StaleDocumentsError: Documents that it writes to, or issues that they follow, have moved since; nothing was
            written.
    """
    if plan.refused is not None:
        raise RefusedError(f"{plan.refused.code}: {plan.refused.message}")
    return _Run(plan, tracker, clock, deliver, progress or (lambda _outcome: None), wait).report()


class _Run:
    """One run, and what it has learnt so far."""

    def __init__(  # noqa: PLR0913, PLR0917 - what `apply` was given
        self,
        plan: Plan,
        tracker: Tracker,
        clock: Clock,
        deliver: Callable[[Delivery], None] | None,
        progress: Callable[[Outcome], None],
        wait: Callable[[float], None],
    ) -> None:
        self._plan = plan
        self._tracker = tracker
        self._clock = clock
        self._deliver = deliver
        self._progress = progress
        self._wait = wait
        self._numbers = dict(plan.numbers)  # identity -> issue
        self._failed: dict[str, str] = {}  # identity of an issue, or name of a label or milestone -> why
        self._outcomes: list[Outcome] = []
        self._unfinished: list[Change] = []  # links are to follow
        self._proposed: list[Change] = []  # done once the proposal is
        self._undelivered = None if plan.delivery is None else ""  # why documents do not have it; "": not tried yet
        self._compared = False
        self._unanswered = 0  # changes in a row

    def report(self) -> Report:
        """Write everything, and say what became of it."""
        try:
            self._deliver_first()
            for change in self._plan.changes:
                if change.held is None:
                    self._attempt(change, self._begin)
            for change in self._unfinished:
                self._attempt(change, self._end)
            self._deliver_last()
        except _STOPPING as error:
            if not self._rest and self._undelivered is None:  # nothing was left to be stopped
                return self._told()
            until = error.until if isinstance(error, RateLimitedError) else None
            return replace(self._told(), stopped=self._stopped(error), stop_code=error.exit_code, until=until)
        return self._told()

    def _told(self) -> Report:
        return Report(self._plan, tuple(self._outcomes), undelivered=self._undelivered)

    @property
    def _applied(self) -> list[Change]:
        return [change for change in self._plan.changes if change.held is None]

    @property
    def _rest(self) -> list[Change]:
        done = {id(outcome.change) for outcome in self._outcomes if outcome.done}
        return [change for change in self._applied if id(change) not in done]

    def _stopped(self, error: GapkeeperError) -> str:
        until = f" Go on after {error.until:%H:%M} UTC." if isinstance(error, RateLimitedError) and error.until else ""
        takes = seconds(self._rest, self._tracker.capabilities)
        time = f" That takes {about(takes)}." if takes >= 60 else ""
        left = f"{len(self._rest)} of {len(self._applied)} changes are not made; run again to go on"
        return f"{error.line.rstrip('.')}. {left}.{until}{time}"

    def _attempt(self, change: Change, step: Callable[[Change], None]) -> None:
        try:
            step(change)
        except UnavailableError as error:
            self._finish(change, error=error.line)
            self._unanswered += 1
            if self._unanswered == OUTAGE or not self._tracker.capabilities.forge:
                raise
            return
        except _STOPPING as error:
            if not isinstance(error, RateLimitedError | BusyError):  # these never began
                self._finish(change, error=error.line)
            raise
        except TrackerError as error:
            self._finish(change, error=error.line)
        self._unanswered = 0

    def _finish(self, change: Change, *, error: str | None = None) -> None:
        if error is not None:
            self._failed[change.identity or change.key] = error
        number = change.issue or self._numbers.get(change.identity)
        outcome = Outcome(change, done=error is None, error=error, issue=number)
        self._outcomes.append(outcome)
        self._progress(outcome)

    # --- Documents ----------------------------------------------------------------------------------

    def _deliver_first(self) -> None:
        """What is written directly comes first: everything else was planned on documents that have it."""
        delivery = self._plan.delivery
        if delivery is None or delivery.step is not Step.WRITE:
            return
        try:
            for change in self._plan.changes:
                if change.op is Op.WRITE_BACK and change.lines:
                    self._check_ground(change, change.issue or 0)
        except _StaleError as error:  # documents would say what a person took back meanwhile
            raise StaleDocumentsError(str(error)) from error
        self._hand_in(delivery)

    def _deliver_last(self) -> None:
        """A proposal changes nothing that the rest depends on, and its failure none of it."""
        delivery = self._plan.delivery
        if delivery is None or delivery.step is Step.WRITE:
            return
        try:
            self._hand_in(delivery)
        except _STOPPING:
            raise
        except (DocumentsError, TrackerError) as error:
            self._undelivered = error.line
        for change in self._proposed:
            self._finish(change, error=self._undelivered)

    def _hand_in(self, delivery: Delivery) -> None:
        if self._deliver is None:
            raise RefusedError("the plan writes to documents, and this run cannot")
        self._deliver(delivery)
        self._undelivered = None

    # --- Steps --------------------------------------------------------------------------------------

    def _begin(self, change: Change) -> None:
        """Everything but links."""
        missing = change.obstacle or self._missing(change)
        if missing is not None:
            self._finish(change, error=missing)
        elif change.op is Op.LABEL:
            if change.label is not None:
                self._tracker.create_label(change.label)
            self._finish(change)
        elif change.op is Op.MILESTONE:
            self._tracker.create_milestone(change.key)
            self._finish(change)
        else:
            self._write(change)
            if change.links or change.then is not None:
                self._unfinished.append(change)
            else:
                self._conclude(change)

    def _end(self, change: Change) -> None:
        """Links, and what is written after them."""
        number = change.issue or self._numbers[change.identity]
        unlinked = []
        for type_, identity in sorted(change.links):
            if identity in self._numbers:
                self._tracker.add_link(number, type_, self._numbers[identity])
            else:
                unlinked.append(
                    f"not linked to {identity.rpartition('/')[2]}: {self._failed.get(identity, 'no issue')}"
                )
        if change.then is not None and not unlinked:
            self._tracker.update_issue(number, change.then)
        self._conclude(change, error="; ".join(unlinked) or None)

    def _conclude(self, change: Change, *, error: str | None = None) -> None:
        delivery = self._plan.delivery
        if error is not None or change.op is not Op.WRITE_BACK:
            self._finish(change, error=error)
        elif delivery is None:
            self._finish(change, error="this run cannot write to documents")
        elif delivery.step is Step.WRITE:
            self._finish(change)
        else:
            self._proposed.append(change)

    def _missing(self, change: Change) -> str | None:
        """Why a change cannot be made: a label or milestone that it needs is not there."""
        update = change.update or IssueUpdate()
        for name in (*sorted(update.add_labels), update.milestone):
            if name in self._failed:
                return f"`{name}` could not be created: {self._failed[name]}"
        return None

    def _write(self, change: Change) -> None:
        if change.op is Op.CREATE:
            self._create(change, change.update or IssueUpdate())
            return
        number = change.issue or 0
        self._check_ground(change, number)
        key = change.comment_key
        if change.comment is not None and key is not None and not self._tracker.has_comment(number, key):
            self._tracker.comment(number, change.comment)
        for type_, identity in sorted(change.unlinks):
            if identity in self._numbers:
                self._tracker.remove_link(number, type_, self._numbers[identity])
        if change.update is not None:
            self._tracker.update_issue(number, change.update)

    def _check_ground(self, change: Change, number: int) -> None:
        """Where people may have been at the issue since it was planned, look before writing."""
        taken = self._plan.taken_at
        fresh = taken is not None and self._clock() - taken <= FRESH
        if fresh and self._tracker.capabilities.forge:
            return
        try:
            ground = self._tracker.recent_issue(number).ground
        except NotFoundError as error:
            raise _StaleError(f"stale-plan: #{number} was deleted or transferred since it was planned") from error
        if ground != change.expects:
            raise _StaleError(f"stale-plan: #{number} was changed since it was planned; the next run plans it anew")

    def _create(self, change: Change, asked: IssueUpdate) -> None:
        try:
            issue = self._create_once(asked)
        except UnavailableError:
            if _goes_on(asked):  # an older issue has the same identity, and would be found instead
                raise
            issue = self._look_up(change.identity) or self._create_once(asked)
        self._numbers[change.identity] = issue.number
        if not self._compared:
            self._compared = True
            _compare(issue, asked)

    def _create_once(self, asked: IssueUpdate) -> Issue:
        return self._tracker.create_issue(
            asked.title or "",
            asked.body or "",
            asked.add_labels,
            milestone=asked.milestone,
            assignees=asked.assignees or frozenset(),
        )

    def _look_up(self, identity: str) -> Issue | None:
        """The issue whose creation was not answered, if it was created; searched for twice."""
        found = self._tracker.find_by_identity(identity)
        if found is None:
            self._wait(LOOKUP_SECONDS)
            found = self._tracker.find_by_identity(identity)
        return found


class _StaleError(TrackerError):
    """The ground of a change has moved."""


def _goes_on(asked: IssueUpdate) -> bool:
    marker = read_marker(asked.body)
    return isinstance(marker, Marker) and marker.continues is not None


def _compare(issue: Issue, asked: IssueUpdate) -> None:
    """A label that did not arrive means that we may not put labels on, and would not know our issues again."""
    arrived = {name.casefold() for name in issue.labels}
    missing = sorted(name for name in asked.add_labels if name.casefold() not in arrived)
    if missing:
        raise NotAuthorisedError(
            f"#{issue.number} was created without its labels ({', '.join(missing)}): we may not put them on here",
            hint=f"Give the account write access to the project, and delete #{issue.number} or put its labels on.",
        )
