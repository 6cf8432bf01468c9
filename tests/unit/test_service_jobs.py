"""What a job of the service does beside syncing: what it learns, whom it lets go first, what it gives up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from gapkeeper.adapters import git_command
from gapkeeper.adapters.git_mirror_look import Look
from gapkeeper.adapters.sqlite_state import open_state
from gapkeeper.adapters.sqlite_tracker import utc_now
from gapkeeper.entry.service import jobs as service_jobs
from gapkeeper.entry.service.jobs import Jobs
from gapkeeper.entry.service.stopping import Stopping
from gapkeeper.errors import BusyError, DocumentsError, NotAuthorisedError, RefusedError, StaleDocumentsError
from gapkeeper.model.jobs import Job, JobKind, Known, Outcome, Reviewed
from gapkeeper.model.plan import Change, Op, Plan, Report
from gapkeeper.model.plan import Outcome as Made
from gapkeeper.wiring.reconciling import Ground, Place, PullReviewed, PullsSeen, Reconciled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapkeeper.adapters.sqlite_state.state import SqliteState
    from gapkeeper.entry.service.jobs import Did

TRACKER = "github:octo/harbour"
RECONCILE = Job(JobKind.RECONCILE, "harbour")
REVIEW = Job(JobKind.REVIEW, "harbour", 7)
LEARNED = Known(tracker=TRACKER, account="gapkeeper[bot]", branch="main")
SEEN = Reviewed("c0ffee", "main")


class Mirror:
    """A mirror that is damaged, or is not."""

    folder = Path("nowhere")
    damaged = False

    def mend(self) -> bool:
        return self.damaged


class Service:
    """Jobs on a state, with everything that asks a forge or git taken out."""

    def __init__(self, state: SqliteState, monkeypatch: pytest.MonkeyPatch) -> None:
        self.state = state
        self.stopping = Stopping()
        self.called = 0
        self.mirror = Mirror()
        self.place = Place("harbour", TRACKER, cast("Any", self.mirror), lambda: False, "refs/pull/*/head")
        self.ends: Any = Report(Plan(TRACKER, None, ()), ())  # what a sync comes to, or raises
        self.pulls: PullsSeen | None = None
        self.changes: list[Made] = []
        self._patch = monkeypatch
        register = SimpleNamespace(readiness=(), items=())
        self.ground = Ground(
            Look("main", {"main": "c0ffee"}, "digest"),
            cast("Any", None),
            "main",
            "c0ffee",
            cast("Any", SimpleNamespace(register=register)),
        )
        monkeypatch.setattr(service_jobs, "ground", lambda *_: self.ground)
        monkeypatch.setattr(service_jobs, "reconcile", self._reconcile)
        monkeypatch.setattr(service_jobs, "look_at_pulls", lambda *_, **__: self.pulls)

    def do(self, job: Job = RECONCILE) -> Did:
        self.state.queue.put(job, reason="test", now=utc_now(), due=utc_now())
        queued = self.state.queue.claim(utc_now())
        assert queued is not None
        jobs = Jobs({"harbour": self.place}, self.state, stopping=self.stopping, call=self._call)
        did = jobs.do(queued)
        self.state.queue.done(queued.id)
        return did

    def review_ends(self, end: PullReviewed | Exception) -> None:
        def review(_: Place, __: int, told: Any) -> PullReviewed:  # noqa: ANN401 - a callback
            told(SEEN)
            if isinstance(end, Exception):
                raise end
            return end

        self._patch.setattr(service_jobs, "review_pull", review)

    def _call(self) -> None:
        self.called += 1

    def _reconcile(self, *_: object, progress: Any, **__: object) -> Reconciled:  # noqa: ANN401 - a callback
        if isinstance(self.ends, Exception) and not isinstance(self.ends, RefusedError | DocumentsError):
            raise self.ends
        for change in self.changes:
            try:
                progress(change)
            except BusyError as error:  # as `apply` does
                self.ends = replace(self.ends, stopped=error.line, stop_code=error.exit_code)
                break
        return Reconciled(self.ends, LEARNED)


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    with open_state(tmp_path / "state.db") as state:
        yield Service(state, monkeypatch)


def made() -> Made:
    return Made(Change(Op.CREATE, "LATER-001", "is new"), done=True, issue=1)


class TestPullRequests:
    def test_that_nobody_told_of_are_reviewed_and_closed_ones_forgotten(self, service: Service) -> None:
        service.state.records.set_reviewed("harbour", 3, SEEN)
        service.pulls = PullsSeen((7, 9), closed=(3,))
        assert service.do().ending.outcome is Outcome.UNCHANGED
        assert {one.job.pull for one in service.state.queue.jobs()} == {7, 9}
        assert service.state.records.reviewed("harbour") == {}
        known = service.state.records.state("harbour").known
        assert (known.refs, known.account) == ("digest", "gapkeeper[bot]")
        assert known.pulls_at is not None
        assert service.called == 1

    @pytest.mark.parametrize("error", [RefusedError("too-many"), DocumentsError("the branch is protected")])
    def test_are_found_also_where_issues_stay_as_they_are(self, service: Service, error: Exception) -> None:
        service.ends, service.pulls = error, PullsSeen((7,), ())
        assert service.do().ending.outcome in {Outcome.REFUSED, Outcome.BROKEN}
        assert [one.job.pull for one in service.state.queue.jobs()] == [7]
        assert service.state.records.state("harbour").known.account == "gapkeeper[bot]"

    def test_that_are_given_up_wait_until_they_move_or_people_replay_them(self, service: Service) -> None:
        service.review_ends(NotAuthorisedError("may not comment"))
        assert service.do(REVIEW).ending.dead
        assert service.state.records.reviewed("harbour") == {7: SEEN}

    def test_that_are_to_be_tried_again_are_not_given_up(self, service: Service) -> None:
        service.review_ends(StaleDocumentsError("pushed to"))
        assert service.do(REVIEW).ending.again_at is not None
        assert service.state.records.reviewed("harbour") == {}

    def test_that_are_closed_are_forgotten(self, service: Service) -> None:
        service.state.records.set_reviewed("harbour", 7, SEEN)
        service.review_ends(PullReviewed(None))
        assert service.do(REVIEW).ending.outcome is Outcome.UNCHANGED
        assert service.state.records.reviewed("harbour") == {}

    def test_are_left_alone_where_the_operator_has_said_so_meanwhile(self, service: Service) -> None:
        service.review_ends(AssertionError("reviewed"))
        service.place = replace(service.place, pull_heads=None)
        assert service.do(REVIEW).ending.outcome is Outcome.UNCHANGED


class TestLongRuns:
    @pytest.fixture(autouse=True)
    def _at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(service_jobs, "_SLICE_SECONDS", -1.0)

    def test_let_others_go_first_and_go_on_a_moment_later(self, service: Service) -> None:
        service.state.queue.put(Job(JobKind.RECONCILE, "pier"), reason="test", now=utc_now(), due=utc_now())
        service.state.queue.claim(utc_now())  # somebody is at work on it
        service.state.queue.put(Job(JobKind.RECONCILE, "quay"), reason="test", now=utc_now(), due=utc_now())
        service.changes = [made()]
        queued = Job(JobKind.RECONCILE, "harbour")
        service.state.queue.put(queued, reason="test", now=utc_now(), due=utc_now())
        ending = _claimed(service, queued)
        assert (ending.outcome, ending.counted) == (Outcome.UNFINISHED, False)
        assert ending.again_at is not None
        assert (ending.again_at - utc_now()).total_seconds() < 5

    def test_go_on_where_nobody_waits(self, service: Service) -> None:
        service.changes = [made()]
        assert service.do().ending.outcome is Outcome.UNCHANGED


def _claimed(service: Service, job: Job) -> Any:  # noqa: ANN401 - an ending
    """How a job ends that is claimed, however many are due before it."""
    queued = next(one for one in service.state.queue.jobs() if one.job == job)
    jobs = Jobs({"harbour": service.place}, service.state, stopping=service.stopping, call=lambda: None)
    return jobs.do(queued).ending


def test_a_stop_ends_a_run_between_two_changes_and_that_is_no_attempt(service: Service) -> None:
    service.changes = [made(), made()]
    service.stopping.set()
    ending = service.do().ending
    assert (ending.outcome, ending.counted) == (Outcome.UNFINISHED, False)


@pytest.mark.parametrize(("damaged", "outcome"), [(True, Outcome.FAILED), (False, Outcome.BROKEN)])
def test_a_mirror_is_looked_at_once_its_repository_cannot_be_read(
    service: Service, monkeypatch: pytest.MonkeyPatch, outcome: Outcome, *, damaged: bool
) -> None:
    def unreadable(*_: object) -> None:
        raise DocumentsError("git cannot read it")

    monkeypatch.setattr(service_jobs, "ground", unreadable)
    service.mirror.damaged = damaged
    assert service.do().ending.outcome is outcome


def test_what_is_not_configured_any_more_is_left_alone(service: Service) -> None:
    assert service.do(Job(JobKind.RECONCILE, "former")).ending.outcome is Outcome.UNCHANGED


def test_a_repository_that_keeps_git_busy_takes_no_thread_for_ever(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_jobs, "_JOB_SECONDS", 0.0)
    monkeypatch.setattr(service_jobs, "ground", lambda *_: git_command.check_deadline())
    ending = service.do().ending
    assert (ending.outcome, ending.error) == (Outcome.FAILED, "git took longer than 0 seconds")
