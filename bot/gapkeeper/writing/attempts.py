"""The edits that could make an item say a status, the most natural first; a proof decides which one does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.model.items import StatusForm
from gapkeeper.model.status import Rank, State
from gapkeeper.reading.blocks import Heading, Inline, inlines
from gapkeeper.reading.values import inline_references
from gapkeeper.writing.boxes import strikes_off
from gapkeeper.writing.entries import entry_ways
from gapkeeper.writing.inserting import inserted
from gapkeeper.writing.page import is_date
from gapkeeper.writing.replacing import replaced
from gapkeeper.writing.wish import LEVELS, Wish

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from gapkeeper.model.edits import Edit
    from gapkeeper.model.items import Item, Reference, StatedStatus, Statement
    from gapkeeper.model.spans import Span
    from gapkeeper.model.status import Status
    from gapkeeper.reading.blocks import Block
    from gapkeeper.writing.manner import Manner
    from gapkeeper.writing.page import Page


def attempts(page: Page, manner: Manner, item: Item, status: Status, today: dt.date) -> Iterator[list[Edit]]:
    """Ways to change one document so that it says the status for the item."""
    own = [s for s in item.statements if s.path == page.path and s.rank <= Rank.LIST]
    stating = [s for s in own if any(not is_date(said) for said in s.statuses)]
    home = item.home if item.home in own else next(iter(own), None)
    if home is None:
        return
    for level in LEVELS:
        for date in (None, today):
            wish = Wish(status, item.status, date, level)
            ways = [found for s in stating if (found := list(_ways(page, manner, s, wish)))]
            together = [_joined(ways, index) for index in range(max(map(len, ways), default=0))]
            yield from together
            if home not in stating:
                for more in _new_ways(page, manner, home, wish):
                    yield [*(together[0] if together else ()), *more]


def _joined(ways: Sequence[Sequence[list[Edit]]], index: int) -> list[Edit]:
    """One way for each statement: the one of this index, or its last."""
    edits: dict[Span, Edit] = {}
    for found in ways:
        for edit in found[min(index, len(found) - 1)]:
            edits.setdefault(edit.span, edit)
    return list(edits.values())


def _new_ways(page: Page, manner: Manner, statement: Statement, wish: Wish) -> Iterator[list[Edit]]:
    """The ways to give a status to a statement that has none."""
    if statement.rank is Rank.LIST:
        yield from entry_ways(page, manner, statement, wish)
    else:
        yield from inserted(page, manner, statement, wish)


def _ways(page: Page, manner: Manner, statement: Statement, wish: Wish) -> Iterator[list[Edit]]:
    """The ways to change what a statement says."""
    if statement.rank is Rank.LIST:
        yield from entry_ways(page, manner, statement, wish)
        return
    edits: list[Edit] = []
    for said in statement.statuses:
        found = [] if is_date(said) else replaced(page, manner, said, wish)
        if found is None:
            return
        edits += found
    if wish.status.state is State.OPEN:
        edits += [e for e in strikes_off(page, statement, _inlines(page, statement)) if e not in edits]
    yield edits
    if all(_is_coarse(said) for said in statement.statuses):
        for more in inserted(page, manner, statement, wish):
            yield [*edits, *more]


def _inlines(page: Page, statement: Statement) -> Sequence[Inline]:
    """The heading of a statement, or the cells of its row."""
    if statement.rank is Rank.HEADING:
        return [b.inline for b in page.blocks if isinstance(b, Heading) and b.start == statement.span.start]
    found = page.table_at(statement.span.start)
    return found.row.cells if found is not None else ()


def _is_coarse(said: StatedStatus) -> bool:
    """A box, a strike or an emoji, which knows open and closed and little more: a word may have to stand beside it."""
    return said.form in {StatusForm.CHECKBOX, StatusForm.STRIKE} or not any(c.isalpha() for c in said.text)


def dropped(page: Page, edits: Sequence[Edit]) -> tuple[Reference, ...]:
    """The items that the replaced bytes name: what a status waited for goes with it."""
    found: list[Reference] = []
    for edit in edits:
        old = page.text(edit.span.start, edit.span.end)
        found += [m.reference() for m in page.context.ids.scan(old)]
        for block in page.blocks:
            if edit.old and block.start <= edit.span.start < block.end:
                found += _named(page, block, edit.span)
    return tuple(dict.fromkeys(found))


def _named(page: Page, block: Block, span: Span) -> Iterator[Reference]:
    """The items that some bytes of a block name, in links as well."""
    for inline in inlines(block):
        pieces = [p for p in inline.pieces if span.start <= p.start and p.end <= span.end]
        if pieces:
            yield from inline_references(page.context, Inline(pieces, pieces[0].start, pieces[-1].end))
