"""Edits into bytes, and the lines that they change."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from gapkeeper.model.edits import LineChange
from gapkeeper.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gapkeeper.model.edits import Edit

_LINE_END = lazy(rb"\r\n?|\n")  # as reading counts lines


class Misfit(Exception):  # noqa: N818  no error: the attempt is dropped, and the next one tried
    """Edits that overlap, or that do not say what stands in the document."""


def apply(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The bytes with every edit made. `Misfit` where two overlap or one expects other bytes."""
    parts: list[bytes] = []
    last = 0
    for edit in sorted(edits, key=lambda e: e.span):
        if edit.span.start < last or edit.span.of(data) != edit.old:
            raise Misfit
        parts += [data[last : edit.span.start], edit.new]
        last = edit.span.end
    return b"".join([*parts, data[last:]])


def line_changes(path: str, data: bytes, edits: Sequence[Edit], encoding: str) -> tuple[LineChange, ...]:
    """The lines that edits change and add, by place.

    An edit either adds whole lines in front of a line, or changes one line and no line end. `Misfit` where it
    does neither.
    """
    starts = [0, *(match.end() for match in _LINE_END.finditer(data))]
    changed: dict[int, list[Edit]] = {}
    added: dict[int, Edit] = {}
    for edit in edits:
        index = bisect_right(starts, edit.span.start) - 1
        if edit.old == b"" and _LINE_END.search(edit.new):
            if edit.span.start != starts[index] or len(_lines(edit.new)) != 1 or index in added:
                raise Misfit
            added[index] = edit
        elif _LINE_END.search(edit.old) or _LINE_END.search(edit.new):
            raise Misfit
        else:
            changed.setdefault(index, []).append(edit)
    changes: list[LineChange] = []
    for index in sorted({*changed, *added}):
        number = index + 1 + sum(1 for at in added if at < index)
        if index in added:
            changes.append(LineChange(path, number, None, _shown(added[index].new, encoding)))
            number += 1
        if index in changed:
            before = data[starts[index] : starts[index + 1] if index + 1 < len(starts) else len(data)]
            after = apply(data, changed[index])[starts[index] :]
            after = after[: len(before) + sum(len(e.new) - len(e.old) for e in changed[index])]
            changes.append(LineChange(path, number, _shown(before, encoding), _shown(after, encoding)))
    return tuple(changes)


def _lines(data: bytes) -> list[bytes]:
    """Lines with their ends."""
    ends = [match.end() for match in _LINE_END.finditer(data)]
    if not ends or ends[-1] < len(data):
        ends.append(len(data))
    return [data[a:b] for a, b in zip([0, *ends], ends, strict=False)]


def _shown(line: bytes, encoding: str) -> str:
    return line.rstrip(b"\r\n").decode(encoding, "replace")
