"""Who did something, and whether their word counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from gapkeeper.model.snapshot import Actor, Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from gapkeeper.adapters.http.answer import Json

#: Whose account was deleted.
GHOST = Actor("ghost", Role.READ)


class Account(Protocol):
    """What has to be known of us."""

    def is_us(self, login: str, /) -> bool:
        """Whether somebody is our account."""


class People:
    """The people of one project. Each is asked about once in a run."""

    def __init__(self, account: Account, ask: Callable[[Json], Role]) -> None:
        """``ask`` asks the forge for the role of somebody who is not us, as its JSON has them."""
        self._account = account
        self._ask = ask
        self._roles: dict[str, Role] = {}

    def actor(self, user: Json, *, matters: bool = True) -> Actor:
        """Somebody with their role. Where that does not matter, nobody is asked, and a person only reads."""
        if not isinstance(user, dict) or not user.get("login"):
            return GHOST
        name = str(user["login"])
        if self._account.is_us(name):
            return Actor(name, Role.SELF)
        if user.get("type") == "Bot" or name.endswith("[bot]"):
            return Actor(name, Role.BOT)
        if not matters:
            return Actor(name, Role.READ)
        if name not in self._roles:
            self._roles[name] = self._ask(user)
        return Actor(name, self._roles[name])
