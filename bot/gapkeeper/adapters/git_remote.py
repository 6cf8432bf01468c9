"""Asking the remote that a folder was cloned from, once, without fetching anything.

The question is asked outside of the repository, so that nothing that its configuration names is run; of that, only
headers for web addresses are taken along, which is how a job of CI carries its token.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from typing import TYPE_CHECKING

from gapkeeper.adapters import git_command
from gapkeeper.adapters.git import origin
from gapkeeper.errors import UnavailableError

if TYPE_CHECKING:
    from pathlib import Path

_USER = re.compile(r"//[^/\s'\"]*@")  # and perhaps a password
_SECONDS = 60
_ALLOWED = ("https", "http", "ssh", "git", "file")


def newest(folder: Path, branch: str) -> str | None:
    """The commit of a branch at the remote; None where there is no remote, or it has no such branch.

    Raises `UnavailableError` where the remote does not answer: that it could not be asked is no answer.
    """
    url = origin(folder)
    if url is None:
        return None
    if url.startswith("-") or "::" in url.partition("/")[0]:
        raise _unanswered("its address runs a program")
    if not url.startswith("/") and "://" not in url and ":" not in url:
        url = str(folder / url)  # a folder, named from the repository
    settings = {f"protocol.{name}.allow": "always" for name in _ALLOWED} | _headers(folder)
    with tempfile.TemporaryDirectory() as nowhere:
        command = ["git", "-c", "protocol.allow=never", "ls-remote", "--quiet", "--", url, f"refs/heads/{branch}"]
        environment = {**git_command.environment(settings), "GIT_CEILING_DIRECTORIES": nowhere}
        try:
            answer = subprocess.run(  # noqa: S603 - no shell, and what is not ours stands behind --
                command, cwd=nowhere, env=environment, capture_output=True, check=False, timeout=_SECONDS
            )
        except subprocess.TimeoutExpired as error:
            raise _unanswered(f"no answer in {_SECONDS} seconds") from error
    if answer.returncode != 0:
        lines = os.fsdecode(answer.stderr).strip().splitlines() or [""]
        said = _USER.sub("//", lines[0].removeprefix("fatal: "))
        raise _unanswered("".join(letter for letter in said if letter.isprintable()))
    for line in os.fsdecode(answer.stdout).splitlines():
        commit, _, name = line.partition("\t")
        if name == f"refs/heads/{branch}":
            return commit
    return None


def _headers(folder: Path) -> dict[str, str]:
    answer = git_command.run(folder, "config", "--local", "-z", "--get-regexp", r"^http\..*\.extraheader$")
    fields = (os.fsdecode(field).partition("\n") for field in answer.stdout.split(b"\0") if field)
    return {name: value for name, _, value in fields}


def _unanswered(why: str) -> UnavailableError:
    return UnavailableError(
        f"the remote cannot be asked whether this clone is behind: {why}",
        hint="See that `git ls-remote origin` works without a question, or take the remote away: git remote remove.",
    )
