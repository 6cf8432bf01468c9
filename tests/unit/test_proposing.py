"""One branch, one proposal: made, renewed, told, withdrawn, declined."""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from builders import NOW
from gapkeeper.app.deliver import deliver_to_repository
from gapkeeper.app.documents import read_documents
from gapkeeper.app.proposing import Proposing
from gapkeeper.app.sync import plan_sync, sync
from gapkeeper.app.write_back import Options, WayBack
from gapkeeper.errors import DocumentsError, RateLimitedError, RejectedError, StaleDocumentsError
from gapkeeper.model.delivery import BRANCH
from gapkeeper.model.policy import SyncPolicy, WriteBack
from gapkeeper.model.rules import ReadingRules
from gapkeeper.model.snapshot import Reason
from gapkeeper.writing import Unwritten, Writer
from memory_repository import MemoryRepository
from memory_tracker import MemoryTracker
from syncing import ops

if TYPE_CHECKING:
    from gapkeeper.model.plan import Plan, Report

REGISTER = """# Register

| ID | Title | Status |
|----|-------|--------|
| LATER-001 | Dredge the basin | Open |
| LATER-002 | Paint the buoys | Open |
| LATER-003 | Count the gulls | Done |
"""
RULES = ReadingRules()


class Harbour:
    """A forge: the documents that count are those of the base branch."""

    def __init__(self) -> None:
        self.repository = MemoryRepository({"LATER.md": REGISTER.encode()})
        self.tracker = MemoryTracker()
        self.policy = SyncPolicy(write_back=WriteBack.PULL_REQUEST)
        self.sync()

    def way_back(self) -> WayBack:
        read = partial(read_documents, rules=RULES)
        mode = Proposing(self.repository, read, Options(dt.date(2026, 11, 24)))
        documents = read(self.repository.documents())
        return WayBack(documents, mode, partial(deliver_to_repository, self.repository), self.way_back)

    def plan(self, **policy: object) -> Plan:
        way_back = self.way_back()
        wanted = replace(self.policy, **policy)  # type: ignore[arg-type] # fields of the policy
        return plan_sync(way_back.documents.register, self.tracker, wanted, way_back=way_back)

    def sync(self, **policy: object) -> Report:
        way_back = self.way_back()
        return sync(
            way_back.documents.register,
            self.tracker,
            lambda: contextlib.nullcontext(self.tracker),
            replace(self.policy, **policy),  # type: ignore[arg-type] # fields of the policy
            clock=lambda: NOW,
            way_back=way_back,
        )

    def synced(self, **policy: object) -> list[tuple[str, str]]:
        """Sync; the next one must have nothing to do, and write nothing."""
        report = self.sync(**policy)
        assert [outcome.error for outcome in report.outcomes if not outcome.done] == []
        before = list(self.repository.log)
        again = self.plan(**policy)
        assert again.empty, (again.changes, again.delivery)
        self.sync(**policy)
        assert self.repository.log == before
        return ops(report.plan.changes)

    def closes(self, number: int, reason: Reason = Reason.COMPLETED, *, at: dt.datetime = NOW) -> None:
        self.tracker.closes(number, reason)
        self.tracker.issues[number] = replace(self.tracker.issues[number], state_at=at)

    def reopens(self, number: int, *, at: dt.datetime = NOW) -> None:
        self.tracker.reopens(number)
        self.tracker.issues[number] = replace(self.tracker.issues[number], state_at=at)

    def told(self, number: int) -> list[str]:
        return [body for issue, _, body in self.tracker.comments if issue == number]

    @property
    def proposed(self) -> str:
        return self.repository.at(BRANCH)["LATER.md"].decode()

    @property
    def states(self) -> list[str]:
        return [one.state.value for one in reversed(self.repository.proposals(BRANCH))]


@pytest.fixture
def harbour() -> Harbour:
    return Harbour()


def test_a_close_is_proposed_once_and_waits(harbour: Harbour) -> None:
    harbour.closes(1)
    assert harbour.synced() == [("write-back", "LATER-001")]
    assert harbour.proposed == REGISTER.replace("Dredge the basin | Open", "Dredge the basin | Done")
    assert harbour.states == ["open"]
    assert harbour.plan().notes == ("LATER-001: proposal 1 waits for somebody to merge or close it",)


def test_one_that_goes_to_a_branch_that_is_not_the_base_any_more_is_renewed(harbour: Harbour) -> None:
    harbour.closes(1)
    harbour.synced()
    harbour.repository.lead_astray(1)
    assert harbour.synced() == [("write-back", "LATER-001")]
    assert harbour.repository.proposals(BRANCH)[0].astray is False
    assert harbour.synced() == []


def test_merged_both_sides_agree(harbour: Harbour) -> None:
    harbour.closes(1)
    harbour.sync()
    harbour.repository.merge(1)
    assert ("update", "LATER-001") in harbour.synced()
    assert harbour.told(1) == []


def test_a_further_close_joins_the_one_proposal(harbour: Harbour) -> None:
    harbour.closes(1)
    harbour.sync()
    harbour.closes(2, Reason.NOT_PLANNED)
    harbour.synced()
    assert harbour.states == ["open"]
    assert "Dredge the basin | Done" in harbour.proposed
    assert "Paint the buoys | Cancelled" in harbour.proposed
    assert harbour.repository.proposals(BRANCH)[0].title == "Close LATER-001 and 1 more, as in the tracker"


def test_a_narrow_run_leaves_the_rest_of_the_proposal(harbour: Harbour) -> None:
    harbour.closes(1)
    harbour.sync()
    harbour.closes(2)
    harbour.synced(only=("LATER-002",))
    assert "Dredge the basin | Done" in harbour.proposed
    assert "Paint the buoys | Done" in harbour.proposed


def test_a_narrow_run_proposes_nothing_else(harbour: Harbour) -> None:
    harbour.closes(1)
    harbour.closes(2)
    harbour.synced(only=("LATER-002",))
    assert "Dredge the basin | Open" in harbour.proposed


def test_it_is_rebuilt_from_the_newest_base(harbour: Harbour) -> None:
    harbour.closes(1)
    harbour.sync()
    harbour.repository.push({"LATER.md": REGISTER.replace("Count the gulls", "Count the terns").encode()})
    harbour.synced()
    assert "Count the terns" in harbour.proposed
    assert "Dredge the basin | Done" in harbour.proposed
    assert harbour.states == ["open"]


def test_a_proposal_that_became_empty_is_withdrawn(harbour: Harbour) -> None:
    harbour.closes(1)
    harbour.sync()
    harbour.reopens(1)
    harbour.synced()
    assert harbour.states == ["withdrawn"]
    assert harbour.repository.branch(BRANCH) is None


def test_what_cannot_be_withdrawn_is_told(harbour: Harbour, monkeypatch: pytest.MonkeyPatch) -> None:
    harbour.closes(1)
    harbour.sync()
    harbour.reopens(1)

    def in_use(_number: int, _reason: str) -> None:
        raise DocumentsError("its branch is checked out")

    monkeypatch.setattr(harbour.repository, "withdraw", in_use)
    report = harbour.sync()
    assert (report.undelivered, report.exit_code) == ("its branch is checked out", 5)
    assert harbour.states == ["open"]


def test_what_a_limit_kept_from_being_proposed_is_not_told_as_done(harbour: Harbour) -> None:
    harbour.closes(1)
    harbour.repository.push({"LATER.md": REGISTER.replace("Paint the buoys", "Paint the barrels").encode()})

    def limit(when: str, what: str) -> None:
        if when == "before" and what.startswith("update"):
            raise RateLimitedError("the hour's requests are used up")

    harbour.tracker.trouble = limit
    report = harbour.sync()
    assert (report.undelivered, report.exit_code) == ("", 4)
    assert harbour.states == []


def test_a_proposal_that_somebody_else_opened_meanwhile_fails_what_was_to_be_proposed(
    harbour: Harbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    harbour.closes(1)

    def refused(_branch: str, _text: object) -> None:
        raise RejectedError("proposal 7 of the branch is open already")

    monkeypatch.setattr(harbour.repository, "propose", refused)
    (outcome,) = harbour.sync().outcomes
    assert outcome.error == "proposal 7 of the branch is open already"


def test_what_a_person_wrote_meanwhile_withdraws_it_too(harbour: Harbour) -> None:
    harbour.closes(1)
    harbour.sync()
    harbour.repository.push({"LATER.md": REGISTER.replace("basin | Open", "basin | Done").encode()})
    harbour.synced()
    assert harbour.states == ["withdrawn"]


def test_a_declined_item_is_told_and_not_proposed_again(harbour: Harbour) -> None:
    harbour.closes(1)
    harbour.sync()
    harbour.repository.decline(1)
    assert harbour.synced() == [("comment", "LATER-001")]
    assert "A change of the documents was proposed and declined (proposal 1)." in harbour.told(1)[0]
    assert harbour.states == ["declined"]


def test_a_close_after_the_decline_is_proposed_anew(harbour: Harbour) -> None:
    harbour.closes(1)
    harbour.sync()
    harbour.repository.decline(1)
    harbour.sync()
    harbour.reopens(1, at=NOW + dt.timedelta(hours=1))
    harbour.sync()
    harbour.closes(1, at=NOW + dt.timedelta(hours=2))
    assert harbour.synced() == [("write-back", "LATER-001")]
    assert harbour.states == ["declined", "open"]


def test_only_the_declined_items_are_declined(harbour: Harbour) -> None:
    harbour.closes(1)
    harbour.sync()
    harbour.repository.decline(1)
    harbour.closes(2)
    assert harbour.synced() == [("write-back", "LATER-002"), ("comment", "LATER-001")]
    assert "Dredge the basin | Open" in harbour.proposed


def test_a_persons_commit_stops_the_rebuilding_and_is_told(harbour: Harbour) -> None:
    harbour.closes(1)
    harbour.sync()
    harbour.repository.push_to(BRANCH)
    tip = harbour.repository.branch(BRANCH)
    harbour.closes(2)
    harbour.synced()
    assert harbour.repository.branch(BRANCH) == tip
    body = harbour.repository.proposals(BRANCH)[0].body
    assert "Somebody else committed to this branch" in body
    assert "LATER-002" in body


def test_a_persons_branch_without_a_proposal_is_in_the_way(harbour: Harbour) -> None:
    harbour.closes(1)
    harbour.sync()
    harbour.repository.push_to(BRANCH)
    harbour.repository.decline(1)
    harbour.closes(2)
    report = harbour.sync()
    errors = {outcome.change.key: outcome.error for outcome in report.outcomes}
    assert errors["LATER-002"] == (
        f"the branch {BRANCH} has commits of somebody else, and no proposal is open; delete or rename it"
    )
    assert errors["LATER-001"] is None


def test_a_reopening_is_proposed_as_the_former_status(harbour: Harbour) -> None:
    harbour.repository.push(
        {"LATER.md": REGISTER.replace("Dredge the basin | Open", "Dredge the basin | Blocked").encode()}
    )
    harbour.sync()
    harbour.repository.push(
        {"LATER.md": REGISTER.replace("Dredge the basin | Open", "Dredge the basin | Done").encode()}
    )
    harbour.sync()
    harbour.reopens(1)
    harbour.synced()
    assert "Dredge the basin | Blocked" in harbour.proposed


def test_what_cannot_be_written_is_told_on_the_issue(harbour: Harbour, monkeypatch: pytest.MonkeyPatch) -> None:
    why = "LATER-001 cannot be made resolved in LATER.md. Change it by hand, at LATER.md:5."
    monkeypatch.setattr(Writer, "write", lambda _self, key, _status, **_: Unwritten(key, why))
    harbour.closes(1)
    assert harbour.synced() == [("comment", "LATER-001")]
    assert why in harbour.told(1)[0]
    assert harbour.states == []


def test_a_branch_that_moved_between_plan_and_delivery_fails_the_run_and_loses_nothing(harbour: Harbour) -> None:
    harbour.closes(1)
    planned = harbour.way_back()
    plan = plan_sync(planned.documents.register, harbour.tracker, harbour.policy, way_back=planned)
    assert plan.delivery is not None
    harbour.sync()
    tip = harbour.repository.branch(BRANCH)
    with pytest.raises(StaleDocumentsError, match="the branch has moved"):
        deliver_to_repository(harbour.repository, plan.delivery)
    assert harbour.repository.branch(BRANCH) == tip
