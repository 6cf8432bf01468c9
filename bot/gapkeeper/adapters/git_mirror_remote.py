"""Where a mirror is fetched from: what may be named, how a secret gets there, and what failures mean.

A secret is handed to git in its environment, as a header for one address. It stands in no file, in no argument and in
no address, and redirects are not followed: they would take it to another host.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlsplit

from gapkeeper.adapters.git_remote import SPEAKING, SPOKEN, Remote, complaint_of
from gapkeeper.adapters.git_watched import MEMORY
from gapkeeper.errors import (
    ConfigurationError,
    DocumentsError,
    GapkeeperError,
    NotAuthorisedError,
    NotFoundError,
    RateLimitedError,
    UnavailableError,
)

_WEB = ("https", "http")
_HOST_AND_PATH = re.compile(r"(?:[\w.][\w.-]*@)?[\w.][\w.-]*:")  # git@host:owner/name.git
_SHOWN = 300  # letters of what git says
_ELSEWHERE = "Secrets belong into the environment: GAPKEEPER_GITHUB_TOKEN, GAPKEEPER_GITLAB_TOKEN, or a key of ssh."
_CAREFUL = {
    "protocol.ext.allow": "never",
    "http.followRedirects": "false",
    "http.lowSpeedLimit": "1",  # bytes a second; less for so many seconds ends a git that nobody waits for any more
    "http.lowSpeedTime": "300",
}
#: Nothing that asks people for a password is run.
SILENT = {"GIT_ASKPASS": "", "SSH_ASKPASS_REQUIRE": "never"}


@dataclass(frozen=True, slots=True)
class GitAccess:
    """Where git fetches from, and as whom."""

    url: str
    header: str | None = field(default=None, repr=False)  # the value of `Authorization`, a secret; of https and http


class MovedError(NotFoundError):
    """The repository has another address now; the forge knows which."""


class MissingRefError(NotFoundError):
    """The repository is there, and has no such branch or pull request."""

    def __init__(self, message: str, ref: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.ref = ref


class ForeignHashError(DocumentsError):
    """The repository names its commits by the other hash: SHA-1 and SHA-256 do not mix."""


def check_address(url: str) -> None:
    """Raise `ConfigurationError` where an address holds a secret, would run a program, or is none."""
    scheme, has_scheme, _ = url.partition("://")
    if not url.isprintable() or not url.strip() or url.startswith("-") or "::" in url.partition("/")[0]:
        raise _no_address(f"{plain(url)!r} is no address that git may fetch from")
    if not has_scheme:
        if re.match(r"[^/]*:[^/]*@", url):
            raise ConfigurationError("there is a password in the address of a repository", hint=_ELSEWHERE)
        if not url.startswith("/") and not _HOST_AND_PATH.match(url):
            raise _no_address(f"{plain(url)!r} is no address that git may fetch from")
        return
    if scheme not in SPOKEN:
        raise _no_address(f"{scheme}:// is nothing that git may fetch from")
    user = url[len(scheme) + 3 :].partition("/")[0].rpartition("@")[0]
    if ":" in user or (user and scheme in _WEB):
        raise ConfigurationError(f"there is a user or a password in {plain(url)}", hint=_ELSEWHERE)
    if scheme in _WEB and re.search(r"[?#]", url):
        raise ConfigurationError(f"there is more than an address in {plain(url)}", hint=_ELSEWHERE)
    try:
        named = urlsplit(url)
        there = scheme == "file" or (named.hostname and not named.hostname.startswith("-") and named.port != 0)
    except ValueError:
        there = False
    if not there:
        raise _no_address(f"{plain(url)!r} names no host")


def remote_for(access: GitAccess) -> Remote:
    """The remote, to run git with.

    Raises `ConfigurationError`, see `check_address`.
    """
    check_address(access.url)
    settings = {**SPEAKING, **_CAREFUL}
    if urlsplit(access.url).scheme in _WEB:
        here = f"http.{access.url}"
        settings[f"{here}.followRedirects"] = "false"
        if access.header is not None:
            # Who runs this may have headers and cookies of their own: of those none says who we are. (To git the first
            # two are one name.)
            settings |= {f"{here}.extraheader": "", f"{here}.extraHeader": f"Authorization: {access.header}"}
            settings |= {f"{here}.cookieFile": "", "credential.helper": ""}
    return Remote(access.url, settings)


class _Meaning(NamedTuple):
    """What git's words mean."""

    said: str  # a pattern
    kind: type[GapkeeperError]
    hint: str


#: What to do where a remote does not answer.
NETWORK = "It is tried again; where that does not help, see that the host can be reached from here."
_RIGHTS = (
    "See that the token is valid and may read the repository: Contents: read on GitHub, read_repository on GitLab."
)
#: What git says where memory is short, or was.
OUT_OF_MEMORY = r"[Oo]ut of memory|Cannot allocate memory|unable to create thread|died of signal 9"
#: What to do there.
LESS = (
    f"Git may take {MEMORY / 1_000_000_000:g} GB, and no more than the machine has: look for very large files in the "
    "history, and where nobody needs them, have them taken out."
)
_GONE = "It was deleted or renamed, its address is misspelt, or the token may not see it."
_MEANINGS = (
    _Meaning(r"returned error: 30\d", MovedError, "See its address on the forge, and name the new one."),
    _Meaning(r"returned error: 429|[Rr]ate limit", RateLimitedError, NETWORK),
    _Meaning(r"returned error: 40[13]|Authentication failed|could not read (?:User|Pass)", NotAuthorisedError, _RIGHTS),
    _Meaning(
        r"Permission denied \(|Host key verification|Load key ",
        NotAuthorisedError,
        "The account that runs this needs a key of ssh that the host takes, and the host in its known_hosts.",
    ),
    _Meaning(r"dubious ownership", DocumentsError, "If you trust it: git config --global --add safe.directory PATH"),
    _Meaning(
        r"returned error: 4(?:04|10)|[Rr]epository .*not found|does not appear to be a git repository"
        r"|not a git repository|no such repository|could not be found",
        NotFoundError,
        _GONE,
    ),
    _Meaning(r"fsck error", DocumentsError, "Look with `git fsck` in a clone; an object there is not as it should be."),
    _Meaning(OUT_OF_MEMORY, DocumentsError, LESS),
    _Meaning(r"No space left|Disk quota|[Rr]ead-only file", UnavailableError, "Make room where the mirrors are."),
    _Meaning(
        r"unable to (?:access|look up|connect)|returned error|Could not (?:resolve|read from remote)|[Cc]onnection|SSL"
        r"|early EOF|hung up|timed out|RPC failed|unexpected disconnect|bad line length|expected flush|remote error"
        r"|invalid server response|protocol error|is this a git repository",
        UnavailableError,
        NETWORK,
    ),
)


def failure_of(access: GitAccess, stderr: bytes) -> GapkeeperError | None:
    """The error that a failed git means; None where it is none of the remote's, so far as is known."""
    text = os.fsdecode(stderr)
    where = plain(access.url)
    lacking = re.search(r"couldn't find remote ref (\S+)", text)
    if lacking:
        hint = "It was deleted, or renamed; see the branches and pull requests there."
        return MissingRefError(f"{where} has no {plain(lacking[1])}", lacking[1], hint=hint)
    if "mismatched algorithms" in text:
        return ForeignHashError(f"{where} has another hash", hint="Its mirror has to be made anew.")
    for meaning in _MEANINGS:
        if re.search(meaning.said, text):
            return meaning.kind(f"{where} cannot be fetched: {complaint(access, stderr)}", hint=meaning.hint)
    return None


def complaint(access: GitAccess, stderr: bytes) -> str:
    """What git says of a remote: one line for people, without secrets."""
    lines = [line for line in stderr.splitlines() if line.strip()] or [b""]
    fatal = next((place for place, line in enumerate(lines) if line.startswith(b"fatal: ")), 0)
    if lines[fatal].endswith(b"Could not read from remote repository."):
        fatal = max(0, fatal - 1)  # ssh has said why
    said = complaint_of(lines[fatal])
    if "terminal prompts disabled" in said:
        said = "the server wants a token" if access.header is None else "the server does not take our token"
    told = next((line for line in lines[:fatal] if line.startswith(b"remote: ")), None)
    if told is not None:
        said += f" ({complaint_of(told)})"
    for secret in _secrets(access.header):
        said = said.replace(secret, "***")
    return said[:_SHOWN]


def _secrets(header: str | None) -> list[str]:
    """What a server could have said back to us."""
    words = (header or "").split()[1:]
    for word in tuple(words):
        try:
            words.append(base64.b64decode(word, validate=True).decode().rpartition(":")[2])
        except (binascii.Error, UnicodeDecodeError):
            continue
    return [word for word in words if word]


def plain(text: str) -> str:
    """What may be shown of an address: no user, no password, no query."""
    shown = complaint_of(os.fsencode(text))
    return re.split(r"[?#]", shown, maxsplit=1)[0][:_SHOWN]


def _no_address(message: str) -> ConfigurationError:
    return ConfigurationError(message, hint="Write https://host/owner/name.git, an address of ssh, or /a/path.")
