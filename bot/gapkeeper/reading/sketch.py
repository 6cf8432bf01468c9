"""A drawing in characters as boxes of text, in order, whether or not its lines and corners are there.

┌─────────────┐        +----------+     +----------+        ACTION-1 (3 days)
│ ACTION-1: x │ ← NOW  | ACTION-1 | --> | ACTION-2 |            |
└──────┬──────┘        +----------+     +----------+            v
       ▼                                                    ACTION-2 --> Phase 3
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Callable

# What is left of a wall or an arrow that was decoded with the wrong code page and has lost a byte.
_ODD = "\u0080-\u00bfŒœŠšŽžŸƒˆ˜–—‘’‚“”„†‡•…‰‹›€™ğŸı\ufffd"
_BROKEN = lazy(f"â(?:[{_ODD}]{{1,2}}|(?![^\\W\\d_]))|\ufffd+|(?<!\\S)\\?+(?!\\S)")
_WALL = lazy(r"[│┃║|╎╏┆┇┊┋]")
_TREE = lazy(r"[├┣╠][\s─━═>→▶►-]*[\w(\[]|[└┗╚╰][\s─━═-]*[\w(\[]|(?:^|\s)(?:\|--|`--|\+--)[\s-]*[\w(\[]")
# A run of dashes is looked at from its beginning only: documents can make one of any length.
_HEAD = r"(?<![─━═-])[─━═-]*[→⟶➔➜►▶⇒]|(?<!-)-+>|(?<!=)=+>"
_ARROW = lazy(_HEAD)
_LEADING_ARROW = lazy(rf"\s*[└┗╚╰]?(?:{_HEAD}|[↓▼])")
_LONE_V = lazy(r"(?<!\w)[vV](?!\w)")
_AROUND = "".join(map(chr, range(0x2500, 0x25A0))) + " \t◄◀←↑▲△▽▼▾►▶→↓⬇⇒⇓⟶➔➜"
_LONGEST = 2000  # characters of a line that are looked at


@dataclass(slots=True)
class Sketch:
    """The text of one box, line by line, with the number of each line from 0."""

    lines: list[tuple[int, str]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)  # what stands beside the box
    follows: bool = True  # the drawing leads from the box before to this one
    abreast: bool = False  # it stands beside another one, and no arrow between them


class _Line(NamedTuple):
    number: int
    cells: list[str]  # the text of each box that the line goes through
    remark: str
    arrow: bool  # between two boxes


def sketch(text: str, names_step: Callable[[str], bool]) -> list[Sketch]:
    """The boxes of a drawing; ``names_step`` tells whether a text begins with an item or a gate."""
    return _Sketcher(names_step).run([_BROKEN.sub(" ", line[:_LONGEST]).rstrip() for line in text.split("\n")])


class _Sketcher:
    def __init__(self, names_step: Callable[[str], bool]) -> None:
        self.names_step = names_step
        self.boxes: list[Sketch] = []
        self.group: list[_Line] = []  # lines of the box at hand
        self.before: list[str] = []  # what stands between it and the box before it
        self.between: list[str] = []  # lines without words since then

    def run(self, lines: list[str]) -> list[Sketch]:
        for number, line in enumerate(lines):
            if not _has_words(line):
                self._separator(line)
            elif (steps := self._chain(line)) is not None:
                self._close()
                led = any(self.between) or _LEADING_ARROW.match(line) is not None
                self.boxes += [Sketch([(number, step)], follows=led or index > 0) for index, step in enumerate(steps)]
                self.between = []
            else:
                if not self.group:
                    self.before, self.between = self.between, []
                self.group.append(_line(number, line))
        self._close()
        if any(_TREE.search(line) for line in lines):
            for box in self.boxes:  # a tree's branches follow their trunk, and not each other
                box.follows = False
        return self.boxes

    def _separator(self, line: str) -> None:
        inside = len(_WALL.findall(line)) >= 2 and not _WALL.sub("", line).strip()  # `│      │`
        if not inside:
            self._close()
            self.between.append(line.strip())

    def _chain(self, line: str) -> list[str] | None:
        """`ACTION-1 --> ACTION-2` as its steps; None where the line is text of a box."""
        leading = _LEADING_ARROW.match(line)
        if (leading is None and not _ARROW.search(line)) or len(_WALL.findall(line)) > 1:
            return None
        parts = _ARROW.split(line[leading.end() :] if leading else line)
        parts = [_unbracketed(part.strip()) for part in parts if _has_words(part)]
        if not parts or not all(map(self.names_step, parts)):
            return None
        return parts if len(parts) > 1 or leading else None

    def _close(self) -> None:
        """The box that the lines at hand make, or those that stand abreast."""
        group, self.group = self.group, []
        if not group:
            return
        width = max(len(line.cells) for line in group)
        arrow = any(line.arrow for line in group)
        boxes = [Sketch(follows=arrow or index == 0, abreast=width > 1 and not arrow) for index in range(width)]
        for line in group:
            targets = boxes if len(line.cells) == width else boxes[:1]
            for box, text in zip(targets, line.cells, strict=False):
                box.lines.append((line.number, text))
            if line.remark:
                boxes[-1].remarks.append(line.remark)
        if len(self.before) == 1 and not self.before[0] and self.boxes:
            # One empty line alone parts two boxes only where each of them is one step.
            boxes[0].follows = self._is_step(self.boxes[-1]) and self._is_step(boxes[0])
        self.boxes += boxes

    def _is_step(self, box: Sketch) -> bool:
        steps = [index for index, (_, text) in enumerate(box.lines) if self.names_step(text)]
        return steps == [0]


def _has_words(line: str) -> bool:
    """Whether text stands in a line, and not only walls, arrows and a `v`."""
    return any(c.isalnum() for c in _LONE_V.sub("", line))


def _line(number: int, text: str) -> _Line:
    parts = _WALL.split(text)
    if len(parts) < 3:
        return _Line(number, [" ".join(filter(None, (part.strip(_AROUND) for part in parts)))], "", arrow=False)
    inner = parts[1:-1]
    inside = [part.strip(_AROUND) for part in inner if _has_words(part)]
    outside = " ".join(filter(None, (parts[0].strip(_AROUND), parts[-1].strip(_AROUND))))
    arrow = any(_ARROW.search(part) and not _has_words(part) for part in inner)
    return _Line(number, inside, outside, arrow) if inside else _Line(number, [outside], "", arrow=False)


def _unbracketed(text: str) -> str:
    """`[ACTION-1]` without its brackets."""
    return text[1:-1].strip() if text[0] + text[-1] in {"[]", "()", "||"} else text
