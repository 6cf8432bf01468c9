"""What the service has to do, and what it remembers of what it did. Everything shrinks to a `Job`."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping


class JobKind(StrEnum):
    """What a job does. Each reads the whole truth again, so it does not matter what asked for it."""

    RECONCILE = "reconcile"  # bring documents and issues in step, and find pull requests that nobody told of
    REVIEW = "review"  # comment on one pull request


@dataclass(frozen=True, slots=True)
class Job:
    """Something to look at."""

    kind: JobKind
    repository: str  # its name in the operator's configuration
    pull: int = 0  # the number of the pull request; 0: the job is about none

    def __str__(self) -> str:
        """As logs and people name it: `review harbour#7`."""
        return f"{self.kind} {self.repository}{f'#{self.pull}' if self.pull else ''}"


class JobState(StrEnum):
    """Where a job is. One that succeeded is gone from the queue; its run is kept."""

    QUEUED = "queued"
    RUNNING = "running"
    DEAD = "dead"  # given up, until somebody replays it


@dataclass(frozen=True, slots=True)
class QueuedJob:
    """A job in the queue."""

    id: int
    job: Job
    state: JobState
    reasons: tuple[str, ...]  # what asked for it, the newest last, five at most: "schedule", "push 72d3162e"
    attempts: int  # how often it was begun
    queued_at: dt.datetime  # UTC, as all moments here
    due_at: dt.datetime
    started_at: dt.datetime | None = None
    error: str | None = None  # of the last attempt: one line for people, without secrets


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook delivery whose sender was verified, and what it asks for."""

    forge: str  # "github", "gitlab"
    id: str  # the forge's own; the same one again is a replay
    event: str  # "push", "issues"
    jobs: tuple[Job, ...]  # none: nothing that we look at has changed


class Outcome(StrEnum):
    """How a run ended."""

    UNCHANGED = "unchanged"  # there was nothing to do
    CHANGED = "changed"  # something was written, and nothing is left
    UNFINISHED = "unfinished"  # a limit, a lock or the end of the service stopped it; the next one goes on
    REFUSED = "refused"  # a safety rule forbids it: people have to look
    FAILED = "failed"  # something that may pass: it is tried again
    BROKEN = "broken"  # something that people have to mend: token, configuration, documents


#: The run ended well: what was wrong before is over.
GOOD = frozenset({Outcome.UNCHANGED, Outcome.CHANGED})
#: Nothing changes before somebody has mended something.
NEEDS_PEOPLE = frozenset({Outcome.REFUSED, Outcome.BROKEN})


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One attempt at one job."""

    id: str  # in all logs of the run; unique
    job: Job
    reasons: tuple[str, ...]
    started_at: dt.datetime
    ended_at: dt.datetime
    outcome: Outcome
    commit: str | None = None  # the commit that was read
    score: float | None = None  # readiness in per cent
    open_items: int | None = None
    counts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))  # see `COUNTED`
    error: str | None = None  # one line for people, without secrets
    hint: str | None = None  # what to do


#: What runs count. `create`, `close` and the other operations of a plan are counted under their own names.
COUNTED = ("reads", "unchanged", "writes", "parsed", "cached", "fetched", "failed")


@dataclass(frozen=True, slots=True)
class Known:
    """What runs have learned of a repository; it may be lost, and is then learned again."""

    project_id: str | None = None  # the forge's own number, which stays when the project is renamed
    account: str | None = None  # our name there: what it does sets nothing off
    branch: str | None = None  # the branch that is synced
    refs: str | None = None  # names what the remote had when it was last looked at: the same means nothing to fetch
    pulls_at: dt.datetime | None = None  # when open pull requests were last listed
    minutes: int | None = None  # between two looks, by the repository's own wish
    score: float | None = None  # readiness in per cent, when documents were last read
    open_items: int | None = None  # as well
    tracker: str | None = None  # the URL of the project that all this is known of


@dataclass(frozen=True, slots=True)
class RepositoryState:
    """A repository as the service's records have it."""

    known: Known = Known()
    last: RunRecord | None = None  # the last reconciling run
    last_good_at: dt.datetime | None = None  # when one last ended well
    failures: int = 0  # reconciling runs in a row that ended badly; attempts that are repeated do not count
    paused_until: dt.datetime | None = None  # the schedule leaves it alone until then; webhooks and people do not

    @property
    def score(self) -> float | None:
        """Readiness in per cent, by the last run that came as far as reading the documents."""
        return self.known.score if self.last is None or self.last.commit is None else self.last.score

    @property
    def open_items(self) -> int | None:
        """Open items, by the same run."""
        return self.known.open_items if self.last is None or self.last.commit is None else self.last.open_items


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A pull request as it was when it was last reviewed."""

    head: str
    base: str  # a branch
