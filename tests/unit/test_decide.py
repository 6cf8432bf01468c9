"""The state rule over every combination, against an oracle that says section 2 in its own words.

The oracle is a list of rules, each with its whole condition. For every combination exactly one of
them holds, so it neither depends on an order nor on the way in which the table is written.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import pytest

from gapkeeper.model.plan import Op
from gapkeeper.model.policy import OnMove, OnRemove
from gapkeeper.model.status import State, Status
from gapkeeper.planning.decide import EFFECTS, TABLE, Action, decide
from gapkeeper.planning.situation import Base, Choices, Documents, Mover, Observed, Writing, situation

STATUSES = (Status.PENDING, Status.BLOCKED, Status.RESOLVED, Status.CANCELLED, None)
CLOSED = (Observed.COMPLETED, Observed.NOT_PLANNED, Observed.DUPLICATE)
ISSUE = (Observed.OPEN, *CLOSED)
BASES = (None, *(Base(documents, tracker) for documents in STATUSES for tracker in ISSUE))


@dataclass(frozen=True)
class Case:
    status: Status | None
    base: Base | None
    tracker: Observed
    mover: Mover
    unlike: bool
    writing: Writing
    choices: Choices

    @property
    def documents_open(self) -> bool:
        return self.status is not None and self.status.state is State.OPEN

    @property
    def documents_closed(self) -> bool:
        return self.status is not None and self.status.state is State.CLOSED

    @property
    def documents_absent(self) -> bool:
        return self.status is None

    @property
    def issue_open(self) -> bool:
        return self.tracker is Observed.OPEN

    @property
    def issue_closed(self) -> bool:
        return self.tracker in CLOSED

    @property
    def has_issue(self) -> bool:
        return self.tracker in ISSUE

    @property
    def documents_moved(self) -> bool:
        return self.base is None or self.status is not self.base.documents

    @property
    def tracker_moved(self) -> bool:
        return self.base is None or self.tracker is not self.base.tracker

    @property
    def apart(self) -> bool:
        return (self.documents_open and self.issue_closed) or (self.documents_closed and self.issue_open)

    @property
    def agree(self) -> bool:
        return (self.documents_open and self.issue_open) or (self.documents_closed and self.issue_closed)

    @property
    def another_item(self) -> bool:
        return self.unlike and self.documents_open and self.issue_closed

    @property
    def only_the_tracker_moved_apart(self) -> bool:
        return self.tracker_moved and not self.documents_moved and self.apart and not self.another_item

    @property
    def word_counts(self) -> bool:
        return self.mover in {Mover.WRITER, Mover.OURSELVES}

    @property
    def setting(self) -> OnMove:
        """What a person's close or reopen does."""
        return self.choices.on_close if self.issue_closed else self.choices.on_reopen

    @property
    def heard(self) -> bool:
        """A move that somebody made whose word counts, and that is not ignored."""
        return self.only_the_tracker_moved_apart and self.word_counts and self.setting is not OnMove.IGNORE

    @property
    def would_be_written(self) -> bool:
        return (
            self.heard
            and self.tracker is not Observed.DUPLICATE
            and self.setting is OnMove.WRITE_BACK
            and self.choices.writes_back
        )

    @property
    def orphaned_now(self) -> bool:
        """The item went away since the last sync, and its issue is open and not reopened by a person."""
        reopened_by_a_person = self.tracker_moved and self.mover is not Mover.BOT
        return self.documents_absent and self.documents_moved and self.issue_open and not reopened_by_a_person


def reason_follows(c: Case) -> bool:
    """Only the documents moved, between closed and closed, and the reason was the documents' own."""
    if not (c.documents_closed and c.issue_closed and c.documents_moved and not c.tracker_moved):
        return False
    assert c.base is not None
    ours = {Status.RESOLVED: Observed.COMPLETED, Status.CANCELLED: Observed.NOT_PLANNED, None: Observed.NOT_PLANNED}
    assert c.status is not None
    was_ours = c.base.documents in ours and ours[c.base.documents] is c.tracker
    return was_ours and ours[c.status] is not c.tracker


def written_now(c: Case) -> bool:
    """Both sides say what a person said in the tracker, since the documents are written in this run."""
    return c.agree and (c.documents_moved or c.tracker_moved) and c.writing is Writing.WRITTEN


RULES = (
    ("released: no write, and no new issue", Action.NOTHING, lambda c: c.tracker is Observed.RELEASED),
    ("no issue, documents open: create", Action.CREATE, lambda c: c.documents_open and c.tracker is Observed.NONE),
    ("deleted: created again", Action.CREATE_AGAIN, lambda c: c.documents_open and c.tracker is Observed.DELETED),
    ("adopt", Action.ADOPT, lambda c: c.documents_open and c.tracker is Observed.FOUND),
    (
        "a closed one is linked, and a new one created",
        Action.CREATE_ANEW,
        lambda c: c.documents_open and c.tracker is Observed.FOUND_CLOSED,
    ),
    (
        "no issue, documents closed: nothing",
        Action.NOTHING,
        lambda c: (
            c.documents_closed
            and not c.choices.backfill
            and c.tracker in {Observed.NONE, Observed.DELETED, Observed.FOUND, Observed.FOUND_CLOSED}
        ),
    ),
    (
        "backfill: created closed",
        Action.CREATE_CLOSED,
        lambda c: c.documents_closed and c.choices.backfill and c.tracker in {Observed.NONE, Observed.DELETED},
    ),
    (
        "backfill: adopted",
        Action.ADOPT,
        lambda c: c.documents_closed and c.choices.backfill and c.tracker is Observed.FOUND_CLOSED,
    ),
    (
        "backfill: adopted, and nothing is closed that a person left open",
        Action.ADOPT_APART,
        lambda c: c.documents_closed and c.choices.backfill and c.tracker is Observed.FOUND,
    ),
    (
        "no item and no issue",
        Action.NOTHING,
        lambda c: c.documents_absent and not c.has_issue and c.tracker is not Observed.RELEASED,
    ),
    ("item gone, issue closed: nothing", Action.NOTHING, lambda c: c.documents_absent and c.issue_closed),
    (
        "item gone: known, reopened by a person, or ignored",
        Action.NOTHING,
        lambda c: (
            c.documents_absent and c.issue_open and (not c.orphaned_now or c.choices.on_remove is OnRemove.IGNORE)
        ),
    ),
    (
        "item gone: label",
        Action.ORPHAN,
        lambda c: c.orphaned_now and c.choices.on_remove is OnRemove.LABEL,
    ),
    (
        "item gone: close",
        Action.CLOSE_REMOVED,
        lambda c: c.orphaned_now and c.choices.on_remove is OnRemove.CLOSE,
    ),
    ("an unlike title after its issue was closed: a new item", Action.CREATE_ANEW, lambda c: c.another_item),
    (
        "neither side moved: nothing, even where they differ",
        Action.NOTHING,
        lambda c: (
            not c.documents_absent
            and c.has_issue
            and not c.documents_moved
            and not c.tracker_moved
            and not c.another_item
        ),
    ),
    (
        "agreed: the base moves, a person's reason stays",
        Action.REMEMBER,
        lambda c: c.agree and (c.documents_moved or c.tracker_moved) and not reason_follows(c) and not written_now(c),
    ),
    ("agreed, since it is written in this run", Action.WRITTEN, written_now),
    (
        "resolved and cancelled: the reason follows",
        Action.CORRECT_REASON,
        lambda c: reason_follows(c) and not written_now(c),
    ),
    (
        "only the documents moved: close",
        Action.CLOSE,
        lambda c: c.documents_closed and c.issue_open and c.documents_moved and not c.tracker_moved,
    ),
    (
        "only the documents moved: reopen",
        Action.REOPEN,
        lambda c: (
            c.documents_open and c.issue_closed and c.documents_moved and not c.tracker_moved and not c.another_item
        ),
    ),
    (
        "both moved apart: open wins",
        Action.CONFLICT,
        lambda c: c.apart and c.documents_moved and c.tracker_moved and not c.another_item,
    ),
    (
        "only the tracker moved: ignored",
        Action.REMEMBER,
        lambda c: c.only_the_tracker_moved_apart and c.setting is OnMove.IGNORE,
    ),
    (
        "only the tracker moved, by a bot or a stranger: a comment and nothing else",
        Action.COMMENT,
        lambda c: c.only_the_tracker_moved_apart and c.setting is not OnMove.IGNORE and not c.word_counts,
    ),
    (
        "closed as duplicate: comment only",
        Action.COMMENT,
        lambda c: c.heard and c.tracker is Observed.DUPLICATE,
    ),
    (
        "a close that is undone",
        Action.UNDO_CLOSE,
        lambda c: c.heard and c.tracker in CLOSED[:2] and c.choices.on_close is OnMove.UNDO,
    ),
    (
        "a reopening that is undone",
        Action.UNDO_REOPEN,
        lambda c: c.heard and c.issue_open and c.choices.on_reopen is OnMove.UNDO,
    ),
    (
        "told, because the policy says so",
        Action.COMMENT,
        lambda c: c.heard and c.tracker is not Observed.DUPLICATE and c.setting is OnMove.COMMENT,
    ),
    (
        "told, because nothing is written back",
        Action.COMMENT,
        lambda c: (
            c.heard
            and c.tracker is not Observed.DUPLICATE
            and c.setting is OnMove.WRITE_BACK
            and not c.choices.writes_back
        ),
    ),
    (
        "told, because it cannot be written, or people declined it",
        Action.COMMENT,
        lambda c: c.would_be_written and c.writing is Writing.BARRED,
    ),
    ("written back", Action.WRITE_BACK, lambda c: c.would_be_written and c.writing is not Writing.BARRED),
)


def choices(status: Status | None, tracker: Observed) -> list[Choices]:
    """Every combination of the settings that section 2 names for such a case."""
    if tracker not in ISSUE:
        return [Choices(backfill=backfill) for backfill in (False, True)]
    if status is None:
        return [Choices(on_remove=on_remove) for on_remove in OnRemove]
    return [
        Choices(on_close=on_close, on_reopen=on_reopen, writes_back=writes_back)
        for on_close, on_reopen, writes_back in itertools.product(OnMove, OnMove, (False, True))
    ]


def cases(status: Status | None, base: Base | None, tracker: Observed) -> list[Case]:
    return [
        Case(status, base, tracker, mover, unlike, writing, chosen)
        for mover in Mover
        for unlike in (False, True)
        for writing in Writing
        for chosen in choices(status, tracker)
    ]


def action(c: Case) -> Action:
    now = situation(c.status, c.base, c.tracker, mover=c.mover, unlike=c.unlike, writing=c.writing)
    return decide(now, c.choices).then


def tracker_after(c: Case, then: Action) -> Observed:
    """What the tracker shows once the action is done."""
    state = EFFECTS[then].state
    if then is Action.ADOPT_APART:
        return Observed.OPEN
    if then is Action.ADOPT:
        return Observed.OPEN if c.tracker is Observed.FOUND else Observed.COMPLETED
    if state is None:
        return c.tracker
    if state is State.OPEN:
        return Observed.OPEN
    return Observed.COMPLETED if c.status is Status.RESOLVED else Observed.NOT_PLANNED


@pytest.mark.parametrize("tracker", Observed, ids=lambda t: f"tracker:{t}")
@pytest.mark.parametrize(
    "base", BASES, ids=lambda b: "base:none" if b is None else f"base:{b.documents or 'absent'}/{b.tracker}"
)
@pytest.mark.parametrize("status", STATUSES, ids=lambda s: f"documents:{s or 'absent'}")
def test_every_combination(status: Status | None, base: Base | None, tracker: Observed) -> None:
    for case in cases(status, base, tracker):
        holding = [(rule, then) for rule, then, holds in RULES if holds(case)]
        assert len(holding) == 1, (case, holding)
        then = action(case)
        assert then is holding[0][1], (case, holding)
        check_invariants(case, then)


def check_invariants(c: Case, then: Action) -> None:
    """What must never happen, whatever the rules say."""
    effect = EFFECTS[then]
    closes = effect.op is not None and effect.state is State.CLOSED and c.issue_open
    undoes = c.choices.on_reopen is OnMove.UNDO
    reopened = c.base is not None and c.base.tracker is not Observed.OPEN and c.issue_open

    # Nothing closes that a person reopened while the documents did not move.
    if closes and reopened and not c.documents_moved:
        assert undoes
        assert c.word_counts
    # Open wins: where the documents have it open, nothing closes.
    assert not (closes and c.documents_open)
    # Nothing is closed where nobody can tell who moved.
    assert not (closes and c.base is None and not c.documents_absent)
    # A bot and a stranger move nothing but the base.
    if c.only_the_tracker_moved_apart and not c.word_counts:
        assert effect.state is None
        assert effect.op in {Op.COMMENT, Op.UPDATE}
    # No second issue while there is one that is open, and none beside a released one.
    if effect.op is Op.CREATE:
        assert not c.issue_open
        assert c.tracker not in {Observed.RELEASED, Observed.FOUND}
        assert not c.has_issue or c.another_item
    # Whoever is not heard is told.
    if effect.op in {Op.CLOSE, Op.REOPEN, Op.CONFLICT, Op.ORPHAN, Op.COMMENT}:
        assert effect.comments
    # The second run has nothing to do.
    if effect.moves_base:
        after = tracker_after(c, then)
        again = Case(
            c.status,
            Base(c.status, after),
            after,
            c.mover,
            unlike=False,
            writing=Writing.POSSIBLE,
            choices=c.choices,
        )
        assert action(again) is Action.NOTHING, (c, then)
    elif then is Action.WRITE_BACK:
        assert c.choices.writes_back


def test_no_row_is_idle() -> None:
    """Every row decides something: a row that cannot be reached is a rule that does not hold."""
    deciding = {
        decide(situation(c.status, c.base, c.tracker, mover=c.mover, unlike=c.unlike, writing=c.writing), c.choices)
        for status in STATUSES
        for base in BASES
        for tracker in Observed
        for c in cases(status, base, tracker)
    }
    assert [row.rule for row in TABLE if row not in deciding] == []


def test_no_setting_reaches_further_than_its_rule() -> None:
    """So the combinations above are all that there are: elsewhere no row looks at the setting."""
    for row in TABLE:
        assert row.on_remove is None or set(row.documents or ()) == {Documents.ABSENT}
        assert row.on_close is None or set(row.documents or ()) == {Documents.OPEN}
        assert row.on_reopen is None or set(row.documents or ()) == {Documents.RESOLVED, Documents.CANCELLED}
        assert row.writes_back is None or Documents.ABSENT not in (row.documents or {Documents.ABSENT})
        assert row.backfill is None or not set(row.tracker or ISSUE) & set(ISSUE)


def test_every_action_has_an_effect() -> None:
    assert set(EFFECTS) == set(Action)
    assert {row.then for row in TABLE} == set(Action)
