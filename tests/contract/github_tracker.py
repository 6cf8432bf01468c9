"""GitHub as a counterpart of the contract suite: the tracker that is shipped, on emulate behind the proxy."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

import pytest

from gapkeeper.model.snapshot import Role
from gapkeeper.wiring.github import open_github
from github_counterpart.accounts import Role as There
from github_counterpart.facts import facts
from github_counterpart.seed import FULL_NAME, OWNER, US, token_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gapkeeper.ports import Tracker, TrackerReader
    from github_counterpart.github import GitHub

URL = f"github:{FULL_NAME}"
#: Whoever may close an issue and not write has the role triage there: readers may not touch those of others.
_ROLES = {Role.WRITE: There.WRITE, Role.READ: There.TRIAGE, Role.BOT: There.TRIAGE}


class OnGitHub:
    """A repository on GitHub."""

    abilities = frozenset({"others", "delete", "lock", "record"})
    assignee = OWNER

    def __init__(self, github: GitHub, folder: Path) -> None:
        self._github = github
        self._folder = folder
        self._opened = contextlib.ExitStack()
        github.limits.enforced = False  # nothing is paced here, and one test makes more issues than an hour allows
        github.roles_are_public = True  # or others, who may not write, could not use what is made for writers
        self._own = self._open(US)
        self.capabilities = self._own.capabilities

    def open(self) -> Tracker:
        return self._own

    def open_reader(self) -> TrackerReader:
        return self._open(US, read_only=True)

    def open_as(self, name: str, role: Role) -> Tracker:
        self._github.grant(name, _ROLES[role])
        if role is Role.BOT:
            self._github.make_bot(name)
        return self._open(name)

    def delete(self, number: int) -> None:
        self._github.delete_issue(number)

    def lock(self, number: int) -> None:
        self._github.act(OWNER, "PUT", f"/issues/{number}/lock")

    def record(self) -> object:
        return facts(self._github, moments=True)

    def close(self) -> None:
        self._opened.close()

    def _open(self, login: str, *, read_only: bool = False) -> Tracker:
        folder = self._folder / f"{login}{'-reads' if read_only else ''}"
        folder.mkdir(exist_ok=True)
        with operator(self._github, token_of(login)):
            return self._opened.enter_context(open_github(URL, folder, read_only=read_only))


@contextlib.contextmanager
def operator(github: GitHub, token: str) -> Iterator[None]:
    """The settings of an operator whose GitHub this is."""
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith(("GAPKEEPER_", "GITHUB_")):
                patch.delenv(name)
        patch.setenv("GAPKEEPER_GITHUB_URL", github.url)
        patch.setenv("GAPKEEPER_GITHUB_TOKEN", token)
        patch.setenv("GAPKEEPER_GITHUB_SECONDS_BETWEEN_WRITES", "0")
        yield
