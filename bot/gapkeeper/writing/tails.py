"""Markers at the ends of headings: what the document's own look like."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.model.items import StatusForm
from gapkeeper.model.status import Rank
from gapkeeper.writing.samples import read_sample
from gapkeeper.writing.wish import Spot

if TYPE_CHECKING:
    from gapkeeper.writing.manner import Manner
    from gapkeeper.writing.page import Page
    from gapkeeper.writing.samples import Sample
    from gapkeeper.writing.wish import Wish

#: What stands before a marker, and what closes it.
_OPENINGS = {"": "", "(": ")", "[": "]", "（": "）", "【": "】"} | dict.fromkeys(
    ("— ", "– ", "- ", "-- ", "· ", "| "), ""
)
_WIDE = {"（", "【"}  # brackets with a space of their own


class Tail(NamedTuple):
    """A marker at a heading's end."""

    opening: str
    sample: Sample
    closing: str


def heading_tails(page: Page) -> list[Tail]:
    """The markers at the ends of a document's headings."""
    found = []
    for statement in page.statements:
        title = statement.title
        if statement.rank is not Rank.HEADING or title is None:
            continue
        markers = [s.span for s in statement.statuses if s.form is StatusForm.MARKER and s.span.start >= title.span.end]
        if not markers:
            continue
        start, end = min(m.start for m in markers), max(m.end for m in markers)
        sample = read_sample(page.context, page.text(start, page.behind(end)))
        opening = page.text(title.span.end, start).lstrip("*_~` ")
        if sample is not None and opening in _OPENINGS:
            found.append(Tail(opening, sample, _OPENINGS[opening]))
    return found


def new_tail(manner: Manner, wish: Wish) -> str:
    """A marker for a heading that has none, with the space before it: as the other headings have theirs."""
    tails = heading_tails(manner.page)
    if wish.level or wish.date or not tails:
        return f" ({manner.noted(wish)})"
    tail = next((tail for tail in tails if tail.sample.status.state is wish.status.state), tails[0])
    text = manner.text(wish, Spot(StatusForm.MARKER, tuple(t.sample for t in tails)))
    return f"{'' if tail.opening in _WIDE else ' '}{tail.opening}{text}{tail.closing}"
