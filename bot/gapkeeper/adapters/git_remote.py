"""Asking the remote that a folder was cloned from.

Git is run outside of the repository for that, so that nothing that its configuration names is run; of that, only
headers for web addresses are taken along, which is how a job of CI carries its token.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.adapters import git_command
from gapkeeper.adapters.git import origin
from gapkeeper.adapters.git_watched import Watch, watched
from gapkeeper.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gapkeeper.adapters.git_watched import Ended

_USER = re.compile(r"//[^/\s'\"]*@")  # and perhaps a password
_SECONDS = 60
#: What may be spoken with a remote; nothing else is, which would run programs.
SPOKEN = ("https", "http", "ssh", "git", "file")
#: The same as settings of git.
SPEAKING: Mapping[str, str] = MappingProxyType({f"protocol.{name}.allow": "always" for name in SPOKEN})


class Remote(NamedTuple):
    """The remote that a clone was made from."""

    url: str
    settings: Mapping[str, str]  # for git: what may be spoken, and the headers of CI

    def run(
        self, place: str, *arguments: str, seconds: float, variables: Mapping[str, str] = git_command.NO_SETTINGS
    ) -> subprocess.CompletedProcess[bytes]:
        """Run git in a folder that is none of the repository's, with more variables, and end all of it when it is late.

        Raises `UnavailableError` when it is.
        """
        said: list[bytes] = []
        ended = self.watch(place, *arguments, watch=Watch(seconds, said.append), variables=variables)
        return subprocess.CompletedProcess(arguments, ended.code, b"".join(said), ended.complaint)

    def watch(
        self, place: str, *arguments: str, watch: Watch, variables: Mapping[str, str] = git_command.NO_SETTINGS
    ) -> Ended:
        """As `run`, without keeping what git answers.

        Raises `DocumentsError` where there is no git.
        """
        environment = {**git_command.environment(self.settings), "GIT_CEILING_DIRECTORIES": place, **variables}
        try:
            return watched(["git", "-c", "protocol.allow=never", *arguments], place, environment, watch)
        except FileNotFoundError as error:
            raise git_command.no_git() from error


def remote_of(folder: Path) -> Remote | None:
    """The remote of a clone; None where there is none.

    Raises `UnavailableError` where its address would run a program.
    """
    url = origin(folder)
    if url is None:
        return None
    if url.startswith("-") or "::" in url.partition("/")[0]:
        raise UnavailableError("its address runs a program")
    if not url.startswith("/") and "://" not in url and ":" not in url:
        url = str(folder.resolve() / url)  # a folder, named from the repository
    return Remote(url, {**SPEAKING, **_headers(folder)})


def newest(folder: Path, branch: str) -> str | None:
    """The commit of a branch at the remote; None where there is no remote, or it has no such branch.

    Raises `UnavailableError` where the remote does not answer: that it could not be asked is no answer.
    """
    try:
        remote = remote_of(folder)
        return None if remote is None else _newest(remote, f"refs/heads/{branch}")
    except UnavailableError as error:
        raise UnavailableError(
            f"the remote cannot be asked whether this clone is behind: {error.message}",
            hint="See that `git ls-remote origin` works without a question, or take the remote away: git remote "
            "remove.",
        ) from error


def _newest(remote: Remote, name: str) -> str | None:
    with tempfile.TemporaryDirectory() as nowhere:
        answer = remote.run(nowhere, "ls-remote", "--quiet", "--", remote.url, name, seconds=_SECONDS)
    if answer.returncode != 0:
        raise UnavailableError(complaint_of(answer.stderr))
    lines = (line.partition("\t") for line in os.fsdecode(answer.stdout).splitlines())
    return next((commit for commit, _, found in lines if found == name), None)


def complaint_of(stderr: bytes) -> str:
    """What git says of a remote, for people: one line, without names and passwords."""
    lines = os.fsdecode(stderr).strip().splitlines() or [""]
    said = _USER.sub("//", lines[0].removeprefix("fatal: "))
    return "".join(letter for letter in said if letter.isprintable())


def _headers(folder: Path) -> dict[str, str]:
    """Also those of a file that the configuration includes: newer versions of actions/checkout keep them there."""
    asked = ("--local", "--includes", "-z", "--get-regexp", r"^http\..*\.extraheader$")
    answer = git_command.run(folder, "config", *asked)
    fields = (os.fsdecode(field).partition("\n") for field in answer.stdout.split(b"\0") if field)
    return {name: value for name, _, value in fields}
