"""A drawing in characters as boxes of text, in order, whether or not its lines and corners are there.

    ┌─────────────┐        +----------+     +----------+        ACTION-1 (3 days)
    │ ACTION-1: x │ ← NOW  | ACTION-1 | --> | ACTION-2 |            |
    └──────┬──────┘        +----------+     +----------+            v
           ▼                                                    ACTION-2 --> Phase 3
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# What is left of a wall or an arrow that was decoded with the wrong code page and has lost a byte.
_ODD = "\u0080-\u00bfŒœŠšŽžŸƒˆ˜–—‘’‚“”„†‡•…‰‹›€™ğŸı\ufffd"
_BROKEN = re.compile(f"â(?:[{_ODD}]{{1,2}}|(?![^\\W\\d_]))|\ufffd+")
_WALL = re.compile(r"[│┃║|╎╏┆┇┊┋]")
_TREE = re.compile(
    r"[├┣╠]\s*[─━═-]*\s*[>→▶►]*\s*[\w(\[]|[└┗╚╰]\s*[─━═-]*\s*[\w(\[]|(?:^|\s)(?:\|--|`--|\+--)\s*[\w(\[]"
)
_HEAD = r"[─━═-]*[→⟶➔➜►▶⇒]|-+>|=+>"
_ARROW = re.compile(rf"\s*(?:{_HEAD})\s*")
_LEADING_ARROW = re.compile(rf"\s*[└┗╚╰]?(?:{_HEAD}|[↓▼])\s*")
_LONE_V = re.compile(r"(?<!\w)[vV](?!\w)")
_AROUND = " \t\u2500-\u259f◄◀←↑▲△▽▼▾►▶→↓⬇⇒⇓⟶➔➜"
_TRIM = re.compile(rf"^[{_AROUND}]+|[{_AROUND}]+$")
_LONGEST = 2000  # characters of a line that are looked at


@dataclass(slots=True)
class Sketch:
    """The text of one box, line by line, with the number of each line from 0."""

    lines: list[tuple[int, str]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)  # what stands beside the box
    follows: bool = True  # the drawing leads from the box before to this one
    abreast: bool = False  # it stands beside another one, and no arrow between them


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    cells: list[str]  # the text of each box that the line goes through
    remark: str
    arrow: bool  # between two boxes


def sketch(text: str, names_step: Callable[[str], bool]) -> list[Sketch]:
    """The boxes of a drawing; ``names_step`` tells whether a text begins with an item or a gate."""
    lines = [_BROKEN.sub(" ", line[:_LONGEST]).rstrip() for line in text.split("\n")]
    boxes: list[Sketch] = []
    group: list[_Line] = []
    between: list[str] = []  # the lines without words since the last group
    for number, line in enumerate(lines):
        if not _has_words(line):
            if not (len(_WALL.findall(line)) >= 2 and not _WALL.sub("", line).strip()):  # `│   │` is inside of a box
                boxes += _boxes(group, boxes, names_step)
                group = []
                between.append(line.strip())
            continue
        steps = _chain(line, names_step)
        if steps is None:
            if not group:
                group_between, between = between, []
            group.append(_line(number, line))
            continue
        boxes += _boxes(group, boxes, names_step)
        group = []
        led = any(between) or _LEADING_ARROW.match(line) is not None
        boxes += [Sketch([(number, step)], follows=led or index > 0) for index, step in enumerate(steps)]
        between = []
    boxes += _boxes(group, boxes, names_step)
    if any(_TREE.search(line) for line in lines):
        for box in boxes:
            box.follows = False
    return boxes
