"""Columns and fields that ask a question, `Done?`: what answers it in each language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.model.status import Status

if TYPE_CHECKING:
    from collections.abc import Iterable

_ANSWERS = (  # yes, no, and the language
    ("yes", "no", "en"),
    ("y", "n", "en"),
    ("true", "false", "en"),
    ("ja", "nein", "de"),
    ("oui", "non", "fr"),
    ("sí", "no", "es"),
    ("sim", "não", "pt"),
    ("tak", "nie", "pl"),
    ("ja", "nee", "nl"),
    ("はい", "いいえ", "ja"),
    ("是", "否", "zh"),
    ("예", "아니오", "ko"),
    ("x", "", ""),
)


def answer(texts: Iterable[str], status: Status, language: str) -> str | None:
    """The answer that says a status, in the manner of some that are given already.

    None where those are no answers, or none can say the status. It can be empty: not done is no `x`.
    """
    if status not in {Status.PENDING, Status.RESOLVED}:
        return None
    given = [text.strip(" *.!") for text in texts]
    words = {text.casefold() for text in given if text}
    fits = [pair for pair in _ANSWERS if words and words <= {*pair[:2], ""}]
    if not fits:
        return None
    yes, no, _ = next((pair for pair in fits if pair[2] == language), fits[0])
    word = yes if status is Status.RESOLVED else no
    like = next(text for text in given if text)
    if len(like) > 1 and like.isupper():
        return word.upper()
    return word.capitalize() if like[:1].isupper() else word
