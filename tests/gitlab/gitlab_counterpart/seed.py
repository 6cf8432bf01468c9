"""What is there when a test begins."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gitlab_counterpart.world import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The project that most tests are about, and another one, which issues can be moved to.
PATH = "harbour/pier"
SUB_GROUP_PATH = "harbour/north/pier"
ELSEWHERE = "harbour/elsewhere"
#: Our own account, and who owns the group.
US = "keeper"
OWNER = "harbour-master"
#: Everybody that there is; of them only ours and the owner are members.
PEOPLE = (OWNER, US, "Rosa", "Piet", "Ann", "Mallory")
FILES = {
    "README.md": b"# Pier\n",
    "docs/LATER.md": b"# Later\n",
}


def token_of(login: str) -> str:
    """The personal access token that everybody has, with the scope `api`."""
    return f"glpat-{login.lower()}"


@dataclass(frozen=True)
class Seed:
    """What a fresh GitLab has."""

    path: str = PATH
    visibility: str = "public"
    people: tuple[str, ...] = PEOPLE
    roles: Mapping[str, Role] = field(default_factory=lambda: {US: Role.DEVELOPER})  # in `path`; others are guests
    files: Mapping[str, bytes] = field(default_factory=lambda: dict(FILES))
    branch: str = "main"
