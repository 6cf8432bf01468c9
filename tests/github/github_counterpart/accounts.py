"""Who is who: people, bots and Apps, the tokens that they hold, and what they may do in a repository."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Role(IntEnum):
    """GitHub's roles in a repository, each with everything that the one before it has."""

    NONE = 0
    READ = 1
    TRIAGE = 2  # labels, closes and reopens, and may not write
    WRITE = 3
    MAINTAIN = 4
    ADMIN = 5

    @property
    def name_there(self) -> str:
        return self.name.lower()

    @property
    def permission(self) -> str:
        """The four that the old field knows: triage is read there, and maintain is write."""
        return {Role.TRIAGE: Role.READ, Role.MAINTAIN: Role.WRITE}.get(self, self).name_there

    def permissions(self) -> dict[str, bool]:
        return {
            "admin": self >= Role.ADMIN,
            "maintain": self >= Role.MAINTAIN,
            "push": self >= Role.WRITE,
            "triage": self >= Role.TRIAGE,
            "pull": self >= Role.READ,
        }


#: As GitHub's API names them where a role is given.
ROLES = {
    "pull": Role.READ,
    "triage": Role.TRIAGE,
    "push": Role.WRITE,
    "maintain": Role.MAINTAIN,
    "admin": Role.ADMIN,
}


class Kind(StrEnum):
    """What a token is."""

    CLASSIC = "classic"
    FINE_GRAINED = "fine-grained"
    ACTIONS = "actions"  # of a workflow's run: the installation of an App of GitHub's own
    INSTALLATION = "installation"

    @property
    def integration(self) -> bool:
        return self in {Kind.ACTIONS, Kind.INSTALLATION}


@dataclass
class Token:
    """Something that is sent as `Authorization`."""

    value: str
    login: str
    kind: Kind = Kind.CLASSIC
    scopes: tuple[str, ...] = ("repo",)  # of a classic one
    permissions: Mapping[str, str] = field(default_factory=dict)  # of all others: {"issues": "write"}
    repositories: frozenset[str] | None = None  # lower-case full names that it is good for; None: all of its account
    expires: float | None = None  # seconds since 1970
    hourly: int = 5_000
    authorised: bool = True  # False: the organisation asks for single sign-on first
    installation: int | None = None

    def may(self, permission: str, *, write: bool) -> bool:
        """Whether the token itself allows this; what its owner may do is another question."""
        if self.kind is Kind.CLASSIC:
            return bool({"repo", "public_repo"} & set(self.scopes)) or not write
        granted = self.permissions.get(permission, "")
        return granted in ({"write", "admin"} if write else {"read", "write", "admin"}) or permission == "metadata"

    @property
    def quota(self) -> str:
        """Whose hourly quota it uses up: all tokens of a person share one."""
        return f"installation {self.installation}" if self.installation is not None else f"{self.login} {self.hourly}"


@dataclass(frozen=True)
class App:
    """A GitHub App, installed on one account."""

    app_id: int
    slug: str
    private_key: str
    installation: int
    permissions: Mapping[str, str]

    @property
    def login(self) -> str:
        return f"{self.slug}[bot]"


@dataclass
class Caller:
    """Who sends a request, and with what."""

    login: str = ""  # "" is nobody
    token: Token | None = None
    app: App | None = None  # with a signed claim instead of a token

    @property
    def integration(self) -> bool:
        return self.token is not None and self.token.kind.integration
