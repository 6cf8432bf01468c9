"""A project on GitHub as one run knows it: who we are, what it is called now, what it has."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from gapkeeper.adapters.forge.session import ForgeSession
from gapkeeper.adapters.github.address import Address
from gapkeeper.errors import NotAuthorisedError, NotFoundError, UnavailableError

if TYPE_CHECKING:
    import datetime as dt

    from gapkeeper.adapters.http.answer import Json
    from gapkeeper.adapters.http.client import Client


_SCOPES = "x-oauth-scopes"  # a header of answers to classic tokens
_WRITING = frozenset({"repo", "public_repo"})


class Auth(Protocol):
    """A way to prove who we are."""

    @property
    def key(self) -> str:
        """Names the account for what is kept between runs, and tells nothing secret."""

    def header(self) -> str | None:
        """The value of `Authorization`, renewed where it would end soon."""

    def account(self, client: Client) -> str:
        """Our name there."""

    def close(self) -> None:
        """Close connections."""


@dataclass(frozen=True, slots=True)
class Project:
    """What GitHub says of a project."""

    id: int
    full_name: str  # owner/name as it is called now
    default_branch: str
    archived: bool
    has_issues: bool
    may_push: bool | None  # whether our account may write; None: GitHub does not say
    url: str  # for browsers


class Session(ForgeSession[Address, Auth, Project]):
    """One project, one authorisation, one run."""

    def is_here(self, repository_url: object) -> bool:
        """Whether an issue is one of this project, by where it says that it is: it may have been transferred."""
        return self._is_named(repository_url) or self._is_named_now(repository_url)

    def _is_named(self, repository_url: object) -> bool:
        if not isinstance(repository_url, str):
            return True
        return repository_url.casefold().endswith(f"/repos/{self.project.full_name}".casefold())

    def _is_named_now(self, repository_url: object) -> bool:
        self.ask_again()  # it may have been renamed meanwhile
        return self._is_named(repository_url)

    def _read_project(self, within: dt.timedelta | None) -> Project:
        try:
            data = self.client.get(f"/repos/{self.address.project}", within=within).data
        except NotFoundError as error:
            raise NotAuthorisedError(
                f"{self.address.url}: there is no such project, or the token may not see it",
                hint="See the spelling. A fine-grained token has to name the project, and an App has to be installed "
                "on it; GitHub answers 404 to both.",
            ) from error
        try:
            permissions = data.get("permissions") or {}
            return Project(
                id=int(data["id"]),
                full_name=str(data["full_name"]),
                default_branch=str(data["default_branch"]),
                archived=bool(data.get("archived")),
                has_issues=data.get("has_issues") is not False,
                may_push=permissions.get("push"),
                url=str(data["html_url"]),
            )
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            raise UnavailableError(f"{self.address.url}: the answer is no project") from error

    @cached_property
    def account(self) -> str:
        """Our name."""
        return self.auth.account(self.client)

    def close(self) -> None:
        """Close connections, and what is kept."""
        self.auth.close()
        super().close()

    def write(self, method: str, rest: str, body: Json = None, *, creates: str | None = None) -> Json:
        """What `Client.write` is answered, below the project.

        Raises `NotAuthorisedError` also for the 404 by which GitHub tells a token that its scopes do not suffice.
        """
        try:
            return self.client.write(method, self.path(rest), body, creates=creates).data
        except NotFoundError as error:
            scopes = self.client.headers_seen.get(_SCOPES)
            if scopes is None or _WRITING & {scope.strip() for scope in scopes.split(",")}:
                raise
            raise NotAuthorisedError(
                error.message,
                hint="The token may not write: give it the scope repo (its settings: Edit, Select scopes).",
            ) from error

    def path(self, rest: str) -> str:
        """A path below the project."""
        return f"/repos/{self.project.full_name}{rest}"
