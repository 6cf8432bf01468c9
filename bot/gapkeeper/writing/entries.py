"""List entries: boxes, strikes and words of one line, which have to agree with each other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.model.items import StatusForm
from gapkeeper.model.status import State, Status
from gapkeeper.reading.blocks import Entry, Paragraph
from gapkeeper.writing.boxes import set_box, strikes_off, tick
from gapkeeper.writing.manner import KNOWN_BY_EMOJI
from gapkeeper.writing.markers import taken_off
from gapkeeper.writing.replacing import replaced

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gapkeeper.model.edits import Edit
    from gapkeeper.model.items import StatedStatus, Statement
    from gapkeeper.writing.manner import Manner
    from gapkeeper.writing.page import Page
    from gapkeeper.writing.wish import Wish

#: What a box says without a word.
_BOX_SAYS = {Status.PENDING, Status.RESOLVED}


class _Line(NamedTuple):
    """An entry, and what is to be written for it."""

    page: Page
    manner: Manner
    statement: Statement
    block: Entry | Paragraph
    wish: Wish
    statuses: Sequence[StatedStatus]  # every place that states one, once the strikes are off that come off
    strikes: list[Edit]  # takes them off

    @property
    def has_box(self) -> bool:
        return isinstance(self.block, Entry) and self.block.checkbox is not None

    @property
    def start(self) -> int:
        """Where the ID begins, with the marks around it."""
        return self.page.id_span(self.statement).start

    @property
    def title_end(self) -> int:
        """Where the title ends, or the ID where there is no title behind it."""
        title = self.statement.title
        end = title.span.end if title is not None and title.span.start >= self.statement.span.start else None
        return self.page.behind(self.statement.span.end if end is None else end)

    def insert(self, at: int, text: str) -> list[Edit]:
        return self.page.edit(at, at, text) or []


def entry_ways(page: Page, manner: Manner, statement: Statement, wish: Wish) -> Iterator[list[Edit]]:
    """The ways in which a list entry can be made to say a status, the most natural first."""
    block = _block(page, statement)
    if block is None:
        return
    has_box = isinstance(block, Entry) and block.checkbox is not None
    strikes: list[Edit] = []
    if wish.status.state is State.OPEN or (wish.status is Status.RESOLVED and has_box):
        strikes = strikes_off(page, statement, block.lines)
    statuses = page.statuses_without(strikes, statement) if strikes else statement.statuses
    line = _Line(page, manner, statement, block, wish, statuses, strikes)
    if has_box and wish.date is None:
        yield from _by_box(line)
    if wish.status is Status.CANCELLED and has_box:
        yield from _by_strike(line)
    edits = _with_box(line, [edit for said in statuses for edit in replaced(page, manner, said, wish) or ()])
    if any(map(_is_word, statuses)) or (statement.statuses and wish.status in KNOWN_BY_EMOJI):
        yield edits
    if not statement.statuses:
        yield from _by_neighbours(line)
    for more in _words(line):
        yield [*edits, *more]


def _block(page: Page, statement: Statement) -> Entry | Paragraph | None:
    for block in page.blocks:
        if isinstance(block, Entry | Paragraph) and any(line.start == statement.span.start for line in block.lines):
            return block
    return None


def _is_word(said: StatedStatus) -> bool:
    return any(c.isalpha() for c in said.text) and said.form not in {StatusForm.CHECKBOX, StatusForm.STRIKE}


def _with_box(line: _Line, edits: list[Edit]) -> list[Edit]:
    """The edits with those of a box and of strikes that no status was read from: they must not say something else."""
    more = list(line.strikes)
    if isinstance(line.block, Entry) and line.block.checkbox_span is not None:
        more += set_box(line.page, line.block.checkbox_span, line.wish.status) or []
    places = {edit.span for edit in edits}
    return [*edits, *(edit for edit in more if edit.span not in places)]


def _by_box(line: _Line) -> Iterator[list[Edit]]:
    """The box alone: what stands beside it in parentheses spoke of another status, and goes."""
    if line.wish.status not in _BOX_SAYS:
        return
    edits: list[Edit] = []
    for said in line.statuses:
        if said.form in {StatusForm.CHECKBOX, StatusForm.STRIKE}:
            continue
        gone = taken_off(line.page, said) if said.form is StatusForm.MARKER else None
        edits += gone if gone is not None else replaced(line.page, line.manner, said, line.wish) or []
    yield _with_box(line, edits)


def _by_strike(line: _Line) -> Iterator[list[Edit]]:
    """`- [ ] ~~**ACTION-3**: title~~ (Cancelled)`: a box cannot say that nobody will do it."""
    if any(said.form is StatusForm.STRIKE for said in line.statement.statuses):
        return
    words = [said for said in line.statement.statuses if _is_word(said) and said.span.start >= line.title_end]
    edits = [e for said in words for e in replaced(line.page, line.manner, said, line.wish) or ()]
    behind = any(said.form is StatusForm.MARKER for said in words)
    word = "" if behind else f" ({line.manner.noted(line.wish)})"
    strike = [*line.insert(line.start, "~~"), *line.insert(line.title_end, f"~~{word}")]
    yield _with_box(line, [*edits, *strike])
    if not behind:  # a title that ends in a colon cannot have a marker behind it
        key = line.page.id_span(line.statement)
        yield _with_box(line, [*edits, *line.insert(key.start, "~~"), *line.insert(key.end, f"~~{word}")])


def _by_neighbours(line: _Line) -> Iterator[list[Edit]]:
    """As the other entries say it, where they have boxes, strikes, or emoji before the ID."""
    if line.wish.date is not None:
        return
    page, status = line.page, line.wish.status
    if status in _BOX_SAYS and isinstance(line.block, Entry) and not line.has_box and _boxes_around(line.block, page):
        start = page.line_start(line.block.start)
        bullet = re.match(rb"[ \t>]*(?:[-*+]|\d+[.)])[ \t]+", page.data[start : page.line_end(start)])
        if bullet is not None:
            yield line.insert(start + bullet.end(), f"[{tick(page) if status is Status.RESOLVED else ' '}] ")
    if line.manner.strikes and status is Status.RESOLVED:
        yield [*line.insert(line.start, "~~"), *line.insert(line.title_end, "~~")]
    emoji = line.manner.emoji(status, alone=True)
    if line.manner.leads_with_emoji and emoji:
        yield line.insert(line.start, f"{emoji} ")


def _boxes_around(block: Entry, page: Page) -> bool:
    siblings = [b for b in page.blocks if isinstance(b, Entry) and b.depth == block.depth]
    return sum(b.checkbox is not None for b in siblings) * 2 >= len(siblings)


def _words(line: _Line) -> Iterator[list[Edit]]:
    """A word: behind the title, at the line's end, behind the ID."""
    text = f"({line.manner.noted(line.wish)})"
    yield line.insert(line.title_end, f" {text}")
    yield line.insert(line.page.behind(line.statement.span.end), f" {text}")
    yield line.insert(line.page.id_span(line.statement).end, f" {text}")
