"""Text with meaning: pieces of a line, how wide they are, and how they become text again.

Every piece is made safe for a terminal when it is made, so no text of a document can move the cursor,
change a colour or reverse a line. Widths are terminal cells, not characters: 漢 takes two, an accent none.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Literal, NamedTuple

from rich.cells import cell_len

from gapkeeper import escaping
from gapkeeper.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Side = Literal["left", "right"]

_DOUBLE_HASH = lazy("#(?=#)")
_WORD = lazy(r"[^ ]+ *| +")


class Tone(Enum):
    """What a piece of text means; the value is its SGR parameters on a terminal with colour."""

    PLAIN = ""
    STRONG = "1"
    FAINT = "2"
    GOOD = "32"
    BAD = "31"
    ALARM = "1;31"
    CARE = "33"
    INFO = "36"
    GONE = "35"
    LINK = "34"


class Look(NamedTuple):
    """What the place that shows the text can do."""

    width: int | None = None  # cells in a line; None: no terminal, lines are as long as they are
    colour: bool = False
    unicode: bool = True  # False: the encoding knows no bars, arrows or ellipses
    log: bool = False  # the log of a CI job, whose runner takes some lines for commands

    @property
    def ellipsis(self) -> str:
        """What stands for text that was left out."""
        return "…" if self.unicode else "..."

    @property
    def arrow(self) -> str:
        """From an old value to a new one."""
        return "→" if self.unicode else "->"


PLAIN_LOOK = Look()


class Piece(NamedTuple):
    """Text with one meaning. Make it with `say`, which makes the text safe."""

    text: str
    tone: Tone = Tone.PLAIN


Line = tuple[Piece, ...]


def say(text: str, tone: Tone = Tone.PLAIN) -> Piece:
    """A piece on one line: what a terminal would act on is made visible, and white space is one blank."""
    return Piece(escaping.terminal(text).replace("\n", " "), tone)


def line(*parts: str | Piece) -> Line:
    """A line of pieces; plain text has no meaning beside its own."""
    return tuple(part if isinstance(part, Piece) else say(part) for part in parts if part)


def width_of(pieces: Line) -> int:
    """How many cells a line takes."""
    return sum(cell_len(piece.text) for piece in pieces)


def text_of(pieces: Line) -> str:
    """A line without its meaning."""
    return "".join(piece.text for piece in pieces)


def clip(pieces: Line, width: int, look: Look, side: Side = "right") -> Line:
    """At most ``width`` cells; what is left out, at this side, is marked with an ellipsis."""
    if width_of(pieces) <= width:
        return pieces
    mark = Piece(look.ellipsis, Tone.FAINT)
    room = max(0, width - width_of((mark,)))
    if side == "left":
        return (mark, *_last(pieces, room))
    return (*_first(pieces, room), mark)


def _first(pieces: Line, room: int) -> list[Piece]:
    kept: list[Piece] = []
    for piece in pieces:
        end = len(piece.text)
        if cell_len(piece.text) > room:
            end = 0
            while cell_len(piece.text[: end + 1]) <= room:
                end += 1
        kept.append(Piece(piece.text[:end], piece.tone))
        room -= cell_len(piece.text[:end])
        if end < len(piece.text):
            break
    return kept


def _last(pieces: Line, room: int) -> list[Piece]:
    kept: list[Piece] = []
    for piece in reversed(pieces):
        start = 0
        if cell_len(piece.text) > room:
            start = len(piece.text)
            while cell_len(piece.text[start - 1 :]) <= room:
                start -= 1
        kept.insert(0, Piece(piece.text[start:], piece.tone))
        room -= cell_len(piece.text[start:])
        if start > 0:
            break
    return kept


def fill(pieces: Line, width: int, side: Side = "right") -> Line:
    """At least ``width`` cells: blanks are added at this side."""
    missing = width - width_of(pieces)
    if missing <= 0:
        return pieces
    blanks = Piece(" " * missing)
    return (*pieces, blanks) if side == "right" else (blanks, *pieces)


def wrap(pieces: Line, look: Look, *, indent: int = 0, hang: int | None = None) -> list[Line]:
    """Lines of words that fit; the first begins at ``indent``, the others at ``hang`` (default: the same)."""
    hang = indent if hang is None else hang
    if look.width is None:
        return [(Piece(" " * indent), *pieces)]
    lines: list[Line] = []
    current: list[Piece] = [Piece(" " * indent)]
    used = margin = indent
    for word in _words(pieces):
        if used > margin and used + width_of(word) - _blanks_at_end(word) > look.width:
            lines.append(tuple(current))
            current, used = [Piece(" " * hang)], hang
            margin = hang
        current += word
        used += width_of(word)
    lines.append(tuple(current))
    return lines


def _words(pieces: Line) -> Iterator[Line]:
    """Words with the blanks behind them; a word may change its meaning on the way."""
    word: list[Piece] = []
    for piece in pieces:
        for part in _WORD.findall(piece.text):
            word.append(Piece(part, piece.tone))
            if part.endswith(" "):
                yield tuple(word)
                word = []
    if word:
        yield tuple(word)


def _blanks_at_end(word: Line) -> int:
    return len(word[-1].text) - len(word[-1].text.rstrip(" "))


def render(lines: Iterable[Line], look: Look) -> str:
    """The text of lines, each ended by a line feed and without blanks at its end."""
    return "".join(_paint(pieces, look) + "\n" for pieces in lines)


def _paint(pieces: Line, look: Look) -> str:
    if look.log:
        text = text_of(pieces)
        if "##" in text or text.lstrip().startswith("::"):
            return _disarmed(text)
    if not look.colour:
        return text_of(pieces).rstrip(" ")
    parts = list(pieces)
    while parts and not parts[-1].text.strip(" "):
        parts.pop()
    if parts:
        parts[-1] = Piece(parts[-1].text.rstrip(" "), parts[-1].tone)
    return "".join(p.text if p.tone is Tone.PLAIN else f"\x1b[{p.tone.value}m{p.text}\x1b[0m" for p in parts)


def _disarmed(text: str) -> str:
    """A line that a runner would take for a command, with its indentation and without its colour."""
    indent = " " * (len(text) - len(text.lstrip(" ")))
    return indent + _DOUBLE_HASH.sub(f"#{escaping.GUARD}", f"{escaping.GUARD}{text.strip(' ')}")
