"""Conditional requests: what a server says is unchanged is taken from what it said before."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from gapkeeper.adapters.http.answer import Answer
from gapkeeper.adapters.http.store import Kept

if TYPE_CHECKING:
    import datetime as dt

    from gapkeeper.adapters.http.store import Store


class Cache:
    """Answers by account: what one token was told is never given out to another, which may see less."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def fresh(self, account: str, url: str, *, now: dt.datetime, within: dt.timedelta) -> Answer | None:
        """An answer that is believed without asking: given or confirmed not long ago."""
        kept = self._store.answer(account, url)
        if kept is None or not now - within <= kept.at <= now:
            return None
        return _answer(kept, url)

    def etag(self, account: str, url: str) -> str | None:
        """What to ask with."""
        kept = self._store.answer(account, url)
        return None if kept is None else kept.etag

    def confirmed(self, account: str, answer: Answer, now: dt.datetime) -> Answer | None:
        """The answer that a 304 confirms; None where it is not kept any more."""
        kept = self._store.answer(account, answer.url)
        if kept is None:
            return None
        # A page can be as it was and have got another one after it.
        confirmed = kept._replace(at=now, link=answer.headers.get("link", kept.link))
        self._store.keep(account, answer.url, confirmed)
        found = _answer(confirmed, answer.url)
        return Answer(200, {**answer.headers, **found.headers}, found.data, answer.url, unchanged=True)

    def keep(self, account: str, answer: Answer, now: dt.datetime) -> None:
        """Remember an answer."""
        kept = Kept(answer.headers.get("etag"), answer.headers.get("link"), answer.data, now)
        self._store.keep(account, answer.url, kept)


def _answer(kept: Kept, url: str) -> Answer:
    return Answer(200, {} if kept.link is None else {"link": kept.link}, kept.data, url, unchanged=True)


def account_of(token: str) -> str:
    """A name for a token that does not tell it."""
    return hashlib.sha256(token.encode()).hexdigest()[:16]
