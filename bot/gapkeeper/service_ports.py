"""What the service stands on: small protocols, so that a shared database can take the place of a file.

Every method may be called from any thread. Moments are UTC and given by the caller: nothing here has a clock.
Every method raises `UnavailableError` where the state cannot be read or written (full, damaged, read-only), and
`BusyError` where another process holds it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping, Sequence
    from contextlib import AbstractContextManager

    from gapkeeper.model.jobs import (
        Delivery,
        Job,
        JobState,
        Known,
        QueuedJob,
        RepositoryState,
        Reviewed,
        RunRecord,
    )


class Lock(Protocol):
    """Who may work on the state."""

    def hold(self) -> AbstractContextManager[None]:
        """Be the one service on this state until the block ends, or the process does.

        Raises `BusyError`, naming who holds it, where another service does.
        """


class JobQueue(Protocol):
    """Jobs that wait, run, or were given up. Of one repository, one runs at a time."""

    def put(self, job: Job, *, reason: str, now: dt.datetime, due: dt.datetime) -> bool:
        """Ask for a job; whether it is new. One that waits already takes the reason, and the earlier of both dues."""

    def claim(self, now: dt.datetime) -> QueuedJob | None:
        """Take the job that has been due for longest, of a repository of which none runs; None where there is none.

        A job is due at its time; and where the clock was set back, so that it was queued in the future, at once. The
        reviews of a repository come after its reconciling job, where both are due.
        """

    def done(self, id_: int) -> None:
        """A running job has ended, and a later one begins anew: it is gone, and so is the same one that was dead."""

    def again(self, id_: int, *, due: dt.datetime, error: str | None, counted: bool = True) -> None:
        """A running job has to be tried again; where the same waits already, it is folded into that one.

        ``counted`` False: it was only interrupted, which is no attempt.
        """

    def bury(self, id_: int, *, error: str) -> None:
        """Give a running job up. Of the same job only the last such is kept."""

    def resume(self, now: dt.datetime) -> int:
        """At the start: what ran when the process ended waits again; how many that were.

        It is due at once; and later where it was begun more than twice, since it may be what ended the process.
        """

    def replay(self, now: dt.datetime, ids: Collection[int] = ()) -> int:
        """Queue dead jobs anew, all or these; how many that were."""

    def forget(self, ids: Collection[int] = ()) -> int:
        """Take dead jobs away, all or these; how many that were."""

    def drop(self, repositories: Collection[str]) -> int:
        """Take all jobs of other repositories than these away: they are not configured any more. How many."""

    def is_waiting(self, now: dt.datetime) -> bool:
        """Whether there is a job that could be claimed now."""

    def jobs(self, limit: int = 200) -> tuple[QueuedJob, ...]:
        """What is there: running ones first, then dead ones, then by their due."""

    def counts(self) -> Mapping[JobState, int]:
        """How many there are, of every state."""

    def next_due(self) -> dt.datetime | None:
        """When the next waiting job is due; None where none waits."""


class Deliveries(Protocol):
    """Webhook deliveries."""

    def accept(self, deliveries: Sequence[Delivery], *, now: dt.datetime, due: dt.datetime) -> list[bool]:
        """Remember deliveries and ask for their jobs, all in one step that survives a power cut; which are new.

        One that is known asks for nothing. Among those handed in together a replay is found, too. Where many reviews
        of a repository wait already, a reconciling job stands for more: it finds open pull requests by itself.
        """

    def forget(self, before: dt.datetime) -> int:
        """Forget deliveries that were accepted before; how many."""


class Records(Protocol):
    """What the service knows of repositories, and what it did."""

    def state(self, repository: str) -> RepositoryState:
        """What is known of one; an empty state where nothing is."""

    def states(self) -> Mapping[str, RepositoryState]:
        """What is known of all."""

    def learn(self, repository: str, known: Known) -> None:
        """Remember this instead of what was known."""

    def add(self, run: RunRecord, *, paused_until: dt.datetime | None = None) -> None:
        """Remember a run. A reconciling one decides failures, pause, and when the repository last went well.

        ``paused_until`` is given where it is a failure: until then the schedule leaves the repository alone.
        """

    def resume(self, repository: str) -> None:
        """End a pause: somebody says that something has changed."""

    def runs(self, repository: str | None = None, limit: int = 50) -> tuple[RunRecord, ...]:
        """The last runs, the newest first."""

    def reviewed(self, repository: str) -> Mapping[int, Reviewed]:
        """The pull requests that were reviewed, by number, as they were then."""

    def set_reviewed(self, repository: str, pull: int, seen: Reviewed | None) -> None:
        """Remember how a pull request was reviewed; None: it is closed, and forgotten."""

    def prune(self, *, before: dt.datetime, repositories: Collection[str]) -> None:
        """Forget runs that ended before, and all that is known of other repositories than these."""


class ServiceState(Protocol):
    """All of it, in one place that survives the process."""

    @property
    def lock(self) -> Lock:
        """Who may work on it."""

    @property
    def queue(self) -> JobQueue:
        """Jobs."""

    @property
    def deliveries(self) -> Deliveries:
        """Webhook deliveries."""

    @property
    def records(self) -> Records:
        """What is known and was done."""

    def close(self) -> None:
        """Close it. Threads that still work with it get `UnavailableError`."""
