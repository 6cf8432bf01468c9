"""Tokens that Apps have bought, in memory: the runs of one process can share them for as long as they last."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import datetime as dt

    from gapkeeper.adapters.http.answer import Json


class Buyer(NamedTuple):
    """Who a token was bought for, and what it is good for."""

    app_id: str
    url: str  # of the project
    permissions: frozenset[tuple[str, str]]


@dataclass(slots=True)
class AppToken:
    """A token, and the installation that it was bought for, as it was then."""

    value: str = field(repr=False)
    until: dt.datetime  # it ends, by our clock
    installation: Json
    revoked: bool = False  # before its end: whoever has it needs another


class AppTokens:
    """The tokens of all runs. Every method may be called by any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[Buyer, AppToken] = {}

    def get(self, buyer: Buyer) -> AppToken | None:
        """The token that was bought last, whether it has ended or not."""
        with self._lock:
            return self._kept.get(buyer)

    def keep(self, buyer: Buyer, token: AppToken) -> None:
        """Keep a token instead of the former one."""
        with self._lock:
            self._kept[buyer] = token

    def forget(self, url: str) -> None:
        """Something on this project was refused: what an App may do there is to be asked anew."""
        self._forgotten(url)

    def revoke(self, url: str) -> bool:
        """GitHub knows a token for this project no more; whether there was one, and another may do.

        Runs that have one take another at once, where they would keep one that is only forgotten.
        """
        gone = self._forgotten(url)
        for token in gone:
            token.revoked = True
        return bool(gone)

    def _forgotten(self, url: str) -> list[AppToken]:
        with self._lock:
            gone = {buyer: token for buyer, token in self._kept.items() if buyer.url == url}
            self._kept = {buyer: token for buyer, token in self._kept.items() if buyer not in gone}
        return list(gone.values())
