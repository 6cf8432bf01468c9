"""What people do in the tracker, written straight into the documents that count."""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from builders import ANNA, GUEST, NOW, STALE
from gapkeeper.app.documents import read_documents
from gapkeeper.app.sync import plan_sync, sync
from gapkeeper.app.write_back import Direct, Nowhere, Options, WayBack
from gapkeeper.errors import DocumentsError, RefusedError, StaleDocumentsError
from gapkeeper.model.policy import OnMove, SyncPolicy, WriteBack
from gapkeeper.model.rules import ReadingRules
from gapkeeper.model.snapshot import Reason
from memory_repository import MemoryDocuments
from memory_tracker import Crashed, MemoryTracker
from syncing import ops

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gapkeeper.app.write_back import WriteBackMode
    from gapkeeper.model.delivery import Delivery
    from gapkeeper.model.edits import DocumentEdit
    from gapkeeper.model.plan import Plan, Report
    from gapkeeper.model.snapshot import Issue

OPTIONS = Options(dt.date(2026, 11, 24))
REGISTER = """# Register

| ID | Title | Status |
|----|-------|--------|
| LATER-001 | Dredge the basin | Open |
| LATER-002 | Paint the buoys | Blocked |
"""
ACTIONS = """# Actions

### ACTION-001: Hire a dredger

| Field | Value |
|---|---|
| Status | In Progress |
| Resolves | LATER-001 |
"""


@dataclass
class Harbour:
    """Files in memory, written to as a folder is; ``meanwhile`` is what a person does just before a delivery."""

    files: dict[str, bytes] = field(
        default_factory=lambda: {"LATER.md": REGISTER.encode(), "ACTIONS.md": ACTIONS.encode()}
    )
    policy: SyncPolicy = field(default_factory=lambda: SyncPolicy(write_back=WriteBack.WORKTREE))
    obstacles: dict[str, str] = field(default_factory=dict)
    meanwhile: Callable[[], None] = lambda: None
    mode: WriteBackMode | None = None
    options: Options = OPTIONS

    def __post_init__(self) -> None:
        self.tracker = MemoryTracker()
        self.deliveries = 0
        self.sync()

    def way_back(self) -> WayBack:
        documents = read_documents(MemoryDocuments(dict(self.files)), ReadingRules())
        direct = Direct(WriteBack.WORKTREE, self._in_the_way, self.options)
        return WayBack(documents, self.mode or direct, self._deliver, self.way_back)

    def _in_the_way(self, edits: Sequence[DocumentEdit]) -> Mapping[str, str]:
        return {edit.path: self.obstacles[edit.path] for edit in edits if edit.path in self.obstacles}

    def _deliver(self, delivery: Delivery) -> None:
        self.meanwhile()
        for edit in delivery.edits:
            if self.files.get(edit.path) != edit.old:
                raise StaleDocumentsError(f"{edit.path} is not what was read")
        self.files |= {edit.path: edit.new for edit in delivery.edits}
        self.deliveries += 1

    def plan(self, **policy: object) -> Plan:
        way_back = self.way_back()
        wanted = replace(self.policy, **policy)  # type: ignore[arg-type] # fields of the policy
        return plan_sync(way_back.documents.register, self.tracker, wanted, way_back=way_back)

    def sync(self, *, expect: str | None = None, **policy: object) -> Report:
        way_back = self.way_back()
        return sync(
            way_back.documents.register,
            self.tracker,
            lambda: contextlib.nullcontext(self.tracker),
            replace(self.policy, **policy),  # type: ignore[arg-type] # fields of the policy
            clock=lambda: NOW,
            expect=expect,
            way_back=way_back,
        )

    def synced(self, **policy: object) -> list[tuple[str, str]]:
        """Sync; the next one must have nothing to do."""
        report = self.sync(**policy)
        assert [outcome.error for outcome in report.outcomes if not outcome.done] == []
        again = self.plan(**policy)
        assert again.empty, again.changes
        return [op for op in ops(report.plan.changes) if op[0] != "label"]

    def errors(self, report: Report) -> dict[str, str | None]:
        return {outcome.change.key: outcome.error for outcome in report.outcomes if outcome.change.op != "label"}

    def number(self, key: str) -> int:
        return next(number for number, issue in self.tracker.issues.items() if issue.title.startswith(key))

    def closes(self, key: str, reason: Reason = Reason.COMPLETED, **who: object) -> None:
        self.tracker.closes(self.number(key), reason, **who)  # type: ignore[arg-type] # who closes

    def said(self, path: str) -> str:
        return self.files[path].decode()

    def told(self, key: str) -> list[str]:
        return [body for number, _, body in self.tracker.comments if number == self.number(key)]


@pytest.fixture
def harbour() -> Harbour:
    return Harbour()


def test_a_close_is_written_and_both_sides_agree(harbour: Harbour) -> None:
    harbour.closes("LATER-002", Reason.NOT_PLANNED)
    assert harbour.synced() == [("write-back", "LATER-002")]
    assert harbour.said("LATER.md") == REGISTER.replace("buoys | Blocked", "buoys | Cancelled")
    assert harbour.told("LATER-002") == []


def test_other_documents_are_left_unless_the_configuration_says_everywhere(harbour: Harbour) -> None:
    checkpoint = b"# Checkpoint\n\nDate: 2026-01-02\n\n| Item | State |\n|---|---|\n| LATER-002 | In Progress |\n"
    harbour.files["checkpoint.md"] = checkpoint
    harbour.sync()
    harbour.closes("LATER-002")
    harbour.synced()
    assert harbour.files["checkpoint.md"] == checkpoint
    harbour.options = replace(OPTIONS, everywhere=True)
    harbour.tracker.reopens(harbour.number("LATER-002"))
    assert harbour.synced() == [("write-back", "LATER-002")]
    assert harbour.said("LATER.md") == REGISTER
    assert harbour.files["checkpoint.md"] == checkpoint.replace(b"In Progress", b"Blocked")


def test_a_reopening_brings_the_former_status_back(harbour: Harbour) -> None:
    harbour.closes("LATER-002")
    harbour.sync()
    harbour.tracker.reopens(harbour.number("LATER-002"))
    assert harbour.synced() == [("write-back", "LATER-002")]
    assert harbour.said("LATER.md") == REGISTER


def test_what_an_item_resolves_is_closed_with_it(harbour: Harbour) -> None:
    harbour.closes("ACTION-001")
    assert harbour.synced() == [("close", "LATER-001"), ("write-back", "ACTION-001")]
    assert "ACTION-001" in harbour.told("LATER-001")[0]
    assert harbour.said("LATER.md") == REGISTER


def test_both_closed_by_people_are_both_written(harbour: Harbour) -> None:
    harbour.closes("ACTION-001")
    harbour.closes("LATER-001")
    assert harbour.synced() == [("write-back", "ACTION-001"), ("write-back", "LATER-001")]
    assert harbour.told("LATER-001") == []


@pytest.mark.parametrize("actor", [GUEST, STALE], ids=["guest", "bot"])
def test_whose_word_does_not_count_changes_no_document(harbour: Harbour, actor: object) -> None:
    harbour.closes("LATER-002", by=actor)
    assert harbour.synced() == [("comment", "LATER-002")]
    assert harbour.said("LATER.md") == REGISTER
    assert len(harbour.told("LATER-002")) == 1


@pytest.mark.parametrize("choice", [OnMove.COMMENT, OnMove.IGNORE, OnMove.UNDO])
def test_another_policy_changes_no_document(harbour: Harbour, choice: OnMove) -> None:
    harbour.closes("LATER-002", by=ANNA)
    harbour.synced(on_close=choice)
    assert harbour.said("LATER.md") == REGISTER


def test_a_document_that_cannot_be_written_holds_up_no_other(harbour: Harbour) -> None:
    harbour.obstacles["LATER.md"] = "LATER.md has changes that nobody committed"
    harbour.closes("LATER-002")
    harbour.closes("ACTION-001")
    report = harbour.sync()
    assert harbour.errors(report)["LATER-002"] == "LATER.md has changes that nobody committed"
    assert harbour.errors(report)["ACTION-001"] is None
    assert report.exit_code == 5
    assert "| Status | Resolved |" in harbour.said("ACTIONS.md")
    assert harbour.said("LATER.md") == REGISTER
    harbour.obstacles.clear()
    assert harbour.synced() == [("write-back", "LATER-002")]


def test_a_document_that_changed_meanwhile_is_planned_again(harbour: Harbour) -> None:
    edited = REGISTER.replace("Dredge the basin", "Dredge the whole basin").encode()

    def once() -> None:
        harbour.files["LATER.md"] = edited
        harbour.meanwhile = lambda: None

    harbour.closes("LATER-002")
    harbour.meanwhile = once
    report = harbour.sync()
    assert report.exit_code == 0
    assert harbour.said("LATER.md") == edited.decode().replace("buoys | Blocked", "buoys | Resolved")
    assert harbour.plan().empty


def test_a_document_that_never_rests_ends_the_run_and_nothing_is_overwritten(harbour: Harbour) -> None:
    def again() -> None:
        harbour.files["LATER.md"] += b"\n"

    harbour.closes("LATER-002")
    harbour.meanwhile = again
    with pytest.raises(StaleDocumentsError):
        harbour.sync()
    assert harbour.said("LATER.md").rstrip("\n") == REGISTER.rstrip("\n")
    assert harbour.deliveries == 0


def test_the_expected_plan_and_no_other_is_delivered(harbour: Harbour) -> None:
    harbour.closes("LATER-002")
    fingerprint = harbour.plan().fingerprint
    harbour.meanwhile = lambda: harbour.files.update({"LATER.md": REGISTER.replace("Paint", "Polish").encode()})
    with pytest.raises(RefusedError, match="not as expected"):
        harbour.sync(expect=fingerprint)
    assert harbour.deliveries == 0
    harbour.meanwhile = lambda: None
    harbour.files["LATER.md"] = REGISTER.encode()
    assert harbour.sync(expect=fingerprint).exit_code == 0
    assert harbour.deliveries == 1


def test_a_limit_counts_what_is_written(harbour: Harbour) -> None:
    harbour.closes("LATER-002")
    harbour.closes("ACTION-001")
    report = harbour.sync(limit=1)
    assert [op for op in ops(report.plan.changes) if op[0] != "label"] == [("write-back", "ACTION-001")]
    assert harbour.said("LATER.md") == REGISTER
    harbour.sync()
    assert "buoys | Resolved" in harbour.said("LATER.md")


def test_a_run_that_ends_right_behind_the_documents_is_gone_on_with(harbour: Harbour) -> None:
    harbour.closes("LATER-002")

    def dies(_when: str, _what: str) -> None:
        raise Crashed

    harbour.tracker.trouble = dies
    with pytest.raises(Crashed):
        harbour.sync()
    assert "buoys | Resolved" in harbour.said("LATER.md")
    harbour.tracker.trouble = lambda _when, _what: None
    assert harbour.synced() == [("update", "LATER-002")]
    assert harbour.deliveries == 1


def test_documents_that_cannot_be_delivered_change_no_issue(harbour: Harbour) -> None:
    harbour.closes("ACTION-001")
    writes = list(harbour.tracker.log)

    def full() -> None:
        raise DocumentsError("ACTIONS.md cannot be written: no space left on the device")

    harbour.meanwhile = full
    with pytest.raises(DocumentsError, match="no space left"):
        harbour.sync()
    assert harbour.tracker.log == writes


def test_where_there_is_nowhere_to_write_it_waits_and_says_so(harbour: Harbour) -> None:
    harbour.mode = Nowhere("the folder is in no repository")
    harbour.closes("LATER-002")
    report = harbour.sync()
    assert harbour.errors(report) == {"LATER-002": "the folder is in no repository"}
    harbour.mode = None
    assert harbour.synced() == [("write-back", "LATER-002")]


def test_a_close_that_is_taken_back_at_the_last_moment_reaches_no_document(
    harbour: Harbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    harbour.closes("LATER-001")
    harbour.closes("LATER-002")
    look, number = harbour.tracker.issue, harbour.number("LATER-002")
    looked: list[int] = []

    def looked_at(asked: int) -> Issue:
        looked.append(asked)
        if len(looked) == 1:
            harbour.tracker.reopens(number)
        return look(asked)

    monkeypatch.setattr(harbour.tracker, "issue", looked_at)
    assert harbour.errors(harbour.sync()) == {"LATER-001": None}
    assert harbour.said("LATER.md") == REGISTER.replace("basin | Open", "basin | Resolved")
    assert harbour.plan().empty


def test_a_run_that_waited_for_another_one_reads_the_documents_anew(harbour: Harbour) -> None:
    harbour.closes("LATER-002")
    read_before, seen_before = harbour.way_back(), harbour.tracker.copied()
    harbour.sync()  # the other one
    report = sync(
        read_before.documents.register,
        seen_before,
        lambda: contextlib.nullcontext(harbour.tracker),
        harbour.policy,
        clock=lambda: NOW,
        way_back=read_before,
    )
    assert report.plan.empty, "the documents say so already: nobody reopened anything"
    assert harbour.deliveries == 1


def test_a_hold_keeps_a_close_from_the_documents(harbour: Harbour) -> None:
    harbour.closes("LATER-002")
    number = harbour.number("LATER-002")
    issue = harbour.tracker.issues[number]
    harbour.tracker.issues[number] = replace(issue, labels=issue.labels | {"gapkeeper: hold"})
    assert harbour.synced() == []
    assert harbour.said("LATER.md") == REGISTER


def test_a_close_as_duplicate_says_nothing_of_the_item(harbour: Harbour) -> None:
    harbour.closes("LATER-002", Reason.DUPLICATE)
    assert harbour.synced() == [("comment", "LATER-002")]
    assert harbour.said("LATER.md") == REGISTER


def test_the_reading_of_documents_keeps_their_bytes() -> None:
    files = {"LATER.md": REGISTER.encode(), "notes.md": b"nothing\n"}
    found = read_documents(MemoryDocuments(files), ReadingRules())
    assert dict(found.data) == files
    assert [item.key for item in found.register.items] == ["LATER-001", "LATER-002"]
    assert partial(found.data.get)("gone.md") is None
