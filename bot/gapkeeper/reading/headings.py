"""Headings: the ID that one begins with, its title, and the markers at its end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.model.items import FieldText, StatedStatus, StatusForm
from gapkeeper.model.status import State, Status
from gapkeeper.patterns import lazy
from gapkeeper.reading.blocks import CODE, STRIKE, STRONG, Inline
from gapkeeper.reading.ids import squeeze, stand_together, without_ids
from gapkeeper.reading.marks import BOX, DETAIL, EMOJI, leading_emoji, priority_word, strip_emoji, without_details
from gapkeeper.reading.values import Context, joined, marked, part, stated, struck

if TYPE_CHECKING:
    from gapkeeper.model.spans import Span
    from gapkeeper.reading.ids import Mention
    from gapkeeper.reading.vocabulary import Reading

_BEFORE_ID = lazy(
    rf"(?:{BOX}|\s|[\[(【「*]|[{EMOJI}][\ufe0f\u200d]*|\d+(?:[.)]|(?=\s))|[A-Z]\d{{0,3}}[.)](?=\s)|#(?=\s))*"
)
_TAG_BEFORE_ID = lazy(
    r"(?:\d+[.)]|\W)*?(?:[\[(【（](?P<group>[^()\[\]（）【】]{1,40})[)\]】）]"
    r"|(?P<word>[A-Z][A-Z0-9' ]{1,30}?)\s*(?:[:：·•|]|[-–—](?=\s)))\s*[\[*]*$"
)
_AFTER_ID = lazy(r"[\])】」]?\s*(?:[:：]|[-–—·•](?=\s)|\||\.(?=\s)|[\])】」])?\s*")
_ATTRIBUTES = lazy(r"\s*\{:?\s*#[\w-]+\s*\}\s*$")  # `{#later-001}`, an anchor in some dialects
_TRAILING_EMOJI = lazy(rf"(?:\s*[{EMOJI}][\ufe0f\u200d]*)+\s*$")
_TRAILING_GROUP = lazy(r"\s*[(\[（【]([^()\[\]（）【】]*)[)\]）】]\s*$")
_TRAILING_UPPER = lazy(r"(?:^|\s)((?:[A-Z][A-Z']+|N/A)(?:[\s-]+(?:[A-Z][A-Z']+))*)\s*$")
TRAILING_DETAIL = lazy(
    rf"(?:\s*[,;(\[]|\s[–—-]+(?=\s)|\s)\s*+{DETAIL}(?:[,;]?\s+\(?{DETAIL}){{0,3}}[\s)\]]*$", re.IGNORECASE
)
_COUNTED = lazy(r"\d+\s+[^\W\d_]")  # `— 12 passed`
_LINKING = lazy(r"\b(?:of|by|in|into|with|on|via|for|and)\b", re.IGNORECASE)
_BREAK = lazy(r"\s+(?:-{1,2}|[–—·•|])\s+")
_LEADING_TAG = lazy(
    r"[\[(【（](?P<group>[^()\[\]（）【】]{1,40})[)\]】）]\s*(?:[:：·•|]|[-–—](?=\s))?\s*"
    r"|(?P<word>[^()\[\]（）【】:：·•|–—-]{1,30}?)(?P<more>\s*[(\[][^()\[\]]{1,40}[)\]])?\s*(?:[·•|]|[:：–—-](?=\s))\s*"
)
_SEPARATORS = " \t\u00a0-–—:|·•→"
_MOST_MARKERS = 8
#: Words for a status that, alone in a heading, are more often what the work is about.
FIELDS_OF_WORK = frozenset({"testing", "monitoring", "running"})
_LONGEST_TAG = 60
_LONGEST_MARKER = 200  # characters at the end of a title in which markers are looked for


class Titled(NamedTuple):
    """A title with the markers that were taken off it."""

    title: str
    start: int  # characters of the title in the joined text
    end: int
    statuses: list[StatedStatus]
    priority: FieldText | None


def leading_id(context: Context, inline: Inline) -> tuple[Mention, int, int] | None:
    """The ID or range that an inline begins with, and the characters where it starts and where the rest does.

    An ordinal, an emoji or a bracket may stand before it, a tag such as `[HIGH]` or `CRITICAL —`, and nothing else.
    """
    text = joined(inline)
    mentions = context.ids.scan(text)
    if not mentions:
        return None
    first = mentions[0]
    before = _BEFORE_ID.match(text)
    if before is None or (before.end() != first.start and not _is_tag(context, text[: first.start])):
        return None
    return first, first.start, first.end


def _is_tag(context: Context, lead: str) -> bool:
    """Whether a status or a priority stands before an ID as a tag: `[DONE]`, `CRITICAL —`; not `Blocked by`."""
    tag = _TAG_BEFORE_ID.match(lead) if len(lead) <= _LONGEST_TAG else None
    if tag is None or context.vocabulary.remainder(tag["group"] or tag["word"]):
        return False
    reading = context.vocabulary.read(tag["group"] or tag["word"], context.legend)
    closes = reading.known and reading.status.state is State.CLOSED
    return closes or priority_word(lead) is not None or (reading.known and tag["group"] is not None)


def names_several(context: Context, inline: Inline, mention: Mention) -> bool:
    """Whether a range or a list of IDs stands where one ID would: it heads a section and defines nothing."""
    if mention.last is not None:
        return True
    text = joined(inline)
    following = [m for m in context.ids.scan(text) if m.start >= mention.end]
    return bool(following) and stand_together(text[mention.end : following[0].start])


def after_id(text: str, end: int) -> int:
    """Where the title begins, behind the ID and its colon or dash."""
    match = _AFTER_ID.match(text, end)
    return match.end() if match else end


def read_title(context: Context, inline: Inline, start: int) -> Titled:
    """The title from a character on: what follows the ID, without the markers at its end."""
    text = joined(inline)
    end = len(text.rstrip())
    if text[:end].endswith("}") and (anchor := _ATTRIBUTES.search(text, max(start, end - _LONGEST_MARKER), end)):
        end = anchor.start()
    statuses: list[StatedStatus] = []
    priority: FieldText | None = None
    for _ in range(_MOST_MARKERS):
        if end <= start:
            break
        found = _marker(context, inline, text, start, end) or _dated_marker(context, inline, text, start, end)
        if found is None:
            break
        end, status, importance = found
        if status is not None:
            statuses.append(status)
        priority = priority or importance
    if not statuses and (whole_title := _only_status(context, inline, start, end)) is not None:
        return Titled("", end, end, [whole_title], priority)
    for _ in range(_MOST_MARKERS):
        begin = _leading_marker(context, inline, (start, end), statuses)
        begin, importance = _leading_tag(context, inline, (begin, end), statuses)
        priority = priority or importance
        if begin == start:
            break
        start = begin
    end = len(text[:end].rstrip(_SEPARATORS)) if statuses or priority else end
    end = max(start, end)
    title_part = part(context, inline, start, end)
    if not statuses and title_part and struck(title_part):
        statuses.append(marked(context, Status.RESOLVED, StatusForm.STRIKE, title_part.span))
    words_first = sorted(statuses, key=lambda s: not any(c.isalpha() for c in s.text))
    return Titled(squeeze(title_part.text), start, end, [s for s in words_first if s.known] or words_first, priority)


def _leading_marker(context: Context, inline: Inline, place: tuple[int, int], statuses: list[StatedStatus]) -> int:
    """A status emoji that the title begins with, `ACTION-5: ✅ Sow the clover`; returns where the words begin."""
    start, end = place
    text = joined(inline)[start:end]
    emoji = leading_emoji(text)
    if emoji is None or (status := context.vocabulary.emoji_status(emoji.group(), context.legend)) is None:
        return start
    if not statuses:
        statuses.append(marked(context, status, StatusForm.MARKER, whole(context, inline, start, start + emoji.end())))
    rest = text[emoji.end() :]
    return start + emoji.end() + len(rest) - len(rest.lstrip())


def _only_status(context: Context, inline: Inline, start: int, end: int) -> StatedStatus | None:
    """`ACTION-5 DONE`: a title that is a status, in capitals, and nothing else."""
    words = joined(inline)[start:end]
    if not words.isupper() or words.casefold() in FIELDS_OF_WORK or context.vocabulary.remainder(words):
        return None
    reading = context.vocabulary.read(words, context.legend)
    return stated(context, reading, StatusForm.MARKER, whole(context, inline, start, end)) if reading.known else None


def _leading_tag(
    context: Context, inline: Inline, place: tuple[int, int], statuses: list[StatedStatus]
) -> tuple[int, FieldText | None]:
    """A tag that the title begins with, `[HIGH] Weak hash`, `P1 · No rights`: where words begin, and its priority."""
    start, end = place
    tag = _LEADING_TAG.match(joined(inline), start, end)
    if tag is None or tag.end() >= end:
        return start, None
    name = "group" if tag["group"] else "word"
    inner, at = tag[name], tag.start(name)
    separator = joined(inline)[tag.end(name) : tag.end()]
    if tag["more"] and context.vocabulary.remainder(without_details(tag["more"])):
        return start, None
    emphatic = name == "group" or inner.isupper() or any(c in "·•|" for c in separator)
    if not emphatic or context.vocabulary.remainder(without_details(inner)):
        return start, None
    reading, importance = context.vocabulary.read(inner, context.legend), priority_word(inner)
    if not reading.known and importance is None:
        return start, None
    if reading.known and not statuses:
        span = whole(context, inline, at, at + len(inner))
        statuses.append(stated(context, reading, StatusForm.MARKER, span))
    if importance is None:
        return tag.end(), None
    return tag.end(), priority_at(context, inline, importance, at)


def _dated_marker(
    context: Context, inline: Inline, text: str, start: int, end: int
) -> tuple[int, StatedStatus | None, None] | None:
    """A marker with a date or the like behind it: `✅ FIXED (2026-02-04)`, `— FIXED in 1.4.2`."""
    start = max(start, end - _LONGEST_MARKER)
    detail = TRAILING_DETAIL.search(text, start, end)
    if detail is None or detail.start() <= start:
        return None
    found = _marker(context, inline, text, start, detail.start())
    return None if found is None or found[1] is None else (found[0], found[1], None)


def _marker(
    context: Context, inline: Inline, text: str, start: int, end: int
) -> tuple[int, StatedStatus | None, FieldText | None] | None:
    """One marker at the end of a title: where it begins, its status, its priority; None where there is none."""
    start = max(start, end - _LONGEST_MARKER)
    body = text[start:end]
    if not body.isascii() and (emoji := _TRAILING_EMOJI.search(body)):
        return _emoji_marker(context, inline, start, emoji)
    if group := _TRAILING_GROUP.search(body):
        return _tag_marker(context, inline, start + group.start(), (start + group.start(1), group.group(1)))
    if (word := _word_marker(context, inline, text, start, end)) is not None:
        return word
    breaks = list(_BREAK.finditer(body))
    if not breaks or breaks[-1].start() == 0:
        return None
    segment = body[breaks[-1].end() :]
    if segment.casefold() in FIELDS_OF_WORK or _COUNTED.match(segment):
        return None
    return _tag_marker(
        context, inline, start + breaks[-1].start(), (start + breaks[-1].end(), body[breaks[-1].end() :])
    )


def _emoji_marker(
    context: Context, inline: Inline, start: int, emoji: re.Match[str]
) -> tuple[int, StatedStatus | None, None]:
    reading = context.vocabulary.read(emoji.group().strip(), context.legend)
    lead = len(emoji.group()) - len(emoji.group().lstrip())
    at = start + emoji.start() + lead
    span = whole(context, inline, at, start + emoji.start() + len(emoji.group().rstrip()))
    return start + emoji.start(), stated(context, reading, StatusForm.MARKER, span) if reading.known else None, None


def _tag_marker(
    context: Context, inline: Inline, begin: int, tag: tuple[int, str]
) -> tuple[int, StatedStatus | None, FieldText | None] | None:
    """What stands in parentheses at the end, or behind the last dash or dot: a marker where no other word is in it."""
    at, inner = tag
    mentions = context.ids.scan(inner)
    words = without_ids(inner, mentions)
    left = context.vocabulary.remainder(without_details(words))
    if not words.strip() or (_LINKING.sub("", left).strip() if mentions else left):
        return None  # `(LATER-003)` is an item, and not Later; `(blocked by LATER-003)` is a status
    valid = "".join(p.text for p in part(context, inline, at, at + len(inner)).pieces if not p.marks & STRIKE)
    valid = without_ids(valid, context.ids.scan(valid)) if mentions else valid
    reading = context.vocabulary.read(valid, context.legend)
    importance = priority_word(valid)
    if not reading.known and importance is None and valid.strip():
        return None
    status = None
    if reading.known:
        status = stated(context, reading, StatusForm.MARKER, whole(context, inline, at, at + len(inner)))
    return begin, status, None if importance is None else priority_at(context, inline, importance, at)


def _word_marker(
    context: Context, inline: Inline, text: str, start: int, end: int
) -> tuple[int, StatedStatus | None, None] | None:
    """A trailing upper-case or bold status word."""
    bold = _bold_tail(inline, end)
    upper = _TRAILING_UPPER.search(text[start:end])
    candidates = [bold] if bold is not None and bold > start else []
    if upper:
        places = [m.start() for m in re.finditer(r"\S+", upper.group(1))]
        candidates += [start + upper.start(1) + at for at in places]
    for at in candidates:
        words = text[at:end]
        if at == start or context.vocabulary.remainder(words) or not strip_emoji(words).strip():
            continue
        reading = context.vocabulary.read(words, context.legend)
        if reading.known:
            return at, stated(context, reading, StatusForm.MARKER, whole(context, inline, at, end)), None
    return None


def _bold_tail(inline: Inline, end: int) -> int | None:
    """Where the bold text at the end begins; None where the end, or everything, is not bold."""
    position, begins = 0, None
    for piece in inline.pieces:
        if position >= end:
            break
        if piece.marks & STRONG and not piece.marks & (CODE | STRIKE):
            begins = position if begins is None else begins
        elif piece.text.strip():
            begins = None
        position += len(piece.text)
    return begins or None


def whole(context: Context, inline: Inline, start: int, end: int) -> Span:
    """The bytes of some characters of an inline."""
    return part(context, inline, start, end).span


def leading_status(context: Context, inline: Inline, start: int) -> StatedStatus | None:
    """A status emoji or a written checkbox before the ID."""
    lead = joined(inline)[:start]
    if not lead.strip():
        return None
    reading: Reading = context.vocabulary.read(lead, context.legend)
    if not reading.known:
        return None
    form = StatusForm.CHECKBOX if "[" in lead[reading.start : reading.end] else StatusForm.MARKER
    return stated(context, reading, form, whole(context, inline, reading.start, reading.end))


def leading_priority(context: Context, inline: Inline, start: int) -> FieldText | None:
    """A priority that stands as a tag before the ID."""
    word = priority_word(joined(inline)[:start])
    return None if word is None else priority_at(context, inline, word)


def priority_at(context: Context, inline: Inline, word: re.Match[str], at: int = 0) -> FieldText:
    """The word for a priority in a text that begins at a character of the inline."""
    span = whole(context, inline, at + word.start(), at + word.end())
    return FieldText(word.group(), span, context.source.line(inline.start))
