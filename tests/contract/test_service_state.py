"""What the service remembers beside its jobs, whatever keeps it."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from service_states import HARBOUR, HOUR, ISLAND, NOON, PULL, SECOND, claim, only, put

from gapkeeper.errors import BusyError, UnavailableError
from gapkeeper.model.jobs import Delivery, JobState, Known, Outcome, RepositoryState, Reviewed, RunRecord

if TYPE_CHECKING:
    from collections.abc import Callable

    from service_states import Opener

    from gapkeeper.model.jobs import Job
    from gapkeeper.service_ports import ServiceState


def delivery(id_: str, *jobs: Job, forge: str = "github", event: str = "push") -> Delivery:
    return Delivery(forge, id_, event, jobs)


def accept(state: ServiceState, *deliveries: Delivery, hours: float = 0) -> list[bool]:
    """Accept at noon, or hours after."""
    now = NOON + hours * HOUR
    return state.deliveries.accept(deliveries, now=now, due=now + SECOND)


class TestDeliveries:
    def test_a_new_one_asks_for_its_jobs(self, state: ServiceState) -> None:
        assert accept(state, delivery("72d3162e-cc78-11e3", HARBOUR, PULL)) == [True]
        assert {job.job for job in state.queue.jobs()} == {HARBOUR, PULL}
        for job in state.queue.jobs():
            assert job.reasons == ("push 72d3162e",)
            assert (job.queued_at, job.due_at) == (NOON, NOON + SECOND)

    def test_a_replay_asks_for_nothing(self, state: ServiceState, open_again: Opener) -> None:
        accept(state, delivery("1", HARBOUR))
        state.queue.done(claim(state, NOON + HOUR).id)
        state.close()
        assert accept(open_again(), delivery("1", HARBOUR), hours=1) == [False]
        assert open_again().queue.jobs() == ()

    def test_a_replay_is_found_among_those_handed_in_together(self, state: ServiceState) -> None:
        batch = delivery("1", HARBOUR), delivery("2"), delivery("1", ISLAND), delivery("1", PULL, forge="gitlab")
        assert accept(state, *batch) == [True, True, False, True]
        assert {job.job for job in state.queue.jobs()} == {HARBOUR, PULL}

    def test_many_of_one_repository_are_one_job(self, state: ServiceState) -> None:
        batch = [delivery(str(number), HARBOUR) for number in range(500)]
        assert accept(state, *batch) == [True] * 500
        assert only(state).reasons == tuple(f"push {number}" for number in range(495, 500))

    def test_none_are_accepted_without_a_word(self, state: ServiceState) -> None:
        assert accept(state) == []

    def test_old_ones_are_forgotten(self, state: ServiceState) -> None:
        for hours in range(4):
            accept(state, delivery(str(hours)), hours=hours)
        assert state.deliveries.forget(NOON + 2 * HOUR) == 2
        assert state.deliveries.forget(NOON + 2 * HOUR) == 0
        assert accept(state, *(delivery(str(number)) for number in range(4)), hours=4) == [True, True, False, False]

    def test_of_one_that_comes_twice_at_the_same_time_one_is_new(self, state: ServiceState) -> None:
        with ThreadPoolExecutor(8) as pool:
            batches = [pool.submit(accept, state, *(delivery(str(n), HARBOUR) for n in range(20))) for _ in range(8)]
            new = [sum(one) for one in zip(*(batch.result() for batch in batches), strict=True)]
        assert new == [1] * 20


def run(id_: str, outcome: Outcome = Outcome.CHANGED, job: Job = HARBOUR, *, hours: float = 0) -> RunRecord:
    started = NOON + hours * HOUR
    return RunRecord(id_, job, ("schedule",), started, started + SECOND, outcome)


class TestRuns:
    def test_a_run_is_kept_as_it_was(self, state: ServiceState, open_again: Opener) -> None:
        whole = RunRecord(
            "f00d",
            PULL,
            ("push 1", "caf\udce9"),
            NOON,
            NOON + SECOND,
            Outcome.FAILED,
            commit="c0ffee",
            score=44.75,
            open_items=12,
            counts={"reads": 3, "create": 1},
            error="the forge cannot be reached",
            hint="Wait.",
        )
        state.records.add(whole)
        assert open_again().records.runs() == (whole,)

    def test_the_newest_come_first_whatever_the_clock_says(self, state: ServiceState) -> None:
        for number in range(5):
            state.records.add(run(str(number), job=(HARBOUR, ISLAND)[number % 2], hours=-number))
        assert [one.id for one in state.records.runs()] == ["4", "3", "2", "1", "0"]
        assert [one.id for one in state.records.runs(limit=2)] == ["4", "3"]
        assert [one.id for one in state.records.runs("harbour", 2)] == ["4", "2"]
        assert state.records.runs("nowhere") == ()


class TestStateOfARepository:
    def test_of_an_unknown_one_nothing_is_known(self, state: ServiceState) -> None:
        assert state.records.state("harbour") == RepositoryState()
        assert state.records.states() == {}

    def test_the_last_learned_counts(self, state: ServiceState, open_again: Opener) -> None:
        first = Known("17", "gapkeeper[bot]", "main", "5f3a", NOON, 30)
        state.records.learn("harbour", first)
        assert open_again().records.state("harbour") == RepositoryState(known=first)
        second = Known(branch="caf\udce9")
        state.records.learn("harbour", second)
        assert state.records.states() == {"harbour": RepositoryState(known=second)}

    @pytest.mark.parametrize("outcome", [Outcome.BROKEN, Outcome.FAILED, Outcome.REFUSED])
    def test_one_that_ends_badly_is_counted_and_pauses(self, state: ServiceState, outcome: Outcome) -> None:
        state.records.add(run("1", outcome), paused_until=NOON + HOUR)
        first = state.records.state("harbour")
        assert (first.failures, first.paused_until, first.last_good_at) == (1, NOON + HOUR, None)
        state.records.add(run("2", outcome), paused_until=NOON + 2 * HOUR)
        second = state.records.state("harbour")
        assert (second.failures, second.paused_until) == (2, NOON + 2 * HOUR)
        assert second.last is not None
        assert second.last.id == "2"

    @pytest.mark.parametrize("outcome", [Outcome.BROKEN, Outcome.FAILED, Outcome.REFUSED])
    def test_one_that_is_tried_again_decides_nothing(self, state: ServiceState, outcome: Outcome) -> None:
        state.records.add(run("1"))
        before = state.records.state("harbour")
        state.records.add(run("2", outcome, hours=1))
        assert state.records.state("harbour") == dataclasses.replace(before, last=run("2", outcome, hours=1))

    @pytest.mark.parametrize("outcome", [Outcome.UNCHANGED, Outcome.CHANGED])
    def test_one_that_ends_well_ends_failures_and_pause(self, state: ServiceState, outcome: Outcome) -> None:
        state.records.add(run("1", Outcome.BROKEN), paused_until=NOON + HOUR)
        state.records.add(run("2", outcome, hours=1))
        assert state.records.state("harbour") == RepositoryState(
            last=run("2", outcome, hours=1), last_good_at=NOON + HOUR + SECOND
        )

    def test_one_that_is_not_finished_decides_nothing(self, state: ServiceState) -> None:
        state.records.add(run("1"))
        state.records.add(run("2", Outcome.BROKEN, hours=1), paused_until=NOON + HOUR)
        before = state.records.state("harbour")
        unfinished = run("3", Outcome.UNFINISHED, hours=2)
        state.records.add(unfinished)
        assert state.records.state("harbour") == dataclasses.replace(before, last=unfinished)

    @pytest.mark.parametrize("outcome", Outcome)
    def test_a_review_decides_nothing(self, state: ServiceState, outcome: Outcome) -> None:
        state.records.add(run("1", outcome, PULL), paused_until=NOON + HOUR)
        assert state.records.state("harbour") == RepositoryState()

    def test_repositories_are_apart_and_what_is_known_stays(self, state: ServiceState) -> None:
        known = Known(branch="main")
        state.records.learn("harbour", known)
        state.records.add(run("1", Outcome.FAILED), paused_until=NOON)
        state.records.add(run("2", job=ISLAND))
        states = state.records.states()
        assert {name: one.failures for name, one in states.items()} == {"harbour": 1, "island": 0}
        assert states["harbour"].known == known
        assert states["island"].last == run("2", job=ISLAND)

    def test_a_pause_can_be_ended(self, state: ServiceState) -> None:
        for name, job in (("1", HARBOUR), ("2", ISLAND)):
            state.records.add(run(name, Outcome.BROKEN, job), paused_until=NOON + HOUR)
        state.records.resume("harbour")
        state.records.resume("nowhere")
        states = state.records.states()
        assert {name: one.paused_until for name, one in states.items()} == {"harbour": None, "island": NOON + HOUR}
        assert states["harbour"].failures == 1


class TestReviewed:
    def test_what_was_seen_is_kept_until_it_is_closed(self, state: ServiceState, open_again: Opener) -> None:
        state.records.set_reviewed("harbour", 7, Reviewed("a", "main"))
        state.records.set_reviewed("harbour", 9, Reviewed("b", "caf\udce9"))
        state.records.set_reviewed("island", 7, Reviewed("c", "main"))
        state.records.set_reviewed("harbour", 7, Reviewed("d", "next"))
        expected = {7: Reviewed("d", "next"), 9: Reviewed("b", "caf\udce9")}
        assert open_again().records.reviewed("harbour") == expected
        state.records.set_reviewed("harbour", 9, None)
        state.records.set_reviewed("harbour", 10, None)
        assert state.records.reviewed("harbour") == {7: Reviewed("d", "next")}
        assert state.records.reviewed("island") == {7: Reviewed("c", "main")}


class TestPrune:
    def test_old_runs_go_and_the_last_of_a_repository_stays(self, state: ServiceState) -> None:
        for hours in range(4):
            state.records.add(run(f"h{hours}", hours=hours))
        state.records.add(run("i0", Outcome.BROKEN, ISLAND), paused_until=NOON + HOUR)
        before = state.records.states()
        state.records.prune(before=NOON + 2 * HOUR, repositories=["harbour", "island"])
        assert [one.id for one in state.records.runs()] == ["i0", "h3", "h2"]
        assert state.records.states() == before

    def test_other_repositories_are_forgotten(self, state: ServiceState) -> None:
        for name, job in (("1", HARBOUR), ("2", ISLAND), ("3", PULL)):
            state.records.add(run(name, job=job))
            state.records.set_reviewed(job.repository, 7, Reviewed("a", "main"))
        state.records.prune(before=NOON - HOUR, repositories=["island"])
        assert [one.id for one in state.records.runs()] == ["2"]
        assert list(state.records.states()) == ["island"]
        assert state.records.reviewed("harbour") == {}
        assert state.records.reviewed("island")


class TestLock:
    def test_a_second_service_is_told_of_the_first(self, state: ServiceState, open_again: Opener) -> None:
        other = open_again()
        with state.lock.hold():
            with pytest.raises(BusyError, match="another service") as caught, other.lock.hold():
                pytest.fail("two services on one state")
            assert caught.value.hint
            put(other)  # whoever only asks needs no lock
        with other.lock.hold():
            pass

    def test_it_is_free_again_after_an_error(self, state: ServiceState, open_again: Opener) -> None:
        with pytest.raises(ZeroDivisionError), state.lock.hold():
            raise ZeroDivisionError
        with open_again().lock.hold():
            pass


@pytest.mark.parametrize(
    "use",
    [
        put,
        lambda state: state.queue.claim(NOON),
        lambda state: state.records.states(),
        lambda state: accept(state, delivery("1")),
    ],
)
def test_a_closed_state_says_that_it_is_closed(state: ServiceState, use: Callable[[ServiceState], object]) -> None:
    state.close()
    with pytest.raises(UnavailableError, match="closed"):
        use(state)
    state.close()


def test_what_one_opens_another_sees_at_once(state: ServiceState, open_again: Opener) -> None:
    other = open_again()
    put(state)
    assert claim(other).job == HARBOUR
    assert state.queue.counts()[JobState.RUNNING] == 1
