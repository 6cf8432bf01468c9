"""What a tracker holds: the observed state that planning compares with the register."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from gapkeeper.model.status import State


class Reason(StrEnum):
    """Why an issue is closed."""

    COMPLETED = "completed"
    NOT_PLANNED = "not_planned"
    DUPLICATE = "duplicate"


class Role(StrEnum):
    """What a person or program may do in the project; only `WRITE` is written back."""

    WRITE = "write"
    READ = "read"
    BOT = "bot"  # somebody else's program: a stale closer
    SELF = "self"  # one of our own accounts


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who did something in the tracker."""

    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue as the tracker shows it."""

    number: int
    title: str
    body: str
    state: State
    author: Actor
    reason: Reason | None = None  # None while open
    labels: frozenset[str] = frozenset()
    milestone: str | None = None
    assignees: frozenset[str] = frozenset()
    url: str = ""
    state_actor: Actor | None = None  # who closed or reopened it last; None: nobody did
    state_at: dt.datetime | None = None  # when they did
    updated_at: dt.datetime | None = None
    links: frozenset[tuple[str, int]] = frozenset()  # ("blocked_by", number); or "relates_to"
    locked: bool = False

    @property
    def ground(self) -> str:
        """Digest of what a change is planned on: where it differs, the ground has moved.

        Links are left out: adding or removing one is safe to repeat, and a forge asks a request for them.
        """
        parts = (
            self.title,
            self.body,
            self.state.value,
            self.reason and self.reason.value,
            sorted(self.labels),
            self.milestone,
            sorted(self.assignees),
        )
        return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Label:
    """A label of the project; colour is six hexadecimal digits without `#`."""

    name: str
    colour: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a tracker can do and hold: facts, not behaviour."""

    name: str
    title_limit: int = 256  # characters; GitHub and GitLab refuse more
    body_limit: int = 65_536  # characters; GitHub's limit on issues and comments
    label_limit: int = 50  # characters of a label's name
    label_description_limit: int = 100
    reasons: frozenset[Reason] = frozenset(Reason)
    links: frozenset[str] = frozenset({"blocked_by"})  # kinds that issues can be tied by; or "relates_to"
    confidential: bool = False  # whether issues can be hidden from whoever may not see the repository
    forge: bool = True  # False: the embedded tracker, where creates mail nobody and nothing is paced
    quick_actions: bool = False  # whether lines of text are obeyed as commands
    page_size: int = 100
    mermaid_limit: int | None = None  # characters of a drawing that is shown at once; None: none is shown
    summary_limit: int | None = None  # characters of a check's summary; None: there is no check with a page of its own
    seconds_a_write: float = 0.0  # writes are sent so far apart
    creates_an_hour: int | None = None  # new issues and comments that an account may make; None: any number


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that is ours in a tracker, complete, or there is no snapshot.

    ``issues`` holds every issue that carries the managed label or our marker, in every state.
    ``others`` is None while only those were asked for; before the first create of a run it holds
    all other issues of the project, so that what should be adopted or was released is seen.
    """

    account: str  # who we are there
    namespace: str
    issues: tuple[Issue, ...]  # sorted by number
    others: tuple[Issue, ...] | None = None
    labels: Mapping[str, Label] = field(default_factory=lambda: MappingProxyType({}))
    milestones: frozenset[str] = frozenset()
    taken_at: dt.datetime | None = None
    # identity -> the issue that carried it and was deleted or transferred away, as far as the tracker knows
    gone: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    synced: str | None = None  # the revision of the last sync that ended well, as far as the tracker knows
    branch: str | None = None  # whose documents count, unless the repository says: the project's default branch
