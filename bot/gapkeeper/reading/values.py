"""What a cell, a line or a marker says: texts, statuses and references with their spans."""

from __future__ import annotations

import posixpath
import re
from array import array
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from gapkeeper.model.items import FieldText, Reference, References, StatedStatus, StatusForm
from gapkeeper.model.spans import Span
from gapkeeper.patterns import lazy
from gapkeeper.reading import mojibake
from gapkeeper.reading.blocks import CODE, LINK, STRIKE, Inline, Piece
from gapkeeper.reading.dates import find_date
from gapkeeper.reading.ids import fragment_id, qualifier, squeeze, without_ids
from gapkeeper.reading.marks import without_file_names
from gapkeeper.reading.vocabulary import Reading

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from gapkeeper.model.status import Status
    from gapkeeper.reading.ids import Ids
    from gapkeeper.reading.source import Source
    from gapkeeper.reading.vocabulary import Vocabulary

_NOTHING = lazy(
    r"(?:none|nothing|no|n/a|nil|keine?|aucune?|ninguno|nenhum|brak|geen|なし|无|無|없음)(?![\w-])|[-–—]+(?:\s|$)|$",
    re.IGNORECASE,
)
_NOBODY = lazy(r"(?:tbd|tba|tbc|unassigned|n/a|none|nobody|\?+|[-–—]+|\[.*\]|<.*>|_+|\(.*\))\s*$", re.IGNORECASE)
_ORDINAL = lazy(r"[#(]?\d{1,4}[.):]?$|[-–—#*.]*$")


@dataclass(slots=True)
class Context:
    """What reading one document needs at hand."""

    source: Source
    vocabulary: Vocabulary
    ids: Ids
    mend: bool
    legend: Mapping[str, Status | None] = field(default_factory=dict)

    def raw(self, span: Span) -> str:
        """The text of a span as it is written, mended where the document is mojibake."""
        encoding = "utf-8" if self.source.encoding == "utf-8" else "cp1252"
        text = self.source.data[span.start : span.end].decode(encoding, "replace")
        return mojibake.mend(text) if self.mend else text


def trimmed(context: Context, start: int, end: int) -> Span:
    """The span without white space at its ends."""
    part = context.source.data[start:end]
    left = len(part) - len(part.lstrip())
    return Span(start + left, start + max(left, len(part.rstrip())))


def field_text(context: Context, inline: Inline) -> FieldText | None:
    """A cell as the text of a field; None where it is empty."""
    plain = squeeze(inline.text)
    if not plain:
        return None
    return FieldText(plain, trimmed(context, inline.start, inline.end), context.source.line(inline.start))


def says_nothing(text: str) -> bool:
    """A cell that begins with None, Nothing, No, N/A or a dash names nothing."""
    return _NOTHING.match(text.strip()) is not None


def names_nobody(text: str) -> bool:
    """TBD, brackets, question marks, and what says nothing."""
    return _NOBODY.match(text) is not None or says_nothing(text)


def owner_text(value: FieldText | None) -> FieldText | None:
    """An owner; TBD and brackets are none."""
    return None if value is None or names_nobody(value.text) else value


def priority_text(value: FieldText | None) -> FieldText | None:
    """A priority; a bare ordinal or rank is none."""
    return None if value is None or is_ordinal(value.text) else value


def is_ordinal(text: str) -> bool:
    """A bare number or dash: a rank, not a value."""
    return _ORDINAL.match(text.strip()) is not None


def plain_status_text(context: Context, inline: Inline) -> str:
    """A status cell's words: IDs, links, file names, code and struck text are taken out.

    Links and code come back where nothing else stands there: `[Done](pr)` is Done.
    """
    pieces = [p for p in inline.pieces if not p.marks & STRIKE]
    bare = [p for p in pieces if not p.marks & (LINK | CODE)]
    for chosen in (bare, pieces):
        text = "".join(p.text for p in chosen)
        text = without_file_names(without_ids(text, context.ids.scan(text)))
        if any(c.isalnum() or ord(c) > 0x2000 for c in text) or "[" in text:
            return squeeze(text)
    return ""


def read_status(context: Context, inline: Inline, form: StatusForm, *, yes_no: bool = False) -> StatedStatus | None:
    """The status that a cell or value states; None where it is empty or a dash."""
    if not inline.text or re.fullmatch(r"[-–—.\s]*", inline.text):
        return None
    text = plain_status_text(context, inline)
    if yes_no and (answer := context.vocabulary.yes_or_no(text)) is not None:
        return answered(context, inline, form, Reading(answer, known=True))
    reading = context.vocabulary.read(text, context.legend)
    date = find_date(inline.text) if reading.known and any(c.isdigit() for c in inline.text) else None
    return answered(context, inline, form, reading, date)


def answered(
    context: Context, inline: Inline, form: StatusForm, reading: Reading, date: dt.date | None = None
) -> StatedStatus:
    """A status that a cell or value states as a whole."""
    span, line = trimmed(context, inline.start, inline.end), context.source.line(inline.start)
    return StatedStatus(reading.status, context.raw(span), form, span, line, reading.known, date)


def marked(context: Context, status: Status, form: StatusForm, span: Span, text: str | None = None) -> StatedStatus:
    """A status that is beyond doubt, at a known span, without a date: a strike, a box, an emoji."""
    written = context.raw(span) if text is None else text
    return StatedStatus(status, written, form, span, context.source.line(span.start))


def stated(context: Context, reading: Reading, form: StatusForm, span: Span, text: str | None = None) -> StatedStatus:
    """A status that stands in running text, at a known span."""
    written = context.raw(span) if text is None else text
    return StatedStatus(
        reading.status, written, form, span, context.source.line(span.start), reading.known, find_date(written)
    )


def struck(inline: Inline) -> bool:
    """Whether all words of an inline are struck through."""
    words = [p for p in inline.pieces if p.text.strip()]
    return bool(words) and all(p.marks & STRIKE for p in words)


def references(context: Context, inline: Inline) -> References:
    """The IDs that an edge field names, in order, and its text."""
    text = inline.text
    line = context.source.line(inline.start)
    if not text or says_nothing(text):
        return References((), squeeze(text), line)
    return References(tuple(inline_references(context, inline)), squeeze(text), line)


def inline_references(context: Context, inline: Inline) -> list[Reference]:
    """Every ID in an inline: in its text, and at the beginning of a link's fragment."""
    found: list[Reference] = []
    text = inline.text
    for mention in context.ids.scan(text):
        path = qualifier(text, mention.end) if mention.last is None else None
        found.append(mention.reference(resolved_path(context, path)))
    urls = [piece.url for piece in inline.pieces if piece.url and "#" in piece.url]
    found += [reference for url in urls if (reference := link_reference(context, url))]
    return list(dict.fromkeys(found))


def link_reference(context: Context, url: str) -> Reference | None:
    """The item that a link names: `gaps.md#issue-001` names ISSUE-001 of that document."""
    target, _, fragment = url.partition("#")
    id_ = fragment_id(fragment)
    if id_ is None or "://" in target:
        return None
    return Reference(id_, resolved_path(context, target) if target else context.source.path)


def resolved_path(context: Context, path: str | None) -> str | None:
    """A path relative to the document, as one relative to the folder that is read."""
    if path is None:
        return None
    return posixpath.normpath(posixpath.join(posixpath.dirname(context.source.path), path))


def offset_in(context: Context, inline: Inline, position: int) -> int:
    """The byte offset of a character of the inline's plain text (its pieces, without code marks added)."""
    for piece in inline.pieces:
        if position < len(piece.text):
            return piece.start + _bytes_before(context, piece, position)
        position -= len(piece.text)
    return inline.end


def _bytes_before(context: Context, piece: Piece, position: int) -> int:
    """How many original bytes the first characters of a piece take; text and bytes may differ."""
    if position == 0 or (piece.text.isascii() and piece.end - piece.start == len(piece.text)):
        return position
    raw = context.source.data[piece.start : piece.end]
    if piece.marks & CODE and (marks := raw.find(piece.text.encode("utf-8"))) > 0:
        return marks + len(piece.text[:position].encode("utf-8"))  # the marks around code are bytes of the piece
    if context.source.encoding == "utf-8":
        size = len(piece.text[:position].encode("utf-8"))
        if raw[:size] == piece.text[:position].encode("utf-8"):
            return size
        sizes = _mended_sizes(raw, piece.text)
        return sizes[position] if position < len(sizes) else size
    return position


@lru_cache(maxsize=16)
def _mended_sizes(raw: bytes, text: str) -> array[int]:
    """How many bytes the first 0, 1, 2, ... characters of a mended text take, up to one that mending did not make."""
    sizes = array("L", [0])
    for written, character in mojibake.written_as(raw.decode("utf-8", "replace")):
        if character != text[len(sizes) - 1 : len(sizes)]:
            break
        sizes.append(sizes[-1] + len(written.encode("utf-8")))
    return sizes


class Offsets:
    """Byte offsets of characters of an inline's joined text, asked for from left to right: linear as a whole."""

    def __init__(self, context: Context, inline: Inline) -> None:
        self._context = context
        self._pieces = inline.pieces
        self._end = inline.end
        self._index = 0
        self._piece_start = 0  # characters before the piece at hand
        self._done = (0, 0)  # characters of the piece at hand, and the bytes they take

    def at(self, position: int) -> int:
        """The byte offset of a character; not before the one asked for last."""
        while self._index < len(self._pieces):
            piece = self._pieces[self._index]
            within = position - self._piece_start
            if within < len(piece.text):
                return piece.start + self._bytes(piece, within)
            self._piece_start += len(piece.text)
            self._index += 1
            self._done = (0, 0)
        return self._end

    def _bytes(self, piece: Piece, within: int) -> int:
        characters, size = self._done
        more = piece.text[characters:within].encode("utf-8")
        raw = self._context.source.data
        if self._context.source.encoding == "utf-8" and raw.startswith(more, piece.start + size):
            self._done = (within, size + len(more))
            return size + len(more)
        return _bytes_before(self._context, piece, within)


def joined(inline: Inline) -> str:
    """The inline's text with exactly the characters of its pieces: offsets into it can be found again."""
    pieces = inline.pieces
    return pieces[0].text if len(pieces) == 1 else "".join([p.text for p in pieces])


def part(context: Context, inline: Inline, start: int, end: int) -> Inline:
    """A part of an inline, by characters of its joined text."""
    pieces, position = [], 0
    for piece in inline.pieces:
        after = position + len(piece.text)
        low, high = max(start, position), min(end, after)
        if low < high:
            if low == position and high == after:
                pieces.append(piece)
            else:
                a = piece.start + _bytes_before(context, piece, low - position)
                b = piece.start + _bytes_before(context, piece, high - position) if high < after else piece.end
                pieces.append(Piece(piece.text[low - position : high - position], a, b, piece.marks, piece.url))
        position = after
    first = pieces[0].start if pieces else inline.end
    last = pieces[-1].end if pieces else first
    return Inline(pieces, first, last)
