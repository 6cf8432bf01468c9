"""What each kind of job does."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import structlog

from gapkeeper.adapters import git_command
from gapkeeper.adapters.sqlite_tracker import utc_now
from gapkeeper.app.settling import Ending, ending_of_error, ending_of_report
from gapkeeper.errors import BusyError, ConfigurationError, DocumentsError, GapkeeperError, StaleDocumentsError
from gapkeeper.model.jobs import Job, JobKind, Outcome
from gapkeeper.model.plan import Report
from gapkeeper.wiring.reconciling import ground, known_of, look_at_pulls, reconcile, review_pull

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gapkeeper.entry.service.stopping import Stopping
    from gapkeeper.model.jobs import Known, QueuedJob, Reviewed
    from gapkeeper.model.plan import Outcome as Change
    from gapkeeper.service_ports import ServiceState
    from gapkeeper.wiring.reconciling import Ground, Place

#: What a damaged mirror looks like: its documents, or the configuration among them, cannot be read.
_PERHAPS_OF_GIT = (DocumentsError, ConfigurationError)

#: A run that writes for longer lets others go first: forges make writers wait, and a webhook's job takes a moment.
_SLICE_SECONDS = 3.0
_JOB_SECONDS = 900.0  # that git may take on one job, after a first fetch of as long
_AFTER_OTHERS = dt.timedelta(seconds=1)  # so that reviews of the same repository have their turn, too

log = structlog.get_logger("gapkeeper.jobs")


@dataclass(frozen=True, slots=True)
class Did:
    """What one attempt did."""

    ending: Ending
    commit: str | None = None  # that was read
    score: float | None = None  # per cent
    open_items: int | None = None
    operations: Mapping[str, int] = field(default_factory=dict)  # `create`: 3


class Jobs:
    """Does jobs, one at a time of each repository."""

    def __init__(
        self, places: Mapping[str, Place], state: ServiceState, *, stopping: Stopping, call: Callable[[], None]
    ) -> None:
        """``call`` is called when there is something new to do."""
        self._places = places
        self._state = state
        self._stopping = stopping
        self._call = call

    def do(self, queued: QueuedJob) -> Did:
        """Do one job. Raises nothing but what is a bug of ours."""
        job = queued.job
        place = self._places.get(job.repository)
        if place is None or (job.kind is JobKind.REVIEW and place.pull_heads is None):
            return Did(Ending(Outcome.UNCHANGED, hint="It was configured when it was asked for, and is not any more."))
        done = _Attempt(place, self._state, self._stopping, self._call)
        try:
            with git_command.deadline(_JOB_SECONDS):
                ending = done.reconcile(queued.attempts) if job.kind is JobKind.RECONCILE else done.review(job.pull)
        except GapkeeperError as error:
            ending = self._ending(done.cause_of(error), queued)
        if ending.dead and done.pull is not None:  # until it moves, or people replay it, nobody looks at it again
            self._state.records.set_reviewed(place.name, job.pull, done.pull)
        return done.told(ending)

    def _ending(self, error: GapkeeperError, queued: QueuedJob) -> Ending:
        if self._stopping.is_set() and isinstance(error, BusyError):
            return Ending(Outcome.UNFINISHED, error.message, again_at=utc_now(), counted=False)
        return ending_of_error(error, queued.job, queued.attempts, utc_now())


class _Attempt:
    """One attempt, and what it has found out so far."""

    def __init__(self, place: Place, state: ServiceState, stopping: Stopping, call: Callable[[], None]) -> None:
        self._place = place
        self._state = state
        self._stopping = stopping
        self._call = call
        self._ground: Ground | None = None
        self._report: Report | GapkeeperError | None = None
        self._yielded = False
        self._began = time.monotonic()
        self.pull: Reviewed | None = None  # as it was when it was reviewed

    def reconcile(self, attempts: int) -> Ending:
        """Bring the repository in step, and ask for reviews of pull requests that nobody told of."""
        records, name = self._state.records, self._place.name
        known = known_of(self._place, records.state(name).known)
        self._ground = on = ground(self._place, known)
        self._stopping.check()
        if on is None:
            return Ending(Outcome.UNCHANGED, hint="The repository has no commit yet.")
        done = reconcile(self._place, on, known, progress=self._progress, wait=self._stopping.sleep)
        self._report = done.report
        records.learn(name, self._with_pulls(on, done.known))  # also where issues were refused: these are other things
        if isinstance(done.report, GapkeeperError):
            raise done.report
        ending = ending_of_report(done.report, attempts, utc_now())
        return replace(ending, again_at=utc_now() + _AFTER_OTHERS) if self._yielded else ending

    def review(self, number: int) -> Ending:
        """Review a pull request."""
        done = review_pull(self._place, number, self._seen)
        self._state.records.set_reviewed(self._place.name, number, done.seen)
        if done.said is None:
            return Ending(Outcome.UNCHANGED, hint=done.title)
        log.info("pull.reviewed", title=done.title, comment=done.said.comment.value, status=done.said.verdict.value)
        return Ending(Outcome.CHANGED if done.said.wrote else Outcome.UNCHANGED, hint=done.said.why)

    def _seen(self, pull: Reviewed) -> None:
        self.pull = pull

    def cause_of(self, error: GapkeeperError) -> GapkeeperError:
        """The error; or where the mirror turns out to be damaged, that it is fetched anew.

        Every object is looked at for that, so only when a repository begins to be broken.
        """
        is_of_git = isinstance(error, _PERHAPS_OF_GIT) and not isinstance(error, StaleDocumentsError)
        try:
            if not is_of_git or self._state.records.state(self._place.name).failures:
                return error
            damaged = self._place.mirror.mend()
        except GapkeeperError as worse:
            return worse
        return (
            StaleDocumentsError(f"the mirror was damaged ({error.message}); it is fetched anew") if damaged else error
        )

    def told(self, ending: Ending) -> Did:
        """What is kept of it."""
        operations: Counter[str] = Counter()
        if isinstance(self._report, Report):
            operations.update(one.change.op.value for one in self._report.outcomes if one.done)
            operations.update({"failed": self._report.failed} if self._report.failed else {})
        if self._ground is None:
            return Did(ending, operations=operations)
        return Did(ending, self._ground.commit, self._ground.score, self._ground.open_items, operations)

    def _progress(self, change: Change) -> None:
        log.info(
            "change",
            op=change.change.op.value,
            key=change.change.key,
            issue=change.issue,
            done=change.done,
            error=change.error,
            reason=change.change.reason,
        )
        self._stopping.check()
        if time.monotonic() - self._began > _SLICE_SECONDS and self._state.queue.is_waiting(utc_now()):
            self._yielded = True
            raise BusyError("others wait", hint="It goes on when they had their turn.")

    def _with_pulls(self, on: Ground, known: Known) -> Known:
        """What is known once pull requests have been looked at; what was not looked at is looked at again."""
        records, name = self._state.records, self._place.name
        try:
            proposed = isinstance(self._report, Report) and self._report.plan.delivery is not None
            seen = look_at_pulls(self._place, on, known, records.reviewed(name), proposed=proposed)
        except GapkeeperError as error:
            log.warning("pulls.unseen", error=error.line)
            return known
        if seen is None:
            return replace(known, refs=on.look.digest)
        now = utc_now()
        for number in seen.closed:
            records.set_reviewed(name, number, None)
        for number in seen.to_review:
            self._state.queue.put(Job(JobKind.REVIEW, name, number), reason="found", now=now, due=now)
        if seen.to_review:
            self._call()
        return replace(known, refs=on.look.digest, pulls_at=now)
