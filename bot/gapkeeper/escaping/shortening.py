"""Cutting text where it does not hurt."""

from __future__ import annotations

import unicodedata

from gapkeeper.patterns import lazy

ELLIPSIS = "…"

# What escaping makes of one character: `&#8203;`, `&amp;`, `\*`.
_ESCAPE = lazy(r"&(?:#[0-9]{1,7}|[A-Za-z]{2,8});|\\[!-/:-@\[-`{-~]")
_LONGEST_ESCAPE = 10
_LONGEST_CLUSTER = 40  # a flag, a family, a letter with all its accents; longer is no character but an attack
_JOINER = "\u200d"


def shorten(text: str, limit: int) -> str:
    """The text, or as much of it as fits in ``limit`` characters with the ellipsis that then ends it.

    Works on raw text and on text that this package escaped: no entity, backslash escape, emoji
    sequence or accented letter is cut in two. A code span can be: shorten before making one.
    """
    if len(text) <= limit:
        return text
    if limit < 1:
        return ""
    end = _whole_escapes(text, limit - 1)
    return text[: _whole_characters(text, end)].rstrip() + ELLIPSIS


def _whole_escapes(text: str, end: int) -> int:
    """The last place at or before ``end`` that is not inside an escape."""
    for start in range(max(0, end - _LONGEST_ESCAPE), end):
        if text[start] == "\\" and (start - _run_start(text, start)) % 2:
            continue  # itself the second half of an escape
        match = _ESCAPE.match(text, start)
        if match and match.end() > end:
            return start
    return end


def _run_start(text: str, position: int) -> int:
    """Where the run of backslashes begins that stands at ``position``."""
    before = text[:position].rstrip("\\")
    return len(before)


def _whole_characters(text: str, end: int) -> int:
    """The last place at or before ``end`` that is not inside what people see as one character."""
    for place in range(end, max(-1, end - _LONGEST_CLUSTER), -1):
        if place == 0 or not _continues(text, place):
            return place
    return end


def _continues(text: str, place: int) -> bool:
    """Whether the character at ``place`` belongs to the one before it (most of Unicode's UAX #29)."""
    if place >= len(text):
        return False
    after, before = text[place], text[place - 1]
    if _JOINER in {after, before} or unicodedata.combining(after) or _extends(after):
        return True
    if _is_flag_half(after) and _is_flag_half(before):
        halves = 1
        while halves < place and _is_flag_half(text[place - 1 - halves]):
            halves += 1
        return halves % 2 == 1
    return False


def _extends(character: str) -> bool:
    return unicodedata.category(character) in {"Mn", "Me", "Mc"} or "\U0001f3fb" <= character <= "\U0001f3ff"


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
