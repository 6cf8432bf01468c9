"""The queue of jobs. That one job waits once, and one of a repository runs, is held by unique indexes of the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gapkeeper.adapters.sqlite_state.values import moment_of, number_of, packed, text, words_of
from gapkeeper.model.jobs import Job, JobKind, JobState, QueuedJob

if TYPE_CHECKING:
    import datetime as dt
    import sqlite3
    from collections.abc import Collection, Mapping

    from gapkeeper.adapters.sqlite_state.database import Database

#: Seconds that a job waits which ran when the process ended, by how often it was begun: it may be what ended it.
_WAITS = (0, 0, 60, 600, 3_600)
_REASONS = 5  # that are kept of a job

_NEXT = """
    SELECT id FROM jobs AS one
    WHERE state = 'queued' AND (due_at <= :now OR queued_at > :now)
        AND NOT EXISTS (SELECT 1 FROM jobs WHERE state = 'running' AND repository = one.repository)
        AND NOT (pull > 0 AND EXISTS (
            SELECT 1 FROM jobs
            WHERE state = 'queued' AND kind = 'reconcile' AND repository = one.repository AND pull = 0
                AND (due_at <= :now OR queued_at > :now)
        ))
    ORDER BY due_at, id LIMIT 1
"""
_CLAIM = f"""
    UPDATE jobs
    SET state = 'running', attempts = attempts + 1, started_at = :now, queued_at = min(queued_at, :now)
    WHERE id = ({_NEXT})
    RETURNING *
"""  # noqa: S608 - ours
# queued_at: what was queued in the future, before the clock was set back, waits as usual if it is tried again.

_SAME_WAITING = (
    "SELECT * FROM jobs WHERE state = 'queued' AND kind = :kind AND repository = :repository AND pull = :pull"
)
_FORGET_DEAD = "DELETE FROM jobs WHERE state = 'dead' AND kind = :kind AND repository = :repository AND pull = :pull"
_WAIT = """
    UPDATE jobs
    SET state = 'queued', reasons = :reasons, attempts = :attempts, queued_at = :queued_at, due_at = :due_at,
        started_at = NULL, error = :error
    WHERE id = :id
"""
_JOBS = """
    SELECT * FROM jobs
    ORDER BY CASE state WHEN 'running' THEN 0 WHEN 'dead' THEN 1 ELSE 2 END, due_at, id
    LIMIT ?
"""


class SqliteQueue:
    """The queue as `JobQueue`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, job: Job, *, reason: str, now: dt.datetime, due: dt.datetime) -> bool:
        """Ask for a job; whether it is new. One that waits already takes the reason, and the earlier of both dues."""
        with self._database.writing() as connection:
            return put(connection, job, reason=reason, now=number_of(now), due=number_of(due))

    def claim(self, now: dt.datetime) -> QueuedJob | None:
        """Take the job that has been due for longest, of a repository of which none runs; None where there is none."""
        with self._database.writing() as connection:
            found = connection.execute(_CLAIM, {"now": number_of(now)}).fetchall()
            return _queued_job(found[0]) if found else None

    def is_waiting(self, now: dt.datetime) -> bool:
        """Whether there is a job that could be claimed now."""
        with self._database.reading() as connection:
            return connection.execute(_NEXT, {"now": number_of(now)}).fetchone() is not None

    def done(self, id_: int) -> None:
        """Take a running job away, and what was given up of the same job before."""
        with self._database.writing() as connection:
            row = _running(connection, id_)
            if row is not None:
                connection.execute(_FORGET_DEAD, row)
                connection.execute("DELETE FROM jobs WHERE id = ?", (id_,))

    def again(self, id_: int, *, due: dt.datetime, error: str | None, counted: bool = True) -> None:
        """Let a running job wait again; where the same waits already, it is folded into that one."""
        with self._database.writing() as connection:
            row = _running(connection, id_)
            if row is not None:
                attempts = row["attempts"] - (not counted)
                error = error and text(error)
                _let_wait(connection, row | {"due_at": number_of(due), "attempts": attempts, "error": error})

    def bury(self, id_: int, *, error: str) -> None:
        """Give a running job up. Of the same job only the last such is kept."""
        with self._database.writing() as connection:
            row = _running(connection, id_)
            if row is not None:
                connection.execute(_FORGET_DEAD, row)
                connection.execute("UPDATE jobs SET state = 'dead', error = ? WHERE id = ?", (text(error), id_))

    def resume(self, now: dt.datetime) -> int:
        """Let what ran when the process ended wait again, due now; how many that were."""
        with self._database.writing() as connection:
            ran = connection.execute("SELECT * FROM jobs WHERE state = 'running'").fetchall()
            for row in ran:
                wait = _WAITS[min(row["attempts"], len(_WAITS)) - 1]
                _let_wait(connection, dict(row) | {"due_at": number_of(now) + wait * 1_000_000})
            return len(ran)

    def replay(self, now: dt.datetime, ids: Collection[int] = ()) -> int:
        """Queue dead jobs anew, all or these; how many that were."""
        with self._database.writing() as connection:
            dead = connection.execute("SELECT * FROM jobs WHERE state = 'dead' ORDER BY id").fetchall()
            chosen = [row for row in dead if not ids or row["id"] in ids]
            for row in chosen:
                anew = {"queued_at": number_of(now), "due_at": number_of(now), "attempts": 0}
                _let_wait(connection, dict(row) | anew)
            return len(chosen)

    def forget(self, ids: Collection[int] = ()) -> int:
        """Take dead jobs away, all or these; how many that were."""
        with self._database.writing() as connection:
            query = "DELETE FROM jobs WHERE state = 'dead' AND (:all OR id IN (SELECT value FROM json_each(:ids)))"
            return connection.execute(query, {"all": not ids, "ids": packed(list(ids))}).rowcount

    def drop(self, repositories: Collection[str]) -> int:
        """Take all jobs of other repositories than these away; how many."""
        with self._database.writing() as connection:
            names = packed(list(repositories))
            query = "DELETE FROM jobs WHERE repository NOT IN (SELECT value FROM json_each(?))"
            return connection.execute(query, (names,)).rowcount

    def jobs(self, limit: int = 200) -> tuple[QueuedJob, ...]:
        """What is there: running ones first, then dead ones, then by their due."""
        with self._database.reading() as connection:
            return tuple(map(_queued_job, connection.execute(_JOBS, (limit,))))

    def counts(self) -> Mapping[JobState, int]:
        """How many there are, of every state."""
        with self._database.reading() as connection:
            found = connection.execute("SELECT state, count(*) FROM jobs GROUP BY state").fetchall()
            return dict.fromkeys(JobState, 0) | {JobState(state): count for state, count in found}

    def next_due(self) -> dt.datetime | None:
        """When the next waiting job is due; None where none waits."""
        with self._database.reading() as connection:
            (due,) = connection.execute("SELECT min(due_at) FROM jobs WHERE state = 'queued'").fetchone()
            return None if due is None else moment_of(due)


def put(connection: sqlite3.Connection, job: Job, *, reason: str, now: int, due: int) -> bool:
    """Ask for a job, as a part of a greater write; see `SqliteQueue.put`."""
    asked = {"kind": job.kind, "repository": job.repository, "pull": job.pull}
    waiting = _waiting(connection, asked)
    if waiting is None:
        connection.execute(
            "INSERT INTO jobs (kind, repository, pull, reasons, queued_at, due_at) "
            "VALUES (:kind, :repository, :pull, :reasons, :now, :due)",
            asked | {"reasons": packed([reason]), "now": now, "due": due},
        )
    else:
        connection.execute(
            "UPDATE jobs SET reasons = ?, queued_at = min(queued_at, ?), due_at = min(due_at, ?) WHERE id = ?",
            (_newest(*words_of(waiting["reasons"]), reason), now, due, waiting["id"]),
        )
    return waiting is None


def _waiting(connection: sqlite3.Connection, job: Mapping[str, object]) -> sqlite3.Row | None:
    """The same job where it waits."""
    found: sqlite3.Row | None = connection.execute(_SAME_WAITING, job).fetchone()
    return found


def _running(connection: sqlite3.Connection, id_: int) -> dict[str, Any] | None:
    """The row of a job that runs; None where it does not any more: its repository was taken away meanwhile."""
    found = connection.execute("SELECT * FROM jobs WHERE state = 'running' AND id = ?", (id_,)).fetchone()
    return None if found is None else dict(found)


def _let_wait(connection: sqlite3.Connection, row: dict[str, Any]) -> None:
    """Make a job wait, as its row says, that ran or was dead; where the same waits already, fold it into that one."""
    waiting = _waiting(connection, row)
    if waiting is not None:
        connection.execute("DELETE FROM jobs WHERE id = :id", row)
        row = {
            "id": waiting["id"],
            "reasons": _newest(*words_of(row["reasons"]), *words_of(waiting["reasons"])),
            "attempts": max(row["attempts"], waiting["attempts"]),
            "queued_at": min(row["queued_at"], waiting["queued_at"]),
            "due_at": min(row["due_at"], waiting["due_at"]),
            "error": row["error"] or waiting["error"],
        }
    connection.execute(_WAIT, row)


def _newest(*reasons: str) -> str:
    """The last few, packed; one that is there twice stands where it was last."""
    distinct = list(dict.fromkeys(reversed(reasons)))
    return packed(distinct[_REASONS - 1 :: -1])


def _queued_job(row: sqlite3.Row) -> QueuedJob:
    return QueuedJob(
        id=row["id"],
        job=Job(JobKind(row["kind"]), row["repository"], row["pull"]),
        state=JobState(row["state"]),
        reasons=words_of(row["reasons"]),
        attempts=row["attempts"],
        queued_at=moment_of(row["queued_at"]),
        due_at=moment_of(row["due_at"]),
        started_at=moment_of(row["started_at"]),
        error=row["error"],
    )
