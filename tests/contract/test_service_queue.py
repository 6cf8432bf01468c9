"""The queue, whatever keeps it."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from service_states import HARBOUR, HOUR, ISLAND, NOON, PULL, SECOND, claim, dead, only, put

from gapkeeper.model.jobs import Delivery, Job, JobKind, JobState, QueuedJob

if TYPE_CHECKING:
    from service_states import Opener

    from gapkeeper.service_ports import ServiceState


class TestPut:
    def test_what_was_put_is_there(self, state: ServiceState, open_again: Opener) -> None:
        assert put(state, PULL, "push 72d3162e", after=2)
        for there in (state, open_again()):
            job = only(there)
            assert job == QueuedJob(
                id=job.id,
                job=PULL,
                state=JobState.QUEUED,
                reasons=("push 72d3162e",),
                attempts=0,
                queued_at=NOON,
                due_at=NOON + 2 * SECOND,
            )

    def test_moments_keep_their_microseconds(self, state: ServiceState) -> None:
        moment = NOON.replace(microsecond=123_457)
        state.queue.put(HARBOUR, reason="r", now=moment, due=moment)
        assert only(state).queued_at == only(state).due_at == moment
        assert state.queue.claim(moment - dt.timedelta(microseconds=1)) is not None  # queued in the future: due

    def test_the_same_waits_once(self, state: ServiceState) -> None:
        assert put(state, reason="schedule")
        assert not put(state, reason="push 1")
        assert put(state, ISLAND)
        assert put(state, PULL)
        assert put(state, Job(JobKind.REVIEW, "harbour", 8))
        assert state.queue.counts()[JobState.QUEUED] == 4
        assert state.queue.jobs()[0].reasons == ("schedule", "push 1")

    @pytest.mark.parametrize(("first", "second"), [(5, 60), (60, 5)])
    def test_the_earlier_of_both_dues_counts(self, state: ServiceState, first: float, second: float) -> None:
        put(state, after=first)
        put(state, after=second)
        assert only(state).due_at == state.queue.next_due() == NOON + 5 * SECOND

    def test_the_newest_five_reasons_are_kept_each_once(self, state: ServiceState) -> None:
        for reason in "abcdefgfc":
            put(state, reason=reason)
        assert only(state).reasons == tuple("degfc")

    def test_what_runs_takes_no_reason_the_same_waits_behind_it(self, state: ServiceState) -> None:
        put(state, reason="first")
        running = claim(state)
        assert put(state, reason="second")
        assert [(job.state, job.reasons) for job in state.queue.jobs()] == [
            (JobState.RUNNING, ("first",)),
            (JobState.QUEUED, ("second",)),
        ]
        state.queue.done(running.id)
        assert claim(state).reasons == ("second",)


class TestClaim:
    def test_an_empty_queue_has_nothing(self, state: ServiceState) -> None:
        assert state.queue.claim(NOON) is None
        assert state.queue.next_due() is None
        assert state.queue.jobs() == ()
        assert state.queue.counts() == dict.fromkeys(JobState, 0)

    def test_a_claimed_job_runs(self, state: ServiceState) -> None:
        put(state)
        claimed = claim(state, NOON + SECOND)
        assert claimed == only(state)
        assert (claimed.state, claimed.attempts, claimed.started_at) == (JobState.RUNNING, 1, NOON + SECOND)
        assert state.queue.next_due() is None

    def test_nothing_before_its_due(self, state: ServiceState) -> None:
        put(state, after=5)
        assert state.queue.claim(NOON + 4.999 * SECOND) is None
        assert claim(state, NOON + 5 * SECOND).job == HARBOUR

    def test_what_has_been_due_for_longest_comes_first(self, state: ServiceState) -> None:
        put(state, Job(JobKind.RECONCILE, "c"), after=3)
        put(state, Job(JobKind.RECONCILE, "a"), after=1)
        put(state, Job(JobKind.RECONCILE, "b"), after=2)
        put(state, Job(JobKind.RECONCILE, "a2"), after=1)
        assert [claim(state, NOON + HOUR).job.repository for _ in range(4)] == ["a", "a2", "b", "c"]

    def test_of_one_repository_one_runs(self, state: ServiceState) -> None:
        put(state, HARBOUR)
        put(state, PULL)
        put(state, ISLAND, after=1)
        first, second = claim(state, NOON + HOUR), claim(state, NOON + HOUR)
        assert (first.job, second.job) == (HARBOUR, ISLAND)
        assert state.queue.claim(NOON + HOUR) is None
        state.queue.done(first.id)
        assert claim(state, NOON + HOUR).job == PULL

    def test_a_clock_that_was_set_back_holds_nothing_up(self, state: ServiceState) -> None:
        put(state)
        claimed = claim(state, NOON - HOUR)
        state.queue.again(claimed.id, due=NOON - HOUR + 60 * SECOND, error="no network")
        assert state.queue.claim(NOON - HOUR + 59 * SECOND) is None  # and it waits as usual from now on
        assert claim(state, NOON - HOUR + 60 * SECOND).attempts == 2

    def test_many_threads_take_every_job_once_and_one_of_a_repository_at_a_time(self, state: ServiceState) -> None:
        for number in range(120):
            put(state, Job(JobKind.REVIEW, f"r{number % 12}", number))
        running: set[str] = set()
        taken: list[Job] = []
        guard = threading.Lock()

        def work() -> None:
            while state.queue.counts()[JobState.QUEUED]:
                found = state.queue.claim(NOON)
                if found is None:
                    continue
                with guard:
                    assert found.job.repository not in running
                    running.add(found.job.repository)
                    taken.append(found.job)
                with guard:
                    running.remove(found.job.repository)
                state.queue.done(found.id)

        with ThreadPoolExecutor(8) as pool:
            for worker in [pool.submit(work) for _ in range(8)]:
                worker.result()
        assert len(taken) == len(set(taken)) == 120
        assert state.queue.jobs() == ()


class TestEnds:
    def test_done_is_gone(self, state: ServiceState) -> None:
        put(state)
        state.queue.done(claim(state).id)
        assert state.queue.jobs() == ()

    def test_again_waits_with_what_it_was(self, state: ServiceState) -> None:
        put(state, PULL, "push 1")
        claimed = claim(state)
        state.queue.again(claimed.id, due=NOON + HOUR, error="no network")
        job = only(state)
        assert (job.state, job.reasons, job.attempts) == (JobState.QUEUED, ("push 1",), 1)
        assert (job.due_at, job.queued_at, job.started_at, job.error) == (NOON + HOUR, NOON, None, "no network")

    def test_an_interruption_is_no_attempt(self, state: ServiceState) -> None:
        put(state)
        state.queue.again(claim(state).id, due=NOON, error=None, counted=False)
        assert only(state).attempts == 0
        assert claim(state).attempts == 1

    def test_again_is_folded_into_the_same_that_waits(self, state: ServiceState) -> None:
        put(state, reason="a")
        claimed = claim(state)
        put(state, reason="b", after=3)
        state.queue.again(claimed.id, due=NOON + HOUR, error="no network")
        job = only(state)
        assert (job.state, job.reasons, job.attempts) == (JobState.QUEUED, ("a", "b"), 1)
        assert (job.due_at, job.error) == (NOON + 3 * SECOND, "no network")

    def test_a_buried_job_is_not_claimed(self, state: ServiceState) -> None:
        job = dead(state)
        assert (job.state, job.attempts, job.error) == (JobState.DEAD, 1, "no token")
        assert state.queue.claim(NOON + HOUR) is None
        assert state.queue.next_due() is None

    def test_the_last_dead_one_of_a_job_is_kept(self, state: ServiceState) -> None:
        dead(state, PULL, "other")
        dead(state, error="first")
        dead(state, error="second")
        assert {(job.job, job.error) for job in state.queue.jobs()} == {(HARBOUR, "second"), (PULL, "other")}

    def test_one_that_ends_takes_the_dead_one_of_the_same_job_along(self, state: ServiceState) -> None:
        dead(state, PULL)
        dead(state, HARBOUR)
        put(state)
        state.queue.done(claim(state).id)
        assert only(state).job == PULL

    def test_what_does_not_run_is_left_as_it_is(self, state: ServiceState) -> None:
        gone = dead(state, ISLAND).id
        put(state)
        before = state.queue.jobs()
        for id_ in (gone, *(job.id for job in before), 1000):
            state.queue.done(id_)
            state.queue.again(id_, due=NOON + HOUR, error="x")
            state.queue.bury(id_, error="x")
        assert state.queue.jobs() == before

    def test_errors_with_names_that_are_no_text_are_kept_readable(self, state: ServiceState) -> None:
        assert "caf" in (dead(state, error="cannot read caf\udce9.md").error or "")


class TestTurns:
    def test_a_repository_is_reconciled_before_its_pull_requests_are_reviewed(self, state: ServiceState) -> None:
        put(state, PULL)
        put(state, HARBOUR, after=1)
        put(state, ISLAND, after=2)
        first = claim(state, NOON + HOUR)
        assert first.job == HARBOUR
        assert claim(state, NOON + HOUR).job == ISLAND
        state.queue.done(first.id)
        assert claim(state, NOON + HOUR).job == PULL

    def test_a_reconciling_job_that_is_not_due_keeps_nobody_waiting(self, state: ServiceState) -> None:
        put(state, PULL)
        put(state, HARBOUR, after=60)
        assert claim(state).job == PULL

    def test_somebody_waits_who_could_be_claimed(self, state: ServiceState) -> None:
        assert not state.queue.is_waiting(NOON)
        put(state, HARBOUR, after=1)
        assert not state.queue.is_waiting(NOON)
        assert state.queue.is_waiting(NOON + SECOND)
        claim(state, NOON + SECOND)
        put(state, PULL)  # of the repository that is worked on
        assert not state.queue.is_waiting(NOON + SECOND)


class TestFloods:
    def test_of_reviews_by_webhook_become_one_reconciling_job(self, state: ServiceState) -> None:
        sent = [Delivery("github", str(n), "pull_request", (Job(JobKind.REVIEW, "harbour", n),)) for n in range(1, 200)]
        assert all(state.deliveries.accept(sent, now=NOON, due=NOON))
        waiting = [job.job for job in state.queue.jobs()]
        assert len(waiting) == 51
        assert waiting.count(HARBOUR) == 1
        state.deliveries.accept([Delivery("github", "x", "pull_request", (PULL,))], now=NOON, due=NOON)
        assert len(state.queue.jobs()) == 51  # it waits already


class TestAfterTheProcessEnded:
    def test_what_may_have_ended_it_waits_longer_each_time(self, state: ServiceState) -> None:
        put(state)
        now, waits = NOON, []
        for _ in range(6):
            claim(state, now)
            state.queue.resume(now)
            waits.append((only(state).due_at - now).total_seconds())
            now = only(state).due_at
        assert waits == [0, 0, 60, 600, 3_600, 3_600]

    def test_what_ran_is_due_again(self, state: ServiceState, open_again: Opener) -> None:
        put(state, HARBOUR, "a")
        put(state, PULL, after=HOUR.total_seconds())
        put(state, ISLAND)
        claim(state)
        claim(state)
        state.close()
        later = open_again()
        assert later.queue.resume(NOON + 60 * SECOND) == 2
        assert later.queue.counts() == {JobState.QUEUED: 3, JobState.RUNNING: 0, JobState.DEAD: 0}
        job = claim(later, NOON + 60 * SECOND)
        assert (job.job, job.reasons, job.attempts, job.due_at) == (HARBOUR, ("a",), 2, NOON + 60 * SECOND)
        assert later.queue.resume(NOON + 60 * SECOND) == 1

    def test_what_ran_is_folded_into_the_same_that_waits(self, state: ServiceState) -> None:
        put(state, reason="a")
        claim(state)
        put(state, reason="b", after=3)
        assert state.queue.resume(NOON) == 1
        job = only(state)
        assert (job.state, job.reasons, job.attempts, job.due_at) == (JobState.QUEUED, ("a", "b"), 1, NOON)

    def test_where_nothing_ran_nothing_changes(self, state: ServiceState) -> None:
        dead(state, HARBOUR)
        put(state, ISLAND)
        before = state.queue.jobs()
        assert state.queue.resume(NOON) == 0
        assert state.queue.jobs() == before


class TestReplay:
    def test_dead_jobs_start_anew(self, state: ServiceState) -> None:
        dead(state, PULL)
        dead(state, HARBOUR)
        assert state.queue.replay(NOON + HOUR) == 2
        first, second = state.queue.jobs()
        assert (first.job, second.job) == (PULL, HARBOUR)
        for job in (first, second):
            assert (job.state, job.attempts, job.started_at) == (JobState.QUEUED, 0, None)
            assert job.queued_at == job.due_at == NOON + HOUR
        assert state.queue.replay(NOON + HOUR) == 0

    def test_only_those_that_are_named(self, state: ServiceState) -> None:
        first, second = dead(state, PULL), dead(state, HARBOUR)
        put(state, ISLAND)
        waiting = state.queue.jobs()[-1]
        assert waiting.job == ISLAND
        assert state.queue.replay(NOON + HOUR, {second.id, waiting.id, 1000}) == 1
        states = {job.job: job.state for job in state.queue.jobs()}
        assert states == {PULL: JobState.DEAD, HARBOUR: JobState.QUEUED, ISLAND: JobState.QUEUED}
        assert first in state.queue.jobs()
        assert waiting in state.queue.jobs()

    def test_one_is_folded_into_the_same_that_waits(self, state: ServiceState) -> None:
        dead(state, HARBOUR)
        put(state, HARBOUR, "push 1", after=3)
        assert state.queue.replay(NOON + HOUR) == 1
        job = only(state)
        assert (job.state, job.reasons) == (JobState.QUEUED, ("schedule", "push 1"))
        assert (job.queued_at, job.due_at) == (NOON, NOON + 3 * SECOND)


class TestForget:
    def test_dead_jobs_are_gone_and_nothing_else(self, state: ServiceState) -> None:
        dead(state, PULL)
        put(state, PULL)
        assert state.queue.forget() == 1
        assert only(state).state is JobState.QUEUED
        assert state.queue.forget() == 0

    def test_only_those_that_are_named(self, state: ServiceState) -> None:
        dead(state, PULL)
        dead(state, ISLAND)
        first, second = state.queue.jobs()
        put(state, HARBOUR)
        waiting = state.queue.jobs()[-1]
        assert state.queue.forget({second.id, waiting.id, 1000}) == 1
        assert [job.id for job in state.queue.jobs()] == [first.id, waiting.id]


class TestLooking:
    def test_running_ones_come_first_then_dead_ones_then_by_due(self, state: ServiceState) -> None:
        dead(state, HARBOUR)
        put(state, ISLAND)
        claim(state)
        put(state, Job(JobKind.RECONCILE, "late"), after=9)
        put(state, Job(JobKind.RECONCILE, "soon"), after=3)
        assert [job.job.repository for job in state.queue.jobs()] == ["island", "harbour", "soon", "late"]
        assert [job.job.repository for job in state.queue.jobs(2)] == ["island", "harbour"]
        assert state.queue.counts() == {JobState.QUEUED: 2, JobState.RUNNING: 1, JobState.DEAD: 1}
        assert state.queue.next_due() == NOON + 3 * SECOND

    def test_jobs_of_other_repositories_are_dropped_whatever_they_do(self, state: ServiceState) -> None:
        dead(state, PULL)
        put(state, HARBOUR)
        running = claim(state)
        put(state, HARBOUR)
        put(state, ISLAND)
        assert state.queue.drop(["island", "other"]) == 3
        state.queue.again(running.id, due=NOON, error="too late")
        assert only(state).job == ISLAND
        assert state.queue.drop([]) == 1
        assert state.queue.jobs() == ()
