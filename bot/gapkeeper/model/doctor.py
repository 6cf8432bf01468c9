"""What a doctor finds: facts as they were asked for, and checks, which judge them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping


class Health(StrEnum):
    """How bad it is."""

    OK = "ok"
    NOTE = "note"  # it works, and there is something to know
    WRONG = "wrong"  # it does not work, or is about to stop


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str  # what it is: "git", "webhook"
    health: Health
    what: str  # what was found, for people
    hint: str | None = None  # what to do
    about: str = ""  # the repository of the service that it is about; empty: none in particular


@dataclass(frozen=True, slots=True)
class Trouble:
    """What could not be found out, or is refused."""

    what: str
    hint: str | None = None
    unreachable: bool = False  # nobody answered: nothing is known of what was asked


@dataclass(frozen=True, slots=True)
class GitFacts:
    """What git says of a folder."""

    version: tuple[int, ...] = ()  # 2, 39, 5; empty: it does not say
    commit: bool = False  # whether there is one that is checked out
    shallow: bool = False
    trouble: Trouble | None = None  # no git, no repository, or one that git does not trust


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What reading the documents gives."""

    documents: int
    items: int
    errors: int  # that `gapkeeper check` finds
    unreadable: tuple[str, ...] = ()  # paths, each with why


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """A folder or file that is written to."""

    what: str  # what is kept there: "records"
    path: str  # as it was named
    free: int | None  # bytes; None: the system does not say
    writable: bool
    needed: bool = True  # False: without it less is remembered, and nothing fails
    remedy: str | None = None  # what to do where it cannot be written


class Role(IntEnum):
    """What an account may do in a project, on any forge."""

    NONE = 0
    READ = 1  # GitLab: Guest
    PLAN = 2  # works on issues: Triage, Planner, Reporter
    WRITE = 3  # GitLab: Developer
    ADMIN = 4  # GitLab: Maintainer


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """A project on a forge."""

    name: str  # as it is called now
    private: bool = False
    archived: bool = False
    has_issues: bool = True
    has_requests: bool = True  # pull or merge requests
    role: Role | None = None  # our account's; None: the forge does not say


class TokenKind(StrEnum):
    """What proves who we are, as people call it."""

    CLASSIC = "a classic token"
    FINE_GRAINED = "a fine-grained token"
    ACTIONS = "the token of GitHub Actions"
    APP = "a GitHub App"
    INSTALLATION = "the token of a GitHub App"  # that somebody else made
    GITLAB = "an access token"  # a project's, a group's or a person's


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """What is known of a token."""

    kind: TokenKind
    scopes: frozenset[str] | None = None  # None: it has none, or the forge does not say
    permissions: Mapping[str, str] | None = None  # "issues" -> "write"; None: the forge does not say
    refused: tuple[str, ...] = ()  # permissions without which something could not even be read
    ends: dt.datetime | None = None  # None: never, or the forge does not say


@dataclass(frozen=True, slots=True)
class HookFacts:
    """A webhook that points to a Gapkeeper."""

    url: str  # scheme, host and path
    events: frozenset[str]
    active: bool = True
    as_json: bool = True
    failing: str | None = None  # what became of the last delivery, where that was not taken


@dataclass(frozen=True, slots=True)
class Quota:
    """What a forge still allows."""

    left: int
    limit: int
    until: dt.datetime | None = None  # when it begins anew


@dataclass(frozen=True, slots=True)
class ForgeFacts:
    """What a forge says of us and of a project. Where the account is a `Trouble`, nothing else could be asked."""

    forge: str  # "GitHub", "GitLab"
    url: str  # the tracker as it was named
    named: str  # the project as it was named: owner/name
    account: str | Trouble
    token: TokenFacts | None = None
    project: ProjectFacts | Trouble | None = None
    hooks: tuple[HookFacts, ...] | Trouble = ()
    quota: Quota | None = None
    ahead: dt.timedelta | None = None  # of our clock before the forge's


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an account is to do in a project, beside reading and writing issues."""

    write_back: bool = True  # propose changes of documents
    reviews: bool = False  # comment on every pull request, as the service does; else only when somebody asks


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """What the operator's file of the service says."""

    path: str
    repositories: int  # how many
    host: str  # where the status page is
    port: int
    secrets: Mapping[str, bool]  # "GitHub" -> whether the secret of its webhooks is set
