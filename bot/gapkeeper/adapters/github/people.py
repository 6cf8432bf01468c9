"""Who did something, and whether their word counts."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from gapkeeper.errors import NotFoundError
from gapkeeper.model.snapshot import Actor, Role

if TYPE_CHECKING:
    from gapkeeper.adapters.github.session import Session
    from gapkeeper.adapters.http.answer import Json

#: Whose account was deleted.
GHOST = Actor("ghost", Role.READ)
_WRITERS = frozenset({"admin", "maintain", "write"})


class People:
    """The people of one project. Each is asked about once in a run."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._roles: dict[str, Role] = {}

    def actor(self, user: Json, *, matters: bool = True) -> Actor:
        """Somebody with their role. Where that does not matter, nobody is asked, and a person only reads."""
        if not isinstance(user, dict) or not user.get("login"):
            return GHOST
        name = str(user["login"])
        if self._session.is_us(name):
            return Actor(name, Role.SELF)
        if user.get("type") == "Bot" or name.endswith("[bot]"):
            return Actor(name, Role.BOT)
        return Actor(name, self._role(name) if matters else Role.READ)

    def _role(self, name: str) -> Role:
        if name not in self._roles:
            path = self._session.path(f"/collaborators/{quote(name, safe='')}/permission")
            try:
                data = self._session.client.get(path).data
            except NotFoundError:  # nobody of that name, any more
                data = None
            permission = data.get("permission") if isinstance(data, dict) else None
            self._roles[name] = Role.WRITE if permission in _WRITERS else Role.READ
        return self._roles[name]
