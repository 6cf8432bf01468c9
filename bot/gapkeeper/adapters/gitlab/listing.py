"""Where GitLab lists issues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.adapters.forge.listing import PAGE
from gapkeeper.adapters.gitlab.raw import trimmed

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator

    from gapkeeper.adapters.forge.raw import Raw
    from gapkeeper.adapters.gitlab.session import Session
    from gapkeeper.adapters.http.answer import Answer, Json


class Listed:
    """The issues of a project."""

    def __init__(self, session: Session, spelt: Callable[[str], str]) -> None:
        """``spelt`` gives a label as the project writes it: GitLab tells `Bug` from `bug`."""
        self._session = session
        self._spelt = spelt

    @property
    def now(self) -> dt.datetime:
        """Our clock."""
        return self._session.client.now

    def pages(self, *, since: str | None = None, label: str | None = None) -> Iterator[Answer]:
        """Issues in all states: those that changed since then, the latest change first; else the newest first.

        Pages are by key, which older servers do not know of these lists, and then number them.
        """
        asked: dict[str, object] = {
            "scope": "all",
            "state": "all",
            "with_labels_details": "true",
            "order_by": "created_at" if since is None else "updated_at",
            "sort": "desc",
            "pagination": "keyset",
            "per_page": PAGE,
        }
        if since is not None:
            asked["updated_after"] = since
        if label is not None:
            asked["labels"] = self._spelt(label)
        return self._session.client.pages(self._session.path("/issues"), asked)

    def trimmed(self, data: Json) -> Raw:
        """One of them."""
        return trimmed(data)

    def is_worth_keeping(self, _raw: Raw) -> bool:
        """What is listed and is no issue was moved away."""
        return False
