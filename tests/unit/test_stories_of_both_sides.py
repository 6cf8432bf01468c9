"""What the state machine of `property/test_both_ways.py` once found, and what it has to be able to see.

Each story ends in a sync; everything that has to hold after it is checked there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from both_ways import DAMAGES, World
from both_ways_model import HOLD, MANAGED, Ident
from builders import ANNA, GUEST, STALE
from ferry_line import CHECKPOINT, DOCUMENTS, GAPS, GERMAN
from gapkeeper.model.policy import OnMove, OnRemove, SyncPolicy, WriteBack
from gapkeeper.model.snapshot import Reason
from gapkeeper.model.status import State, Status
from git_place import GitPlace
from memory_place import MemoryPlace

if TYPE_CHECKING:
    from gapkeeper.model.snapshot import Actor

KEY = "LATER-001"
CASH = Ident(GERMAN, "ISSUE-001")  # another document has an ISSUE-001, too
CHILDREN = Ident(CHECKPOINT, "ISSUE-001")


def world(write_back: WriteBack = WriteBack.WORKTREE, **rest: object) -> World:
    """Documents and issues that agree."""
    policy = SyncPolicy(write_back=write_back, allow_mass_change=True, **rest)  # type: ignore[arg-type] # as its own
    made = World(MemoryPlace(DOCUMENTS, policy))
    made.sync()
    return made


def number(made: World, name: Ident) -> int:
    return made.number(name.id, name.path)


def headed(made: World, path: str | None, to: str) -> int:
    """Where a document stands among those that an item with a heading can move to."""
    return [there for there, _ in made.places_for("ISSUE") if there != path].index(to)


# --- The plain ways -------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [MemoryPlace, GitPlace])
@pytest.mark.parametrize("write_back", WriteBack)
def test_closes_and_reopens_reach_every_form_of_document(
    write_back: WriteBack, place: type[MemoryPlace | GitPlace]
) -> None:
    told = World(place(DOCUMENTS, SyncPolicy(write_back=write_back, backfill=True, allow_mass_change=True)))
    told.sync()
    for known in list(told.model.known.values()):
        told.close(known.issue, Reason.NOT_PLANNED)
    told.sync()
    told.merge("ff", delete=True)
    told.sync()
    closed = {entry.status.state for _, entry in told.items().values()}
    assert closed == ({State.OPEN, State.CLOSED} if write_back is WriteBack.OFF else {State.CLOSED})
    for known in list(told.model.known.values()):
        told.reopen(known.issue)
    told.sync()
    told.merge("squash")
    told.sync()
    told.place.close()


@pytest.mark.parametrize("by", [GUEST, STALE])
def test_nobody_without_write_access_changes_a_document(by: Actor) -> None:
    told = world()
    told.close(KEY, by=by)
    told.sync()
    told.reopen(KEY, by=ANNA)
    told.close(KEY, by=ANNA)
    told.sync()
    assert told.items()[Ident(None, KEY)][1].status is Status.PENDING  # they agreed to differ: nobody moved since


@pytest.mark.parametrize("label", [MANAGED, HOLD])
def test_what_is_released_or_on_hold_waits_for_its_label(label: str) -> None:
    told = world(WriteBack.COMMIT)
    told.toggle(KEY, label)
    told.close(KEY)
    told.restate("LATER-002", Status.RESOLVED)
    told.commit()
    told.sync()
    assert told.items()[Ident(None, KEY)][1].status is Status.PENDING
    told.toggle(KEY, label)
    told.sync()
    assert told.items()[Ident(None, KEY)][1].status is Status.RESOLVED


def test_a_document_with_changes_that_nobody_committed_waits() -> None:
    told = world()
    told.note("LATER.md", before=0)
    told.close(KEY)
    (waiting,) = [one for one in told.sync() if one.waits]
    assert waiting.ident == Ident(None, KEY)
    told.commit()
    told.sync()
    assert told.items()[Ident(None, KEY)][1].status is Status.RESOLVED


def test_a_persons_commit_on_our_branch_stays_and_what_is_declined_is_not_proposed_again() -> None:
    told = world(WriteBack.PULL_REQUEST)
    told.close(KEY)
    told.sync()
    told.commit_on_branch()
    told.close("ACTION-001", Reason.NOT_PLANNED)
    told.sync()
    told.decline()
    told.sync()
    told.delete_branch()
    told.sync()
    assert told.open_proposal() is None
    told.reopen(KEY)
    told.sync()
    told.close(KEY)
    told.sync()
    assert told.open_proposal() is not None


# --- Whose issue it is ----------------------------------------------------------------------------------


def test_a_released_successor_gets_no_successor_of_its_own() -> None:
    told = world()
    told.retitle(CASH, unlike=True)
    told.close(number(told, CASH), Reason.DUPLICATE)
    told.sync()  # another item under an old ID: a new issue, which goes on with the closed one
    told.toggle(number(told, CASH), MANAGED)
    told.sync()


@pytest.mark.parametrize("how", DAMAGES)
def test_a_successor_that_lost_its_marker_is_known_again(how: str) -> None:
    told = world()
    told.retitle(CASH, unlike=True)
    told.close(number(told, CASH), Reason.DUPLICATE)
    told.sync()
    before = set(told.issues())
    told.damage(number(told, CASH), how)
    told.sync()
    assert set(told.issues()) == before
    told.restate(CASH, Status.RESOLVED)
    told.sync()


def test_a_closed_successor_whose_marker_was_edited_is_known_again() -> None:
    told = world(WriteBack.OFF)
    told.retitle("ACTION-010", unlike=True)
    told.close("ACTION-010", Reason.NOT_PLANNED)
    told.sync()
    told.close("ACTION-010")
    told.damage("ACTION-010", "edited")
    told.sync()


def test_what_a_moved_successor_goes_on_with_takes_no_item_that_comes_to_its_place() -> None:
    told = world(WriteBack.OFF)
    told.close(number(told, CHILDREN), by=GUEST)
    told.retitle(CHILDREN, unlike=True)
    told.sync()
    told.move(CHILDREN, 0)
    told.sync()
    cash = number(told, CASH)
    told.move(CASH, headed(told, GERMAN, CHECKPOINT))
    told.sync()
    assert number(told, CHILDREN) == cash


def test_a_lost_marker_takes_no_item_of_another_document() -> None:
    told = world(WriteBack.OFF, on_remove=OnRemove.IGNORE)
    told.remove(CASH)
    told.damage(number(told, CASH), "cut")
    children = number(told, CHILDREN)
    told.sync()
    told.rename_document(sorted(told.sections).index(CHECKPOINT))
    told.sync()
    assert children in {known.issue for known in told.model.known.values()}


def test_of_two_lost_markers_the_one_that_tells_its_item_is_believed_first() -> None:
    told = world(on_remove=OnRemove.CLOSE)
    told.remove(CHILDREN)
    told.rename_document(sorted(told.sections).index(GERMAN))
    told.sync()
    (cash,) = [name for name in told.names() if name.id == "ISSUE-001"]
    told.damage(number(told, cash), "endless")
    told.damage(number(told, CHILDREN), "cut")
    told.sync()


def test_of_two_lost_markers_the_one_whose_title_names_the_document_is_believed_first() -> None:
    told = world(WriteBack.OFF)
    told.remove(CHILDREN)
    told.damage(number(told, CHILDREN), "edited")
    told.damage(number(told, CASH), "cut")
    told.sync()


def test_another_documents_lost_issue_is_no_successor() -> None:
    told = world(WriteBack.OFF, on_remove=OnRemove.IGNORE)
    told.restate(CHILDREN, Status.RESOLVED)
    told.sync()
    told.remove(CASH)
    told.damage(number(told, CASH), "cut")
    told.sync()
    told.restate(CHILDREN, Status.PENDING)
    told.sync()


def test_an_issue_whose_title_tells_its_item_is_restored_although_another_may_have_been_renamed_to_it() -> None:
    told = world(WriteBack.OFF)
    told.rename_document(sorted(told.sections).index(GERMAN))
    (cash,) = [name for name in told.names() if name.id == "ISSUE-001" and name.path != CHECKPOINT]
    told.retitle(cash, unlike=True)
    told.sync()  # nobody can tell that it is the same item: a new issue
    told.commit()  # git can, too late
    told.damage(number(told, cash), "removed")
    told.sync()


def test_a_lost_issue_of_another_title_is_no_successor() -> None:
    told = world(on_close=OnMove.IGNORE, accept_renumbering=True)
    told.renumber(CASH)
    told.damage(number(told, CASH), "cut")
    told.sync()
    told.close(number(told, CHILDREN), Reason.NOT_PLANNED, by=STALE)
    told.move(CHILDREN, headed(told, CHILDREN.path, GERMAN))
    told.sync()


def test_a_lost_issue_takes_no_item_that_moved_and_is_released() -> None:
    told = world(WriteBack.OFF)
    told.toggle(number(told, CASH), MANAGED)
    told.remove(CHILDREN)
    told.damage(number(told, CHILDREN), "removed")
    told.sync()
    told.move(CASH, headed(told, GERMAN, GAPS))
    told.sync()


# --- Titles that stand ----------------------------------------------------------------------------------


def test_a_persons_title_does_not_hide_what_documents_call_the_item() -> None:
    told = world(on_close=OnMove.COMMENT)
    told.rename(KEY, keeps_id=False)
    told.retitle(KEY, unlike=True)
    told.sync()
    told.close(KEY, by=GUEST)  # the same item: told, and no new issue
    told.sync()
    told.restate(KEY, Status.RESOLVED)
    told.sync()
    told.restate(KEY, Status.BLOCKED)  # reopened
    told.sync()


@pytest.mark.parametrize("renumbered", [False, True])
def test_an_item_with_a_persons_title_is_followed_by_its_new_words(*, renumbered: bool) -> None:
    told = world(accept_renumbering=True)
    told.rename(number(told, CASH), keeps_id=False)
    told.retitle(CASH, unlike=True)
    told.sync()
    issues = set(told.issues())
    if renumbered:
        told.renumber(CASH)
    else:
        told.move(CASH, 0)
    told.sync()
    assert set(told.issues()) == issues
