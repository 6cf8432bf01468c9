"""Rows in aligned columns that fit the terminal: shrunk first, then without what matters least, then stacked."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.reporting.style import Line, Look, Piece, Side, Tone, clip, fill, line, say, width_of, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

GAP = 2  # blanks between columns


class Column(NamedTuple):
    """One column of a table."""

    title: str
    least: int | None = None  # cells that it may be shrunk to; None: it is never shrunk
    number: bool = False  # aligned at the right
    elide: Side = "right"  # where text is left out: a path keeps its end
    spare: int = 0  # on a narrow terminal columns are left out, the highest number first; 0: never
    yields: bool = False  # it is shrunk before the others are: few of its cells are long


def table(columns: Sequence[Column], rows: Sequence[Sequence[Line]], look: Look, *, indent: int = 0) -> list[Line]:
    """Lines of a table with a faint header, or of stacked rows where no column can give any more.

    Columns in which no row says anything are left out.
    """
    header = tuple((say(column.title, Tone.FAINT),) for column in columns)
    widths = _fit(columns, rows, look, indent)
    blocks = row_blocks(columns, rows, look, indent=indent)
    head = [_aligned(columns, header, widths, look, indent)] if widths else []
    return [*head, *(entry for block in blocks for entry in block)]


def row_blocks(
    columns: Sequence[Column], rows: Sequence[Sequence[Line]], look: Look, *, indent: int = 0
) -> list[list[Line]]:
    """The lines of each row, for a table in which other lines stand between the rows."""
    widths = _fit(columns, rows, look, indent)
    if widths is None:
        return [_stacked(row, look, indent) for row in rows]
    return [[_aligned(columns, row, widths, look, indent)] for row in rows]


def _aligned(columns: Sequence[Column], row: Sequence[Line], widths: dict[int, int], look: Look, indent: int) -> Line:
    parts = [Piece(" " * indent)]
    for i, width in widths.items():
        parts += fill(clip(row[i], width, look, columns[i].elide), width, "left" if columns[i].number else "right")
        parts.append(Piece(" " * GAP))
    return tuple(parts)


def _fit(columns: Sequence[Column], rows: Sequence[Sequence[Line]], look: Look, indent: int) -> dict[int, int] | None:
    """Column -> cells, for the columns that are shown; None where even the least does not fit."""
    widths = {
        i: max(len(column.title), *(width_of(row[i]) for row in rows))
        for i, column in enumerate(columns)
        if any(width_of(row[i]) for row in rows)
    }
    if look.width is None:
        return widths
    room = look.width - indent
    widths = {i: min(width, room) for i, width in widths.items()}
    while True:
        over = sum(widths.values()) + GAP * (len(widths) - 1) - room
        if over <= 0:
            return widths
        least = {i: min(widths[i], columns[i].least or widths[i]) for i in widths}
        if sum(widths[i] - least[i] for i in widths) >= over:
            return _shrink(columns, widths, least, over)
        spare = [i for i in widths if columns[i].spare]
        if not spare:
            return None
        del widths[max(spare, key=lambda i: columns[i].spare)]


def _shrink(columns: Sequence[Column], widths: dict[int, int], least: dict[int, int], over: int) -> dict[int, int]:
    """Take ``over`` cells away, one at a time: from those that yield, then from the one that is widest."""
    widths = dict(widths)
    for _ in range(over):
        able = [i for i in widths if widths[i] > least[i]]
        widths[max(able, key=lambda i: (columns[i].yields, widths[i]))] -= 1
    return widths


def _stacked(row: Sequence[Line], look: Look, indent: int) -> list[Line]:
    """As many of the first cells as fit on one line, each of the others under them."""
    said = [cell for cell in row if width_of(cell)]
    head: Line = (Piece(" " * indent),)
    while said and width_of(head) + width_of(said[0]) <= (look.width or 0):
        head = (*head, *said.pop(0), Piece(" " * GAP))
    lines = [head] if width_of(head) > indent else []
    for cell in said:
        lines += wrap(cell, look, indent=indent + (GAP if lines else 0))
    return lines


def fields(pairs: Sequence[tuple[str, Line]], look: Look, *, indent: int = 0) -> list[Line]:
    """Names and values, the values aligned and wrapped; a value that says nothing is left out."""
    shown = [(name, value) for name, value in pairs if width_of(value)]
    margin = max((len(name) for name, _ in shown), default=0) + GAP + indent
    lines = []
    for name, value in shown:
        first, *rest = wrap(value, look, indent=margin)
        lines.append(
            (Piece(" " * indent), *fill((say(name, Tone.FAINT),), margin - indent), *first[1:]),
        )
        lines += rest
    return lines


def heading(text: str) -> list[Line]:
    """A heading with an empty line above it."""
    return [(), line(say(text, Tone.STRONG))]
