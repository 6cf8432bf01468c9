"""What follows from how a job ended."""

from __future__ import annotations

import datetime as dt

import pytest

from builders import NOW
from gapkeeper import errors
from gapkeeper.app.settling import LONGEST_PAUSE, Ending, ending_of_error, ending_of_report, paused_until
from gapkeeper.model.jobs import Job, JobKind, Outcome
from gapkeeper.model.plan import Change, Op, Plan, Report
from gapkeeper.model.plan import Outcome as Made
from gapkeeper.settings.repository import MOST_MINUTES

RECONCILE = Job(JobKind.RECONCILE, "harbour")
REVIEW = Job(JobKind.REVIEW, "harbour", 7)
LATER = NOW + dt.timedelta(minutes=40)

#: What is raised, how the run ended, whether it is tried again, and whether a review of it is given up at once.
TABLE = [
    (errors.RateLimitedError("slow down", until=LATER), Outcome.UNFINISHED, True, False),
    (errors.RateLimitedError("slow down"), Outcome.UNFINISHED, True, False),
    (errors.BusyError("held"), Outcome.FAILED, True, False),
    (errors.ConflictError("changed"), Outcome.FAILED, True, False),
    (errors.StaleDocumentsError("moved"), Outcome.FAILED, True, False),
    (errors.UnavailableError("away"), Outcome.FAILED, True, False),
    (errors.RefusedError("mass-change: 9 of 10"), Outcome.REFUSED, False, False),
    (errors.NotAuthorisedError("no"), Outcome.BROKEN, False, True),
    (errors.NotFoundError("gone"), Outcome.BROKEN, False, True),
    (errors.RejectedError("too long"), Outcome.BROKEN, False, True),
    (errors.ConfigurationError("gapkeeper.toml:3: no"), Outcome.BROKEN, False, True),
    (errors.DocumentsError("no branch"), Outcome.BROKEN, False, True),
    (errors.NewerMarkerError("newer"), Outcome.BROKEN, False, True),
    (errors.UsageError("no"), Outcome.BROKEN, False, True),
]


@pytest.mark.parametrize(("error", "outcome", "again", "given_up"), TABLE, ids=lambda value: type(value).__name__)
def test_every_error_has_an_ending(
    error: errors.GapkeeperError, outcome: Outcome, *, again: bool, given_up: bool
) -> None:
    ended = ending_of_error(error, RECONCILE, 1, NOW)
    assert (ended.outcome, ended.again_at is not None, ended.dead) == (outcome, again, False)
    assert ended.error == error.message
    assert ending_of_error(error, REVIEW, 1, NOW).dead is given_up


def test_the_table_knows_every_error() -> None:
    def below(kind: type[errors.GapkeeperError]) -> set[type[errors.GapkeeperError]]:
        return {kind, *(one for sub in kind.__subclasses__() for one in below(sub))}

    ours = {kind for kind in below(errors.GapkeeperError) if kind.__module__ == errors.__name__}
    roots = {errors.GapkeeperError, errors.TrackerError, errors.NoRepositoryError}
    assert ours - roots == {type(error) for error, *_ in TABLE}


def test_a_limit_says_itself_when_it_ends_and_is_no_attempt() -> None:
    ended = ending_of_error(errors.RateLimitedError("slow down", until=LATER), RECONCILE, 1, NOW)
    assert (ended.again_at, ended.counted) == (LATER, False)


def test_waits_grow_and_end_with_a_job_that_is_given_up() -> None:
    waits = []
    for attempt in range(1, 10):
        ended = ending_of_error(errors.UnavailableError("away"), RECONCILE, attempt, NOW)
        if ended.again_at is None:
            assert ended.dead
            break
        waits.append(ended.again_at - NOW)
    assert waits == sorted(waits)
    assert len(waits) == 4
    assert sum(waits, dt.timedelta()) < dt.timedelta(hours=1)


def test_a_bug_is_said_to_be_one_and_tells_nothing_of_what_was_in_memory() -> None:
    ended = ending_of_error(KeyError("ghp_secret"), RECONCILE, 1, NOW)
    assert (ended.outcome, ended.error) == (Outcome.FAILED, "this is a bug of gapkeeper: KeyError")
    assert ended.again_at is not None
    assert ending_of_error(KeyError(), RECONCILE, 3, NOW).dead


class TestPauses:
    @pytest.mark.parametrize(
        ("broken_for", "minutes"), [(None, 30), (1, 30), (45, 45), (300, 300), (100_000, 1_440), (-600, 30)]
    )
    def test_of_what_people_have_to_mend_are_as_long_as_it_has_been_broken(
        self, broken_for: int | None, minutes: int
    ) -> None:
        last = None if broken_for is None else NOW - dt.timedelta(minutes=broken_for)
        for outcome in (Outcome.BROKEN, Outcome.REFUSED):
            until = paused_until(Ending(outcome), last_good_at=last, minutes=15, now=NOW)
            assert until == NOW + dt.timedelta(minutes=minutes)

    def test_are_for_nobody_who_is_tried_again_or_went_well(self) -> None:
        for ending in (
            Ending(Outcome.FAILED, again_at=NOW),
            Ending(Outcome.UNFINISHED, again_at=NOW),
            Ending(Outcome.CHANGED),
            Ending(Outcome.UNCHANGED),
        ):
            assert paused_until(ending, last_good_at=None, minutes=15, now=NOW) is None

    def test_of_what_may_pass_are_none_once_it_was_given_up(self) -> None:
        assert paused_until(Ending(Outcome.FAILED, dead=True), last_good_at=None, minutes=15, now=NOW) == NOW

    def test_have_an_end_whatever_a_repository_wishes(self) -> None:
        until = paused_until(Ending(Outcome.BROKEN), last_good_at=None, minutes=MOST_MINUTES, now=NOW)
        assert until == NOW + LONGEST_PAUSE


def plan() -> Plan:
    return Plan("github:octo/pier", None, ())


def change() -> Change:
    return Change(Op.CREATE, "LATER-001", "is new")


class TestReports:
    def test_of_a_run_that_did_nothing(self) -> None:
        assert ending_of_report(Report(plan(), ()), 1, NOW).outcome is Outcome.UNCHANGED

    def test_of_a_run_that_did_all(self) -> None:
        assert ending_of_report(Report(plan(), (Made(change(), done=True),)), 1, NOW).outcome is Outcome.CHANGED

    def test_of_a_change_that_failed(self) -> None:
        ended = ending_of_report(Report(plan(), (Made(change(), done=False, error="too long"),)), 1, NOW)
        assert (ended.outcome, ended.error) == (Outcome.FAILED, "too long")
        assert ended.again_at is not None

    def test_of_a_limit(self) -> None:
        report = Report(plan(), (), "1 of 2 changes are not made", errors.RateLimitedError.exit_code, LATER)
        ended = ending_of_report(report, 1, NOW)
        assert (ended.outcome, ended.again_at, ended.counted) == (Outcome.UNFINISHED, LATER, False)

    def test_of_an_outage(self) -> None:
        ended = ending_of_report(Report(plan(), (), "away", errors.UnavailableError.exit_code), 1, NOW)
        assert (ended.outcome, ended.counted) == (Outcome.FAILED, True)
        assert ended.again_at is not None
        assert ended.again_at > NOW
        assert ending_of_report(Report(plan(), (), "away", 69), 9, NOW).dead

    def test_of_a_token_that_ended_meanwhile(self) -> None:
        ended = ending_of_report(Report(plan(), (), "no", errors.NotAuthorisedError.exit_code), 1, NOW)
        assert (ended.outcome, ended.again_at, ended.dead) == (Outcome.BROKEN, None, False)

    def test_of_documents_that_could_not_be_written(self) -> None:
        assert ending_of_report(Report(plan(), (), undelivered=""), 1, NOW).outcome is Outcome.FAILED
