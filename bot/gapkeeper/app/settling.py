"""What follows from how a job ended: whether it is tried again, and when. One table, and no clock."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gapkeeper.errors import (
    BusyError,
    ConflictError,
    GapkeeperError,
    RateLimitedError,
    RefusedError,
    StaleDocumentsError,
    UnavailableError,
    one_line,
)
from gapkeeper.model.jobs import NEEDS_PEOPLE, JobKind, Outcome

if TYPE_CHECKING:
    from gapkeeper.model.jobs import Job
    from gapkeeper.model.plan import Report

#: Waits between attempts: somebody was at it at the same moment; a forge or the network is away.
_SOON = tuple(dt.timedelta(seconds=seconds) for seconds in (2, 5, 15, 60, 300))
_LATER = tuple(dt.timedelta(seconds=seconds) for seconds in (30, 120, 480, 1_920))
_BUG = (dt.timedelta(seconds=60), dt.timedelta(seconds=600))
#: Where a limit does not say when it ends; GitHub asks for a minute.
_LIMITED = dt.timedelta(minutes=1)
#: The schedule leaves no repository alone for longer, however long it has been broken.
LONGEST_PAUSE = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attempt ended."""

    outcome: Outcome
    error: str | None = None  # one line for people
    hint: str | None = None
    again_at: dt.datetime | None = None  # when it is tried again; None: it is not
    counted: bool = True  # False: it was interrupted, which is no attempt
    dead: bool = False  # nothing else would ever try it again: people see it and can replay it

    @property
    def line(self) -> str | None:
        """Error and hint in one line."""
        return None if self.error is None else one_line(self.error, self.hint)


def ending_of_report(report: Report, attempts: int, now: dt.datetime) -> Ending:
    """How a sync ended that came to its report. ``attempts`` counts it, too."""
    if report.stop_code == BusyError.exit_code:  # a limit or a lock
        return Ending(Outcome.UNFINISHED, report.stopped, again_at=report.until or now + _LIMITED, counted=False)
    if report.stop_code == UnavailableError.exit_code:
        return _tried(_LATER, Ending(Outcome.FAILED, report.stopped), attempts, now)
    if report.stop_code:
        return Ending(Outcome.BROKEN, report.stopped)
    if report.failed or report.undelivered is not None:
        errors = (one.error for one in report.outcomes if one.error is not None)
        error = next(errors, None) or report.undelivered or "the documents could not be changed"
        return _tried(_LATER, Ending(Outcome.FAILED, error), attempts, now)
    return Ending(Outcome.CHANGED if report.outcomes or report.plan.delivery else Outcome.UNCHANGED)


def ending_of_error(error: Exception, job: Job, attempts: int, now: dt.datetime) -> Ending:
    """How an attempt ended that raised. ``attempts`` counts it, too."""
    if not isinstance(error, GapkeeperError):
        what = f"this is a bug of gapkeeper: {type(error).__name__}"
        return _tried(_BUG, Ending(Outcome.FAILED, what, "Please report it, with the log of this run."), attempts, now)
    told = Ending(Outcome.BROKEN, error.message, error.hint)
    if isinstance(error, RateLimitedError):
        return replace(told, outcome=Outcome.UNFINISHED, again_at=error.until or now + _LIMITED, counted=False)
    if isinstance(error, BusyError | ConflictError | StaleDocumentsError):
        return _tried(_SOON, replace(told, outcome=Outcome.FAILED), attempts, now)
    if isinstance(error, UnavailableError):
        return _tried(_LATER, replace(told, outcome=Outcome.FAILED), attempts, now)
    if isinstance(error, RefusedError):
        return replace(told, outcome=Outcome.REFUSED)
    # The schedule looks at a repository again, and at a pull request nobody does.
    return replace(told, dead=job.kind is JobKind.REVIEW)


def paused_until(
    ending: Ending, *, last_good_at: dt.datetime | None, minutes: int, now: dt.datetime
) -> dt.datetime | None:
    """Until when the schedule leaves a repository alone; None: the attempt is no failure, or not the last one.

    What people have to mend is looked at again once it has been broken for as long again as it has been already, so
    more and more seldom, however often webhooks look meanwhile. What may pass is looked at as ever.

    Args:
        ending: How a reconciling attempt ended.
        last_good_at: When one ended well.
        minutes: Between two looks.
        now: The time.
    """
    if ending.again_at is None and ending.outcome is Outcome.FAILED:
        return now
    if ending.again_at is not None or ending.outcome not in NEEDS_PEOPLE:
        return None
    broken_for = dt.timedelta(0) if last_good_at is None else now - last_good_at
    return now + min(LONGEST_PAUSE, max(dt.timedelta(minutes=2 * minutes), broken_for))


def _tried(waits: tuple[dt.timedelta, ...], told: Ending, attempts: int, now: dt.datetime) -> Ending:
    if attempts > len(waits):
        return replace(told, dead=True)
    return replace(told, again_at=now + waits[attempts - 1])
