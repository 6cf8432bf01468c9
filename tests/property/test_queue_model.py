"""Whatever is asked of the queue, in whatever order: it does what a simple list of jobs would do."""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gapkeeper.adapters.sqlite_state import open_state
from gapkeeper.model.jobs import Delivery, Job, JobKind, JobState, QueuedJob

if TYPE_CHECKING:
    from collections.abc import Collection

NOON = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
REPOSITORIES = ("harbour", "island", "mole")
JOBS = [
    *(Job(JobKind.RECONCILE, repository) for repository in REPOSITORIES),
    *(Job(JobKind.REVIEW, repository, pull) for repository in REPOSITORIES[:2] for pull in (1, 2)),
]
REASONS = [f"push {number}" for number in range(8)]
MINUTES = st.integers(-5, 20).map(lambda minutes: dt.timedelta(minutes=minutes))


@dataclass
class Entry:
    """A job of the model."""

    job: Job
    state: JobState
    reasons: tuple[str, ...]
    queued: dt.datetime
    due: dt.datetime
    attempts: int = 0
    error: str | None = None
    started: dt.datetime | None = None


class Model:
    """The queue, told as simply as can be: a list, in the order in which jobs were put."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def there(self, job: Job, state: JobState) -> Entry | None:
        return next((one for one in self.entries if (one.job, one.state) == (job, state)), None)

    def of(self, state: JobState) -> list[Entry]:
        return [one for one in self.entries if one.state is state]

    def put(self, job: Job, reason: str, now: dt.datetime, due: dt.datetime) -> bool:
        waiting = self.there(job, JobState.QUEUED)
        if waiting is None:
            self.entries.append(Entry(job, JobState.QUEUED, (reason,), now, due))
            return True
        waiting.reasons = newest(*waiting.reasons, reason)
        waiting.due, waiting.queued = min(waiting.due, due), min(waiting.queued, now)
        return False

    def claim(self, now: dt.datetime) -> Entry | None:
        busy = {one.job.repository for one in self.of(JobState.RUNNING)}
        due = [one for one in self.of(JobState.QUEUED) if one.due <= now or one.queued > now]
        to_reconcile = {one.job.repository for one in due if not one.job.pull}
        ready = [
            one
            for one in due
            if one.job.repository not in busy and not (one.job.pull and one.job.repository in to_reconcile)
        ]
        if not ready:
            return None
        taken = min(ready, key=lambda one: one.due)
        taken.state, taken.started, taken.queued = JobState.RUNNING, now, min(taken.queued, now)
        taken.attempts += 1
        return taken

    def wait(self, entry: Entry) -> None:
        """Let it wait; where the same does, both become that one."""
        waiting = self.there(entry.job, JobState.QUEUED)
        entry.state, entry.started = JobState.QUEUED, None
        if waiting is not None:
            self.entries.remove(entry)
            waiting.reasons = newest(*entry.reasons, *waiting.reasons)
            waiting.due, waiting.queued = min(waiting.due, entry.due), min(waiting.queued, entry.queued)
            waiting.attempts, waiting.error = max(waiting.attempts, entry.attempts), entry.error or waiting.error

    def bury(self, entry: Entry, error: str) -> None:
        before = self.there(entry.job, JobState.DEAD)
        if before is not None:
            self.entries.remove(before)
        entry.state, entry.error = JobState.DEAD, error

    def drop(self, repositories: Collection[str]) -> int:
        before = len(self.entries)
        self.entries = [one for one in self.entries if one.job.repository in repositories]
        return before - len(self.entries)


def newest(*reasons: str) -> tuple[str, ...]:
    last = sorted(set(reasons), key=lambda reason: max(n for n, one in enumerate(reasons) if one == reason))
    return tuple(last[-5:])


def shown(found: QueuedJob) -> Entry:
    """What the queue has, as the model has it."""
    return Entry(
        found.job,
        found.state,
        found.reasons,
        found.queued_at,
        found.due_at,
        found.attempts,
        found.error,
        found.started_at,
    )


class Queue(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.state = open_state(Path(self.folder.name) / "state.db")
        self.model = Model()
        self.now = NOON
        self.deliveries: set[str] = set()

    def running(self, data: st.DataObject) -> tuple[int, Entry]:
        """One that runs, as the queue numbers it and as the model has it."""
        entry = data.draw(st.sampled_from(self.model.of(JobState.RUNNING)))
        return next(one.id for one in self.state.queue.jobs() if shown(one) == entry), entry

    def some_run(self) -> bool:
        return bool(self.model.of(JobState.RUNNING))

    @rule(minutes=MINUTES)
    def the_clock_goes_on_or_is_set_back(self, minutes: dt.timedelta) -> None:
        self.now += minutes

    @rule(job=st.sampled_from(JOBS), reason=st.sampled_from(REASONS), after=MINUTES)
    def put(self, job: Job, reason: str, after: dt.timedelta) -> None:
        due = self.now + after
        new = self.state.queue.put(job, reason=reason, now=self.now, due=due)
        assert new == self.model.put(job, reason, self.now, due)

    @rule(batch=st.lists(st.tuples(st.sampled_from("abcdef"), st.lists(st.sampled_from(JOBS), max_size=2)), max_size=4))
    def accept(self, batch: list[tuple[str, list[Job]]]) -> None:
        expected = []
        for id_, jobs in batch:
            expected.append(id_ not in self.deliveries)
            if id_ not in self.deliveries:
                for job in jobs:
                    self.model.put(job, f"push {id_}", self.now, self.now)
            self.deliveries.add(id_)
        deliveries = [Delivery("github", id_, "push", tuple(jobs)) for id_, jobs in batch]
        assert self.state.deliveries.accept(deliveries, now=self.now, due=self.now) == expected

    @rule()
    def claim(self) -> None:
        found = self.state.queue.claim(self.now)
        expected = self.model.claim(self.now)
        assert (None if found is None else shown(found)) == expected

    @precondition(some_run)
    @rule(data=st.data())
    def done(self, data: st.DataObject) -> None:
        id_, entry = self.running(data)
        self.state.queue.done(id_)
        self.model.entries = [one for one in self.model.entries if one.job != entry.job or one.state is JobState.QUEUED]

    @precondition(some_run)
    @rule(data=st.data(), after=MINUTES, error=st.sampled_from([None, "no network"]), counted=st.booleans())
    def again(self, data: st.DataObject, after: dt.timedelta, error: str | None, *, counted: bool) -> None:
        id_, entry = self.running(data)
        self.state.queue.again(id_, due=self.now + after, error=error, counted=counted)
        entry.due, entry.error = self.now + after, error
        entry.attempts -= not counted
        self.model.wait(entry)

    @precondition(some_run)
    @rule(data=st.data(), error=st.sampled_from(["no token", "no such repository"]))
    def bury(self, data: st.DataObject, error: str) -> None:
        id_, entry = self.running(data)
        self.state.queue.bury(id_, error=error)
        self.model.bury(entry, error)

    @rule(data=st.data(), all_of_them=st.booleans())
    def replay(self, data: st.DataObject, *, all_of_them: bool) -> None:
        dead = self.model.of(JobState.DEAD)
        chosen = dead if all_of_them or not dead else data.draw(st.lists(st.sampled_from(dead), min_size=1, max_size=1))
        ids = [] if all_of_them else [one.id for one in self.state.queue.jobs() if shown(one) in chosen]
        assert self.state.queue.replay(self.now, ids) == len(chosen)
        for entry in chosen:
            entry.queued = entry.due = self.now
            entry.attempts = 0
            self.model.wait(entry)

    @rule(data=st.data(), all_of_them=st.booleans())
    def forget(self, data: st.DataObject, *, all_of_them: bool) -> None:
        entries = self.model.entries
        named = entries if all_of_them or not entries else data.draw(st.lists(st.sampled_from(entries), min_size=1))
        ids = [] if all_of_them else [one.id for one in self.state.queue.jobs() if shown(one) in named]
        gone = [one for one in named if one.state is JobState.DEAD]
        self.model.entries = [one for one in entries if one not in gone]
        assert self.state.queue.forget(ids) == len(entries) - len(self.model.entries)

    @rule()
    def the_process_ends_and_another_goes_on(self) -> None:
        self.state.close()
        self.state = open_state(Path(self.folder.name) / "state.db")
        ran = self.model.of(JobState.RUNNING)
        assert self.state.queue.resume(self.now) == len(ran)
        for entry in ran:
            entry.due = self.now + dt.timedelta(seconds=(0, 0, 60, 600, 3_600)[min(entry.attempts, 5) - 1])
            self.model.wait(entry)

    @rule(repositories=st.sampled_from([REPOSITORIES, REPOSITORIES[:2], ()]))
    def drop(self, repositories: tuple[str, ...]) -> None:
        assert self.state.queue.drop(repositories) == self.model.drop(repositories)

    @invariant()
    def both_have_the_same(self) -> None:
        def key(entry: Entry) -> tuple[str, str]:
            return str(entry.job), entry.state

        there = [shown(one) for one in self.state.queue.jobs()]
        assert sorted(there, key=key) == sorted(self.model.entries, key=key)
        ranks = [JobState.RUNNING, JobState.DEAD, JobState.QUEUED]
        assert [(ranks.index(one.state), one.due) for one in there] == sorted(
            (ranks.index(one.state), one.due) for one in there
        )
        assert self.state.queue.counts() == {state: len(self.model.of(state)) for state in JobState}
        assert self.state.queue.next_due() == min((one.due for one in self.model.of(JobState.QUEUED)), default=None)

    def teardown(self) -> None:
        self.state.close()
        self.folder.cleanup()


TestQueue = Queue.TestCase
TestQueue.settings = settings(settings.default, stateful_step_count=30)
