"""What a GitLab keeps: plain data, changed by the endpoints."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gitlab_counterpart.repository import Repository


class Role(IntEnum):
    """Access levels, as GitLab numbers them."""

    NONE = 0
    GUEST = 10
    PLANNER = 15
    REPORTER = 20
    DEVELOPER = 30
    MAINTAINER = 40
    OWNER = 50


class Kind(Enum):
    """Whose a token is."""

    PERSONAL = "personal"
    PROJECT = "project"  # of a bot user that is a member of one project
    GROUP = "group"  # of a bot user that is a member of one group
    JOB = "job"  # of a pipeline's job, as a person


@dataclass
class Person:
    """An account."""

    id: int
    login: str
    name: str
    bot: bool = False
    state: str = "active"


@dataclass
class Token:
    """A credential."""

    id: int
    value: str
    login: str
    kind: Kind = Kind.PERSONAL
    scopes: tuple[str, ...] = ("api",)
    expires: float | None = None  # seconds since 1970; None: not in any test
    revoked: bool = False
    name: str = "for tests"


@dataclass
class Label:
    """A label of one project."""

    id: int
    name: str
    color: str
    description: str | None = None


@dataclass
class Milestone:
    """A milestone of one project."""

    id: int
    iid: int
    title: str
    at: float
    changed: float
    description: str = ""
    state: str = "active"
    due_date: str | None = None
    start_date: str | None = None


@dataclass
class Note:
    """A comment, or what GitLab itself wrote."""

    id: int
    login: str
    body: str
    at: float
    changed: float
    system: bool = False
    internal: bool = False


@dataclass
class Event:
    """Something that happened to an issue: its state, labels or milestone changed."""

    id: int
    what: str  # state, label, milestone
    action: str  # closed, reopened; add, remove
    login: str
    at: float
    of: int | None = None  # the label's or milestone's ID


@dataclass
class Issue:
    """An issue."""

    id: int
    iid: int
    title: str
    description: str | None
    login: str
    at: float
    changed: float
    state: str = "opened"
    labels: list[str] = field(default_factory=list)
    assignees: list[str] = field(default_factory=list)
    milestone: int | None = None  # its ID
    confidential: bool = False
    locked: bool | None = None
    closed_at: float | None = None
    closed_by: str | None = None
    due_date: str | None = None
    weight: int | None = None
    moved_to: int | None = None  # the ID of the issue that it became
    notes: list[Note] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


@dataclass
class Link:
    """Two issues that have to do with each other."""

    id: int
    source: Issue
    target: Issue
    type: str  # relates_to, blocks
    at: float


@dataclass
class Status:
    """What somebody said of a commit: a job of a pipeline that ran elsewhere."""

    id: int
    name: str
    status: str  # pending, running, success, failed, canceled, skipped
    login: str
    at: float
    description: str | None = None
    target_url: str | None = None


@dataclass
class Pipeline:
    """A pipeline of a project."""

    id: int
    sha: str
    ref: str  # a branch, or refs/merge-requests/1/head
    at: float
    source: str = "push"  # merge_request_event, external
    statuses: list[Status] = field(default_factory=list)  # the newest last


@dataclass
class MergeRequest:
    """A merge request within one project."""

    id: int
    iid: int
    title: str
    description: str | None
    login: str
    source: str  # branch
    target: str  # branch
    at: float
    changed: float
    sha: str | None  # the last commit of the source branch; None where there is no such branch
    base: str | None  # where the two branches parted
    start: str | None  # the target branch's head
    state: str = "opened"  # closed, merged
    labels: list[str] = field(default_factory=list)
    assignees: list[str] = field(default_factory=list)
    reviewers: list[str] = field(default_factory=list)
    milestone: int | None = None
    squash: bool = False
    remove_source: bool = False
    merged_at: float | None = None
    merged_by: str | None = None
    closed_at: float | None = None
    closed_by: str | None = None
    merge_commit: str | None = None
    squash_commit: str | None = None
    approved_by: list[str] = field(default_factory=list)
    locked: bool | None = None
    notes: list[Note] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    fork: int | None = None  # the project that it comes from; 0: one that is gone; None: this one
    merged_results: str | None = None  # the commit that its pipeline runs for, where that is not its own


@dataclass
class Protection:
    """Who may change a branch."""

    id: int
    name: str  # a pattern with stars
    push: int
    merge: int
    force: bool = False


@dataclass
class Project:
    """A project."""

    id: int
    path: str  # with its namespace
    at: float
    repository: Repository
    visibility: str = "public"
    roles: dict[str, Role] = field(default_factory=dict)  # direct members, by login
    inherited: dict[str, Role] = field(default_factory=dict)  # members of the group
    archived: bool = False
    features: dict[str, str] = field(default_factory=dict)  # issues -> disabled, private, enabled
    issues: dict[int, Issue] = field(default_factory=dict)  # by iid
    deleted: set[int] = field(default_factory=set)  # iids that no issue will have again
    labels: dict[str, Label] = field(default_factory=dict)
    milestones: dict[int, Milestone] = field(default_factory=dict)  # by ID
    links: list[Link] = field(default_factory=list)
    requests: dict[int, MergeRequest] = field(default_factory=dict)  # by iid
    protected: dict[str, Protection] = field(default_factory=dict)
    pipelines: list[Pipeline] = field(default_factory=list)  # the newest last
    push_rule: dict[str, Any] | None = None
    hooks: list[dict[str, Any]] = field(default_factory=list)  # see `hooks.a_hook`
    approvals: int = 0  # that a merge request needs
    description: str = "Planning documents of a small harbour"

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def group(self) -> str:
        return self.path.rpartition("/")[0]

    def feature(self, name: str) -> str:
        """Whom a part is for. Merge requests are for nobody to whom the repository is none."""
        level = self.features.get(name, "enabled")
        if name == "merge_requests":
            return min(level, self.feature("repository"), key=("disabled", "private", "enabled").index)
        return level
