"""Whether somebody may write to a project on GitHub."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from gapkeeper.errors import NotFoundError
from gapkeeper.model.snapshot import Role

if TYPE_CHECKING:
    from gapkeeper.adapters.github.session import Session
    from gapkeeper.adapters.http.answer import Json

_WRITERS = frozenset({"admin", "maintain", "write"})


def role_of(session: Session, user: Json) -> Role:
    """The role of a person."""
    path = session.path(f"/collaborators/{quote(str(user['login']), safe='')}/permission")
    try:
        data = session.client.get(path).data
    except NotFoundError:  # nobody of that name, any more
        return Role.READ
    permission = data.get("permission") if isinstance(data, dict) else None
    return Role.WRITE if permission in _WRITERS else Role.READ
