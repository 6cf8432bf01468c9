"""A status in the place of another: the edits of one place that states a status already."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gapkeeper.model.items import StatusForm
from gapkeeper.model.status import State, Status
from gapkeeper.patterns import lazy
from gapkeeper.reading.blocks import LINK
from gapkeeper.reading.marks import priority_word, without_details
from gapkeeper.reading.values import inline_references
from gapkeeper.writing.cells import cell_edit
from gapkeeper.writing.samples import read_sample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapkeeper.model.edits import Edit
    from gapkeeper.model.items import StatedStatus
    from gapkeeper.reading.blocks import Inline
    from gapkeeper.writing.manner import Manner, Wish
    from gapkeeper.writing.page import Page
    from gapkeeper.writing.samples import Sample

_BOX = lazy(rb"\[([^\]\r\n]{1,4})\]")
_STRIKES = ((rb"~~?", rb"~~?"), (rb"<(?:del|s|strike)>", rb"</(?:del|s|strike)>"))
_YES = {
    "yes": "no",
    "y": "n",
    "true": "false",
    "ja": "nein",
    "oui": "non",
    "sim": "não",
    "tak": "nie",
    "はい": "いいえ",
}
_YES |= {"sí": "no", "是": "否", "예": "아니오", "x": ""}


def replaced(page: Page, manner: Manner, said: StatedStatus, wish: Wish) -> list[Edit] | None:
    """The edits that make one place say the wanted status; None where that cannot be done safely."""
    if said.form is StatusForm.CHECKBOX:
        return _box(page, said, wish)
    if said.form is StatusForm.STRIKE:
        return unstruck(page, said.span.start, said.span.end) if wish.status.state is State.OPEN else []
    if said.form is StatusForm.MARKER:
        return _marker(page, manner, said, wish)
    if said.form is StatusForm.LINE:
        text = _dated(manner, wish, manner.text(wish, said.form))
        return _one(page.edit(said.span.start, said.span.end, text))
    return _cell(page, manner, said, wish)


def _one(edit: Edit | None) -> list[Edit] | None:
    return None if edit is None else [edit]


def _dated(manner: Manner, wish: Wish, text: str) -> str:
    return manner.dated(text, wish)


# Cells


def _cell(page: Page, manner: Manner, said: StatedStatus, wish: Wish) -> list[Edit] | None:
    found = page.table_at(said.span.start)
    if found is None:
        return None
    table, row, column = found
    if said.form is StatusForm.CELL:
        scope = column_samples(page, [r.cells[column] for r in table.rows if r is not row and column < len(r.cells)])
    else:
        scope = []
    text = _answer(said, wish) or manner.dated(manner.text(wish, said.form, scope=scope, own=said.text), wish)
    text += _kept_links(page, row.cells[column])
    return _one(cell_edit(page, table, row, column, text))


def column_samples(page: Page, cells: Sequence[Inline]) -> list[Sample]:
    """The statuses of some cells."""
    texts = (page.text(cell.start, cell.end).strip() for cell in cells)
    return [sample for text in texts if text and (sample := read_sample(page.context, text)) is not None]


def _answer(said: StatedStatus, wish: Wish) -> str | None:
    """`yes` for `no`, where the place answers a question such as `Done?`."""
    if wish.date is not None or wish.status not in {Status.PENDING, Status.RESOLVED}:
        return None
    word = said.text.strip(" *.!").casefold()
    wanted = {v: k for k, v in _YES.items()} if wish.status is Status.RESOLVED else _YES
    if not wanted.get(word):
        return None
    answer = wanted[word]
    return (
        answer.upper()
        if said.text.isupper() and len(word) > 1
        else answer.capitalize()
        if said.text[:1].isupper()
        else answer
    )


def _kept_links(page: Page, cell: Inline) -> str:
    """Links behind the status that name no item, and nothing else: ` · [design](design.md)` stays."""
    links = [p for p in cell.pieces if p.marks & LINK]
    if not links or inline_references(page.context, cell):
        return ""
    first = cell.pieces.index(links[0])
    words = "".join(p.text for p in cell.pieces[first:] if not p.marks & LINK)
    before = "".join(p.text for p in cell.pieces[:first]).rstrip()
    if any(c.isalnum() for c in words) or before.endswith(("(", "（", "[")) or not before:
        return ""
    sample = read_sample(page.context, before)
    if sample is None or any(c.isalnum() for c in before.replace(sample.word, "", 1)):
        return ""
    raw = page.data[cell.start : cell.end].decode(page.encoding, "replace").strip()
    at = raw.find("[")
    gap = re.search(r"[\s·•|,;–—-]*$", raw[:at])
    return raw[gap.start() if gap else at :]


# Checkboxes and strikes


def _box(page: Page, said: StatedStatus, wish: Wish) -> list[Edit] | None:
    box = _BOX.search(page.data, said.span.start, said.span.end)
    if box is None:
        return None
    start, end = box.span(1)
    mark = tick(page) if wish.status is Status.RESOLVED else " "
    if page.data[start:end].decode(page.encoding, "replace") == mark:
        return []
    return _one(page.edit(start, end, mark))


def tick(page: Page) -> str:
    """The mark that the document ticks its boxes with."""
    marks = [
        match[1].decode(page.encoding, "replace")
        for _, said in page.places()
        if said.form is StatusForm.CHECKBOX and said.status is Status.RESOLVED
        if (match := _BOX.search(page.data, said.span.start, said.span.end))
    ]
    return max(marks, key=marks.count, default="x")


def unstruck(page: Page, start: int, end: int) -> list[Edit] | None:
    """The edits that take off the strikes that touch some bytes; None where there are none."""
    first, last = page.line_start(start), page.line_end(end)
    edits: list[Edit | None] = []
    for opening, closing in _STRIKES:
        for match in re.finditer(opening + rb"(.+?)" + closing, page.data[first:last], re.IGNORECASE | re.DOTALL):
            a, b = first + match.start(), first + match.end()
            if a < end and start < b:
                edits += [page.edit(a, first + match.start(1), ""), page.edit(first + match.end(1), b, "")]
    return [e for e in edits if e is not None] or None


# Markers


def _marker(page: Page, manner: Manner, said: StatedStatus, wish: Wish) -> list[Edit] | None:
    start, end = said.span.start, said.span.end
    own = page.text(start, end)
    if not any(c.isalnum() for c in own):
        return _emoji(page, manner, said, wish)
    if priority_word(own) is not None:
        reading = page.context.vocabulary.read(own, page.context.legend)
        start, end = (
            start + len(own[: reading.start].encode(page.encoding)),
            start + len(own[: reading.end].encode(page.encoding)),
        )
    end = _balanced(page, start, end)
    text = manner.text(wish, StatusForm.MARKER, own=page.text(start, end))
    if wish.date is not None:
        bare = page.data[start - 1 : start] not in {b"(", b"["}
        text = f"({text}, {manner.day(wish)})" if bare else f"{text}, {manner.day(wish)}"
    else:
        end = _with_details(page, end)
    return _one(page.edit(start, end, text))


def _balanced(page: Page, start: int, end: int) -> int:
    """The end with the emphasis that closes right behind it, where it opens between start and end."""
    for marks in (b"**", b"__", b"*", b"_", b"`"):
        if page.data.count(marks, start, end) % 2 and page.data.startswith(marks, end):
            return end + len(marks)
    return end


def _emoji(page: Page, manner: Manner, said: StatedStatus, wish: Wish) -> list[Edit] | None:
    """Another emoji, where there is one for the status; else the one for its state."""
    emoji = manner.emoji(wish.status) or manner.emoji(Status.PENDING)
    if said.status.state is wish.status.state and not manner.emoji(wish.status):
        return []
    return _one(page.edit(said.span.start, said.span.end, emoji)) if emoji else None


def _with_details(page: Page, end: int) -> int:
    """The end of a marker with the date or the like behind it: `FIXED in 1.4.2`, `✅ FIXED (2026-02-04)`."""
    stop = page.line_end(end)
    rest = page.data[end:stop].decode(page.encoding, "replace")
    kept = re.match(r"[*_`]*[)\]）】]?", rest)
    tail = rest[kept.end() :] if kept and kept.group() else rest
    if kept and kept.group() and tail.strip():
        return end
    if not tail.strip() or any(c.isalnum() for c in without_details(tail)):
        return end
    return end + len(rest.rstrip(" #\t").encode(page.encoding))
