"""Where git fetches a project's documents from, and as whom: by default from its forge, by the token of its issues."""

from __future__ import annotations

import base64
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol

from gapkeeper.adapters.git_mirror import GitAccess
from gapkeeper.adapters.git_mirror_remote import check_address
from gapkeeper.adapters.http.host import Host
from gapkeeper.errors import ConfigurationError, UnavailableError
from gapkeeper.settings.operator import load_operator

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

_TO_FETCH = {"metadata": "read", "contents": "read"}  # what a GitHub App asks for
_BEARER = "Bearer "


class _Auth(Protocol):
    def header(self) -> str | None:
        """The value of `Authorization` for the API."""


class _Project(Protocol):
    @property
    def full_name(self) -> str:
        """Its name now."""


class _Session(Protocol):
    @property
    def auth(self) -> _Auth:
        """Who we are."""

    def ask_again(self) -> _Project:
        """The project as it is now."""


class _Forge(NamedTuple):
    """A project on a forge, as git sees it."""

    web: str  # where its git is: https://github.com
    name: str | None  # owner/name; None: its number is all that is known
    user: str  # beside a token that is a password
    open_session: Callable[[], AbstractContextManager[_Session]]


class ForgeAccess:
    """Tells where to fetch from, each time that it is called; the token shows in no representation."""

    def __init__(self, forge: _Forge, url: str) -> None:
        """``url`` is the operator's own address; empty: the forge's."""
        self._forge = forge
        self._url = url
        self._name = forge.name

    def __call__(self) -> GitAccess:
        """Where, and as whom, now.

        Raises:
            NotAuthorisedError: There is no token, or an App that is not installed.
            TrackerError: The forge could not be asked for an App's token, or for a name.
        """
        url = self._url or f"{self._forge.web}/{self._name or self._asked()}.git"
        return GitAccess(url, self._authorisation() if _is_there(url, self._forge.web) else None)

    def look_again(self) -> bool:
        """After a `MovedError`: ask the forge what the project is called now; whether that is another name.

        An address of the operator's own stays as it is.
        """
        return not self._url and self._name != self._asked()

    def _asked(self) -> str:
        with self._forge.open_session() as session:
            self._name = session.ask_again().full_name
        return self._name

    def _authorisation(self) -> str | None:
        with self._forge.open_session() as session:  # an App's token is kept by the process, and others cost nothing
            token = (session.auth.header() or "").removeprefix(_BEARER)
        return f"Basic {base64.b64encode(f'{self._forge.user}:{token}'.encode()).decode('ascii')}"


def git_access(tracker_url: str, git_url: str = "") -> ForgeAccess:
    """Where a tracker's project is fetched from. The token goes to the forge's own host and to no other.

    Raises:
        ConfigurationError: The operator's address holds a secret, runs a program, or is none.
        UsageError: The tracker is no project on the operator's forges.
    """
    if git_url:
        check_address(git_url)
    return ForgeAccess(_forge(tracker_url), git_url)


def _forge(tracker_url: str) -> _Forge:
    from gapkeeper.wiring import github, gitlab  # noqa: PLC0415 - each is loaded where it is needed

    operator = load_operator()
    if github.is_github(tracker_url):
        from gapkeeper.adapters.github.address import read_address, web_address  # noqa: PLC0415

        project = read_address(tracker_url, operator.github_url).project
        open_ = partial(github.open_session, tracker_url, None, read_only=True, permissions=_TO_FETCH)
        return _Forge(web_address(operator.github_url), project, "x-access-token", open_)
    if gitlab.is_gitlab(tracker_url):
        from gapkeeper.adapters.gitlab import address  # noqa: PLC0415

        named = address.read_address(tracker_url, operator.gitlab_url).project
        open_there = partial(gitlab.open_session, tracker_url, None, read_only=True)
        return _Forge(operator.gitlab_url, None if named.isdecimal() else named, "oauth2", open_there)
    raise ConfigurationError(
        f"{tracker_url} is on no forge that documents could be fetched from",
        hint="Name github:owner/name or gitlab:group/name.",
    )


def _is_there(url: str, web: str) -> bool:
    """Whether an address is on the forge's own host, by the same scheme and port."""
    if not url.startswith(("https://", "http://")):
        return False
    try:
        Host(web).address(url)
    except UnavailableError:
        return False
    return True
