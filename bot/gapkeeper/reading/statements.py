"""The walk over a document's blocks that finds every statement in it."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.model.items import StatedStatus, Statement
from gapkeeper.model.status import Rank
from gapkeeper.reading.blocks import Code, Entry, Heading, Ignore, Inline, Paragraph, Table
from gapkeeper.reading.entries import EntryStatement, is_condition, read_entry, read_line
from gapkeeper.reading.fields import Fields, is_field_table, make, read_field_table, read_lines
from gapkeeper.reading.heading_items import HeadingItem, open_item
from gapkeeper.reading.headings import leading_id, names_several
from gapkeeper.reading.open_sections import OpenSections
from gapkeeper.reading.rows import read_rows

if TYPE_CHECKING:
    from gapkeeper.reading.blocks import Block
    from gapkeeper.reading.ids import Mention
    from gapkeeper.reading.values import Context

#: A hostile document can name so many ranges that expanding them all would take for ever; the rest is left out.
MOST_RANGES = 1_000


class Places(NamedTuple):
    """Where in the bytes IDs may stand: a look at these is cheaper than one at the text of every block."""

    any: list[int]
    tracked: list[int]


def within(places: list[int], block: Block) -> bool:
    """Whether one of the byte offsets, which are sorted, lies in a block."""
    at = bisect_left(places, block.start)
    return at < len(places) and places[at] < block.end


@dataclass(slots=True)
class Found:
    """Statements as they are found, in order of their place."""

    statements: list[Statement] = field(default_factory=list)
    shorts: list[Statement] = field(default_factory=list)


class Walk:
    """One pass over the blocks of a document."""

    def __init__(self, context: Context, blocks: list[Block], places: Places) -> None:
        self.context = context
        self.blocks = blocks
        self.places = places
        self.found = Found()
        self.sections = OpenSections(context, blocks)
        self.item: HeadingItem | None = None
        self.open: list[tuple[int, EntryStatement, bool]] = []  # depth, statement, ignored
        self.leading: list[EntryStatement] = []  # a bold lead line, whose fields are the list under it
        self.lead = ""  # the line that a list stands under
        self.leads: dict[int, str] = {}  # depth -> the entry that nested entries stand under
        self.pending_ignore = False
        self.ranges = 0

    def run(self) -> Found:
        """Every statement of the document, in the order of their places but for nested ones."""
        for index, block in enumerate(self.blocks):
            if isinstance(block, Heading):
                self._heading(index, block)
            elif isinstance(block, Table):
                self._table(block)
            elif isinstance(block, Entry):
                self._entry(block)
            elif isinstance(block, Paragraph):
                self._paragraph(block)
            elif isinstance(block, Ignore):
                self._ignore(index, block)
            elif isinstance(block, Code):
                self._close_entries(block.depth)
        self._close_entries(0)
        self._close_lead()
        self._close_item()
        return self.found

    def _has_tracked(self, block: Block) -> bool:
        return self.context.ids.has_patterns or within(self.places.tracked, block)

    def _has_any(self, block: Block) -> bool:
        return self.context.ids.has_patterns or within(self.places.any, block)

    # Headings and sections

    def _heading(self, index: int, block: Heading) -> None:
        self._close_entries(0)
        self._close_lead()
        self._close_item()
        self.lead = ""
        self.sections.close(block.level)
        leading = leading_id(self.context, block.inline) if self._has_any(block) else None
        if leading is not None and not names_several(self.context, block.inline, leading[0]):
            if self.context.ids.kind(leading[0].id) is None:
                return  # something that nobody tracks: no section, and its fields are not read
            self._open_item(index, block, leading)
            return
        self.sections.open(index, block)

    def _open_item(self, index: int, block: Heading, leading: tuple[Mention, int, int]) -> None:
        item = self.item = open_item(self.context, block, leading)
        item.section, item.inherited = self.sections.category(), self.sections.status()
        item.ignored = self._take_pending_ignore() or self._ignored_inside(index, block)

    def _take_pending_ignore(self) -> bool:
        """Whether a comment on its own stands before this place; it speaks of one block."""
        pending, self.pending_ignore = self.pending_ignore, False
        return pending

    def _ignored_inside(self, index: int, block: Heading) -> bool:
        """Whether a comment stands inside of a heading; as a block it comes before it."""
        before = self.blocks[max(0, index - 2) : index]
        return any(isinstance(b, Ignore) and block.start <= b.start < block.end for b in before)

    def _close_item(self) -> None:
        item, self.item = self.item, None
        if item is not None:
            self._add(item.statement(), item.inherited)

    def _add(self, statement: Statement, inherited: StatedStatus | None) -> None:
        """Keep a statement of a tracked kind; where it has no status, its section speaks for it."""
        if self.context.ids.kind(statement.id) is None:
            return
        self.ranges += statement.rank is Rank.RANGE
        if statement.rank is Rank.RANGE and self.ranges > MOST_RANGES:
            return
        self.found.statements.append(statement)
        if inherited is not None and not statement.statuses and statement.rank is not Rank.RANGE:
            self.found.statements.append(
                Statement(
                    statement.id,
                    statement.path,
                    Rank.SECTION,
                    inherited.span,
                    inherited.line,
                    statuses=(inherited,),
                )
            )

    # Tables

    def _table(self, block: Table) -> None:
        self._close_entries(block.depth)
        if self.item is not None and is_field_table(self.context, block) and not self.open:
            read_field_table(self.item.table, block)
        elif self.open and is_field_table(self.context, block):
            read_field_table(self.open[-1][1].fields, block)
        elif self._has_tracked(block):
            ignored = self._take_pending_ignore()
            for statement in read_rows(self.context, block, self.sections.category()):
                kept = replace(statement, ignored=True) if ignored else statement
                self._add(kept, self.sections.status())
        self.lead = ""

    # List entries and paragraphs

    def _entry(self, block: Entry) -> None:
        self._close_entries(block.depth - 1)
        lead = self.lead if block.depth == 1 else self.leads.get(block.depth - 1, "")
        self.leads[block.depth] = block.lines[-1].text if block.lines else ""
        statements: list[EntryStatement] = []
        if self._has_any(block) and not is_condition(lead):
            statements = list(read_entry(self.context, block))
        if statements:
            ignored = block.ignored or self._take_pending_ignore()
            for statement in statements:
                self.open.append((block.depth, statement, ignored))
                read_lines(statement.fields, block.lines[1:], known_only=True)
            return
        fields = self._fields_for(block.depth)
        if fields is not None:
            read_lines(fields, block.lines, nested=bool(self.open))

    def _fields_for(self, depth: int) -> Fields | None:
        """Whose fields a line or nested entry at this depth states."""
        if self.open and self.open[-1][0] <= depth:
            return self.open[-1][1].fields
        if self.leading:
            return self.leading[-1].fields
        return self.item.lines if self.item is not None else None

    def _paragraph(self, block: Paragraph) -> None:
        self._close_entries(block.depth)
        if block.depth == 0:
            self._close_lead()
        self.lead = block.lines[-1].text if block.lines else ""
        rest: list[Inline] = []
        for line in block.lines:
            statements = list(read_line(self.context, line, None)) if self._has_tracked(block) else []
            if statements:
                self._close_lead()
                self.leading = statements
            else:
                rest.append(line)
        fields = self._fields_for(block.depth)
        if fields is not None and rest:
            read_lines(fields, rest, known_only=bool(self.open))

    def _close_entries(self, depth: int) -> None:
        """End the entries that are nested deeper than this."""
        while self.open and self.open[-1][0] > depth:
            _, statement, ignored = self.open.pop()
            self._finish(statement, ignored=ignored)

    def _close_lead(self) -> None:
        for statement in self.leading:
            self._finish(statement, ignored=False)
        self.leading = []

    def _finish(self, found: EntryStatement, *, ignored: bool) -> None:
        section = self.sections.category()
        several = found.rank is Rank.RANGE
        title = found.title if found.title or several else found.fields.take_title()
        statement = make(
            found.fields,
            id_=found.id,
            rank=found.rank,
            span=found.span,
            line=found.line,
            title=title,
            section=section,
            ignored=ignored,
            last=found.last,
        )
        perhaps = found.short or (self.context.ids.tracks_all and title is None)
        if perhaps and found.rank is Rank.LIST and statement.statuses:
            self.found.shorts.append(statement)
        self._add(statement, self.sections.status())

    def _ignore(self, index: int, block: Ignore) -> None:
        following = self.blocks[index + 1] if index + 1 < len(self.blocks) else None
        if isinstance(following, Heading) and following.start <= block.start < following.end:
            return  # inside of the heading, which looks for it
        if self.open or block.depth:
            return  # the entry knows
        if self.item is not None:
            self.item.ignored = True
        else:
            self.pending_ignore = True
