"""The words that are written: each reads as what it was written for, in every language, and says no more."""

from __future__ import annotations

import pytest

from gapkeeper.model.rules import ReadingRules
from gapkeeper.model.status import Status
from gapkeeper.reading.lexicon import LANGUAGES, usual_emoji
from gapkeeper.reading.vocabulary import Vocabulary
from gapkeeper.writing.answers import answer
from gapkeeper.writing.words import is_plain, language_of, usual, usual_label

VOCABULARY = Vocabulary.of(ReadingRules())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("status", Status)
def test_the_usual_word_reads_as_its_status(language: str, status: Status) -> None:
    word = usual(status, language)
    for text in (word, word.upper(), f"{word} (2026-11-24)", f"**{word}**"):
        reading = VOCABULARY.read(text)
        assert (reading.known, reading.status) == (True, status), text
    assert is_plain(word, status)
    assert not VOCABULARY.remainder(word)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_usual_label_names_a_status(language: str) -> None:
    assert VOCABULARY.field(usual_label(language)) == "status"


def test_the_usual_emoji_reads_as_its_status() -> None:
    assert {VOCABULARY.read(emoji).status for emoji in usual_emoji().values()} == set(usual_emoji())


def test_reopened_and_a_day_beside_an_open_status_change_nothing() -> None:
    for status in (Status.PENDING, Status.NOT_STARTED, Status.IN_PROGRESS, Status.BLOCKED, Status.DEFERRED):
        assert VOCABULARY.read(f"{usual(status, 'en')} (reopened 2026-11-24)").status is status


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Merged", Status.RESOLVED),
        ("Duplicate", Status.CANCELLED),
        ("External", Status.PENDING),
        ("In review", Status.IN_PROGRESS),
        ("Unbekannt", Status.PENDING),
        ("Überholt", Status.CANCELLED),
        ("新規", Status.PENDING),
        ("Nonsense", Status.PENDING),
    ],
)
def test_a_word_that_says_more_is_no_plain_one(word: str, status: Status) -> None:
    assert not is_plain(word, status)


@pytest.mark.parametrize(("word", "status"), [("DONE", Status.RESOLVED), ("Rozwiązany", Status.RESOLVED)])
def test_other_words_for_the_same_are_plain(word: str, status: Status) -> None:
    assert is_plain(word, status)


@pytest.mark.parametrize(
    ("words", "names", "language"),
    [
        (["Erledigt", "Offen", "Done"], [], "de"),
        ([], ["Priorytet", "Stan"], "pl"),
        (["Done"], ["Zuständig", "Priorität"], "de"),
        ([], ["Status"], "en"),
        ([], ["Brightness"], None),
    ],
)
def test_most_words_decide_the_language(words: list[str], names: list[str], language: str | None) -> None:
    assert language_of(words, names) == language


@pytest.mark.parametrize(
    ("given", "status", "language", "expected"),
    [
        (["No", "Yes"], Status.RESOLVED, "en", "Yes"),
        (["NO"], Status.RESOLVED, "en", "YES"),
        (["no"], Status.RESOLVED, "es", "sí"),
        (["nein"], Status.RESOLVED, "en", "ja"),
        (["x", ""], Status.PENDING, "en", ""),
        (["yes"], Status.BLOCKED, "en", None),
        (["yes", "Open"], Status.RESOLVED, "en", None),
        (["", ""], Status.RESOLVED, "en", None),
    ],
)
def test_a_question_is_answered_as_its_neighbours_are(
    given: list[str], status: Status, language: str, expected: str | None
) -> None:
    assert answer(given, status, language) == expected
