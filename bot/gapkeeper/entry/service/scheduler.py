"""When each repository is looked at without anybody asking: APScheduler, on intervals or cron, in UTC."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from gapkeeper.adapters.sqlite_tracker import utc_now
from gapkeeper.app.settling import LONGEST_PAUSE
from gapkeeper.entry.service import logs
from gapkeeper.errors import TrackerError
from gapkeeper.model.jobs import Job, JobKind, RepositoryState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gapkeeper.service_ports import ServiceState

_JITTER = 0.1  # of an interval: repositories that were added together do not stay together
_MOST_JITTER = dt.timedelta(minutes=2)
_SPREAD = dt.timedelta(seconds=30)  # over which those are spread that are overdue at the start

log = structlog.get_logger("gapkeeper.scheduler")


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a repository is looked at."""

    minutes: int  # between two looks; with `cron` only how long a pause begins with
    cron: str = ""  # five fields, UTC; empty: by minutes

    @property
    def trigger(self) -> CronTrigger | IntervalTrigger:
        """As APScheduler has it."""
        if self.cron:
            return CronTrigger.from_crontab(self.cron, timezone=dt.UTC)
        jitter = min(_MOST_JITTER, dt.timedelta(minutes=self.minutes) * _JITTER)
        return IntervalTrigger(minutes=self.minutes, jitter=int(jitter.total_seconds()), timezone=dt.UTC)

    def is_overdue(self, last: dt.datetime | None, now: dt.datetime) -> bool:
        """Whether a look was missed since the last one. One in the future was made by a clock that was wrong."""
        if last is None or last > now:
            return True
        if self.cron:
            following = self.trigger.get_next_fire_time(None, last)
            return following is not None and following <= now
        return last + dt.timedelta(minutes=self.minutes) <= now


class Scheduler:
    """Asks for jobs on time. What it asks for while the same waits is one job."""

    def __init__(
        self, rhythms: Callable[[], Mapping[str, Rhythm]], state: ServiceState, *, call: Callable[[], None]
    ) -> None:
        """``rhythms`` are those in force, by repository; ``call`` is called when a job was asked for."""
        self._rhythms = rhythms
        self._state = state
        self._call = call
        self._planned: dict[str, Rhythm] = {}
        # One thread: to ask for a job takes no time. What was missed is made up for once, however late.
        self._scheduler = BackgroundScheduler(
            timezone=dt.UTC,
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self, housekeeping: Callable[[], None]) -> None:
        """Plan everything, and begin. ``housekeeping`` is done once a day, and soon after the start."""
        self.plan()
        soon = utc_now() + 2 * _SPREAD
        trigger = IntervalTrigger(days=1, timezone=dt.UTC)
        self._scheduler.add_job(housekeeping, trigger, id="housekeeping", next_run_time=soon)
        self._scheduler.start()

    def stop(self) -> None:
        """Ask for nothing any more."""
        self._scheduler.shutdown(wait=False)

    def plan(self, *, anew: bool = False) -> None:
        """Follow what rhythms and clock are now; ``anew``: also where a rhythm is as it was."""
        others = {name: one for name, one in self._rhythms().items() if anew or self._planned.get(name) != one}
        if not others:
            return
        now, states = utc_now(), self._state.records.states()
        for name, rhythm in others.items():
            state = states.get(name, RepositoryState())
            # One that did not go well is looked at soon: people start the service anew once they have mended it.
            last = None if state.last is None or state.failures else state.last.ended_at
            try:
                self._add(name, rhythm, self._first(rhythm, last, now))
            except Exception:  # of one repository, whose wish it was; the others go on
                log.exception("schedule.bug", repository=name)
            self._planned[name] = rhythm

    def _add(self, name: str, rhythm: Rhythm, at: dt.datetime) -> None:
        self._scheduler.add_job(
            self._look, rhythm.trigger, id=f"look {name}", args=[name], replace_existing=True, next_run_time=at
        )

    def next_run(self, name: str) -> dt.datetime | None:
        """When a repository is looked at next by schedule."""
        job = self._scheduler.get_job(f"look {name}")
        return None if job is None or job.next_run_time is None else job.next_run_time.astimezone(dt.UTC)

    def _first(self, rhythm: Rhythm, last: dt.datetime | None, now: dt.datetime) -> dt.datetime:
        if last is None or rhythm.is_overdue(last, now):
            return now + _SPREAD * random.random()  # noqa: S311 - to spread load
        if rhythm.cron:
            return rhythm.trigger.get_next_fire_time(None, now) or now
        return last + dt.timedelta(minutes=rhythm.minutes)

    def _look(self, name: str) -> None:
        now = utc_now()
        try:
            paused = self._state.records.state(name).paused_until
            if paused is not None and now < paused <= now + LONGEST_PAUSE:  # longer: the clock was wrong then
                return
            self._state.queue.put(Job(JobKind.RECONCILE, name), reason="schedule", now=now, due=now)
        except TrackerError as error:  # the next time is soon enough
            logs.state_unavailable(log, error)
            return
        self._call()
