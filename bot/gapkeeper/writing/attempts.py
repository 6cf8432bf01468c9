"""The edits that could make an item say a status, the most natural first; a proof decides which one does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.model.items import StatusForm
from gapkeeper.model.status import Rank, Status
from gapkeeper.reading.blocks import Inline, inlines
from gapkeeper.reading.values import inline_references
from gapkeeper.writing.inserting import inserted, struck_through
from gapkeeper.writing.manner import LEVELS, Wish
from gapkeeper.writing.page import is_date
from gapkeeper.writing.replacing import replaced

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from gapkeeper.model.edits import Edit
    from gapkeeper.model.items import Item, Reference, StatedStatus, Statement
    from gapkeeper.writing.manner import Manner
    from gapkeeper.writing.page import Page


def attempts(page: Page, manner: Manner, item: Item, status: Status, today: dt.date) -> Iterator[list[Edit]]:
    """Ways to change one document so that it says the status for the item."""
    own = [s for s in item.statements if s.path == page.path and s.rank <= Rank.LIST]
    stating = [(s, said) for s in own for said in s.statuses if not is_date(said)]
    home = item.home if item.home in own else next(iter(own), None)
    if home is None:
        return
    for date in (None, today):
        for level in LEVELS:
            wish = Wish(status, item.status, date, level)
            edits = _replaced_all(page, manner, stating, wish)
            if edits is None:
                continue
            if stating:
                yield edits
                yield from _worded(page, manner, own, edits, wish)
            if not any(said for said in home.statuses if not is_date(said)):
                for more in inserted(page, manner, home, wish):
                    yield [*edits, *more]


def _replaced_all(
    page: Page, manner: Manner, stating: Sequence[tuple[Statement, StatedStatus]], wish: Wish
) -> list[Edit] | None:
    """Every place that states a status, changed; None where one of them cannot be."""
    edits: dict[tuple[int, int], Edit] = {}
    for _, said in stating:
        found = replaced(page, manner, said, wish)
        if found is None:
            return None
        for edit in found:
            edits.setdefault((edit.span.start, edit.span.end), edit)
    return list(edits.values())


def _worded(
    page: Page, manner: Manner, own: Sequence[Statement], edits: list[Edit], wish: Wish
) -> Iterator[list[Edit]]:
    """With a word beside a box or strike, which know open and closed and no more."""
    for statement in own:
        forms = {said.form for said in statement.statuses}
        if not forms or not forms <= {StatusForm.CHECKBOX, StatusForm.STRIKE}:
            continue
        strikes = wish.status is Status.CANCELLED and statement.rank is Rank.LIST and StatusForm.STRIKE not in forms
        if strikes and (struck := struck_through(page, statement, manner.noted(wish))):
            yield [*edits, *struck]
        for more in inserted(page, manner, statement, wish):
            yield [*edits, *more]


def dropped(page: Page, edits: Sequence[Edit]) -> tuple[Reference, ...]:
    """The items that the replaced bytes name: what a status waited for goes with it."""
    found: list[Reference] = []
    for edit in edits:
        if not edit.old:
            continue
        for block in page.blocks:
            if block.start <= edit.span.start < max(block.end, block.start + 1):
                for inline in inlines(block):
                    pieces = [p for p in inline.pieces if edit.span.start <= p.start and p.end <= edit.span.end]
                    if pieces:
                        found += inline_references(page.context, Inline(pieces, pieces[0].start, pieces[-1].end))
    return tuple(dict.fromkeys(found))
