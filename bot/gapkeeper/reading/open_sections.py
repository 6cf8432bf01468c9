"""The sections that a place in a document stands in: the category and the status that they give what is in them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gapkeeper.model.items import FieldText, StatedStatus, StatusForm
from gapkeeper.reading.blocks import Entry, Heading, Paragraph
from gapkeeper.reading.fields import line_status
from gapkeeper.reading.sections import category_text, status_heading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapkeeper.reading.blocks import Block
    from gapkeeper.reading.values import Context


@dataclass(slots=True)
class _Section:
    """A section that is no item. What it says is read when a statement in it asks: few are asked."""

    index: int  # of its heading among the blocks
    heading: Heading
    category: FieldText | None = None
    status: StatedStatus | None = None
    read: bool = False


class OpenSections:
    """The headings above a place that define no item, the outermost first."""

    def __init__(self, context: Context, blocks: list[Block]) -> None:
        self._context = context
        self._blocks = blocks
        self._open: list[_Section] = []

    def close(self, level: int) -> None:
        """End the sections that a heading of this level ends."""
        while self._open and self._open[-1].heading.level >= level:
            self._open.pop()

    def open(self, index: int, heading: Heading) -> None:
        """Begin a section inside of those that are open; ``index`` is its heading's among the blocks."""
        self._open.append(_Section(index, heading))

    def category(self) -> FieldText | None:
        """The category of what stands here: the innermost section's that gives one."""
        return next((s.category for s in self._read() if s.category is not None), None)

    def status(self) -> StatedStatus | None:
        """The status of what stands here and states none: the innermost section's that states one."""
        return next((s.status for s in self._read() if s.status is not None), None)

    def _read(self) -> Iterator[_Section]:
        """The sections around this place, the innermost first, read. One of level 1 is the document itself."""
        for section in reversed(self._open):
            heading = section.heading
            if not section.read and heading.level > 1:
                text = category_text(self._context, heading.inline.text)
                line = self._context.source.line(heading.start)
                section.category = FieldText(text, heading.inline.span, line) if text else None
                section.status = self._stated(section.index, heading)
            section.read = True
            yield section

    def _stated(self, index: int, heading: Heading) -> StatedStatus | None:
        """The status line directly under a section heading, or the heading itself where it is a status."""
        following = self._blocks[index + 1] if index + 1 < len(self._blocks) else None
        if isinstance(following, Paragraph | Entry) and following.lines:
            status = line_status(self._context, following.lines[0])
            if status is not None:
                return replace(status, form=StatusForm.SECTION)
        return status_heading(self._context, heading.inline)
