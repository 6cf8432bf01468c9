"""GitLab as a counterpart of the contract suite: the tracker that is shipped, on the GitLab for tests."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from gapkeeper.model.snapshot import Role
from gitlab_counterpart.seed import OWNER, US, token_of
from gitlab_counterpart.world import Role as There
from opening import opening

if TYPE_CHECKING:
    from pathlib import Path

    from gapkeeper.ports import Tracker, TrackerReader
    from gitlab_counterpart.gitlab import GitLab

#: Whoever may close an issue of others and not write to the repository reports there.
_ROLES = {Role.WRITE: There.DEVELOPER, Role.READ: There.REPORTER, Role.BOT: There.REPORTER}


class OnGitLab:
    """A project on GitLab."""

    abilities = frozenset({"others", "delete", "lock", "record"})
    assignee = OWNER

    def __init__(self, gitlab: GitLab, folder: Path) -> None:
        self._gitlab = gitlab
        self._opened = contextlib.ExitStack()
        self._start = self._opened.enter_context(opening(folder))
        self._locked = False
        gitlab.limits.enforced = False  # nothing is paced here
        self._own = self._open(US)
        self.capabilities = self._own.capabilities

    def open(self) -> Tracker:
        return self._own

    def open_reader(self) -> TrackerReader:
        return self._open(US, read_only=True)

    def open_as(self, name: str, role: Role) -> Tracker:
        # Every member comments on what is locked: whoever may not is none.
        there = There.NONE if self._locked and role is not Role.WRITE else _ROLES[role]
        self._gitlab.grant(name, there)
        self._gitlab.people[name.lower()].bot = role is Role.BOT
        return self._open(name)

    def delete(self, number: int) -> None:
        self._gitlab.act(OWNER, "DELETE", f"/issues/{number}")

    def lock(self, number: int) -> None:
        self._locked = True
        self._gitlab.act(OWNER, "PUT", f"/issues/{number}", {"discussion_locked": True})

    def record(self) -> object:
        project = self._gitlab.project
        issues = [
            (one.iid, one.title, one.description, one.state, tuple(one.labels), one.milestone, tuple(one.assignees))
            for one in project.issues.values()
        ]
        moments = [(one.changed, one.locked, len(one.notes), len(one.events)) for one in project.issues.values()]
        links = [(link.source.iid, link.target.iid, link.type) for link in project.links]
        return issues, moments, links, sorted(project.labels), sorted(project.milestones)

    def close(self) -> None:
        self._opened.close()

    def _open(self, login: str, *, read_only: bool = False) -> Tracker:
        return self._start(self._gitlab, token_of(login), read_only=read_only)
