"""What the proxy knows of a repository and emulate does not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from github_counterpart.accounts import Role


@dataclass
class Event:
    """Something that happened to an issue or pull request."""

    number: int
    event: str  # closed, reopened, labeled, unlabeled, renamed, locked, assigned, milestoned, merged ...
    login: str
    at: str
    by_app: bool
    details: dict[str, Any] = field(default_factory=dict)


@dataclass
class Repository:
    """One repository."""

    id: int
    owner: str
    name: str
    private: bool
    roles: dict[str, Role]  # by login in lower case; everybody else may read what is public
    archived: bool = False
    has_issues: bool = True
    may_open_pulls: bool = True  # what the setting allows to workflows
    events: list[Event] = field(default_factory=list)
    blocked_by: dict[int, list[int]] = field(default_factory=dict)  # issue -> those that block it
    statuses: list[dict[str, Any]] = field(default_factory=list)  # of commits, the newest last
    checks: list[dict[str, Any]] = field(default_factory=list)  # check runs of commits, with all their annotations
    hooks: list[dict[str, Any]] = field(default_factory=list)  # see `hooks.a_hook`
    forks: dict[int, dict[str, Any] | None] = field(default_factory=dict)  # pull request -> its repository; None: gone
    duplicates: set[int] = field(default_factory=set)  # closed as such: emulate does not know the reason
    deleted: set[int] = field(default_factory=set)
    transferred: dict[int, str] = field(default_factory=dict)  # issue -> its new address
    by_app: set[str] = field(default_factory=set)  # "issue 12", "comment 3": written with an App's token
    rules: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # branch -> rules of a ruleset
    heads: dict[int, str] = field(default_factory=dict)  # pull request that is closed -> its last commit
    merges: dict[int, str] = field(default_factory=dict)  # pull request -> merge commit
    issues: dict[int, dict[str, Any]] | None = None  # all of emulate's issues and pull requests, as last read
    stale: set[int] = field(default_factory=set)  # of them, those that somebody wrote to since

    @property
    def full_name(self) -> str:
        return f"{self.owner}/{self.name}"

    def happened(self, number: int, event: str, login: str, at: str, *, by_app: bool, **details: Any) -> None:  # noqa: ANN401 - what an event has
        self.events.append(Event(number, event, login, at, by_app, details))

    def blocking(self, number: int) -> list[int]:
        """The issues that this one blocks."""
        return [other for other, blockers in self.blocked_by.items() if number in blockers and self.there(other)]

    def blockers(self, number: int) -> list[int]:
        return [other for other in self.blocked_by.get(number, ()) if self.there(other)]

    def there(self, number: int) -> bool:
        return number not in self.deleted and number not in self.transferred
