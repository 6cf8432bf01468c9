"""Whether somebody may write to a project on GitLab, and the numbers of people."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gapkeeper.adapters.gitlab.session import DEVELOPER
from gapkeeper.adapters.http.client import BELIEVED
from gapkeeper.errors import NotFoundError, RejectedError
from gapkeeper.model.snapshot import Role

if TYPE_CHECKING:
    from gapkeeper.adapters.gitlab.session import Session
    from gapkeeper.adapters.http.answer import Json

#: How the bots of project and group access tokens are called.
_OF_A_TOKEN = re.compile(r"(?:project|group)_[0-9]+_bot(?:_[0-9a-f]+|[0-9]*)")


def role_of(session: Session, user: Json) -> Role:
    """The role of somebody: two requests, of which the one for a person's kind is believed for a day."""
    if _OF_A_TOKEN.fullmatch(str(user["login"])) or _is_bot(session, user):
        return Role.BOT
    try:
        data = session.client.get(session.path(f"/members/all/{user['id']}")).data
    except NotFoundError:  # no member
        return Role.READ
    level = data.get("access_level") if isinstance(data, dict) else None
    return Role.WRITE if isinstance(level, int) and level >= DEVELOPER else Role.READ


def number_of(session: Session, name: str) -> int:
    """The number of a person, by which issues are assigned.

    Raises `RejectedError` where there is nobody of that name.
    """
    found = session.client.get("/users", {"username": name}, within=BELIEVED).data
    for user in found if isinstance(found, list) else ():
        if str(user.get("username")).casefold() == name.casefold():
            return int(user["id"])
    raise RejectedError(f"there is nobody called `{name}` on this GitLab", hint="See the table [owners].")


def _is_bot(session: Session, user: Json) -> bool:
    try:
        data = session.client.get(f"/users/{user['id']}", within=BELIEVED).data
    except NotFoundError:  # nobody of that number, any more
        return False
    return isinstance(data, dict) and data.get("bot") is True
