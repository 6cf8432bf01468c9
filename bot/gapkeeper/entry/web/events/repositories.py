"""The configured repositories, as events find them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gapkeeper.model.jobs import Job, JobKind, Known

if TYPE_CHECKING:
    from collections.abc import Iterable


class NotKeptError(Exception):
    """An event is of a repository that is not configured."""


@dataclass(frozen=True, slots=True)
class Configured:
    """One of them."""

    name: str  # in the operator's configuration
    forge: str  # "github", "gitlab"
    project: str  # what its tracker's address names: "harbour/pier", "group/sub/name", or GitLab's number
    pulls: bool = True  # whether pull requests are commented on
    known: Known = field(default_factory=Known)

    def is_ours(self, account: str | None) -> bool:
        """Whether that is our own account there."""
        return account is not None and self.known.account is not None and _same(account) == _same(self.known.account)

    def reconcile(self) -> tuple[Job, ...]:
        """What brings it in step."""
        return (Job(JobKind.RECONCILE, self.name),)

    def review(self, pull: int | None) -> tuple[Job, ...]:
        """What comments on a pull request, where that is wanted."""
        return (Job(JobKind.REVIEW, self.name, pull),) if pull is not None and self.pulls else ()


class Repositories:
    """All of them. A value: what is learned of one makes a new one."""

    def __init__(self, configured: Iterable[Configured] = ()) -> None:
        """Of two with the same project, the first is found."""
        self._all = tuple(configured)
        self._by_id: dict[tuple[str, str], Configured] = {}
        self._by_project: dict[tuple[str, str], Configured] = {}
        for one in self._all:
            if one.known.project_id is not None:
                self._by_id.setdefault((one.forge, one.known.project_id), one)
            self._by_project.setdefault((one.forge, _same(one.project)), one)

    def find(self, forge: str, id_: int | None, *names: str | None) -> Configured | None:
        """The one with the forge's number, which stays when the project is renamed; else with one of the names."""
        keys = [(forge, _same(name)) for name in (*names, None if id_ is None else str(id_)) if name is not None]
        by_id = self._by_id.get((forge, str(id_)))
        return by_id or next((self._by_project[key] for key in keys if key in self._by_project), None)

    def of_owner(self, forge: str, owner: str) -> tuple[Configured, ...]:
        """All that an account or a group has directly."""
        return tuple(
            one for one in self._all if one.forge == forge and _same(one.project.rpartition("/")[0]) == _same(owner)
        )


def _same(name: str) -> str:
    """What names have in common that forges take for the same."""
    return name.casefold()
