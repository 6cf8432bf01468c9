"""Where GitHub lists issues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.adapters.forge.listing import PAGE
from gapkeeper.adapters.github.raw import is_proposal, trimmed

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from gapkeeper.adapters.forge.raw import Raw
    from gapkeeper.adapters.github.session import Session
    from gapkeeper.adapters.http.answer import Answer, Json


class Listed:
    """The issues of a project, and the pull requests among them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def now(self) -> dt.datetime:
        """Our clock."""
        return self._session.client.now

    def pages(self, *, since: str | None = None, label: str | None = None) -> Iterator[Answer]:
        """Issues in all states: those that changed since then, the latest change first; else the newest first."""
        order = "created" if since is None else "updated"
        asked: dict[str, object] = {"state": "all", "per_page": PAGE, "sort": order, "direction": "desc"}
        if since is not None:
            asked["since"] = since
        if label is not None:
            asked["labels"] = label
        return self._session.client.pages(self._session.path("/issues"), asked)

    def trimmed(self, data: Json) -> Raw:
        """One of them."""
        return trimmed(data)

    def is_worth_keeping(self, raw: Raw) -> bool:
        """Of pull requests, ours, opened as our account or as the one that we had before.

        Where they are as they were, nobody asks what became of them.
        """
        return is_proposal(raw) or self._is_by_us(raw)

    def _is_by_us(self, raw: Raw) -> bool:
        return raw["user"] is not None and self._session.is_us(raw["user"]["login"])
