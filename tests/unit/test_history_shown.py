"""The history of readiness as text, CSV and JSON."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from gapkeeper.model.history import ReadinessHistory
from gapkeeper.model.status import Status
from gapkeeper.reporting.history_csv import HISTORY_COLUMNS, history_csv
from gapkeeper.reporting.history_json import history_json
from gapkeeper.reporting.history_text import history_lines, history_summary
from gapkeeper.reporting.style import PLAIN_LOOK, Look, render, text_of, width_of
from histories import HISTORY, gate, point


def test_the_newest_commit_is_first_with_what_it_changed() -> None:
    assert render(history_lines(HISTORY, PLAIN_LOOK), PLAIN_LOOK) == (
        "DATE        COMMIT     SCORE  CHANGE  OPEN  OF WHICH            NOTES\n"
        "2026-01-09  0000000   12.5 %  -32.25    13  ISSUE 1, LATER 12   2 documents not read\n"
        "2026-01-07  0000000  44.75 %             3  LATER 3"
        "             Phase 3 opened; Phase 2 shut; 1 document not read\n"
        "2026-01-05  0000000  44.75 %   +4.75     3  LATER 3             Phase 2 opened\n"
        "2026-01-04  0000000     40 %            14  ACTION 2, LATER 12\n"
        "2026-01-03  0000000        -            14  ACTION 2, LATER 12\n"
    )


def test_usual_rows_fit_in_80_columns_whole() -> None:
    usual = ReadinessHistory("c0ffee", HISTORY.points[:3])
    wide, narrow = history_lines(usual, PLAIN_LOOK), history_lines(usual, Look(width=80))
    assert list(map(text_of, wide)) == list(map(text_of, narrow))


@pytest.mark.parametrize("width", [80, 60, 40])
def test_no_row_is_wider_than_the_terminal(width: int) -> None:
    lines = history_lines(HISTORY, Look(width=width))
    assert len(lines) == 6
    assert all(width_of(line) - len(text_of(line)) + len(text_of(line).rstrip()) <= width for line in lines)


def test_a_summary_says_from_where_to_where() -> None:
    assert text_of(history_summary(HISTORY)) == "5 commits, 2026-01-03 to 2026-01-09"
    scored = replace(HISTORY, points=HISTORY.points[1:])
    assert text_of(history_summary(scored)) == "4 commits, 2026-01-04 to 2026-01-09: 40 % to 12.5 % (-27.5)"
    assert text_of(history_summary(replace(HISTORY, points=HISTORY.points[1:2]))) == "1 commit, 2026-01-04: 40 %"


def test_no_points_are_no_table() -> None:
    nothing = ReadinessHistory("c0ffee", ())
    assert history_lines(nothing, PLAIN_LOOK) == []
    assert history_csv(nothing) == ",".join(HISTORY_COLUMNS) + "\r\n"
    assert history_json(nothing)["points"] == []


def test_a_commit_of_the_year_10000_has_no_day() -> None:
    late = ReadinessHistory("c0ffee", (replace(point(3, 40.0), at=None),))
    assert "unknown" in text_of(history_lines(late, PLAIN_LOOK)[1])
    assert history_json(late)["points"][0]["at"] is None
    assert next(csv.DictReader(io.StringIO(history_csv(late))))["at"] == ""


def test_csv_has_a_column_for_each_kind_and_numbers_stay_numbers() -> None:
    rows = list(csv.DictReader(io.StringIO(history_csv(HISTORY))))
    assert [row["score"] for row in rows] == ["", "40.0", "44.75", "44.75", "12.5"]
    assert rows[4]["difference"] == "-32.25"
    assert [(row["open"], row["open ACTION"], row["open ISSUE"], row["open LATER"]) for row in rows[3:]] == [
        ("3", "0", "0", "3"),
        ("13", "0", "1", "12"),
    ]
    assert (rows[2]["gates_opened"], rows[3]["gates_shut"]) == ("Phase 2", "Phase 2")
    assert rows[0]["at"] == "2026-01-03T12:00:00+00:00"


def test_no_text_is_a_formula_in_a_spreadsheet() -> None:
    bad = "=HYPERLINK(1)"
    hostile = ReadinessHistory("c0ffee", (point(3, 1.0), point(4, 1.0, gate(Status.RESOLVED, bad), **{bad: 1})))
    header, _, row = csv.reader(io.StringIO(history_csv(hostile)))
    assert f"open {bad}" in header
    assert row[header.index("gates_opened")] == f"'{bad}"


def test_json_says_against_the_point_before() -> None:
    points = history_json(HISTORY)["points"]
    assert [one["difference"] for one in points] == [None, None, 4.75, 0, -32.25]
    assert [(one["opened"], one["shut"]) for one in points] == [
        ([], []),
        ([], []),
        (["Phase 2"], []),
        (["Phase 3"], ["Phase 2"]),
        ([], []),
    ]
    assert points[1]["gates"] == [{"name": "Phase 2", "status": "blocked", "open": 1, "blockers": 3}]
