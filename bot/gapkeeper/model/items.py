"""Items and the statements they come from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from gapkeeper.model.spans import Place, Span
    from gapkeeper.model.status import Rank, State, Status


@dataclass(frozen=True, slots=True)
class FieldText:
    """What a statement says of one field, as text for people, and the bytes it was read from."""

    text: str  # emphasis removed, code marks kept, mojibake repaired
    span: Span
    line: int


class StatusForm(StrEnum):
    """In what form a document states a status; an edit has to know it."""

    CELL = "cell"  # a cell of a table whose rows are items
    FIELD = "field"  # the value cell of a field table
    LINE = "line"  # **Status:** Open
    CHECKBOX = "checkbox"  # [ ] or [x]
    MARKER = "marker"  # at the end of a heading, or around the title of a list entry
    STRIKE = "strike"  # ~~ACTION-6: foo~~
    SECTION = "section"  # the status of a whole section


@dataclass(frozen=True, slots=True)
class StatedStatus:
    """One place that states a status."""

    status: Status
    text: str  # as written
    form: StatusForm
    span: Span
    line: int
    known: bool = True  # False: no rule knows the words; the status is `pending` and never closes
    date: dt.date | None = None  # a date beside the words dates the statement


@dataclass(frozen=True, slots=True)
class Reference:
    """An ID or a range of IDs that a field names, with the document that it is qualified with, if any."""

    id: str
    path: str | None = None  # as written, or as the link's target has it
    last: str | None = None  # the last ID of a range, inclusive


@dataclass(frozen=True, slots=True)
class References:
    """A field that names other items: the IDs, and the text around them."""

    ids: tuple[Reference, ...] = ()
    text: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Statement:
    """What one place in one document says of one item.

    ``statuses`` holds every place of this statement that states its status, the one that counts
    first: a heading with a marker and a table states it twice, and a write-back edits both.
    """

    id: str
    path: str
    rank: Rank
    span: Span
    line: int
    title: FieldText | None = None
    title_guessed: bool = False  # the first free-text cell of a row, for want of a title column
    statuses: tuple[StatedStatus, ...] = ()
    owner: FieldText | None = None
    priority: FieldText | None = None
    category: FieldText | None = None
    section: FieldText | None = None  # the heading above: the category where no field names one
    estimate: FieldText | None = None
    blocks: References = References()
    depends_on: References = References()
    resolves: References = References()
    description: tuple[tuple[str, FieldText], ...] = ()  # every other field, in order
    issue_link: int | None = None  # `Issue: #12`: the tracker's number that the document names
    ignored: bool = False  # `<!-- gapkeeper: ignore -->` beside it
    last: str | None = None  # the last ID where the statement speaks of a range

    @property
    def status(self) -> StatedStatus | None:
        """The status that this statement speaks for, where it has one."""
        return self.statuses[0] if self.statuses else None


@dataclass(frozen=True, slots=True)
class Losing:
    """A statement that says something else than the one that won."""

    statement: Statement
    field: str
    reason: str  # "stale" | "conflict" | "note"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a team tracks, each field with the statement it was won from."""

    key: str  # for people: the ID, or path#ID where several documents define a per-document ID
    id: str
    kind: str
    path: str | None  # the defining document, for kinds that are scoped to one; else None
    title: str
    status: Status
    status_text: str | None  # as written; None where no statement says one
    owner: str | None
    priority: str | None
    category: str | None
    estimate: str | None
    blocks: tuple[str, ...]  # keys of tracked items, sorted
    blocks_text: str
    depends_on: tuple[str, ...]  # keys
    resolves: tuple[str, ...]  # keys
    description: tuple[tuple[str, str], ...]
    source: Place  # where the title was won
    status_source: Place | None
    statements: tuple[Statement, ...]  # strongest first
    winners: tuple[tuple[str, int], ...] = ()  # field -> index into statements
    losing: tuple[Losing, ...] = ()
    resolved_by: str | None = None  # the key of the resolved item that `resolves` this one
    issue_link: int | None = None
    ignored: bool = False

    @property
    def state(self) -> State:
        """Open or closed, as the tracker sees it."""
        return self.status.state

    @property
    def home(self) -> Statement:
        """The statement that defines the item: where its title was won."""
        return self.statements[dict(self.winners).get("title", 0)]

    @property
    def status_statement(self) -> Statement | None:
        """The statement whose status counts; None for a derived status or none at all."""
        index = dict(self.winners).get("status")
        return None if index is None else self.statements[index]
