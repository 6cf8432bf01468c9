"""A project on GitLab as one run knows it: who we are, what it is called now, what it has."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from gapkeeper.adapters.forge.obstacles import archived
from gapkeeper.adapters.forge.session import ForgeSession
from gapkeeper.adapters.gitlab.address import Address
from gapkeeper.adapters.gitlab.explain import NO_PROJECT, ProjectGoneError
from gapkeeper.adapters.gitlab.token import TokenAuth
from gapkeeper.adapters.http.client import BELIEVED
from gapkeeper.errors import NotAuthorisedError, NotFoundError, TrackerError, UnavailableError

if TYPE_CHECKING:
    from gapkeeper.adapters.http.answer import Json

#: Access levels, as GitLab numbers them.
PLANNER, DEVELOPER = 15, 30
#: So long it is believed who may see what, before something is shown: a project can be opened at any time.
_JUST_NOW = dt.timedelta(minutes=1)
#: Who may see a project, from few to all.
_AUDIENCES = {"private": 0, "internal": 1, "public": 2}
#: A part of a project that is for its members alone is less public than any project that others see.
_MEMBERS = -1


@dataclass(frozen=True, slots=True)
class Project:
    """What GitLab says of a project."""

    id: int
    full_name: str  # group/sub/name as it is called now
    default_branch: str  # empty: there is no commit yet
    archived: bool
    has_issues: bool
    has_repository: bool
    access_level: int | None  # of our account; None: GitLab does not say (an administrator, a shared group)
    url: str  # for browsers
    issues_are_more_public: bool  # than the repository
    premium: bool  # whether it has the features of a tier that is paid for


class Session(ForgeSession[Address, TokenAuth, Project]):
    """One project, one authorisation, one run."""

    def look_again(self) -> Project:
        """The project as it was a moment ago, where more depends on it than what is believed for a day."""
        self.project = self._read_project(_JUST_NOW)
        return self.project

    @cached_property
    def issues_are_more_public(self) -> bool:
        """Whether more people see the project's issues than its repository, as it is now."""
        return self.look_again().issues_are_more_public

    @cached_property
    def account(self) -> str:
        """Our name: that of a person, or of the bot that a project's or group's token acts as."""
        data = self.client.get("/user", within=BELIEVED).data
        name = data.get("username") if isinstance(data, dict) else None
        if not isinstance(name, str) or not name:
            raise UnavailableError("GitLab does not say whose token this is")
        return name

    def path(self, rest: str) -> str:
        """A path below the project, by its number: that stays when it is moved."""
        return f"/projects/{self.project.id}{rest}"

    def write(self, method: str, rest: str, body: Json = None, *, creates: str | None = None) -> Json:
        """What `Client.write` is answered, below the project.

        Raises `NotAuthorisedError` that says so also where the project is archived: GitLab only says that it is
        forbidden, as where a role is missing.
        """
        try:
            return self.client.write(method, self.path(rest), body, creates=creates).data
        except NotAuthorisedError as error:
            if self._was_archived():
                raise archived(self.address.url) from error
            raise

    def _was_archived(self) -> bool:
        try:
            return self.ask_again().archived
        except TrackerError:  # what was said first says more
            return False

    def _read_project(self, within: dt.timedelta | None) -> Project:
        try:
            data = self.client.get(self.address.path, within=within).data
        except (NotFoundError, ProjectGoneError) as error:
            raise ProjectGoneError(
                f"{self.address.url}: there is no such project, or the token may not see it", hint=NO_PROJECT
            ) from error
        try:
            return _project(data)
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            raise UnavailableError(f"{self.address.url}: the answer is no project") from error


def _project(data: Json) -> Project:
    return Project(
        id=int(data["id"]),
        full_name=str(data["path_with_namespace"]),
        default_branch=str(data.get("default_branch") or ""),
        archived=bool(data.get("archived")),
        has_issues=data.get("issues_enabled") is not False and data.get("issues_access_level") != "disabled",
        has_repository=data.get("repository_access_level") != "disabled",
        access_level=_access_level(data.get("permissions") or {}),
        url=str(data["web_url"]),
        # Told where there are such features, and nowhere else.
        premium="approvals_before_merge" in data or "mirror" in data,
        issues_are_more_public=_audience(data, "issues") > _audience(data, "repository"),
    )


def _access_level(permissions: Json) -> int | None:
    """The higher one of what the project and what its group gives."""
    given = (permissions.get(name) or {} for name in ("project_access", "group_access"))
    levels = [int(one["access_level"]) for one in given if one.get("access_level") is not None]
    return max(levels, default=None)


def _audience(data: Json, part: str) -> int:
    """Who sees a part of a project; what GitLab does not say is as public as the project."""
    level = data.get(f"{part}_access_level")
    if level in {"private", "disabled"}:
        return _MEMBERS
    return _AUDIENCES.get(str(data.get("visibility")), 0)
