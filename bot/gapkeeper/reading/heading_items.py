"""Items that a heading defines: its title and markers, and the fields under it until the next heading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gapkeeper.model.items import FieldText, StatedStatus, StatusForm
from gapkeeper.model.spans import Span
from gapkeeper.model.status import Rank
from gapkeeper.reading.fields import Fields, make
from gapkeeper.reading.headings import after_id, leading_priority, leading_status, read_title, whole
from gapkeeper.reading.values import joined

if TYPE_CHECKING:
    from gapkeeper.model.items import Statement
    from gapkeeper.reading.blocks import Heading
    from gapkeeper.reading.ids import Mention
    from gapkeeper.reading.values import Context

_FORM_ORDER = {StatusForm.FIELD: 0, StatusForm.CELL: 0, StatusForm.LINE: 1}


@dataclass(slots=True)
class HeadingItem:
    """A heading that defines an item, while its fields are read."""

    id: str
    title: FieldText | None
    span: Span
    line: int
    markers: list[StatedStatus]
    table: Fields  # what field tables under it say
    lines: Fields  # what its lines and list entries say
    section: FieldText | None = None
    inherited: StatedStatus | None = None  # its section's status
    ignored: bool = False

    def statement(self) -> Statement:
        """What the heading and everything under it say, a field table first."""
        table, lines = self.table, self.lines
        for name, text in lines.texts.items():
            table.texts.setdefault(name, text)
        for name, edge in lines.edges.items():
            table.merge_edge(name, edge)
        table.statuses = [*table.statuses, *lines.statuses, *self.markers]
        table.statuses.sort(key=lambda s: (not s.known, _FORM_ORDER.get(s.form, 2)))
        table.description += lines.description
        table.issue = table.issue or lines.issue
        table.closed = table.closed or lines.closed
        return make(
            table,
            id_=self.id,
            rank=Rank.HEADING,
            span=self.span,
            line=self.line,
            title=self.title or table.take_title(),
            section=self.section,
            ignored=self.ignored,
        )


def open_item(context: Context, heading: Heading, leading: tuple[Mention, int, int]) -> HeadingItem:
    """The item of a heading that begins with an ID; ``leading`` is what `leading_id` found."""
    mention, start, end = leading
    inline, line = heading.inline, context.source.line(heading.start)
    text = joined(inline)
    titled = read_title(context, inline, min(after_id(text, end), len(text)))
    markers = list(titled.statuses)
    if (before := leading_status(context, inline, start)) is not None:
        markers.append(before)
    lines = Fields(context)
    lines.wait(markers)
    if (priority := titled.priority or leading_priority(context, inline, start)) is not None:
        lines.texts["priority"] = priority
    title = None
    if any(c.isalnum() for c in titled.title):
        title = FieldText(titled.title, whole(context, inline, titled.start, titled.end), line)
    return HeadingItem(mention.id, title, Span(heading.start, heading.end), line, markers, Fields(context), lines)
