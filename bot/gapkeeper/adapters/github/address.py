"""Which project a tracker's URL names, and where the API of its host is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from gapkeeper.errors import UsageError

_SCHEME = "github:"
_PROJECT = re.compile(r"(?P<owner>[A-Za-z0-9][A-Za-z0-9-]*(?:_[A-Za-z0-9]+)?)/(?P<name>[A-Za-z0-9._-]+)")
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Address:
    """One project on GitHub."""

    url: str  # as it was named
    api: str  # https://api.github.com
    graphql: str  # https://api.github.com/graphql
    owner: str
    name: str

    @property
    def project(self) -> str:
        """Owner and name."""
        return f"{self.owner}/{self.name}"

    @property
    def public(self) -> bool:
        """Whether GitHub runs it, and its limits hold; an own server says its limits itself."""
        host = urlsplit(self.api).hostname or ""
        return host == "api.github.com" or host.endswith(".ghe.com")


def read_address(url: str, github: str) -> Address:
    """The project that a tracker's URL names.

    Args:
        url: `github:owner/name`, or the project's address in a browser.
        github: The operator's GitHub, the one host that the token is sent to: `https://github.com`.

    Raises `UsageError` where it names none, or one on another host.
    """
    path = url.removeprefix(_SCHEME)
    if path == url:
        named, ours = urlsplit(url), urlsplit(github)
        if (named.scheme, named.netloc.casefold()) != (ours.scheme, ours.netloc.casefold()):
            raise UsageError(
                f"{url} is not on {github}, the one host that the token for GitHub goes to",
                hint="Write github:owner/name, or set GAPKEEPER_GITHUB_URL to the host.",
            )
        path = named.path.strip("/").removesuffix(".git")
    match = _PROJECT.fullmatch(path)
    if match is None or match["name"] in {".", ".."}:
        raise UsageError(f"{url} names no project on GitHub", hint="Write github:owner/name.")
    api = api_address(github)
    return Address(url, api, graphql_address(api), match["owner"], match["name"])


def api_address(github: str) -> str:
    """Where the API of a GitHub is. An address with a path, and one on this machine, is that of the API itself."""
    parts = urlsplit(github)
    host = (parts.hostname or "").casefold()
    if host in {"github.com", "www.github.com"}:
        return "https://api.github.com"
    if parts.path.strip("/") or host in _HERE or host.startswith("api."):
        return github.rstrip("/")
    if host.endswith(".ghe.com"):
        return f"{parts.scheme}://api.{parts.netloc}"
    return f"{parts.scheme}://{parts.netloc}/api/v3"


def web_address(github: str) -> str:
    """Where browsers and git find the projects of a GitHub."""
    parts = urlsplit(github)
    host = parts.netloc.casefold().removeprefix("api.").removeprefix("www.")
    return f"{parts.scheme}://{host}"


def graphql_address(api: str) -> str:
    """Where GraphQL is: beside the API's version on a server of one's own, else below it."""
    return f"{api.removesuffix('/v3')}/graphql"
