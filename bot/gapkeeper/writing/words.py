"""The words for a status: which of them say no more than the status, and which language a document writes."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.model.status import Status
from gapkeeper.reading.lexicon import LANGUAGES, language_sets, normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DEFAULT = "en"
#: English words that say a status and nothing else. Who closes an issue does not say that something was merged,
#: mitigated or a duplicate, so such a word is not taken over from a neighbour.
_PLAIN_ENGLISH = {
    Status.PENDING: {"open", "pending", "to do", "todo", "outstanding"},
    Status.NOT_STARTED: {"not started", "not yet started", "not begun", "unstarted", "backlog", "queued"},
    Status.IN_PROGRESS: {"in progress", "wip", "work in progress", "started", "ongoing", "underway", "under way"},
    Status.BLOCKED: {"blocked", "on hold", "waiting"},
    Status.DEFERRED: {"deferred", "later", "postponed", "parked"},
    Status.RESOLVED: {"resolved", "done", "complete", "completed", "closed", "fixed", "finished", "solved"},
    Status.CANCELLED: {
        "cancelled",
        "canceled",
        "won't do",
        "wont do",
        "wontfix",
        "won't fix",
        "not planned",
        "dropped",
    },
}
#: The same of other languages, the other way round: words that say more.
_SAYING_MORE = frozenset(
    """
    extern, unbekannt, neu, geplant, teilweise, geprüft, in prüfung, obsolet, überholt, duplikat, abgelehnt,
    externe, inconnu, nouveau, nouvelle, prévu, prévue, partiel, partielle, partiellement, livré, livrée, vérifié,
    validé, validée, en revue, obsolète, rejeté, rejetée, doublon, sans objet,
    externo, desconocido, nuevo, nueva, parcial, parcialmente, verificado, en revisión, obsoleto, obsoleta,
    rechazado, rechazada, duplicado, pronto, no aplica,
    desconhecido, novo, nova, em revisão, rejeitado, rejeitada, não se aplica,
    nieznane, nowe, nowy, nowa, planowane, zaplanowane, zaplanowany, częściowo, zweryfikowane, odrzucone, nie dotyczy,
    gepland, nieuw, onbekend, gedeeltelijk, geverifieerd, vervallen, duplicaat,
    新規, 予定, 計画中, 未定, 新建, 计划中, 計劃中, 待定, 部分完成, 评审中, 審核中, 已交付, 已验证, 已驗證, 已合并,
    重复, 重複, 不适用, 不適用, 신규, 예정, 계획됨, 중복, 해당 없음
    """.replace("\n    ", " ")
    .strip()
    .split(", ")
)


def is_plain(word: str, status: Status) -> bool:
    """Whether a word says a status and no more, so that it may be written for any item."""
    phrase = normalise(word)
    if phrase in _PLAIN_ENGLISH[status]:
        return True
    speakers = _speakers(phrase)
    return bool(speakers) and DEFAULT not in speakers and phrase not in _SAYING_MORE


def usual(status: Status, language: str) -> str:
    """A language's usual word for a status, as a sentence begins with it."""
    word = language_sets()[language].words[status][0]
    return word[:1].upper() + word[1:]


def usual_label(language: str) -> str:
    """What a language calls the field of a status."""
    word = language_sets()[language].fields["status"][0]
    return word[:1].upper() + word[1:]


def language_of(words: Iterable[str], names: Iterable[str]) -> str | None:
    """The language of most of some status words and field names; None where they do not tell."""
    votes: Counter[str] = Counter()
    for found in (*(_speakers(normalise(word)) for word in words), *(_namers(normalise(name)) for name in names)):
        for language in found:
            votes[language] += 1
    if not votes:
        return None
    most = max(votes.values())
    return next(language for language in LANGUAGES if votes[language] == most)


def _speakers(phrase: str) -> frozenset[str]:
    """The languages that have a status word."""
    return _index().words.get(phrase, frozenset())


def _namers(name: str) -> frozenset[str]:
    """The languages that have a field name."""
    return _index().names.get(name, frozenset())


class _Index(NamedTuple):
    words: Mapping[str, frozenset[str]]  # status word -> languages
    names: Mapping[str, frozenset[str]]  # field name -> languages


@lru_cache(maxsize=1)
def _index() -> _Index:
    words: dict[str, frozenset[str]] = {}
    names: dict[str, frozenset[str]] = {}
    for language, found in language_sets().items():
        for table, groups in ((words, found.words.values()), (names, found.fields.values())):
            for phrase in (normalise(word) for group in groups for word in group):
                table[phrase] = table.get(phrase, frozenset()) | {language}
    return _Index(words, names)
