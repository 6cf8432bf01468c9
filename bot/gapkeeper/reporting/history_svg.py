"""The history of readiness as a chart: one SVG that loads nothing and runs nothing, for light and dark pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gapkeeper import escaping
from gapkeeper.reporting.chart_layout import apart, round_scale, shortened, width
from gapkeeper.reporting.chart_time import Tick, day_words, seconds_in_order, ticks
from gapkeeper.reporting.history_bands import bands
from gapkeeper.reporting.history_flags import Flag, placed
from gapkeeper.reporting.history_steps import steps
from gapkeeper.reporting.numbers import count, number, per_cent

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence

    from gapkeeper.model.history import HistoryPoint, ReadinessHistory

_WIDTH, _HEIGHT = 800, 420
_LEFT, _RIGHT = 58, 620  # of both panels
_TAIL = 10  # pixels for what the last commit says
_LABELS, _EDGE = _RIGHT + 27, 788  # what labels to the right are between
_SCORE_TOP, _SCORE_BOTTOM = 46, 206  # where no gate has a name above the panel
_ITEMS_TOP, _ITEMS_BOTTOM = 254, 370
_LANE = 14  # pixels of a row of names of gates
_USUAL, _SMALL = 12, 11  # sizes of text
_LABEL_GAP = 16

_HEAD = f"""\
<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}"\
 role="img" aria-labelledby="gk-title gk-desc">
<title id="gk-title">Readiness and open items</title>"""

# Every text has a contrast of at least 4.5 with the background, every area one of 3 (WCAG 2.2, 1.4.3
# and 1.4.11). Bands are Okabe and Ito's colours, made darker or brighter until bands that touch differ
# in brightness alone, whatever colours a reader sees. The background is painted: the page around it
# need not follow the reader's scheme.
_STYLE = (
    f"""\
text{{font:{_USUAL}px -apple-system,BlinkMacSystemFont,'Segoe UI','Noto Sans',Helvetica,Arial,sans-serif}}
.n{{font-size:{_SMALL}px}}.h{{font-size:14px}}.v{{font-size:18px}}
.l{{fill:none;stroke-width:2.5}}.s{{fill:none;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}}
"""
    """\
.bg{fill:#fff;stroke:#d1d9e0}.t{fill:#1f2328}.m{fill:#59636e}.b{font-weight:600}
.g{stroke:#e4e8ec}.a{stroke:#8c959f}.s{stroke:#0969da}.u{fill:#0969da}.w{stroke:#fff}
.f0{fill:#0072b2}.f1{fill:#cc7a00}.f2{fill:#0a5c47}.f3{fill:#d06ba6}.f4{fill:#8a3800}.f5{fill:#8c959f}
.l0{stroke:#0072b2}.l1{stroke:#cc7a00}.l2{stroke:#0a5c47}.l3{stroke:#d06ba6}.l4{stroke:#8a3800}.l5{stroke:#8c959f}
@media (prefers-color-scheme:dark){
.bg{fill:#0d1117;stroke:#3d444d}.t{fill:#f0f6fc}.m{fill:#9198a1}
.g{stroke:#262c34}.a{stroke:#656c76}.s{stroke:#58a6ff}.u{fill:#58a6ff}.w{stroke:#0d1117}
.f0{fill:#2f8fd6}.f1{fill:#f0b73a}.f2{fill:#0b9e77}.f3{fill:#efa5d3}.f4{fill:#c8551b}.f5{fill:#a0a8b2}
.l0{stroke:#2f8fd6}.l1{stroke:#f0b73a}.l2{stroke:#0b9e77}.l3{stroke:#efa5d3}.l4{stroke:#c8551b}.l5{stroke:#a0a8b2}
}"""
)


@dataclass(frozen=True, slots=True)
class _Frame:
    """What both panels share."""

    places: tuple[float, ...]  # pixels from the left, one for each point; they never go back
    marks: tuple[tuple[float, Tick], ...]  # where each tick is
    flags: tuple[Flag, ...]  # of gates that opened
    top: float  # where the upper panel begins: the names of the gates are above it


def history_svg(history: ReadinessHistory) -> str:
    """The chart: readiness above, with the gates that opened, and open items by kind below."""
    frame = _frame(history)
    lines = [
        _HEAD,
        f'<desc id="gk-desc">{escaping.xml_text(_described(history))}</desc>',
        f"<style>\n{_STYLE}\n</style>",
        f'<rect class="bg" x=".5" y=".5" width="{_WIDTH - 1}" height="{_HEIGHT - 1}" rx="6"/>',
        _text(16, 26, "Readiness", "t b h"),
        _text(_WIDTH - 16, 26, _covered(history), "m n", "end"),
        _text(16, _ITEMS_TOP - 16, "Open items", "t b h"),
        *_time_lines(frame),
        *_score_panel(history.points, frame),
        *_items_panel(history.points, frame),
        "</svg>",
    ]
    return "\n".join(line for line in lines if line) + "\n"


def _described(history: ReadinessHistory) -> str:
    """The last numbers, for who cannot see the chart."""
    if not history.points:
        return "No commit has touched a planning document."
    last = history.points[-1]
    kinds = ", ".join(f"{amount} {escaping.clean_line(kind)}" for kind, amount in last.open.items())
    when = "" if last.at is None else f" on {day_words(last.at)}"
    through = [escaping.clean_line(gate.name) for gate in last.gates if gate.opened]
    return (
        f"{count(len(history.points), 'commit')}. At the last one{when}: readiness {per_cent(last.score)}; "
        f"{count(last.total_open, 'open item')}{f' ({kinds})' if kinds else ''}; "
        f"gates that are through: {', '.join(through) or 'none'}."
    )


def _covered(history: ReadinessHistory) -> str:
    """From when to when, and whether that is all there is."""
    if not history.points:
        return ""
    days = [day_words(point.at) for point in (history.points[0], history.points[-1]) if point.at is not None]
    parts = [count(len(history.points), "commit"), " to ".join(dict.fromkeys(days))]
    if history.begins is not None:
        parts.append("older ones are not in this shallow clone")
    return ", ".join(part for part in parts if part)


def _frame(history: ReadinessHistory) -> _Frame:
    places, marks = _axis([point.at for point in history.points])
    flags = _flags(history, places)
    lanes = max((flag.lane + 1 for flag in flags if flag.text), default=0)
    return _Frame(places, marks, tuple(flags), _SCORE_TOP + _LANE * lanes)


def _axis(times: Sequence[dt.datetime | None]) -> tuple[tuple[float, ...], tuple[tuple[float, Tick], ...]]:
    """Where each commit is, and each tick; commits of one moment are spread evenly."""
    seconds = seconds_in_order(times)
    if seconds is None:
        return _spread(range(len(times))), ()
    found = ticks(seconds[0], seconds[-1])
    if seconds[0] == seconds[-1]:
        return _spread(range(len(times))), ((_LEFT, found[0]),)
    places = _spread([*seconds, *(tick.at for tick in found)], seconds[0], seconds[-1])
    return places[: len(times)], tuple(zip(places[len(times) :], found, strict=True))


def _spread(values: Sequence[float], low: float = 0, high: float | None = None) -> tuple[float, ...]:
    """Pixels from the left."""
    span = (len(values) - 1 if high is None else high - low) or 1
    return tuple(_LEFT + (_RIGHT - _TAIL - _LEFT) * (value - low) / span for value in values)


def _time_lines(frame: _Frame) -> Iterator[str]:
    """The ticks, through both panels; a day or year is left out where it would touch the one before."""
    free = 0.0
    for x, tick in frame.marks:
        for top, bottom in ((frame.top, _SCORE_BOTTOM), (_ITEMS_TOP, _ITEMS_BOTTOM + 4)):
            yield f'<path class="g" d="M{_px(x)} {top}V{bottom}"/>'
        yield _text(x, _ITEMS_BOTTOM + 19, tick.text, "m n", "middle")
        half = width(tick.below, _SMALL) / 2
        if tick.below and x - half >= free:
            yield _text(x, _ITEMS_BOTTOM + 33, tick.below, "m n", "middle")
            free = x + half + 6


def _score_panel(points: Sequence[HistoryPoint], frame: _Frame) -> Iterator[str]:
    yield from _scale([(_score_height(share, frame.top), f"{share} %") for share in (0, 25, 50, 75, 100)])
    yield from _gates(frame)
    scores = [point.score for point in points]
    drawn = [i for i, score in enumerate(scores) if score is not None]
    if not drawn:
        nothing = "No document states a readiness" if scores else "No commit has touched a planning document"
        yield _instead(nothing, _score_height(62.5, frame.top))
        return
    for corners, end in _unbroken(scores, frame):
        line = _stepped(corners, end)
        yield f'<path class="u" opacity=".1" d="{line}V{_SCORE_BOTTOM}H{_px(corners[0][0])}Z"/>'
        yield f'<path class="s" d="{line}"/>'
    yield from _last_score(points, drawn[-1], frame)


def _unbroken(scores: Sequence[float | None], frame: _Frame) -> Iterator[tuple[list[tuple[float, float]], float]]:
    """The corners of each line, and where it ends: a score holds until the next commit."""
    corners: list[tuple[float, float]] = []
    for x, score in zip(frame.places, scores, strict=True):
        if score is not None:
            corners.append((x, _score_height(score, frame.top)))
        elif corners:
            yield corners, x
            corners = []
    if corners:
        yield corners, _RIGHT


def _last_score(points: Sequence[HistoryPoint], last: int, frame: _Frame) -> Iterator[str]:
    """The last score, beside the end of its line; where later commits have none, the day that it is of."""
    point, ended = points[last], last == len(points) - 1
    y = _score_height(point.score or 0.0, frame.top)
    x = _RIGHT if ended else frame.places[last + 1]
    yield f'<circle class="u w" cx="{_px(x)}" cy="{_px(y)}" r="4.5" stroke-width="2"/>'
    below = "" if ended else "then no score" if point.at is None else f"as of {day_words(point.at)}"
    y = min(max(y + 6, frame.top + 8), _SCORE_BOTTOM - (12 if below else -4))
    yield _text(_RIGHT + 14, y, per_cent(point.score, 1), "t b v")
    yield _text(_RIGHT + 14, y + 15, below, "m n")


def _score_height(score: float, top: float) -> float:
    """Where a score is; one that no scale should have is at the end of the scale."""
    share = min(max(score, 0.0), 100.0) / 100
    return _SCORE_BOTTOM - (_SCORE_BOTTOM - top) * share


def _flags(history: ReadinessHistory, places: Sequence[float]) -> list[Flag]:
    opened = [(x, ", ".join(step.opened)) for x, step in zip(places, steps(history), strict=True) if step.opened]
    return placed(opened, _SMALL, _LEFT, _RIGHT)


def _gates(frame: _Frame) -> Iterator[str]:
    for flag in frame.flags:
        base = frame.top - 8 - _LANE * flag.lane
        pole = base - 8 if flag.text else frame.top
        yield f'<path class="a" d="M{_px(flag.x)} {pole}V{_SCORE_BOTTOM}" stroke-dasharray="2 3"/>'
        yield (
            f'<path class="t" d="M{_px(flag.x)} {frame.top - 4}l4 4-4 4-4-4z">'
            f"<title>{escaping.xml_text(escaping.clean_line(flag.names))}</title></path>"
        )
        yield _text(flag.start, base, flag.text, "m n")


def _items_panel(points: Sequence[HistoryPoint], frame: _Frame) -> Iterator[str]:
    scale = round_scale(max((point.total_open for point in points), default=0))
    heights = [_ITEMS_BOTTOM - (_ITEMS_BOTTOM - _ITEMS_TOP) * number / scale[-1] for number in scale]
    yield from _scale([(y, str(number)) for y, number in zip(heights, scale, strict=True)])
    found = bands(points)
    if not found:
        yield _instead("No open items", (_ITEMS_TOP + _ITEMS_BOTTOM) / 2)
        return
    unit = (_ITEMS_BOTTOM - _ITEMS_TOP) / scale[-1]
    tops = _tops([band.counts for band in found], unit)
    for i in reversed(range(len(found))):  # the highest first: those below are painted over it
        line = _stepped(list(zip(frame.places, tops[i], strict=True)), _RIGHT)
        yield f'<path class="f{i}" d="{line}V{_ITEMS_BOTTOM}H{_px(frame.places[0])}Z"/>'
    yield from _band_labels([(band.name, band.counts[-1]) for band in found], [row[-1] for row in tops])


def _tops(counts: Sequence[Sequence[int]], unit: float) -> list[list[float]]:
    """Where each band ends above, at each point; every band lies on the one before."""
    heights = [0] * len(counts[0])
    tops = []
    for row in counts:
        heights = [height + number for height, number in zip(heights, row, strict=True)]
        tops.append([_ITEMS_BOTTOM - height * unit for height in heights])
    return tops


def _band_labels(labels: Sequence[tuple[str, int]], tops: Sequence[float]) -> Iterator[str]:
    """A label beside the end of each band, and a line in the band's colour between both."""
    middles = [(top + bottom) / 2 for top, bottom in zip(tops, [_ITEMS_BOTTOM, *tops], strict=False)]
    places = apart(middles[::-1], _LABEL_GAP, _ITEMS_TOP, _ITEMS_BOTTOM)[::-1]
    column = _LABELS + max(width(str(amount), _USUAL) for _, amount in labels)  # where numbers end
    for i, ((name, amount), middle, place) in enumerate(zip(labels, middles, places, strict=True)):
        yield f'<path class="l l{i}" d="M{_RIGHT + 2} {_px(middle)}L{_RIGHT + 14} {_px(place)}h6"/>'
        yield _text(column, place + 4, str(amount), "t b", "end")
        yield _text(column + 6, place + 4, shortened(name, _EDGE - column - 6, _USUAL), "t")


def _instead(text: str, y: float) -> str:
    """What a panel says that has nothing to draw."""
    return _text((_LEFT + _RIGHT) / 2, y + 4, text, "m", "middle")


def _scale(lines: Iterable[tuple[float, str]]) -> Iterator[str]:
    """Grid lines with their numbers at the left; the first is the base."""
    for i, (y, text) in enumerate(lines):
        yield f'<path class="{"g" if i else "a"}" d="M{_LEFT} {_px(y)}H{_RIGHT}"/>'
        yield _text(_LEFT - 8, y + 4, text, "m n", "end")


def _stepped(corners: Sequence[tuple[float, float]], end: float) -> str:
    """A line that stays as high as each corner until the next one; steps that nobody sees are left out."""
    path = f"M{_px(corners[0][0])} {_px(corners[0][1])}"
    height = _px(corners[0][1])
    for x, y in corners[1:]:
        if _px(y) != height:
            height = _px(y)
            path += f"H{_px(x)}V{height}"
    return f"{path}H{_px(end)}"


def _text(x: float, y: float, text: str, look: str, anchor: str = "start") -> str:
    held = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text class="{look}" x="{_px(x)}" y="{_px(y)}"{held}>{escaping.xml_text(text)}</text>' if text else ""


def _px(place: float) -> str:
    return number(place, 1)
