"""List entries, and bold lead lines: `- [ ] **ACTION-3**: ...`, `**LATER-001 (PostgreSQL):**`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gapkeeper.model.items import FieldText, StatedStatus, StatusForm
from gapkeeper.model.spans import Span
from gapkeeper.model.status import Rank, State, Status
from gapkeeper.patterns import lazy
from gapkeeper.reading.blocks import STRIKE, STRONG, Entry, Inline, Piece
from gapkeeper.reading.fields import EDGES, Fields
from gapkeeper.reading.headings import (
    Titled,
    after_id,
    leading_id,
    leading_priority,
    leading_status,
    names_several,
    priority_at,
    read_title,
    whole,
)
from gapkeeper.reading.ids import qualifier, stand_together, without_ids
from gapkeeper.reading.marks import checkbox_status, leading_emoji, priority_word, without_details
from gapkeeper.reading.values import Context, joined, marked, part, stated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapkeeper.reading.ids import Mention

_CONDITION = lazy(
    r"\b(?:until|once|bis|sobald|jusqu'à ce que|hasta que|até que|dopóki|totdat|zodra)(?P<end>\W*)$", re.IGNORECASE
)
# A name and a colon behind a dash, a bracket or a bar; the marks of bold are no characters of the text.
_INLINE_FIELD = lazy(r"(?:\s[-–—|·]{1,2}\s|\s?[(\[]|[,;]\s|\.\s)\s*(?P<name>[^\W\d_][\w ]{1,20}?)\s*[:：]\s*")
_FIELD_ENDS = " \t)],;|·–—-"
_LABEL = lazy(r"[\w -]{1,30}[*_]*[:：]")
_WRAPPED = 64  # characters of a line that is likely to have been wrapped
_LONGEST_TITLE = 240
_LONGEST_GAP = 16  # bytes between a colon and its status
_MOST_PIECES = 100  # of a line in which a status in bold is looked for
_NOTE = lazy(r"\s*[(（]([^()（）]*)[)）]")
_SEPARATOR = lazy(r"\s*(?:[\])】」]\s*)?(?:[:：]|[-–—](?=\s)|[-–—]$)")


class EntryStatement:
    """A list entry that speaks of an item: what is known before its nested fields are read."""

    __slots__ = ("fields", "id", "last", "line", "rank", "short", "span", "title")

    def __init__(self, context: Context, mention: Mention, rank: Rank, span: Span) -> None:
        self.fields = Fields(context)
        self.id = mention.id
        self.last = mention.reference().last
        self.rank = rank
        self.span = span
        self.line = context.source.line(span.start)
        self.title: FieldText | None = None
        self.short = context.ids.kind(mention.id) is None  # perhaps the short form of a tracked ID

    def about(self, mention: Mention) -> EntryStatement:
        """The same statement about another ID of the line's list; nested fields are about all of them."""
        other = EntryStatement(self.fields.context, mention, self.rank, self.span)
        other.fields = self.fields
        return other


def is_condition(lead: str) -> bool:
    """Whether the entries under this line are conditions: `Phase 26 remains blocked until:`."""
    found = _CONDITION.search(lead)
    return found is not None and (":" in found["end"] or "：" in found["end"])


def read_entry(context: Context, entry: Entry) -> Iterator[EntryStatement]:
    """The statements of a list entry's first line; none where its IDs are mentions."""
    if entry.lines:
        yield from read_line(context, _unwrapped(context, entry.lines), entry)


def _unwrapped(context: Context, lines: list[Inline]) -> Inline:
    """The first line with those that an editor has wrapped it to: they go on in the middle of the sentence."""
    pieces, end = list(lines[0].pieces), lines[0].end
    text = joined(lines[0])
    for line in lines[1:]:
        more = joined(line).lstrip()
        wrapped = more[:1].islower() or (len(text) >= _WRAPPED and more[:1].isalnum())
        over = text.rstrip().endswith((".", ":", ";", "!", "?")) or len(text) + len(more) > _LONGEST_TITLE
        if over or not wrapped or _LABEL.match(more) or context.vocabulary.phrase_begins(more):
            break
        text = f"{text} {more}"
        pieces += [Piece(" ", end, end, 0, None), *line.pieces]
        end = line.end
    return Inline(pieces, lines[0].start, end)


def read_line(context: Context, line: Inline, entry: Entry | None) -> Iterator[EntryStatement]:
    """The statements of one line, which begins with an ID; ``entry`` is None for a bold lead line."""
    found = leading_id(context, line)
    if found is None:
        return
    mention, start, end = found
    text = joined(line)
    bold = _carries(line, start, STRONG)
    boxed = entry is not None and entry.checkbox is not None
    marked = leading_emoji(text.lstrip()) is not None or checkbox_status(text.lstrip()[:3]) is not None
    several = names_several(context, line, mention)
    mentions = [m for m in context.ids.scan(text) if m.start >= start]
    ids = _adjacent(text, mentions) if several else mentions[:1]
    end = ids[-1].end
    note = _NOTE.match(text, end)
    rest = note.end() if note else end
    separated = _SEPARATOR.match(text, rest) is not None or _SEPARATOR.match(text, end) is not None
    struck_through = any(p.marks & STRIKE for p in line.pieces)
    if entry is None:
        if not (bold and (_lead_line(line, text) or _bold_title(context, line, end))):
            return
    elif not (bold or boxed or marked or separated or struck_through or _is_marker(context, note)):
        return
    if not (boxed or separated) and qualifier(text, end):  # `- **ACTION-007** in gaps.md`
        return
    rank = Rank.RANGE if several else Rank.LIST
    statement = EntryStatement(context, mention, rank, line.span)
    cut = _inline_fields(statement, line, max(end, rest))
    _read_rest(statement, part(context, line, 0, cut), (start, end), note)
    if entry is not None:
        _read_checkbox(statement, entry)
        _read_strike(statement, line, start)
    if several:
        statement.title = None
    yield statement
    for other in ids[1:]:
        yield statement.about(other)


def _adjacent(text: str, mentions: list[Mention]) -> list[Mention]:
    """The IDs that stand together at the beginning."""
    together = mentions[:1]
    for mention in mentions[1:]:
        gap = text[together[-1].end : mention.start]
        if not stand_together(gap):
            break
        together.append(mention)
    return together


def _carries(line: Inline, at: int, mark: int) -> bool:
    """Whether a character of the joined text carries a mark: bold, a strike."""
    position = 0
    for piece in line.pieces:
        position += len(piece.text)
        if position > at:
            return bool(piece.marks & mark)
    return False


def _lead_line(line: Inline, text: str) -> bool:
    """A bold lead line has its colon inside or right behind the bold text."""
    position = 0
    for piece in line.pieces:
        position += len(piece.text)
        if not piece.marks & STRONG:
            position -= len(piece.text)
            break
    bold, after = text[:position].rstrip(), text[position:].lstrip()
    return bold.endswith((":", "：")) or after.startswith((":", "：")) or (":" in bold and not after)


def _inline_fields(statement: EntryStatement, line: Inline, start: int) -> int:
    """Fields behind the title, `Oil the ramp (Owner: Mira, Due: May)`: reads them, and tells where the title ends."""
    fields, text = statement.fields, joined(line)
    context = fields.context
    if ":" not in text[start + 1 :]:
        return len(text)
    found = [m for m in _INLINE_FIELD.finditer(text, start) if _names_field(context, m["name"])]
    for index, match in enumerate(found):
        stop = found[index + 1].start() if index + 1 < len(found) else len(text)
        value = part(context, line, match.end(), match.end() + len(text[match.end() : stop].rstrip(_FIELD_ENDS)))
        if value:
            fields.add(match["name"], value, StatusForm.LINE)
    return found[0].start() if found else len(text)


def _names_field(context: Context, name: str) -> bool:
    plain = name.strip().casefold()
    if plain in {"due", "due date", "deadline", "target date"}:
        return True
    return plain != "done" and context.vocabulary.field(plain) in {"owner", "priority", "status", "estimate", *EDGES}


def _is_marker(context: Context, note: re.Match[str] | None) -> bool:
    """Whether parentheses behind an ID hold a status or a priority: `ISSUE-1 (RESOLVED) No gate`."""
    inner = note.group(1) if note else ""
    if not inner.strip() or context.vocabulary.remainder(without_details(inner)):
        return False
    return context.vocabulary.read(inner, context.legend).known or priority_word(inner) is not None


def _emphasised(context: Context, line: Inline, start: int) -> tuple[StatedStatus, int] | None:
    """A status in bold amid an entry, `✅ ACTION-1: Old plan - **NOT DONE**, and need not be`: and where it stands."""
    position, text = 0, joined(line)
    for piece in line.pieces[:_MOST_PIECES]:
        at, position = position, position + len(piece.text)
        words = piece.text.strip(" :.,")
        if at < start or not piece.marks & STRONG or piece.marks & STRIKE or not any(c.isalpha() for c in words):
            continue
        if context.ids.scan(words) or context.vocabulary.remainder(words):
            continue
        reading = context.vocabulary.read(text[at : at + _LONGEST_TITLE], context.legend)
        if reading.known and reading.start < len(piece.text):
            return stated(context, reading, StatusForm.MARKER, Span(piece.start, piece.end)), at
    return None


def _bold_title(context: Context, line: Inline, end: int) -> bool:
    """A line that stands for a heading: an ID and its title in bold, and at most a marker behind them."""
    text = joined(line)
    bold_end = 0
    for piece in line.pieces:
        if not piece.marks & STRONG:
            break
        bold_end += len(piece.text)
    titled = _SEPARATOR.match(text, end) is not None and any(c.isalpha() for c in text[after_id(text, end) : bold_end])
    behind = text[bold_end:]
    return titled and not context.ids.scan(behind) and not context.vocabulary.remainder(without_details(behind))


def _read_rest(statement: EntryStatement, line: Inline, place: tuple[int, int], note: re.Match[str] | None) -> None:
    """Title and status behind the ID, whose characters ``place`` has: after its colon, or in parentheses at the end."""
    context = statement.fields.context
    start, end = place
    text = joined(line)
    fields = statement.fields
    if note and _SEPARATOR.match(text, note.end()):
        title_start = after_id(text, note.end())
    elif note and not text[note.end() :].strip(" *:："):
        title_start = len(text)
    else:
        note, title_start = None, after_id(text, end)
    rest = part(context, line, title_start, len(text))
    first = context.vocabulary.phrase_at_start(joined(rest), context.legend) if rest else None
    if first is not None:
        bracketed = not joined(rest)[: first.start].strip("([（【 ")
        span = whole(context, rest, first.start if bracketed else 0, first.end)
        fields.statuses.append(stated(context, first, StatusForm.MARKER, span))
        fields.waits_for(fields.statuses[-1], rest)
        title_start = after_id(text, title_start + first.end)
        title_start += len(text[title_start:]) - len(text[title_start:].lstrip(" ,;.!/"))
        rest = part(context, line, title_start, len(text))
    titled = read_title(context, line, min(title_start, len(text))) if rest else None
    if titled is not None:
        _take_markers(statement.fields, titled)
        if not fields.statuses and (bold := _emphasised(context, line, title_start)) is not None:
            fields.statuses.append(bold[0])
            fields.waits_for(bold[0], part(context, line, bold[1], len(text)))
    if (before := leading_status(context, line, start)) is not None:
        fields.statuses.append(before)
    if (tag := leading_priority(context, line, start)) is not None:
        fields.texts.setdefault("priority", tag)
    title = titled.title if titled else ""
    if note:  # `ACTION-040 (Feature Routes): Not Started - correct`: the title is what stands in parentheses
        _take_note(statement, line, note)
    words = without_ids(title, context.ids.scan(title))
    if statement.title is None and any(c.isalpha() for c in words) and titled is not None:
        span = whole(context, line, titled.start, titled.end)
        statement.title = FieldText(title, span, statement.line)


def _take_markers(fields: Fields, titled: Titled) -> None:
    fields.wait(titled.statuses)
    if not fields.statuses or fields.statuses[0].form is not StatusForm.MARKER:
        fields.statuses += titled.statuses
    if titled.priority:
        fields.texts.setdefault("priority", titled.priority)


def _take_note(statement: EntryStatement, line: Inline, note: re.Match[str]) -> None:
    context = statement.fields.context
    inner = note.group(1).strip()
    if not inner:
        return
    value = part(context, line, note.start(1), note.end(1))
    if not context.vocabulary.remainder(inner):
        reading = context.vocabulary.read(inner, context.legend)
        if reading.known and not statement.fields.statuses:
            statement.fields.statuses.append(stated(context, reading, StatusForm.MARKER, value.span))
        if (word := priority_word(note.group(1))) is not None:
            statement.fields.texts.setdefault("priority", priority_at(context, line, word, note.start(1)))
        return
    statement.title = FieldText(inner, value.span, statement.line)


def _read_checkbox(statement: EntryStatement, entry: Entry) -> None:
    """A checkbox speaks first; an empty one knows no more than open, so that it lets a word say how: blocked."""
    if entry.checkbox is None or entry.checkbox_span is None:
        return
    status, text = (Status.RESOLVED, "[x]") if entry.checkbox else (Status.PENDING, "[ ]")
    box = marked(statement.fields.context, status, StatusForm.CHECKBOX, entry.checkbox_span, text)
    statuses = statement.fields.statuses
    lets = not entry.checkbox and bool(statuses) and _says_how(statement.fields.context, statuses[0])
    statuses.insert(1 if lets else 0, box)


def _says_how(context: Context, status: StatedStatus) -> bool:
    """Whether an open status other than pending stands in words right behind the colon, or in parentheses."""
    if status.form is not StatusForm.MARKER or status.status.state is State.CLOSED or status.status is Status.PENDING:
        return False
    start = status.span.start
    before = context.source.data[max(0, start - _LONGEST_GAP) : start].rstrip(b" \t*_")
    return before.endswith((b":", b"(", b"[", "：".encode(), "（".encode())) and any(c.isalpha() for c in status.text)


def _read_strike(statement: EntryStatement, line: Inline, key: int) -> None:
    """A strike through the ID, whose first character is ``key``, or the title: resolved, unless words beside it say."""
    struck = [p for p in line.pieces if p.marks & STRIKE]
    if not struck or not (_carries(line, key, STRIKE) or _lies_in(statement.title, struck)):
        return
    context = statement.fields.context
    others = Inline([p for p in line.pieces if not p.marks & STRIKE], line.start, line.end)
    beside = joined(others)
    reading = context.vocabulary.read(beside.replace(statement.id, ""), context.legend)
    if reading.known:
        found = stated(context, reading, StatusForm.MARKER, part(context, others, 0, len(beside)).span)
    else:
        span = Span(struck[0].start, struck[-1].end)
        found = marked(context, Status.RESOLVED, StatusForm.STRIKE, span)
    statement.fields.statuses[:] = [found]


def _lies_in(title: FieldText | None, pieces: list[Piece]) -> bool:
    """Whether one of the pieces holds the whole title."""
    return title is not None and any(p.start <= title.span.start and title.span.end <= p.end for p in pieces)
