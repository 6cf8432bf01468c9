"""Which project a tracker's URL names, and where the API of its host is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from gapkeeper.errors import UsageError

_SCHEME = "gitlab:"
_PART = r"[A-Za-z0-9_][A-Za-z0-9_.-]*"
_PROJECT = re.compile(rf"{_PART}(?:/{_PART})+|[1-9][0-9]*")
_PAGE = "/-/"  # what follows is a page of the project: `/-/issues`


@dataclass(frozen=True, slots=True)
class Address:
    """One project on GitLab."""

    url: str  # as it was named
    api: str  # https://gitlab.com/api/v4
    project: str  # group/sub/name, or its number

    @property
    def public(self) -> bool:
        """Whether it is on gitlab.com, whose limits are known; an own server says its limits itself."""
        return urlsplit(self.api).hostname == "gitlab.com"

    @property
    def path(self) -> str:
        """Where the API has it, by the name it was given: `/projects/group%2Fsub%2Fname`."""
        return f"/projects/{quote(self.project, safe='')}"


def read_address(url: str, gitlab: str) -> Address:
    """The project that a tracker's URL names.

    Args:
        url: `gitlab:group/sub/name`, `gitlab:` and the project's number, or its address in a browser.
        gitlab: The operator's GitLab, the one host that the token is sent to: `https://gitlab.com`, or where an
            installation has a path of its own `https://example.org/gitlab`.

    Raises `UsageError` where it names none, or one on another host.
    """
    path = url.removeprefix(_SCHEME)
    if path == url:
        if not _is_below(url, gitlab):
            raise UsageError(
                f"{url} is not on {gitlab}, the one host that the token for GitLab goes to",
                hint="Write gitlab:group/name, or set GAPKEEPER_GITLAB_URL to the host.",
            )
        path = urlsplit(url).path.removeprefix(urlsplit(gitlab).path.rstrip("/"))
        path = path.partition(_PAGE)[0].strip("/").removesuffix(".git")
    if _PROJECT.fullmatch(path) is None:
        raise UsageError(f"{url} names no project on GitLab", hint="Write gitlab:group/name, or gitlab:group/sub/name.")
    return Address(url, f"{gitlab.rstrip('/')}/api/v4", path)


def is_gitlab_address(url: str, gitlab: str) -> bool:
    """Whether a tracker's URL names a project there, by its scheme or by its host."""
    return url.startswith(_SCHEME) or _is_below(url, gitlab)


class _Place(NamedTuple):
    """Where something is, so that letters of a host do not matter."""

    scheme: str
    host: str
    path: str


def _place(url: str) -> _Place:
    parts = urlsplit(url)
    return _Place(parts.scheme, parts.netloc.casefold(), f"{parts.path.rstrip('/')}/")


def _is_below(url: str, gitlab: str) -> bool:
    here, there = _place(url), _place(gitlab)
    return here[:2] == there[:2] and here.path.startswith(there.path)
