"""The history of readiness as a chart."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gapkeeper.model.history import HistoryPoint, ReadinessHistory
from gapkeeper.model.status import Status
from gapkeeper.reporting.chart_layout import apart, round_scale, shortened, width
from gapkeeper.reporting.chart_time import seconds_in_order, ticks
from gapkeeper.reporting.history_bands import bands
from gapkeeper.reporting.history_flags import placed
from gapkeeper.reporting.history_svg import history_svg
from histories import HISTORY, gate, point
from hostile_text import texts

SVG = "{http://www.w3.org/2000/svg}"
START = dt.datetime(2026, 1, 31, 9, 30, tzinfo=dt.UTC)
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
LAST_TIME = dt.datetime.max.replace(tzinfo=dt.UTC)


def history(*points: HistoryPoint, begins: str | None = None) -> ReadinessHistory:
    return ReadinessHistory("c0ffee", points, begins)


def drawn(shown: ReadinessHistory) -> ET.Element:
    return ET.fromstring(history_svg(shown))  # noqa: S314 - we wrote it


def words(shown: ReadinessHistory) -> list[str]:
    return [found.text or "" for found in drawn(shown).iter(f"{SVG}text")]


def lines(shown: ReadinessHistory, look: str) -> list[str]:
    return [path.get("d", "") for path in drawn(shown).iter(f"{SVG}path") if path.get("class") == look]


def at(second: float) -> dt.datetime:
    return dt.datetime(1, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=second)


def seconds(*times: dt.datetime) -> list[float]:
    return seconds_in_order(times) or []


# --- the whole ---


def test_the_last_numbers_are_written_beside_the_ends_of_lines_and_bands() -> None:
    written = words(HISTORY)
    assert "12.5 %" in written
    assert [pair for pair in pairwise(written) if pair[1] in {"ISSUE", "LATER", "ACTION"}] == [
        ("12", "LATER"),
        ("0", "ACTION"),
        ("1", "ISSUE"),
    ]
    assert "5 commits, 3 Jan 2026 to 9 Jan 2026" in written


def test_who_cannot_see_the_chart_reads_its_last_numbers() -> None:
    chart = drawn(HISTORY)
    assert chart.get("role") == "img"
    title, description = chart.find(f"{SVG}title"), chart.find(f"{SVG}desc")
    assert title is not None
    assert description is not None
    assert chart.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert description.text == (
        "5 commits. At the last one on 9 Jan 2026: readiness 12.5 %; 13 open items (1 ISSUE, 12 LATER); "
        "gates that are through: none."
    )


def test_the_same_history_is_the_same_bytes() -> None:
    assert history_svg(HISTORY) == history_svg(replace(HISTORY, points=tuple(HISTORY.points)))


def test_a_chart_without_commits_says_so() -> None:
    assert "No commit has touched a planning document" in words(history())
    assert "No open items" in words(history())


def test_a_chart_without_scores_says_so_and_still_shows_items() -> None:
    written = words(history(point(3, None), point(4, None)))
    assert "No document states a readiness" in written
    assert "LATER" in written


def test_one_commit_is_a_line_over_the_whole_width() -> None:
    (line,) = lines(history(point(3, 50.0)), "s")
    assert re.fullmatch(r"M58 [\d.]+H620", line)


def test_a_shallow_clone_is_named() -> None:
    assert any("shallow clone" in text for text in words(history(point(3, 1.0), begins="c0ffee")))
    assert not any("shallow clone" in text for text in words(history(point(3, 1.0))))


def test_a_score_holds_until_the_next_commit() -> None:
    (line,) = lines(history(point(1, 0.0), point(2, 100.0), point(3, 0.0)), "s")
    assert line == "M58 206H334V46H610V206H620"


def test_the_line_breaks_where_a_commit_has_no_score() -> None:
    scores = (10.0, 20.0, None, 30.0, None)
    shown = history(*(point(day, score) for day, score in enumerate(scores, 1)))
    first, second = lines(shown, "s")
    assert first.endswith("H334")
    assert second.startswith("M472 ")
    assert second.endswith("H610")
    assert "as of 4 Jan 2026" in words(shown)


@pytest.mark.parametrize(("score", "height"), [(140.0, "46"), (-5.0, "206"), (float("inf"), "46")])
def test_a_score_that_no_scale_has_stays_in_the_panel(score: float, height: str) -> None:
    (line,) = lines(history(point(1, score)), "s")
    assert line == f"M58 {height}H620"


def test_bands_lie_on_each_other() -> None:
    shown = history(point(1, None, LATER=6, ACTION=2), point(2, None, LATER=4, ACTION=4))
    assert lines(shown, "f0") == ["M58 283H610V312H620V370H58Z"]
    assert lines(shown, "f1") == ["M58 254H620V370H58Z"]


def test_gates_that_opened_have_a_flag_with_their_name() -> None:
    written = words(HISTORY)
    assert written.index("Phase 2") < written.index("Phase 3")
    assert len(lines(HISTORY, "a")) == 4  # two poles and two base lines


def test_a_gate_that_was_through_from_the_beginning_has_no_flag() -> None:
    assert "Phase 2" not in words(history(point(1, 1.0, gate(Status.RESOLVED)), point(2, 2.0, gate(Status.RESOLVED))))


def test_commits_of_one_moment_are_spread_over_the_width() -> None:
    same = history(*(replace(point(1, score), at=START) for score in (0.0, 50.0, 100.0)))
    assert lines(same, "s") == ["M58 206H334V126H610V46H620"]
    assert [text for text in words(same) if "Jan" in text] == ["3 commits, 31 Jan 2026", "31 Jan 2026"]


def test_commits_without_a_time_are_spread_over_the_width() -> None:
    timeless = history(*(replace(point(1, score), at=None) for score in (0.0, 50.0, None)))
    assert lines(timeless, "s") == ["M58 206H334V126H610"]
    assert "then no score" in words(timeless)


def test_long_histories_are_small_enough_for_a_readme() -> None:
    many = [
        replace(point(1, i / 5, **{f"KIND-{k}": (i * k) % 17 for k in range(30)}), at=START + i * DAY)
        for i in range(500)
    ]
    assert len(history_svg(history(*many))) < 60_000


@given(text=texts)
def test_no_name_leaves_its_place(text: str) -> None:
    shown = history(point(3, 1.0), point(4, 2.0, gate(Status.RESOLVED, text), **{text: 3}))
    harmless = history(point(3, 1.0), point(4, 2.0, gate(Status.RESOLVED, "name"), name=3))
    chart = drawn(shown)
    assert {found.tag for found in chart.iter()} == {found.tag for found in drawn(harmless).iter()}
    assert {name for found in chart.iter() for name in found.attrib} <= {
        "width", "height", "viewBox", "role", "aria-labelledby", "id", "class", "x", "y", "rx", "d", "text-anchor",
        "cx", "cy", "r", "stroke-width", "stroke-dasharray", "opacity",
    }  # fmt: skip


def test_nothing_is_loaded_and_nothing_runs() -> None:
    text = history_svg(HISTORY).replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"script|href|url\(|@import|@font-face|http|\bon\w+=", text)


# --- colours ---


def schemes() -> dict[str, dict[str, str]]:
    """Class and property -> colour, in each scheme."""
    style = drawn(HISTORY).findtext(f"{SVG}style") or ""
    light, dark = style.split("@media (prefers-color-scheme:dark)")
    found = {}
    for scheme, rules in {"light": light, "dark": dark}.items():
        colours: dict[str, str] = {}
        for name, body in re.findall(r"\.(\w+)\{([^}]*)\}", rules):
            for kind, colour in re.findall(r"(fill|stroke):(#[0-9a-f]+)", body):
                colours[f"{name} {kind}"] = colour
        found[scheme] = colours
    return found


def contrast(one: str, other: str) -> float:
    """As WCAG 2.2 counts it."""
    low, high = sorted((_brightness(one), _brightness(other)))
    return (high + 0.05) / (low + 0.05)


def _brightness(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    shares = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return sum(weight * share for weight, share in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_both_schemes_have_every_colour() -> None:
    light, dark = schemes().values()
    assert light.keys() == dark.keys()
    assert len(light) == 21


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_areas_stand_out_from_the_background(scheme: str) -> None:
    colours = schemes()[scheme]
    for name in ("t fill", "m fill"):
        assert contrast(colours[name], colours["bg fill"]) >= 4.5
    for name in ("s stroke", *(f"f{i} fill" for i in range(6))):
        assert contrast(colours[name], colours["bg fill"]) >= 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_bands_that_touch_differ_in_brightness_alone(scheme: str) -> None:
    colours = schemes()[scheme]
    assert all(contrast(colours[f"f{i} fill"], colours[f"f{i + 1} fill"]) > 1.4 for i in range(5))
    assert all(colours[f"f{i} fill"] == colours[f"l{i} stroke"] for i in range(6))


# --- kinds ---


def test_small_kinds_share_a_band() -> None:
    found = bands([point(1, None, **{f"K{i}": i for i in range(1, 9)}), point(2, None, K8=1)])
    assert [(band.name, band.counts) for band in found] == [
        ("K8", (8, 1)),
        ("K7", (7, 0)),
        ("K6", (6, 0)),
        ("K5", (5, 0)),
        ("K4", (4, 0)),
        ("others (3 kinds)", (6, 0)),
    ]


def test_a_sixth_kind_keeps_its_name() -> None:
    assert bands([point(1, None, **{f"K{i}": 1 for i in range(6)})])[-1].name == "K5"


# --- time ---


def test_times_that_run_backwards_give_way_to_the_longest_run_in_order() -> None:
    times = [START, START + 2 * DAY, START - 90 * DAY, START + 4 * DAY, None, START + 5 * DAY]
    days = [round((second - seconds(START)[0]) / 86_400, 3) for second in seconds_in_order(times) or []]
    assert days == [0, 2, 3, 4, 4.5, 5]


def test_commits_of_one_time_keep_it() -> None:
    times = [START, START + 2 * DAY, START + 2 * DAY, START + 4 * DAY]
    assert seconds_in_order(times) == [second for time in times for second in seconds(time)]


def test_commits_without_a_time_at_the_ends_stand_beside_their_neighbours() -> None:
    assert seconds_in_order([None, START, None]) == seconds(START) * 3
    assert seconds_in_order([None, None]) is None


@given(st.lists(st.none() | st.datetimes(timezones=st.just(dt.UTC)), max_size=30))
def test_seconds_never_run_backwards(times: list[dt.datetime | None]) -> None:
    found = seconds_in_order(times)
    if found is not None:
        assert len(found) == len(times)
        assert found == sorted(found)


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (dt.timedelta(seconds=20), ["09:30 31 Jan 2026"]),
        (HOUR, ["09:30 31 Jan 2026", "09:40", "09:50", "10:00", "10:10", "10:20", "10:30"]),
        (20 * HOUR, ["12:00 31 Jan 2026", "15:00", "18:00", "21:00", "00:00 1 Feb 2026", "03:00"]),
        (6 * DAY, ["1 Feb 2026", "2 Feb", "3 Feb", "4 Feb", "5 Feb", "6 Feb"]),
        (40 * DAY, ["2 Feb 2026", "9 Feb", "16 Feb", "23 Feb", "2 Mar", "9 Mar"]),
        (120 * DAY, ["Feb 2026", "Mar", "Apr", "May"]),
        (600 * DAY, ["Apr 2026", "Jul", "Oct", "Jan 2027", "Apr", "Jul"]),
        (2000 * DAY, ["2027", "2028", "2029", "2030", "2031"]),
    ],
)
def test_ticks_are_round_times(span: dt.timedelta, expected: list[str]) -> None:
    found = ticks(*seconds(START, START + span))
    assert [f"{tick.text} {tick.below}".rstrip() for tick in found] == expected


@given(st.datetimes(timezones=st.just(dt.UTC)), st.timedeltas(min_value=dt.timedelta(0)))
def test_ticks_of_any_span_are_few_and_within(start: dt.datetime, span: dt.timedelta) -> None:
    first, last = seconds(start, min(start + min(span, LAST_TIME - start), LAST_TIME))
    found = ticks(first, last)
    assert 1 <= len(found) <= 7
    assert all(first <= tick.at <= last for tick in found)
    assert len(found) >= 2 or last - first < 120


# --- room ---


@given(st.lists(st.floats(0, 100), max_size=6).map(sorted))
def test_labels_are_apart_and_between_the_ends(wanted: list[float]) -> None:
    found = apart(wanted, 16, 0, 100)
    assert all(after - before >= 16 - 1e-9 for before, after in pairwise(found))
    assert all(-1e-9 <= place <= 100 for place in found)


def test_labels_that_are_apart_stay_where_they_are() -> None:
    assert apart([10, 40, 90], 16, 0, 100) == [10, 40, 90]


@pytest.mark.parametrize(
    ("most", "scale"),
    [(0, [0, 1]), (1, [0, 1]), (4, [0, 1, 2, 3, 4]), (5, [0, 2, 4, 6]), (17, [0, 5, 10, 15, 20]), (81, [0, 50, 100])],
)
def test_scales_have_round_steps(most: int, scale: list[int]) -> None:
    assert list(round_scale(most)) == scale


@given(texts, st.floats(20, 200))
def test_shortened_texts_fit(text: str, room: float) -> None:
    short = shortened(text, room, 11)
    assert width(short, 11) <= room
    assert len(short) <= 60
    assert "\n" not in short


@given(st.lists(st.tuples(st.floats(58, 622), texts), max_size=30))
def test_no_name_of_a_gate_touches_another_name_or_a_pole(flags: list[tuple[float, str]]) -> None:
    named = [flag for flag in placed(sorted(flags), 11, 58, 632) if flag.text]
    for i, one in enumerate(named):
        end = one.start + width(one.text, 11)
        assert one.start >= 58
        assert end <= 632
        for other in named[:i] + named[i + 1 :]:
            if other.lane == one.lane:
                assert other.start >= end or other.start + width(other.text, 11) <= one.start
            if other.lane >= one.lane:
                assert other.x <= one.start or other.x >= end


def test_names_of_gates_that_are_near_each_other_go_into_two_rows() -> None:
    found = placed([(100, "Phase 1"), (120, "Phase 2"), (620, "Go-Live")], 11, 58, 632)
    assert [(flag.text, flag.lane, flag.start > flag.x) for flag in found] == [
        ("Phase 1", 1, True),
        ("Phase 2", 0, True),
        ("Go-Live", 0, False),
    ]
