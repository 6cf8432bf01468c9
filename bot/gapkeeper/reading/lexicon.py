"""The words that documents use: loaded from `words/*.json`, merged with what the rules configure."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pkgutil import get_data
from typing import TYPE_CHECKING, Any, NamedTuple

from gapkeeper.model.status import Status
from gapkeeper.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LANGUAGES = ("en", "de", "fr", "es", "pt", "pl", "nl", "ja", "zh", "ko")
CONFIGURED = "configured"

_SEPARATORS = lazy(r"[\s_-]+")


def normalise(phrase: str) -> str:
    """A phrase as it is looked up: any case, one space between words, straight apostrophes."""
    return _SEPARATORS.sub(" ", phrase.casefold().replace("’", "'")).strip()


def plain_emoji(text: str) -> str:
    """An emoji without the selectors of its presentation and skin."""
    return re.sub("[\ufe0e\ufe0f\u200d\U0001f3fb-\U0001f3ff]", "", text)


class Word(NamedTuple):
    """A status word; ``status`` is None where two languages disagree about it."""

    status: Status | None
    languages: frozenset[str]


class Lexicon(NamedTuple):
    """Everything that words mean. Phrases are normalised; their length is in words."""

    words: Mapping[str, Word]
    longest: int  # words in the longest phrase
    emoji: Mapping[str, Status]
    fields: Mapping[str, str]  # column or field name -> field
    negations: Mapping[str, frozenset[str]]  # language -> phrases
    hedges: Mapping[str, frozenset[str]]
    dates: Mapping[str, frozenset[str]]  # words before a date: `by`
    doubts: Mapping[str, frozenset[str]]  # words after a closing word that keep it from closing
    days: frozenset[str]
    headers: Mapping[str, frozenset[str]]  # what a column is: "key", "title", "field", ... -> headers
    trailing: Mapping[str, tuple[str, ...]]  # what follows a closing word and keeps it from closing


def _load(name: str) -> dict[str, Any]:
    data = get_data("gapkeeper.reading", f"words/{name}.json")
    if data is None:
        msg = f"words/{name}.json is missing from the package"
        raise RuntimeError(msg)
    loaded: dict[str, Any] = json.loads(data)
    return loaded


@lru_cache(maxsize=1)
def _sets() -> dict[str, dict[str, Any]]:
    return {name: _load(name) for name in (*LANGUAGES, "emoji", "headers")}


class Language(NamedTuple):
    """What one language writes, as it writes it; the first word of each status and field is its usual one."""

    words: Mapping[Status, tuple[str, ...]]
    fields: Mapping[str, tuple[str, ...]]


@lru_cache(maxsize=1)
def usual_emoji() -> Mapping[Status, str]:
    """The emoji that is most often written for a status; not every status has one."""
    return {Status(status): listed[0] for status, listed in _sets()["emoji"]["status"].items()}


@lru_cache(maxsize=1)
def language_sets() -> Mapping[str, Language]:
    """Every language that comes with the package."""
    return {
        name: Language(
            {Status(status): tuple(words) for status, words in _sets()[name]["status"].items()},
            {field: tuple(names) for field, names in _sets()[name]["fields"].items()},
        )
        for name in LANGUAGES
    }


def lexicon(languages: tuple[str, ...] | None, words: Mapping[str, Status], columns: Mapping[str, str]) -> Lexicon:
    """The words of the languages (None: all), with configured words and columns before all else."""
    sets = _sets()
    headers = {name: listed for name, listed in sets["headers"].items() if name != "about"}
    chosen = [name for name in LANGUAGES if languages is None or name in languages]
    merged = _merge_words((name, sets[name]["status"]) for name in chosen)
    emoji = {plain_emoji(e): Status(s) for s, listed in sets["emoji"]["status"].items() for e in listed}
    for phrase, status in words.items():
        if normalise(phrase) and any(c.isalnum() for c in phrase):
            merged[normalise(phrase)] = Word(status, frozenset({CONFIGURED, "en"}))
        else:
            emoji[plain_emoji(phrase.strip())] = status
    fields = {
        normalise(n): f for name in reversed(LANGUAGES) for f, names in sets[name]["fields"].items() for n in names
    }
    fields.update({normalise(header): field for header, field in columns.items()})

    def phrases(table: str, key: str) -> dict[str, frozenset[str]]:
        return {name: frozenset(normalise(p) for p in sets[name][table].get(key, ())) for name in chosen}

    return Lexicon(
        words=merged,
        longest=max((phrase.count(" ") + 1 for phrase in merged), default=1),
        emoji=emoji,
        fields=fields,
        negations=phrases("before", "negation"),
        hedges=phrases("before", "hedge"),
        dates=phrases("after", "date"),
        doubts=phrases("after", "doubt"),
        days=frozenset().union(*phrases("after", "days").values()),
        headers={name: frozenset(map(normalise, listed)) for name, listed in headers.items()},
        trailing={name: tuple(sets[name]["after"].get("trailing", ())) for name in chosen},
    )


def _merge_words(sets: Iterable[tuple[str, Mapping[str, list[str]]]]) -> dict[str, Word]:
    merged: dict[str, Word] = {}
    for language, statuses in sets:
        for status, phrases in statuses.items():
            for phrase in map(normalise, phrases):
                old = merged.get(phrase)
                if old is None:
                    merged[phrase] = Word(Status(status), frozenset({language}))
                else:
                    agreed = old.status if old.status == Status(status) else None
                    merged[phrase] = Word(agreed, old.languages | {language})
    return merged
