from __future__ import annotations

import pytest
from rich.cells import cell_len

from gapkeeper.reporting.numbers import count, days, number, per_cent, signed, total_days
from gapkeeper.reporting.style import Look, Tone, clip, fill, line, render, say, text_of, width_of, wrap
from gapkeeper.reporting.table import Column, table

ASCII = Look(width=80, unicode=False)


@pytest.mark.parametrize(("text", "cells"), [("abc", 3), ("漢字", 4), ("e\u0301", 1), ("👨‍👩‍👧", 2), ("", 0)])
def test_widths_are_cells_and_not_characters(text: str, cells: int) -> None:
    assert width_of(line(text)) == cells


@pytest.mark.parametrize(
    ("text", "width", "right", "left"),
    [
        ("docs/LATER.md:24", 16, "docs/LATER.md:24", "docs/LATER.md:24"),
        ("docs/LATER.md:24", 9, "docs/LAT…", "…ER.md:24"),
        ("漢字漢字", 5, "漢字…", "…漢字"),
        ("漢字漢字", 4, "漢…", "…字"),
        ("abc", 1, "…", "…"),
    ],
)
def test_clipping_keeps_the_end_that_matters(text: str, width: int, right: str, left: str) -> None:
    look = Look(width=80)
    assert text_of(clip(line(text), width, look)) == right
    assert text_of(clip(line(text), width, look, "left")) == left
    assert width_of(clip(line(text), width, look)) <= width


def test_clipping_goes_through_pieces_and_keeps_their_tone() -> None:
    pieces = line(say("red", Tone.BAD), say("green", Tone.GOOD))
    assert clip(pieces, 5, Look()) == (*line(say("red", Tone.BAD), say("g", Tone.GOOD)), say("…", Tone.FAINT))
    assert text_of(clip(pieces, 6, ASCII)) == "red..."


def test_a_long_text_is_clipped_without_looking_at_all_of_it_again_and_again() -> None:
    assert text_of(clip(line("a" * 2_000_000), 5, Look())) == "aaaa…"
    assert text_of(clip(line("a" * 2_000_000), 5, Look(), "left")) == "…aaaa"


def test_filling_and_nothing_to_fill() -> None:
    assert text_of(fill(line("ab"), 4)) == "ab  "
    assert text_of(fill(line("ab"), 4, "left")) == "  ab"
    assert fill(line("abcd"), 4) == line("abcd")


def test_wrapping_breaks_between_words_and_not_between_pieces() -> None:
    pieces = line(say("stale", Tone.CARE), ": the row says ", say("pending", Tone.BAD))
    assert [text_of(one).rstrip() for one in wrap(pieces, Look(width=14), hang=2)] == [
        "stale: the row",
        "  says pending",
    ]
    assert wrap(pieces, Look(width=None), indent=1) == [(say(" "), *pieces)]


def test_a_word_that_is_too_long_stands_alone() -> None:
    lines = [text_of(one).rstrip() for one in wrap(line("a " + "b" * 30 + " c"), Look(width=10), hang=2)]
    assert lines == ["a", "  " + "b" * 30, "  c"]


def test_colour_only_where_it_is_asked_for() -> None:
    lines = [line(say("error", Tone.ALARM), ": no  ")]
    assert render(lines, Look()) == "error: no\n"
    assert render(lines, Look(colour=True)) == "\x1b[1;31merror\x1b[0m: no\n"


def test_a_log_gets_no_command_of_its_runner() -> None:
    assert render([line("::error::x")], Look(log=True)) != "::error::x\n"
    assert render([line("::error::x")], Look()) == "::error::x\n"
    assert render([line(say("ok", Tone.GOOD))], Look(log=True, colour=True)) == "\x1b[32mok\x1b[0m\n"


COLUMNS = (
    Column("KEY"),
    Column("TITLE", least=8),
    Column("N", number=True),
    Column("PLACE", least=8, elide="left", spare=1),
)
ROWS = [
    (line("ACTION-040"), line("Dredge the basin"), line("7"), line("docs/gaps.md:91")),
    (line("ISSUE-002"), line("灯台の電球"), line("12"), line("docs/gaps.md:130")),
]


def lines_at(width: int | None) -> list[str]:
    return [text_of(one).rstrip() for one in table(COLUMNS, ROWS, Look(width=width))]


def test_a_table_is_as_wide_as_it_is_where_there_is_no_terminal() -> None:
    assert lines_at(None) == [
        "KEY         TITLE              N  PLACE",
        "ACTION-040  Dredge the basin   7  docs/gaps.md:91",
        "ISSUE-002   灯台の電球        12  docs/gaps.md:130",
    ]


def test_a_table_is_shrunk_where_it_may_be() -> None:
    assert lines_at(44) == [
        "KEY         TITLE           N  PLACE",
        "ACTION-040  Dredge the b…   7  …s/gaps.md:91",
        "ISSUE-002   灯台の電球     12  …/gaps.md:130",
    ]


def test_then_columns_that_can_be_spared_go() -> None:
    assert lines_at(30) == [
        "KEY         TITLE            N",
        "ACTION-040  Dredge the ba…   7",
        "ISSUE-002   灯台の電球      12",
    ]


def test_and_then_rows_are_stacked() -> None:
    assert lines_at(20) == [
        "ACTION-040",
        "  Dredge the basin",
        "  7",
        "  docs/gaps.md:91",
        "ISSUE-002",
        "  灯台の電球",
        "  12",
        "  docs/gaps.md:130",
    ]


@pytest.mark.parametrize("width", range(21, 80))
def test_no_line_of_a_table_is_wider_than_the_terminal(width: int) -> None:
    assert all(cell_len(text) <= width for text in lines_at(width))


def test_a_column_that_yields_is_shrunk_first() -> None:
    columns = (Column("KEY", least=5, elide="left", yields=True), Column("TITLE", least=4))
    rows = [(line("A-1"), line("a title of some length")), (line("docs/plan.md#A-2"), line("b"))]
    shown = [text_of(one).rstrip() for one in table(columns, rows, Look(width=29))]
    assert shown == ["KEY    TITLE", "A-1    a title of some length", "…#A-2  b"]


def test_a_column_that_says_nothing_is_left_out() -> None:
    rows = [(line("A"), (), line("1"), ())]
    assert [text_of(one).rstrip() for one in table(COLUMNS, rows, Look())] == ["KEY  N", "A    1"]


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (number(44.75), "44.75"),
        (number(44.80), "44.8"),
        (number(100.0), "100"),
        (number(33.3333), "33.33"),
        (number(-0.001), "0"),
        (per_cent(44.8), "44.8 %"),
        (per_cent(None), "none"),
        (signed(3.8), "+3.8"),
        (signed(-1.25), "-1.25"),
        (signed(0.001), "±0"),
        (count(1, "error"), "1 error"),
        (count(0, "error"), "0 errors"),
        (count(2, "more change", "more changes"), "2 more changes"),
        (days((18, 28)), "18-28 days"),
        (days((1, 1)), "1 day"),
        (days((0.5, 0.5)), "0.5 days"),
        (days(None), "no estimate"),
        (total_days((19, 29)), "19 to 29 days"),
        (total_days((1, 1)), "1 day"),
    ],
)
def test_numbers_as_people_read_them(shown: str, expected: str) -> None:
    assert shown == expected
