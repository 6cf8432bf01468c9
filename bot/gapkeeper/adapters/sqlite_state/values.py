"""Values as they stand in the tables. What cannot be read raises `ValueError`, which the database takes for damage."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, overload

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


def number_of(moment: dt.datetime) -> int:
    """A moment as a number."""
    return (moment - _EPOCH) // _MICROSECOND


@overload
def moment_of(number: int) -> dt.datetime: ...
@overload
def moment_of(number: int | None) -> dt.datetime | None: ...
def moment_of(number: int | None) -> dt.datetime | None:
    """A number as a moment."""
    try:
        return None if number is None else _EPOCH + number * _MICROSECOND
    except (OverflowError, TypeError) as error:
        raise ValueError(f"{number!r} is no moment") from error


def text(words: str) -> str:
    """Words for people as SQLite takes them: file names that are no text may be among them."""
    return words.encode("utf-8", "backslashreplace").decode("utf-8")


def packed(value: object) -> str:
    """A value as JSON, which holds what SQLite does not take as text."""
    return json.dumps(value, separators=(",", ":"))


def words_of(packed_words: str) -> tuple[str, ...]:
    """A packed sequence of words."""
    words = json.loads(packed_words)
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError(f"{packed_words!r} are no words")
    return tuple(words)


def table_of(packed_table: str) -> dict[str, Any]:
    """A packed mapping."""
    table = json.loads(packed_table)
    if not isinstance(table, dict):
        raise ValueError(f"{packed_table!r} is no mapping")  # noqa: TRY004 - damage, and no mistake of a caller
    return table
