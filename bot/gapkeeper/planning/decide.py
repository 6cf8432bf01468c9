"""The state rule: one table from what documents, base and tracker say to what happens.

`TABLE` is read from the top, and the first row that fits decides. A condition that a row does not
name fits anything. `EFFECTS` says what each action does to the issue and to its base.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from gapkeeper.model.plan import Op
from gapkeeper.model.policy import OnMove, OnRemove
from gapkeeper.model.status import State
from gapkeeper.planning.situation import Documents, Moved, Mover, Observed, Writing

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from gapkeeper.planning.situation import Choices, Situation


class Action(Enum):
    """What happens to one item."""

    NOTHING = auto()
    CREATE = auto()
    CREATE_AGAIN = auto()  # the body says that the former issue is gone
    CREATE_ANEW = auto()  # the body links the former, closed issue
    CREATE_CLOSED = auto()
    ADOPT = auto()
    ADOPT_APART = auto()  # adopted, its state kept, and told that the documents say otherwise
    REMEMBER = auto()  # no word: labels, fields and base follow
    CLOSE = auto()
    REOPEN = auto()
    CORRECT_REASON = auto()
    UNDO_CLOSE = auto()
    UNDO_REOPEN = auto()
    WRITE_BACK = auto()  # proposed, or still to be written: the base waits for the documents
    WRITTEN = auto()  # the documents are written in this run, and the base follows
    COMMENT = auto()  # what somebody did is left, and what the documents say is told
    CONFLICT = auto()
    ORPHAN = auto()
    CLOSE_REMOVED = auto()


@dataclass(frozen=True, slots=True)
class Effect:
    """What an action does. ``op`` None: nothing at all."""

    op: Op | None
    state: State | None = None  # the state that the issue is given; None: it keeps its own
    comments: bool = False
    moves_base: bool = True  # whether the base becomes what both sides say afterwards


EFFECTS: Mapping[Action, Effect] = MappingProxyType({
    Action.NOTHING: Effect(None, moves_base=False),
    Action.CREATE: Effect(Op.CREATE, State.OPEN),
    Action.CREATE_AGAIN: Effect(Op.CREATE, State.OPEN),
    Action.CREATE_ANEW: Effect(Op.CREATE, State.OPEN),
    Action.CREATE_CLOSED: Effect(Op.CREATE, State.CLOSED),
    Action.ADOPT: Effect(Op.ADOPT),
    Action.ADOPT_APART: Effect(Op.ADOPT, comments=True),
    Action.REMEMBER: Effect(Op.UPDATE),
    Action.CLOSE: Effect(Op.CLOSE, State.CLOSED, comments=True),
    Action.REOPEN: Effect(Op.REOPEN, State.OPEN, comments=True),
    Action.CORRECT_REASON: Effect(Op.UPDATE, State.CLOSED),
    Action.UNDO_CLOSE: Effect(Op.REOPEN, State.OPEN, comments=True),
    Action.UNDO_REOPEN: Effect(Op.CLOSE, State.CLOSED, comments=True),
    Action.WRITE_BACK: Effect(Op.WRITE_BACK, moves_base=False),
    Action.WRITTEN: Effect(Op.WRITE_BACK),
    Action.COMMENT: Effect(Op.COMMENT, comments=True),
    Action.CONFLICT: Effect(Op.CONFLICT, comments=True),
    Action.ORPHAN: Effect(Op.ORPHAN, comments=True),
    Action.CLOSE_REMOVED: Effect(Op.CLOSE, State.CLOSED, comments=True),
})  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One row of the table: a rule, what happens, and its conditions (None fits anything)."""

    rule: str
    then: Action
    documents: Collection[Documents] | None = None
    tracker: Collection[Observed] | None = None
    moved: Collection[Moved] | None = None
    was: Collection[Documents | None] | None = None
    mover: Collection[Mover] | None = None
    unlike: bool | None = None
    writing: Writing | None = None
    on_close: OnMove | None = None
    on_reopen: OnMove | None = None
    on_remove: OnRemove | None = None
    writes_back: bool | None = None
    backfill: bool | None = None

    def fits(self, now: Situation, choices: Choices) -> bool:
        """Whether every condition holds."""
        return (
            (self.documents is None or now.documents in self.documents)
            and (self.tracker is None or now.tracker in self.tracker)
            and (self.moved is None or now.moved in self.moved)
            and (self.was is None or now.was in self.was)
            and (self.mover is None or now.mover in self.mover)
            and self.unlike in {None, now.unlike}
            and self.writing in {None, now.writing}
            and self.on_close in {None, choices.on_close}
            and self.on_reopen in {None, choices.on_reopen}
            and self.on_remove in {None, choices.on_remove}
            and self.writes_back in {None, choices.writes_back}
            and self.backfill in {None, choices.backfill}
        )


_OPEN = {Documents.OPEN}
_DONE = {Documents.RESOLVED, Documents.CANCELLED}
_ABSENT = {Documents.ABSENT}
_CLOSED = {Observed.COMPLETED, Observed.NOT_PLANNED, Observed.DUPLICATE}
_FOUND = {Observed.FOUND, Observed.FOUND_CLOSED}
_NO_ISSUE = {Observed.NONE, Observed.DELETED, *_FOUND}
_PEOPLE = {Mover.WRITER, Mover.OURSELVES, Mover.STRANGER}
_NO_WORD = {Mover.STRANGER, Mover.BOT}

TABLE: tuple[Row, ...] = (
    # --- an issue that was taken from us
    Row("released by a person: no write, no new issue", Action.NOTHING, tracker={Observed.RELEASED}),
    # --- no issue of ours
    Row("a new item", Action.CREATE, documents=_OPEN, tracker={Observed.NONE}),
    Row("its issue is gone", Action.CREATE_AGAIN, documents=_OPEN, tracker={Observed.DELETED}),
    Row("a person's issue speaks of it", Action.ADOPT, documents=_OPEN, tracker={Observed.FOUND}),
    Row("a person's closed issue spoke of it", Action.CREATE_ANEW, documents=_OPEN, tracker={Observed.FOUND_CLOSED}),
    Row("backfill: open wins", Action.ADOPT_APART, documents=_DONE, tracker={Observed.FOUND}, backfill=True),
    Row("backfill", Action.ADOPT, documents=_DONE, tracker={Observed.FOUND_CLOSED}, backfill=True),
    Row("backfill", Action.CREATE_CLOSED, documents=_DONE, tracker={Observed.NONE, Observed.DELETED}, backfill=True),
    Row("closed or gone, and no issue", Action.NOTHING, tracker=_NO_ISSUE),
    # --- gone from the documents
    Row("gone, and closed", Action.NOTHING, documents=_ABSENT, tracker=_CLOSED),
    Row("was gone before", Action.NOTHING, documents=_ABSENT, moved={Moved.NEITHER, Moved.TRACKER}),
    Row("gone, but a person reopened it", Action.NOTHING, documents=_ABSENT, moved={Moved.BOTH}, mover=_PEOPLE),
    Row("gone", Action.NOTHING, documents=_ABSENT, on_remove=OnRemove.IGNORE),
    Row("gone", Action.CLOSE_REMOVED, documents=_ABSENT, on_remove=OnRemove.CLOSE),
    Row("gone", Action.ORPHAN, documents=_ABSENT, on_remove=OnRemove.LABEL),
    # --- another item under an old ID
    Row("an unlike item under an old ID", Action.CREATE_ANEW, documents=_OPEN, tracker=_CLOSED, unlike=True),
    # --- agreed, or agreed to differ
    Row("neither side moved", Action.NOTHING, moved={Moved.NEITHER}),
    Row("reopened, and written", Action.WRITTEN, documents=_OPEN, tracker={Observed.OPEN}, writing=Writing.WRITTEN),
    Row("closed, and written", Action.WRITTEN, documents=_DONE, tracker=_CLOSED, writing=Writing.WRITTEN),
    Row("both open", Action.REMEMBER, documents=_OPEN, tracker={Observed.OPEN}),
    Row(
        "cancelled became resolved", Action.CORRECT_REASON,
        documents={Documents.RESOLVED}, tracker={Observed.NOT_PLANNED}, moved={Moved.DOCUMENTS},
        was={Documents.CANCELLED, Documents.ABSENT},
    ),
    Row(
        "resolved became cancelled", Action.CORRECT_REASON,
        documents={Documents.CANCELLED}, tracker={Observed.COMPLETED}, moved={Moved.DOCUMENTS},
        was={Documents.RESOLVED},
    ),
    Row("both closed: a person's reason stays", Action.REMEMBER, documents=_DONE, tracker=_CLOSED),
    # --- apart
    Row("both moved apart: open wins", Action.CONFLICT, moved={Moved.BOTH}),
    Row("only the documents moved", Action.CLOSE, documents=_DONE, moved={Moved.DOCUMENTS}),
    Row("only the documents moved", Action.REOPEN, documents=_OPEN, moved={Moved.DOCUMENTS}),
    # --- only the tracker moved: somebody closed it
    Row("closed: ignored", Action.REMEMBER, documents=_OPEN, on_close=OnMove.IGNORE),
    Row("closed by nobody whose word counts", Action.COMMENT, documents=_OPEN, mover=_NO_WORD),
    Row("closed as duplicate", Action.COMMENT, documents=_OPEN, tracker={Observed.DUPLICATE}),
    Row("closed: undone", Action.UNDO_CLOSE, documents=_OPEN, on_close=OnMove.UNDO),
    Row("closed: told", Action.COMMENT, documents=_OPEN, on_close=OnMove.COMMENT),
    Row("closed: told, as nothing is written back", Action.COMMENT, documents=_OPEN, writes_back=False),
    Row("closed: cannot be written, or was declined", Action.COMMENT, documents=_OPEN, writing=Writing.BARRED),
    Row("closed: written back", Action.WRITE_BACK, documents=_OPEN, on_close=OnMove.WRITE_BACK),
    # --- only the tracker moved: somebody reopened it
    Row("reopened: ignored", Action.REMEMBER, documents=_DONE, on_reopen=OnMove.IGNORE),
    Row("reopened by nobody whose word counts", Action.COMMENT, documents=_DONE, mover=_NO_WORD),
    Row("reopened: undone", Action.UNDO_REOPEN, documents=_DONE, on_reopen=OnMove.UNDO),
    Row("reopened: told", Action.COMMENT, documents=_DONE, on_reopen=OnMove.COMMENT),
    Row("reopened: told, as nothing is written back", Action.COMMENT, documents=_DONE, writes_back=False),
    Row("reopened: cannot be written, or was declined", Action.COMMENT, documents=_DONE, writing=Writing.BARRED),
    Row("reopened: written back", Action.WRITE_BACK, documents=_DONE, on_reopen=OnMove.WRITE_BACK),
)  # fmt: skip


@lru_cache(maxsize=4096)
def decide(now: Situation, choices: Choices) -> Row:
    """The row that decides. The table is total: a test tries every combination."""
    return next(row for row in TABLE if row.fits(now, choices))
