"""IDs in text: single ones, ranges and lists, and the document that qualifies them.

    KIND(-SUB)*-NUMBER      LATER-001  ISSUE-NEW-001  GAP-API-001  A11Y-004  D-003a  TASK-2.3

Whole tokens only: `GAP-007` is not in `BOM-GAP-007`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.model.items import Reference
from gapkeeper.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapkeeper.model.rules import KindRules, ReadingRules

INVISIBLE = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
_NUMBER = r"\d{1,5}"
_PART = r"(?:\.\d{1,3}){1,3}(?!\.?\d)"  # `TASK-2.3` is no TASK-2, and `TLS-1.2` no TLS-1
# An ID with a hidden character in it is no ID, nor is a file name; a range's second ID may follow.
_END = rf"(?![A-Za-z0-9_{INVISIBLE}]|-(?!(?P=prefix)\d)[A-Za-z])"
_ID = lazy(
    rf"(?<![\w{INVISIBLE}-])(?P<prefix>[A-Z][A-Z0-9]*(?:-[A-Z][A-Z0-9]*)*-)(?P<number>{_NUMBER})(?P<suffix>{_PART}|[A-Za-z]?){_END}"
)
_DASH = r"(?:–|—|〜|～|~|\.\.\.?|…|-)"  # with spaces around it, the second ID has to be whole: `ACTION-5 – 7 days`
_THROUGH = r"\s+(?:through|thru|to|until|bis|à|até|do|tot|t/m)\s+"
_AND = r"(?:\s*[,/、&+]\s*(?:and\s+|und\s+|et\s+|y\s+|e\s+|i\s+|en\s+)?|\s+(?:and|und|et|y|e|i|en)\s+)"
_FILE = lazy(
    r"[\s,]*(?:(?:from|in|of|aus|von|de|z|w|van|at|see)[\s(]*|\([\s(]*)?"
    r"`?\[?(?P<path>[\w./-]{0,250}[\w-]\.(?:md|markdown|mdx))\b",
    re.IGNORECASE,
)
_FRAGMENT = lazy(rf"(?:[A-Z][A-Z0-9]*-)+{_NUMBER}[A-Z]?(?![A-Z0-9_])", re.IGNORECASE)
_LIST_GAP = lazy(r"(?:[,/&+、\s]|and|und|et|y)*")
_ADDRESS = lazy(r"(?<!\w)\w+://\S*")


_LONGEST_KEPT = 200  # characters of a text whose IDs are remembered
_MOST_KEPT = 2_000


class Mention(NamedTuple):
    """An ID, or an inclusive range of IDs, in a text. Offsets count characters."""

    prefix: str  # "LATER-"
    first: str  # "001"
    last: str | None  # "011" for a range
    suffix: str
    start: int
    end: int

    @property
    def id(self) -> str:
        """The ID, or the first one of the range."""
        return f"{self.prefix}{self.first}{self.suffix}"

    def reference(self, path: str | None = None) -> Reference:
        """The mention as a value of the model."""
        return Reference(self.id, path, None if self.last is None else f"{self.prefix}{self.last}")


class _Extra(NamedTuple):
    kind: KindRules
    pattern: object  # a compiled RE2 pattern


class Ids:
    """Finds IDs, and tells which kind they are of."""

    def __init__(self, rules: ReadingRules) -> None:
        self._kinds = sorted(rules.kinds, key=lambda kind: -len(kind.name))
        self._all = rules.all_kinds
        self._extra = [_Extra(kind, _compile(kind.pattern)) for kind in rules.kinds if kind.pattern]
        self._cache: dict[str, str | None] = {}
        self._scanned: dict[str, list[Mention]] = {}  # a cell is asked about several times
        names = "|".join(re.escape(kind.name) for kind in rules.kinds)
        #: Where a tracked ID may begin, in bytes: for a cheap look before the text is read.
        self.tracked = re.compile((r"[A-Z][A-Z0-9]*-" if rules.all_kinds or not names else f"(?:{names})-").encode())

    @property
    def has_patterns(self) -> bool:
        """Whether IDs of another shape are configured: then a document without a dash may hold one."""
        return bool(self._extra)

    def scan(self, text: str) -> list[Mention]:
        """Every ID and range in a text, in order."""
        if "-" not in text and not self._extra:
            return []
        if len(text) > _LONGEST_KEPT:
            return self._scan_all(text)
        found = self._scanned.get(text)
        if found is None:
            if len(self._scanned) > _MOST_KEPT:
                self._scanned.clear()
            found = self._scanned[text] = self._scan_all(text)
        return found

    def _scan_all(self, text: str) -> list[Mention]:
        found = list(_scan(text))
        if "://" in text and found:
            addresses = [m.span() for m in _ADDRESS.finditer(text)]
            found = [m for m in found if not _meets(addresses, m.start, m.start + 1)]
        if self._extra:
            found = sorted([*found, *self._scan_extra(text, found)], key=lambda m: m.start)
        return found

    def _scan_extra(self, text: str, found: list[Mention]) -> Iterator[Mention]:
        taken = [(m.start, m.end) for m in found]
        for extra in self._extra:
            for match in extra.pattern.finditer(text):  # type: ignore[attr-defined]  # re2 has no types
                start, end = match.span()
                whole = (start == 0 or not _word(text[start - 1])) and (end == len(text) or not _word(text[end]))
                if whole and start < end and not _meets(taken, start, end):
                    yield Mention("", match.group(), None, "", start, end)

    def kind(self, id_: str) -> str | None:
        """The tracked kind of an ID: the longest one that begins it; None where none does."""
        if id_ not in self._cache:
            self._cache[id_] = self._find_kind(id_)
        return self._cache[id_]

    @property
    def tracks_all(self) -> bool:
        """Whether every family that the documents define is tracked."""
        return self._all

    def is_kind(self, word: str) -> bool:
        """Whether a word, in any case, is the name of a tracked kind."""
        return any(kind.name.casefold() == word.casefold() for kind in self._kinds)

    def _find_kind(self, id_: str) -> str | None:
        for extra in self._extra:
            match = extra.pattern.fullmatch(id_)  # type: ignore[attr-defined]  # re2 has no types
            if match:
                return extra.kind.name
        for kind in self._kinds:
            if id_.startswith(f"{kind.name}-"):
                return kind.name
        if self._all and _ID.fullmatch(id_):
            return id_.split("-", 1)[0]
        return None


def _meets(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether one of the spans, which are sorted and apart, shares a character with this one."""
    before = bisect_left(spans, (end, 0)) - 1
    return before >= 0 and spans[before][1] > start


def stand_together(gap: str) -> bool:
    """Whether what stands between two IDs makes them a list: commas, bars, "and"."""
    return _LIST_GAP.fullmatch(gap) is not None


def _word(character: str) -> bool:
    return character.isalnum() or character in "_-"


def _compile(pattern: str) -> object:
    """A configured pattern, in RE2: it cannot be made to run for ever."""
    import re2  # noqa: PLC0415  only where a pattern is configured

    return re2.compile(pattern)


def _scan(text: str) -> Iterator[Mention]:
    position = 0
    while match := _ID.search(text, position):
        prefix, first, suffix = match["prefix"], match["number"], match["suffix"]
        position = match.end()
        last, end = (None, position) if suffix else _range_end(text, position, prefix, first)
        yield Mention(prefix, first, last, suffix, match.start(), end)
        position = end
        yield from (tail := list(_tail(text, position, prefix, first)))
        if tail:
            position = tail[-1].end


def _range_end(text: str, position: int, prefix: str, first: str) -> tuple[str | None, int]:
    """The last number of a range that begins with ``first``, and where its text ends."""
    match = _range_pattern(prefix).match(text, position)
    if match is None:
        return None, position
    last = match["number"]
    wide = len(last) == len(first) or (len(first) == len(first.lstrip("0")) and len(last) >= len(first))
    if not wide or int(last) <= int(first):
        return None, position
    return last, match.end()


def _tail(text: str, position: int, prefix: str, first: str) -> Iterator[Mention]:
    """`LATER-009/010/011`, `LATER-001, 002 and 003`: further numbers of the same width."""
    pattern = _list_pattern(len(first))
    while match := pattern.match(text, position):
        number = match["number"]
        last, end = _range_end(text, match.end(), prefix, number)
        yield Mention(prefix, number, last, "", match.start("number"), end)
        position = end


_RANGES: dict[str, re.Pattern[str]] = {}
_LISTS: dict[int, re.Pattern[str]] = {}


def _range_pattern(prefix: str) -> re.Pattern[str]:
    if prefix not in _RANGES:
        if len(_RANGES) > 1000:  # a hostile document can make up prefixes for ever
            _RANGES.clear()
        _RANGES[prefix] = re.compile(_range(re.escape(prefix)))
    return _RANGES[prefix]


def _range(prefix: str) -> str:
    through = rf"(?:{_THROUGH}(?:{prefix})?|{_DASH}(?:{prefix})?|\s*{_DASH}\s*{prefix})"
    return rf"{through}(?P<number>{_NUMBER})(?![\w%]|[.,]\d|-[A-Za-z])"


def _list_pattern(width: int) -> re.Pattern[str]:
    """A single digit after a comma is more often a count: it has to end the text or be followed by a comma."""
    if width not in _LISTS:
        ending = r"(?![\w%]|[.,]\d|-[A-Za-z])" if width > 1 else r"(?=\s*(?:[,/)\]|]|$|and\b))"
        _LISTS[width] = re.compile(rf"{_AND}(?P<number>\d{{{width}}}){ending}")
    return _LISTS[width]


def qualifier(text: str, end: int) -> str | None:
    """The document that a mention is qualified with: `ISSUE-001 from gaps_after.md`."""
    match = _FILE.match(text, end)
    return match["path"] if match else None


def fragment_id(fragment: str) -> str | None:
    """The ID that a link's fragment begins with: `#later-001-postgresql` names LATER-001."""
    match = _FRAGMENT.match(fragment)
    return match.group().upper() if match else None


def without_ids(text: str, mentions: list[Mention]) -> str:
    """The text with its IDs taken out."""
    parts, last = [], 0
    for mention in mentions:
        parts.append(text[last : mention.start])
        last = mention.end
    return "".join([*parts, text[last:]])


def numbers(reference: Reference) -> tuple[str, int, int, int] | None:
    """A range as (prefix, first, last, width); None for a single ID."""
    if reference.last is None:
        return None
    prefix, first = reference.id.rsplit("-", 1)
    return f"{prefix}-", int(first), int(reference.last.rsplit("-", 1)[1]), len(first)


def squeeze(text: str) -> str:
    """White space of any kind and length becomes one space."""
    return " ".join(text.split())
