"""The names of gates: `Phase 26`, `Gate A`, `Milestone 3`, and lists and ranges of them in text."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

_KINDS = {
    "phase": "phase phases phasen fase fases fasen faza fazy etap etapa étape フェーズ 阶段 階段 단계",
    "gate": "gate gates",
    "milestone": "milestone milestones meilenstein meilensteine jalon hito marco mijlpaal マイルストーン 里程碑"
    " 마일스톤",
}
_KIND_OF = {word: kind for kind, words in _KINDS.items() for word in words.split()}
_LETTERS = {"p": "phase", "g": "gate", "m": "milestone"}
_WORD = "|".join(sorted(_KIND_OF, key=len, reverse=True))
_DIGITS = r"\d{1,3}(?:\.\d{1,3}){0,3}[A-Za-z]?(?![\w%])"
_NUMBER = rf"{_DIGITS}|(?-i:[A-Z]|[IVX]{{2,5}})(?![\w'’])"
_NAME = lazy(rf"(?<![\w-])(?P<word>{_WORD})[\s#]+(?P<number>{_NUMBER})", re.IGNORECASE)
_WAITING = (
    r"(?:remaining |open |external )?(?:blockers?|prerequisites?|requirements?|conditions?|dependencies)"
    r"\s+(?:for|of|to|before)\s+"
)
WAITING_FOR = lazy(_WAITING, re.IGNORECASE)  # a heading such as `Prerequisites for Phase 26`
_MAY_NAME = lazy(rf"[\W\d_]*(?:{_WAITING})?(?:{_WORD})", re.IGNORECASE)
_FIRST_WORD = lazy(rf"(?:{_WORD})(?![^\W\d_])", re.IGNORECASE)
_FURTHER = lazy(
    rf"\s*(?P<joint>,(?:\s*(?:and|und|et|y|e|i|en))?|/|&|\+|;|and|und|et|–|—|-|to|through)\s*(?:(?P<word>{_WORD})\s+)?"
    rf"(?P<number>{_DIGITS})(?=\s*(?:$|[,;()/&+.–—-]|and\b|und\b|et\b|through\b|to\b))",
    re.IGNORECASE,
)
_CODE = lazy(r"[A-Za-z]\d{1,3}[a-z]?(?!\w)")
_CELL = lazy(rf"(?i:(?:{_WORD})[\s#]+)?(?P<number>{_CODE.pattern}|{_NUMBER})")
_AFTER = lazy(r"\s*[:：–—-]?\s+|\s*[:：–—]\s*|\s*$|\s*(?=\()")
_RANGE = frozenset({"–", "—", "-", "to", "through"})
_MOST = 50  # gates in one range
_NUMBERS = lazy(r"\d{1,9}|\D+")


class GateName(NamedTuple):
    """A gate that a text names; offsets count characters."""

    name: str  # "Phase 26"
    start: int
    end: int


def may_name_gate(heading: str) -> bool:
    """A cheap look at a heading: whether it begins with a gate's word, or with what waits for one."""
    return _MAY_NAME.match(heading) is not None


@lru_cache(maxsize=1024)
def kind_of_header(header: str) -> str | None:
    """The kind of gate that a column's name announces: `Phase`, `Gate`, `Milestones`, `Phase Gate`."""
    plain = header.strip(" *_:`#").casefold()
    if plain.endswith((" gate", "/gate")):
        plain = plain[:-5]
    return _KIND_OF.get(plain.removesuffix(" id").removesuffix(" no").removesuffix(" #"))


def names_in(text: str) -> Iterator[GateName]:
    """Every gate that a text names; `Phase 08, 11 and 23` names three, `Phases 3-5` as well."""
    position = 0
    while match := _NAME.search(text, position):
        word, number = _singular(match["word"]), match["number"]
        yield GateName(f"{word} {number}", match.start(), match.end())
        position = match.end()
        while number[0].isdigit() and (further := _FURTHER.match(text, position)):
            if further["word"] and _KIND_OF[further["word"].casefold()] != _KIND_OF[match["word"].casefold()]:
                break
            for between in _between(number, further["number"]) if further["joint"] in _RANGE else ():
                yield GateName(f"{word} {between}", further.start("number"), further.end())
            number, position = further["number"], further.end()
            yield GateName(f"{word} {number}", further.start("number"), position)


def leading_name(text: str, start: int = 0) -> GateName | None:
    """The gate that a text begins with, at a character."""
    match = _NAME.match(text, start)
    return GateName(f"{_singular(match['word'])} {match['number']}", start, match.end()) if match else None


def cell_name(text: str, header: str) -> GateName | None:
    """The gate of a cell under a header: `26`, `11a`, `Phase 26: Cutover`, `M3`; None for other words."""
    match = _CELL.match(text)
    if match is None or not _AFTER.match(text, match.end()):
        return None
    full = leading_name(text)
    if full is not None:
        return full
    number = match["number"]
    if number[0].isalpha() and len(number) > 1 and not number.isupper():
        return None
    if _CODE.fullmatch(number):
        return GateName(number, 0, match.end())
    return GateName(f"{header_word(header)} {number}", 0, match.end())


def header_word(header: str) -> str:
    """The word that a bare number under a header gets: `Phase` for `Phases`."""
    match = _FIRST_WORD.match(header.strip(" *_:`#"))
    return _singular(match.group()) if match else header


def _singular(word: str) -> str:
    plain = word[:-1] if word.casefold() in {"phases", "gates", "milestones", "fases"} else word
    return plain[:1].upper() + plain[1:].lower()


def _between(first: str, last: str) -> Iterator[str]:
    """The whole numbers between two, for a range of no great length."""
    if first.isdecimal() and last.isdecimal() and int(last) - int(first) <= _MOST:
        yield from (str(number) for number in range(int(first) + 1, int(last)))


@lru_cache(maxsize=4096)
def gate_key(name: str) -> tuple[str, str]:
    """What two spellings of a gate's name have in common: `Phase 06` is `phase 6`, and `M3` is `Milestone 3`."""
    word, _, number = name.partition(" ")
    if not number:
        kind = _LETTERS.get(word[:1].casefold())
        return (kind, _plain(word[1:])) if kind and word[1:2].isdigit() else ("", _plain(word))
    return _KIND_OF.get(word.casefold(), word.casefold()), _plain(number)


def _plain(number: str) -> str:
    return ".".join(part.lstrip("0") or "0" if part[:1].isdigit() else part for part in number.casefold().split("."))


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """The order of names with numbers: `Phase 3` before `Phase 26`, and `11` before `11a`."""
    parts = _NUMBERS.findall(name)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part.casefold()) for part in parts)
