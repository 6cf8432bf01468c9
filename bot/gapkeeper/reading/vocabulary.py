"""What the words of a status mean, and which words must not close.

A word beats an emoji, the first status word beats later ones, a negated word is not that word, and
a closing word in doubt does not close. What no rule knows is `pending`, and never closes an issue.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.model.status import State, Status
from gapkeeper.patterns import lazy
from gapkeeper.reading.lexicon import Lexicon, Word, lexicon, normalise, plain_emoji
from gapkeeper.reading.marks import (
    EMOJI_SEQUENCE,
    PRIORITY,
    begun,
    below_whole,
    checkbox_status,
    status_marks,
)
from gapkeeper.reading.phrases import (
    Match,
    Token,
    below_whole_beside,
    closes,
    is_cj,
    one_phrase,
    tokens_of,
    whole_word,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gapkeeper.model.rules import ReadingRules

_CLAUSE_END = lazy(r"[.;!|\n](?:\s|$)|[,:—–|→]|\s-\s")
_LEFT_OVER = lazy(r"[\W\d_]+|\b(?:all|priority)\b", re.IGNORECASE)
_LONGEST_TEXT = 1_000  # characters of a status that are read; what is longer is prose
_WAITS = lazy(r"(?:\w+\s+)?(?:on|by|until|for)\b", re.IGNORECASE)  # `Blocked on ACTION-2`
_SENTENCE_END = lazy(r"[.;!|\n](?:\s|$)")
# What ends a phrase: not the dot of `Next.js`, the hyphen of `open-source`, the bar of `open/close`.
_PHRASE_END = lazy(r"\s*(?:$|[–—,;!?()\[\]|→*]|[-.:/+](?![^\W_])|(?<=\s)[-/+])")
_SLASHED = lazy(r"/([^\W\d_]+)(?!\w)")
_ARROW = lazy(r"→|->|=>|⇒")
_ANSWER = lazy(r"\s*[:=–—-]\s*")  # `Resolved: No`
_ONLY_ANSWERS = frozenset(
    {"no", "not", "nein", "nicht", "non", "pas", "não", "nie", "niet"}
)  # doubt only as the first word
_NO_LONGER = frozenset({"no", "none", "nothing", "not", "longer", "was", "were", "previously", "formerly", "0", "zero"})
_ZERO = lazy(r"(?<![\d.,/])0\s*$")  # `0 done`
_LOOK_BACK = 4  # words before a closing word in which a hedge or negation counts
_YES = frozenset({"yes", "y", "true", "ja", "oui", "sí", "si", "sim", "tak", "はい", "是", "예"})
_NO = frozenset({"no", "n", "false", "nein", "non", "não", "nie", "nee", "いいえ", "否", "아니오"})


class Reading(NamedTuple):
    """What a text says of a status; ``start`` and ``end`` are the characters that say it."""

    status: Status
    known: bool
    start: int = 0
    end: int = 0


UNKNOWN = Reading(Status.PENDING, known=False)
_CAUTIOUS = {True: Status.IN_PROGRESS, False: Status.PENDING}


class Vocabulary:
    """Reads status texts. One for a whole run: what a text means is remembered."""

    def __init__(self, lexicon_: Lexicon) -> None:
        self._lexicon = lexicon_
        self._cache: dict[tuple[str, tuple[tuple[str, Status | None], ...]], Reading] = {}
        self._fields: dict[str, str | None] = {}
        self._phrases: dict[tuple[int, frozenset[str]], frozenset[str]] = {}

    @classmethod
    def of(cls, rules: ReadingRules) -> Vocabulary:
        """The vocabulary that the rules configure."""
        return cls(lexicon(rules.languages, rules.words, rules.columns))

    def field(self, name: str) -> str | None:
        """The field that a column or field name stands for; case, plural and `-ID` do not matter."""
        if name in self._fields:
            return self._fields[name]
        if len(self._fields) > 5_000:
            self._fields.clear()
        found = self._fields[name] = self._find_field(name)
        return found

    def _find_field(self, name: str) -> str | None:
        plain = normalise(name.strip(" *_:：?`")) or name
        fields = self._lexicon.fields
        for candidate in (
            plain,
            plain.removesuffix(" id"),
            plain.removesuffix("s"),
            f"{plain}s",
            re.sub("ies$", "y", plain),
        ):
            if candidate in fields:
                return fields[candidate]
        return None

    def is_header(self, group: str, plain: str) -> bool:
        """Whether a normalised header belongs to a group: "key", "title", "field", "dated", "created"."""
        return plain in self._lexicon.headers[group]

    def read(self, text: str, legend: Mapping[str, Status | None] | None = None) -> Reading:
        """The status that a text states. IDs and struck text have been taken out by the caller."""
        text = text[:_LONGEST_TEXT]
        key = (text, tuple(legend.items()) if legend else ())
        found = self._cache.get(key)
        if found is None:
            if len(self._cache) > 20_000:  # a hostile document can make up texts for ever
                self._cache.clear()
            found = self._cache[key] = self._read(text, legend or {})
        return found

    def yes_or_no(self, text: str) -> Status | None:
        """What a column like `Done?` says: yes, no, or nothing of the kind."""
        word = normalise(text.strip(" *.!"))
        if word in _YES or word == "x":
            return Status.RESOLVED
        return Status.PENDING if word in _NO else None

    def phrase_at_start(self, text: str, legend: Mapping[str, Status | None] | None = None) -> Reading | None:
        """The status that a text begins with, as a phrase of its own: `Done - merged`, not `Open the port`."""
        reading = self.read(text, legend)
        lead = text[: reading.start]
        if not reading.known or reading.end == 0 or any(c.isalnum() for c in EMOJI_SEQUENCE.sub("", lead)):
            return None
        phrase, rest = text[reading.start : reading.end], text[reading.end :]
        emphatic = phrase.isupper() or not any(c.isalpha() for c in phrase)
        waits = reading.status is Status.BLOCKED and _WAITS.match(phrase.split()[-1] + rest)
        if emphatic or waits or _PHRASE_END.match(rest) or self._same_beside(reading.status, rest):
            return reading
        return None

    def _same_beside(self, status: Status, rest: str) -> bool:
        """Whether a bar and a like status follow: `Done/merged`, but not `Open/Closed principle`."""
        word = _SLASHED.match(rest)
        other = self.read(word[1]) if word else UNKNOWN
        return other.known and other.status.state is status.state

    def phrase_begins(self, text: str) -> bool:
        """Whether a text begins with a status word, negated or not."""
        tokens = tokens_of(text)
        first = next(self._matches(text, tokens), None)
        return first is not None and (first.token == 0 or (self._negated(text, tokens, first) and first.token <= 1))

    def remainder(self, text: str) -> str:
        """What is left of a text without status words, what negates or doubts them, priorities, emoji and counts."""
        tokens = tokens_of(text)
        keep = [True] * len(tokens)
        for match in self._matches(text, tokens):
            for index in range(match.token, len(tokens)):
                if tokens[index].start >= match.end:
                    break
                keep[index] = False
            known = self._of(self._lexicon.negations, match) | self._of(self._lexicon.hedges, match)
            for index in range(max(0, match.token - 2), match.token):
                if tokens[index].text in known:
                    keep[index] = False
                elif f"{tokens[index].text} {tokens[index + 1].text}" in known:  # `to be done`
                    keep[index] = keep[index + 1] = False
        left = " ".join(text[t.start : t.end] for t, kept in zip(tokens, keep, strict=True) if kept)
        return _LEFT_OVER.sub(" ", PRIORITY.sub(" ", left)).strip()

    def emoji_status(self, emoji: str, legend: Mapping[str, Status | None] | None = None) -> Status | None:
        """What one emoji means: by the document's legend, else by default."""
        plain = plain_emoji(emoji)
        if legend and plain in legend:
            return legend[plain]
        return self._lexicon.emoji.get(plain)

    def _read(self, text: str, legend: Mapping[str, Status | None]) -> Reading:
        tokens = tokens_of(text)
        for match in self._matches(text, tokens):
            status = match.word.status
            if status is None:
                return UNKNOWN
            if self._negated(text, tokens, match):
                if status.state is State.CLOSED:
                    return Reading(Status.PENDING, known=True, start=match.start, end=match.end)
                continue
            if status.state is State.OPEN and (later := self._led_to(text, match)) is not None:
                return later
            if status.state is State.CLOSED and (caution := self._caution(text, tokens, match)) is not None:
                return Reading(_CAUTIOUS[caution], known=True, start=match.start, end=match.end)
            return Reading(status, known=True, start=match.start, end=match.end)
        return self._read_emoji(text, tokens, legend)

    def _led_to(self, text: str, match: Match) -> Reading | None:
        """`Open → Closed`: the status that another one has become, where nothing else is said."""
        arrows = list(_ARROW.finditer(text, match.end))
        if not arrows or self.remainder(text[: arrows[-1].start()]):
            return None
        at = arrows[-1].end()
        found = self.phrase_at_start(text[at:])
        return None if found is None else found._replace(start=at + found.start, end=at + found.end)

    def _read_emoji(self, text: str, tokens: list[Token], legend: Mapping[str, Status | None]) -> Reading:
        for mark in status_marks(text):
            status = checkbox_status(mark.group()) or self.emoji_status(mark.group(), legend)
            if status is None:
                continue
            if status.state is State.CLOSED:
                index = sum(1 for t in tokens if t.end <= mark.start())
                match = Match(Word(status, frozenset(self._lexicon.hedges)), mark.start(), mark.end(), index)
                doubtful = self._hedged(text, tokens, match) or self._negated(text, tokens, match)
                after = next((t.text for t in tokens if t.start >= mark.end()), "")
                doubtful = doubtful or any(after in words for words in self._lexicon.hedges.values())
                if self._open_mark_after(text, mark.end(), legend):
                    return Reading(Status.IN_PROGRESS, known=True, start=mark.start(), end=mark.end())
                if doubtful or below_whole(text) or text[mark.end() :].lstrip().startswith("?"):
                    return Reading(_CAUTIOUS[begun(text)], known=True, start=mark.start(), end=mark.end())
            return Reading(status, known=True, start=mark.start(), end=mark.end())
        return UNKNOWN

    def _open_mark_after(self, text: str, end: int, legend: Mapping[str, Status | None]) -> bool:
        """Whether an open mark follows: `✅ code, ⏳ tests`."""
        marks = (m.group() for m in status_marks(text) if m.start() >= end)
        found = (checkbox_status(mark) or self.emoji_status(mark, legend) for mark in marks)
        return any(status is not None and status.state is State.OPEN for status in found)

    def _matches(self, text: str, tokens: list[Token]) -> Iterator[Match]:
        """Status phrases, the longest at each place, from left to right."""
        words, longest = self._lexicon.words, self._lexicon.longest
        index = 0
        while index < len(tokens):
            match, used = None, 1
            for length in range(min(longest, len(tokens) - index), 0, -1):
                run = tokens[index : index + length]
                word = words.get(" ".join(t.text for t in run))
                if word is not None and one_phrase(text, run):
                    match, used = Match(word, run[0].start, run[-1].end, index), length
                    break
            if match is None and is_cj(tokens[index].text):
                match = self._match_in_run(tokens[index], index)
            if match is not None and whole_word(text, match):
                yield match
            index += used

    def _match_in_run(self, token: Token, index: int) -> Match | None:
        """In a run without spaces an open word counts anywhere, a closing one only at its end."""
        best: Match | None = None
        for phrase, word in self._lexicon.words.items():
            if len(phrase) < 2 or not is_cj(phrase) or (at := token.text.find(phrase)) < 0:
                continue
            closing = word.status is not None and word.status.state is State.CLOSED
            if closing and not (token.text.endswith(phrase) and self._plain_before(token.text[: -len(phrase)], word)):
                continue
            match = Match(word, token.start + at, token.start + at + len(phrase), index)
            if best is None or (closing, at) < (closes(best), best.start - token.start):
                best = match
        return best

    def _plain_before(self, before: str, word: Word) -> bool:
        """Whether nothing in the same run, before a closing word, keeps it from closing."""
        doubts = [d for lang in word.languages for d in (*self._lexicon.hedges[lang], *self._lexicon.negations[lang])]
        return not any(doubt in before for doubt in doubts if is_cj(doubt))

    def _negated(self, text: str, tokens: list[Token], match: Match) -> bool:
        return self._stands_before(self._lexicon.negations, text, tokens, match, 3)

    def _hedged(self, text: str, tokens: list[Token], match: Match) -> bool:
        return self._stands_before(self._lexicon.hedges, text, tokens, match, _LOOK_BACK)

    def _stands_before(
        self, phrases: Mapping[str, frozenset[str]], text: str, tokens: list[Token], match: Match, reach: int
    ) -> bool:
        """Whether one of the phrases stands before a match, in its clause, within some words."""
        known = self._of(phrases, match)
        end = match.start
        for index in range(match.token - 1, max(-1, match.token - 1 - reach), -1):
            if _CLAUSE_END.search(text, tokens[index].end, end):
                return False
            end = tokens[index].start
            for length in (3, 2, 1):
                run = tokens[index : min(index + length, match.token)]
                if " ".join(t.text for t in run) in known:
                    return True
        return False

    def _caution(self, text: str, tokens: list[Token], match: Match) -> bool | None:
        """None where a closing word closes; else whether work has visibly begun."""
        after = text[match.end :]
        clause = _CLAUSE_END.split(after, maxsplit=1)[0]
        if self._hedged(text, tokens, match):
            before = " ".join(t.text for t in tokens[max(0, match.token - _LOOK_BACK) : match.token])
            return any(word in before for word in ("almost", "nearly", "mostly", "half")) or begun(text)
        doubtful = "?" in clause or "？" in clause or self._doubted(text, tokens, match)
        if doubtful or below_whole_beside(text, match) or self._dated_ahead(tokens, match):
            return begun(text)
        trailing = [t for language in match.word.languages for t in self._lexicon.trailing.get(language, ())]
        if any(after.lstrip(" ・(（").startswith(t) for t in trailing):
            return False
        return None

    def _doubted(self, text: str, tokens: list[Token], match: Match) -> bool:
        """`Done (partial)`, `Done except two`, `Resolved: No`, `Closed → reopened`: doubt in the same sentence."""
        if _ZERO.search(text[: match.start]):
            return True
        end = _SENTENCE_END.search(text, match.end)
        stop = end.start() if end else len(text)
        known = self._of(self._lexicon.doubts, match)
        after = [t for t in tokens[match.token :] if match.end <= t.start < stop]
        for index, token in enumerate(after):
            pair = f"{token.text} {after[index + 1].text}" if index + 1 < len(after) else ""
            if index and after[index - 1].text in _NO_LONGER:
                continue  # `Done, nothing pending`, `Closed (was pending)`
            if token.text in known and token.text not in _ONLY_ANSWERS:
                return True
            if pair in known or (index == 0 and token.text in known and _ANSWER.match(text, match.end)):
                return True
        arrow = _ARROW.search(text, match.end)
        return (
            arrow is not None
            and self._read(text[arrow.end() :], {}).status.state is State.OPEN
            and (self._read(text[arrow.end() :], {}).known)
        )

    def _of(self, phrases: Mapping[str, frozenset[str]], match: Match) -> frozenset[str]:
        """The phrases of the languages that a word belongs to."""
        key = (id(phrases), match.word.languages)  # the lexicon's own tables, which live as long as this
        if key not in self._phrases:
            found = (phrases.get(language, frozenset()) for language in match.word.languages)
            self._phrases[key] = frozenset().union(*found)
        return self._phrases[key]

    def _dated_ahead(self, tokens: list[Token], match: Match) -> bool:
        """`Complete by Friday`: a date ahead. `Resolved by Ada` is none."""
        ahead = [t for t in tokens[match.token :] if t.start >= match.end][:5]
        known = self._of(self._lexicon.dates, match)
        for length in (3, 2, 1):
            run = ahead[:length]
            if " ".join(t.text for t in run) in known and len(ahead) > length:
                following = ahead[length]
                pair = " ".join(t.text for t in ahead[length : length + 2])
                dated = following.text in self._lexicon.days or pair in self._lexicon.days
                return dated or bool(re.match(r"\d|q[1-4]$|h[12]$", following.text))
        return False
