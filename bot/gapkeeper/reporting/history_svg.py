"""The history of readiness as a chart: one SVG that loads nothing and runs nothing, for light and dark pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gapkeeper import escaping
from gapkeeper.reporting.chart_layout import apart, round_scale, shortened, width
from gapkeeper.reporting.chart_time import Tick, day_words, seconds_in_order, ticks
from gapkeeper.reporting.history_bands import bands
from gapkeeper.reporting.history_steps import steps
from gapkeeper.reporting.numbers import count, number, per_cent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gapkeeper.model.history import HistoryPoint, ReadinessHistory

_WIDTH, _HEIGHT = 800, 420
_LEFT, _RIGHT = 58, 636  # of both panels
_TAIL = 10  # pixels for what the last commit says
_NUMBERS, _NAMES, _EDGE = 678, 684, 788  # labels to the right: numbers end there, names are between
_SCORE_TOP, _SCORE_BOTTOM = 72, 208
_ITEMS_TOP, _ITEMS_BOTTOM = 254, 370
_LANES = (64, 50)  # base lines of the names of gates, the nearest to the panel first
_SMALL, _GATE_ROOM = 11, 150  # size of small text, and pixels that names of gates may take
_LABEL_GAP = 16

# Every text has a contrast of at least 4.5 with the background, every area one of 3 (WCAG 2.2, 1.4.3
# and 1.4.11). Bands are Okabe and Ito's colours, made darker or brighter until bands that touch
# differ for colour-blind readers too. The background is painted: a reader's scheme need not be the page's.
_STYLE = """\
.bg{fill:#fff;stroke:#d1d9e0}.t{fill:#1f2328}.m{fill:#59636e}.b{font-weight:600}
.g{stroke:#e4e8ec}.a{stroke:#8c959f}.s{stroke:#0969da}.u{fill:#0969da}.w{stroke:#fff}
.f0{fill:#0072b2}.f1{fill:#cc7a00}.f2{fill:#0a5c47}.f3{fill:#d06ba6}.f4{fill:#8a3800}.f5{fill:#8c959f}
.l0{stroke:#0072b2}.l1{stroke:#cc7a00}.l2{stroke:#0a5c47}.l3{stroke:#d06ba6}.l4{stroke:#8a3800}.l5{stroke:#8c959f}
@media (prefers-color-scheme:dark){
.bg{fill:#0d1117;stroke:#3d444d}.t{fill:#f0f6fc}.m{fill:#9198a1}
.g{stroke:#262c34}.a{stroke:#656c76}.s{stroke:#58a6ff}.u{fill:#58a6ff}.w{stroke:#0d1117}
.f0{fill:#2f8fd6}.f1{fill:#f0b73a}.f2{fill:#0b9e77}.f3{fill:#efa5d3}.f4{fill:#c8551b}.f5{fill:#7d8590}
.l0{stroke:#2f8fd6}.l1{stroke:#f0b73a}.l2{stroke:#0b9e77}.l3{stroke:#efa5d3}.l4{stroke:#c8551b}.l5{stroke:#7d8590}
}"""


@dataclass(frozen=True, slots=True)
class _Axis:
    """The time axis of both panels."""

    places: tuple[float, ...]  # pixels from the left, one for each point; they never go back
    marks: tuple[tuple[float, Tick], ...]  # where each tick is


def history_svg(history: ReadinessHistory) -> str:
    """The chart: readiness above, with the gates that opened, and open items by kind below."""
    axis = _axis(history.points)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}"'
        f' viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-labelledby="gk-title gk-desc">',
        '<title id="gk-title">Readiness and open items</title>',
        f'<desc id="gk-desc">{escaping.xml_text(_described(history))}</desc>',
        f"<style>\ntext{{font:12px -apple-system,BlinkMacSystemFont,'Segoe UI','Noto Sans',Helvetica,Arial,sans-serif}}"
        f"\n.n{{font-size:{_SMALL}px}}.h{{font-size:14px}}.v{{font-size:18px}}\n{_STYLE}\n</style>",
        f'<rect class="bg" x=".5" y=".5" width="{_WIDTH - 1}" height="{_HEIGHT - 1}" rx="6"/>',
        _text(16, 26, "Readiness", "t b h"),
        _text(_WIDTH - 16, 26, _covered(history), "m n", "end"),
        _text(16, 238, "Open items", "t b h"),
        *_time_lines(axis),
        *_score_panel(history, axis),
        *_items_panel(history.points, axis),
        "</svg>",
    ]
    return "\n".join(line for line in lines if line) + "\n"


def _described(history: ReadinessHistory) -> str:
    """The last numbers, for who cannot see the chart."""
    if not history.points:
        return "No commit has touched a planning document."
    last = history.points[-1]
    kinds = ", ".join(f"{number} {escaping.clean_line(kind)}" for kind, number in last.open.items())
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


def _axis(points: Sequence[HistoryPoint]) -> _Axis:
    seconds = seconds_in_order([point.at for point in points])
    if seconds is None:
        return _Axis(_spread(range(len(points))), ())
    if seconds[0] == seconds[-1]:
        return _Axis(_spread(range(len(points))), ((_LEFT, ticks(seconds[0], seconds[0])[0]),))
    found = ticks(seconds[0], seconds[-1])
    places = _spread([*seconds, *(tick.at for tick in found)], seconds[0], seconds[-1])
    return _Axis(places[: len(points)], tuple(zip(places[len(points) :], found, strict=True)))


def _spread(values: Sequence[float], low: float = 0, high: float | None = None) -> tuple[float, ...]:
    """Pixels from the left."""
    span = (len(values) - 1 if high is None else high - low) or 1
    return tuple(_LEFT + (_RIGHT - _TAIL - _LEFT) * (value - low) / span for value in values)


def _time_lines(axis: _Axis) -> Iterator[str]:
    """The ticks, through both panels; a day or year is left out where it would touch the one before."""
    free = 0.0
    for x, tick in axis.marks:
        for top, bottom in ((_SCORE_TOP, _SCORE_BOTTOM), (_ITEMS_TOP, _ITEMS_BOTTOM + 4)):
            yield f'<path class="g" d="M{_px(x)} {top}V{bottom}"/>'
        yield _text(x, _ITEMS_BOTTOM + 19, tick.text, "m n", "middle")
        half = width(tick.below, _SMALL) / 2
        if tick.below and x - half >= free:
            yield _text(x, _ITEMS_BOTTOM + 33, tick.below, "m n", "middle")
            free = x + half + 6


def _score_panel(history: ReadinessHistory, axis: _Axis) -> Iterator[str]:
    yield from _scale([(_score_height(share), f"{share} %") for share in (0, 25, 50, 75, 100)])
    yield from _gates(history, axis)
    scores = [point.score for point in history.points]
    drawn = [i for i, score in enumerate(scores) if score is not None]
    if not drawn:
        nothing = "No document states a readiness" if scores else "No commit has touched a planning document"
        yield _text((_LEFT + _RIGHT) / 2, (_SCORE_TOP + _SCORE_BOTTOM) / 2 + 4, nothing, "m", "middle")
        return
    for corners, end in _unbroken(scores, axis):
        line = _stepped(corners, end)
        yield f'<path class="u" opacity=".1" d="{line}V{_SCORE_BOTTOM}H{_px(corners[0][0])}Z"/>'
        yield f'<path class="s" d="{line}" fill="none" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/>'
    yield from _last_score(history.points, drawn[-1], axis)


def _unbroken(scores: Sequence[float | None], axis: _Axis) -> Iterator[tuple[list[tuple[float, float]], float]]:
    """The corners of each line, and where it ends: a score holds until the next commit."""
    corners: list[tuple[float, float]] = []
    for x, score in zip(axis.places, scores, strict=True):
        if score is not None:
            corners.append((x, _score_height(score)))
        elif corners:
            yield corners, x
            corners = []
    if corners:
        yield corners, _RIGHT


def _last_score(points: Sequence[HistoryPoint], last: int, axis: _Axis) -> Iterator[str]:
    """The last score, beside the end of its line; where later commits have none, the day that it is of."""
    point, ended = points[last], last == len(points) - 1
    y = _score_height(point.score or 0.0)
    x = _RIGHT if ended else axis.places[last + 1]
    yield f'<circle class="u w" cx="{_px(x)}" cy="{_px(y)}" r="4.5" stroke-width="2"/>'
    below = "" if ended else "then no score" if point.at is None else f"as of {day_words(point.at)}"
    y = min(max(y + 6, _SCORE_TOP + 8), _SCORE_BOTTOM - (12 if below else -4))
    yield _text(_RIGHT + 14, y, per_cent(point.score, 1), "t b v")
    yield _text(_RIGHT + 14, y + 15, below, "m n")


def _score_height(score: float) -> float:
    """Where a score is; one that no scale should have is at the end of the scale."""
    share = min(max(score, 0.0), 100.0) / 100
    return _SCORE_BOTTOM - (_SCORE_BOTTOM - _SCORE_TOP) * share


def _gates(history: ReadinessHistory, axis: _Axis) -> Iterator[str]:
    """A flag for each commit that opened gates; its name is left out where there is no room."""
    flags = [(x, ", ".join(step.opened)) for x, step in zip(axis.places, steps(history), strict=True) if step.opened]
    taken: list[list[tuple[float, float]]] = [[] for _ in _LANES]
    for x, names in flags:
        text = shortened(names, _GATE_ROOM, _SMALL)
        found = _lane(taken, x, width(text, _SMALL))
        top = _SCORE_TOP if found is None else _LANES[found[0]] - 8
        yield f'<path class="a" d="M{_px(x)} {top}V{_SCORE_BOTTOM}" stroke-dasharray="2 3"/>'
        yield (
            f'<path class="t" d="M{_px(x)} {_SCORE_TOP - 4}l4 4-4 4-4-4z">'
            f"<title>{escaping.xml_text(escaping.clean_line(names))}</title></path>"
        )
        if found is not None:
            lane, start = found
            taken[lane].append((min(x, start), start + width(text, _SMALL)))
            yield _text(start, _LANES[lane], text, "m n")


def _lane(taken: Sequence[Sequence[tuple[float, float]]], x: float, wide: float) -> tuple[int, float] | None:
    """A lane with room beside the flagpole, to its right or left, and where the text begins."""
    for lane in range(len(taken)):
        for start in (x + 6, x - 6 - wide):
            low, high = min(x, start) - 6, max(x, start + wide) + 6
            if start < _LEFT or start + wide > _EDGE:
                continue
            crossed = taken[: lane + 1]  # the pole goes through the lanes below as well
            if all(
                end < (low if i == lane else x - 6) or begin > (high if i == lane else x + 6)
                for i, others in enumerate(crossed)
                for begin, end in others
            ):
                return lane, start
    return None


def _items_panel(points: Sequence[HistoryPoint], axis: _Axis) -> Iterator[str]:
    scale = round_scale(max((point.total_open for point in points), default=0))
    heights = [_ITEMS_BOTTOM - (_ITEMS_BOTTOM - _ITEMS_TOP) * number / scale[-1] for number in scale]
    yield from _scale([(y, str(number)) for y, number in zip(heights, scale, strict=True)])
    found = bands(points)
    if not found:
        yield _text((_LEFT + _RIGHT) / 2, (_ITEMS_TOP + _ITEMS_BOTTOM) / 2 + 4, "No open item", "m", "middle")
        return
    unit = (_ITEMS_BOTTOM - _ITEMS_TOP) / scale[-1]
    tops = _tops([band.counts for band in found], unit)
    for i in reversed(range(len(found))):  # the highest first: those below are painted over it
        line = _stepped(list(zip(axis.places, tops[i], strict=True)), _RIGHT)
        yield f'<path class="f{i}" d="{line}V{_ITEMS_BOTTOM}H{_px(axis.places[0])}Z"/>'
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
    for i, ((name, number), middle, place) in enumerate(zip(labels, middles, places, strict=True)):
        yield f'<path class="l{i}" d="M{_RIGHT + 2} {_px(middle)}L{_RIGHT + 14} {_px(place)}h6" fill="none" stroke-width="2.5"/>'
        yield _text(_NUMBERS, place + 4, str(number), "t b", "end")
        yield _text(_NAMES, place + 4, shortened(name, _EDGE - _NAMES, 12), "t")


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
