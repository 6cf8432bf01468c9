"""From every status and body to one error of the tree. What a forge means by some of them, its own adapter adds."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from gapkeeper.adapters.http.answer import http_date
from gapkeeper.errors import (
    ConflictError,
    NotAuthorisedError,
    NotFoundError,
    RateLimitedError,
    RejectedError,
    TrackerError,
    UnavailableError,
)

if TYPE_CHECKING:
    from gapkeeper.adapters.http.answer import Answer

#: How long to wait where a server says that there is a limit, and not how long it lasts: GitHub asks for a minute.
UNTOLD = dt.timedelta(minutes=1)
_SHOWN = 200  # characters of what a server says

_UNAUTHORISED = frozenset({401, 403, 407, 451, 511})
_NOT_THERE = frozenset({404, 410})
_CONFLICT = frozenset({409, 412, 428})
_PASSING = frozenset({408, 421, 425})


def failure(answer: Answer, what: str, now: dt.datetime) -> TrackerError:
    """The error for an answer that is none of success; ``what`` was asked: `GET /repos/o/r`."""
    status = answer.status
    # GitLab repeats the status in its words: `401 Unauthorized`.
    message = f"{what}: {status} {said(answer).removeprefix(f'{status} ')}".rstrip()
    if is_limit(answer):
        until = limited_until(answer, now)
        return RateLimitedError(message, until=until, hint="The next run goes on where this one stopped.")
    if status in _UNAUTHORISED:
        return NotAuthorisedError(message)
    if status in _NOT_THERE:
        return NotFoundError(message)
    if status in _CONFLICT:
        return ConflictError(message, hint="Run again: it is read anew.")
    if 400 <= status < 500 and status not in _PASSING:
        return RejectedError(message)
    return UnavailableError(message, hint="Nothing is known of what it did. Run again later.")


def said(answer: Answer) -> str:
    """What the server says, on one line, for people; nothing that they could not read."""
    if isinstance(answer.data, dict):
        text = _text(answer.data.get("message") or answer.data.get("error_description") or answer.data.get("error"))
        errors = answer.data.get("errors")
        if isinstance(errors, list) and errors:
            text = f"{text} ({', '.join(map(_detail, errors[:5]))})"
    elif answer.text:
        text = "an answer that is no JSON"
    else:
        text = ""
    text = "".join(letter if letter.isprintable() else " " for letter in text)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _text(message: object) -> str:
    """What a message says: GitLab's is a text, a list of texts, or an object of lists by the field that is wrong."""
    if isinstance(message, dict):
        return ", ".join(f"{name}: {_text(value)}" for name, value in list(message.items())[:5])
    if isinstance(message, list):
        return ", ".join(map(_text, message[:5]))
    return "" if message is None else str(message)


def _detail(error: object) -> str:
    if isinstance(error, dict):
        parts = (error.get("field"), error.get("code"), error.get("message"))
        return " ".join(str(part) for part in parts if isinstance(part, str))
    return str(error)


def is_limit(answer: Answer) -> bool:
    """Whether a server will not do more for now: it says so by status, by header, or in words."""
    if answer.status == 429:
        return True
    words = said(answer).casefold()
    if answer.status == 422:  # GitHub's limit on new content, which it takes for a fault of the content
        return "submitted too quickly" in words
    if answer.status != 403:
        return False
    if "retry-after" in answer.headers or is_used_up(answer):
        return True
    return "rate limit" in words or "abuse detection" in words


def is_used_up(answer: Answer) -> bool:
    """Whether the server says that this was the last request that it allows for now."""
    return remaining(answer) == 0


def remaining(answer: Answer) -> int | None:
    """How many requests the server allows until its limit is set back; None where it does not say."""
    text = _of_limits(answer, "remaining")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _of_limits(answer: Answer, name: str) -> str:
    """A header about limits, as GitHub (`X-RateLimit-…`) or GitLab (`RateLimit-…`) calls it."""
    return answer.headers.get(f"x-ratelimit-{name}") or answer.headers.get(f"ratelimit-{name}") or ""


def limited_until(answer: Answer, now: dt.datetime) -> dt.datetime:
    """When a limit ends, by our own clock, whatever the difference to the server's."""
    after = answer.headers.get("retry-after", "")
    if after.isdecimal():
        return now + _bounded(float(after))
    server = answer.date or now
    moment = http_date(after)
    if moment is None and is_used_up(answer):
        moment = _seconds(_of_limits(answer, "reset"))
    if moment is None:
        return now + UNTOLD
    return now + max(dt.timedelta(0), min(moment - server, dt.timedelta(days=1)))


def _seconds(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromtimestamp(int(text), dt.UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _bounded(seconds: float) -> dt.timedelta:
    return dt.timedelta(seconds=min(seconds, 86_400.0))
