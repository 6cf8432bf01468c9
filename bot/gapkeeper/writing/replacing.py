"""A status in the place of another: the edits of one place that states a status already."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gapkeeper.model.items import StatusForm
from gapkeeper.model.status import State, Status
from gapkeeper.patterns import lazy
from gapkeeper.reading.ids import fragment_id
from gapkeeper.reading.marks import checkbox_status
from gapkeeper.writing.answers import answer
from gapkeeper.writing.boxes import set_box, unstruck
from gapkeeper.writing.cells import cell_edit
from gapkeeper.writing.markers import marked
from gapkeeper.writing.samples import read_sample
from gapkeeper.writing.wish import Spot

if TYPE_CHECKING:
    from gapkeeper.model.edits import Edit
    from gapkeeper.model.items import StatedStatus
    from gapkeeper.reading.blocks import Row, Table
    from gapkeeper.writing.manner import Manner
    from gapkeeper.writing.page import Page
    from gapkeeper.writing.samples import Sample
    from gapkeeper.writing.wish import Wish

# ` · [design](design.md)`, ` - see [analysis](analysis.md)`; not ` ([#12](...))`, which is about the old status.
_LINK = lazy(
    r"\s*(?:[-–—·•|,;:→]\s*)?(?:(?:see|siehe|voir|ver|véase|zob\.|zie|详见|参照)\s+)?\[[^\[\]]+\]\((?P<url>[^()\s]*)\)\s*$",
    re.IGNORECASE,
)

_LONGEST_LINK = 300  # characters at the end of a status in which a link is looked for


def replaced(page: Page, manner: Manner, said: StatedStatus, wish: Wish) -> list[Edit] | None:
    """The edits that make one place say the wanted status; None where that cannot be done safely."""
    if said.form is StatusForm.CHECKBOX:
        return set_box(page, said.span, wish.status)
    if said.form is StatusForm.STRIKE:
        return unstruck(page, said.span.start, said.span.end) if wish.status.state is State.OPEN else []
    if said.form is StatusForm.MARKER:
        return marked(page, manner, said, wish)
    if said.form is StatusForm.LINE:
        start, end = page.whole_link(said.span.start, said.span.end)
        return page.edit(start, end, value_text(page, manner, wish, Spot(said.form, own=page.text(start, end))))
    return _cell(page, manner, said, wish)


def _cell(page: Page, manner: Manner, said: StatedStatus, wish: Wish) -> list[Edit] | None:
    found = page.table_at(said.span.start)
    if found is None:
        return None
    table, row, column = found
    if checkbox_status(said.text.strip()) is not None and wish.status in {Status.PENDING, Status.RESOLVED}:
        return set_box(page, said.span, wish.status)
    near = column_samples(page, table, row, column) if said.form is StatusForm.CELL else ()
    return cell_edit(page, found, value_text(page, manner, wish, Spot(said.form, near, said.text)))


def value_text(page: Page, manner: Manner, wish: Wish, spot: Spot) -> str:
    """What a whole cell or value becomes: the status, and a link that is not about the old one."""
    old = spot.own or ""
    if wish.date is None and (given := answer([old], wish.status, manner.language)) is not None:
        return given
    text = manner.dated(manner.text(wish, spot), wish)
    return text if wish.level else _with_link(page, old, text)


def column_samples(page: Page, table: Table, row: Row, column: int) -> tuple[Sample, ...]:
    """The statuses that the other cells of a column state."""
    cells = [other.cells[column] for other in table.rows if other is not row and column < len(other.cells)]
    texts = (page.text(cell.start, cell.end).strip() for cell in cells)
    return tuple(sample for text in texts if text and (sample := read_sample(page.context, text)) is not None)


def _with_link(page: Page, old: str, text: str) -> str:
    """A status with the link that the old one had, where it names no item: it leads to more than the status."""
    found = _LINK.search(old, max(0, len(old) - _LONGEST_LINK))
    if found is None or page.context.ids.scan(old) or fragment_id(found["url"].partition("#")[2]):
        return text
    before = old[: found.start()]
    if not before.strip():
        return f"[{text}]({found['url']})" if found.group().lstrip().startswith("[") else text
    return f"{text}{found.group().rstrip()}" if before.count("(") == before.count(")") else text
