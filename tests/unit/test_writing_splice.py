"""Edits into bytes and lines: what an edit may be, and how its lines are told."""

from __future__ import annotations

import pytest

from gapkeeper.model.edits import Edit, LineChange
from gapkeeper.model.spans import Span
from gapkeeper.writing.splice import Misfit, apply, line_changes

DATA = b"one\r\ntwo three\rfour\n"


def edit(old: bytes, new: bytes, *, at: int | None = None) -> Edit:
    start = DATA.index(old) if at is None else at
    return Edit(Span(start, start + len(old)), old, new)


def test_edits_are_made_in_their_places_whatever_their_order() -> None:
    assert apply(DATA, [edit(b"four", b"5"), edit(b"one", b"1"), edit(b"three", b"")]) == b"1\r\ntwo \r5\n"


@pytest.mark.parametrize(
    "edits",
    [
        pytest.param([edit(b"two three", b""), edit(b"three", b"3")], id="overlapping"),
        pytest.param([edit(b"due", b"2", at=5)], id="other bytes stand there"),
    ],
)
def test_edits_that_do_not_fit_are_refused(edits: list[Edit]) -> None:
    with pytest.raises(Misfit):
        apply(DATA, edits)


def test_several_edits_of_a_line_are_one_change() -> None:
    changes = line_changes("a.md", DATA, [edit(b"two", b"2"), edit(b"three", b"3")], "utf-8")
    assert changes == (LineChange("a.md", 2, "two three", "2 3"),)


def test_an_added_line_moves_those_behind_it() -> None:
    added = edit(b"", b"new\r\n", at=5)
    changes = line_changes("a.md", DATA, [edit(b"four", b"5"), added, edit(b"two", b"2")], "utf-8")
    assert changes == (
        LineChange("a.md", 2, None, "new"),
        LineChange("a.md", 3, "two three", "2 three"),
        LineChange("a.md", 4, "four", "5"),
    )
    assert apply(DATA, [added]) == b"one\r\nnew\r\ntwo three\rfour\n"


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(edit(b"one\r\ntwo", b"one"), id="a line end is taken away"),
        pytest.param(edit(b"two", b"2\n2"), id="a line is parted"),
        pytest.param(edit(b"", b"new\n", at=7), id="a line is added amid another"),
        pytest.param(edit(b"", b"new\nand more\n", at=5), id="two lines are added"),
    ],
)
def test_an_edit_changes_or_adds_one_line(wrong: Edit) -> None:
    with pytest.raises(Misfit):
        line_changes("a.md", DATA, [wrong], "utf-8")


def test_lines_are_shown_in_the_documents_encoding() -> None:
    data = b"Caf\xe9 Open"
    change = Edit(Span(5, 9), b"Open", b"Done")
    assert line_changes("a.md", data, [change], "cp1252") == (LineChange("a.md", 1, "Café Open", "Café Done"),)
