"""The words of a status text, and the phrases that they make."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from gapkeeper.model.status import State
from gapkeeper.patterns import lazy
from gapkeeper.reading.lexicon import Word, normalise
from gapkeeper.reading.marks import shares

_CJ = "\u3040-\u30ff\u3005\u3400-\u4dbf\u4e00-\u9fff"  # scripts that put no spaces between words
_ASCII_TOKEN = lazy(r"[Nn]/[Aa](?!\w)|[^\W_]+(?:'[^\W_]+)*")  # the same for ASCII: a small set compiles fast
_TOKEN = lazy(rf"[Nn]/[Aa](?!\w)|[{_CJ}]+|[^\W_{_CJ}]+(?:['’][^\W_{_CJ}]+)*")
_GAP_IN_PHRASE = lazy(r"[\s_]*+-?[\s_]*")
_BESIDE_BEFORE = lazy(r"[\s()\[\]:–—-]*(?:\w+\s+){0,2}[\s(\[]*$")
_BESIDE_AFTER = lazy(r"[\s()\[\]:–—~≈-]*(?:(?:of|at|about|only|nur|ca)\.?\s+)?$")


class Token(NamedTuple):
    """One word of a text, and its characters."""

    text: str  # normalised
    start: int
    end: int


class Match(NamedTuple):
    """A status phrase in a text, and its characters."""

    word: Word
    start: int
    end: int
    token: int  # index of its first token


def closes(match: Match) -> bool:
    """Whether the phrase closes an item."""
    return match.word.status is not None and match.word.status.state is State.CLOSED


def tokens_of(text: str) -> list[Token]:
    """The words of a text, in order."""
    pattern = _ASCII_TOKEN if text.isascii() else _TOKEN
    return [Token(normalise(m.group()), m.start(), m.end()) for m in pattern.finditer(text)]


def one_phrase(text: str, run: list[Token]) -> bool:
    """Whether only spaces, one hyphen or underscores stand between the words of a phrase."""
    return all(_GAP_IN_PHRASE.fullmatch(text, a.end, b.start) for a, b in pairwise(run))


def whole_word(text: str, match: Match) -> bool:
    """`done-ish` and `pre-merged` are other words."""
    hyphen_before = re.match(r"[^\W\d_]-", text[max(0, match.start - 2) : match.start]) is not None
    hyphen_after = re.match(r"-[^\W\d_]", text[match.end : match.end + 2]) is not None
    return not ((hyphen_before or hyphen_after) and closes(match))


def is_cj(text: str) -> bool:
    """Whether a text begins in a script that puts no spaces between words."""
    return bool(re.match(f"[{_CJ}]", text))


def below_whole_beside(text: str, match: Match) -> bool:
    """Whether a share below the whole stands right beside a phrase: `3/5 done`."""
    for part, start, end in shares(text):
        if part >= 1:
            continue
        if end <= match.start and _BESIDE_BEFORE.fullmatch(text, end, match.start):
            return True
        if start >= match.end and _BESIDE_AFTER.fullmatch(text, match.end, start):
            return True
    return False
