"""What the service knows of repositories, and what it did."""

from __future__ import annotations

import dataclasses
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from gapkeeper.adapters.sqlite_state.values import moment_of, number_of, packed, table_of, text, words_of
from gapkeeper.model.jobs import GOOD, Job, JobKind, Known, Outcome, RepositoryState, Reviewed, RunRecord

if TYPE_CHECKING:
    import datetime as dt
    import sqlite3
    from collections.abc import Collection, Mapping

    from gapkeeper.adapters.sqlite_state.database import Database

_WELL = "UPDATE repositories SET last_good_at = :ended_at, failures = 0, paused_until = NULL WHERE name = :repository"
_BADLY = "UPDATE repositories SET failures = failures + 1, paused_until = :pause WHERE name = :repository"
_STATES = (
    "SELECT name, known, last_good_at, failures, paused_until, runs.* FROM repositories LEFT JOIN runs ON number = last"
)


class SqliteRecords:
    """Runs and what is known of repositories, as `Records`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def state(self, repository: str) -> RepositoryState:
        """What is known of one; an empty state where nothing is."""
        with self._database.reading() as connection:
            row = connection.execute(f"{_STATES} WHERE name = ?", (repository,)).fetchone()
            return RepositoryState() if row is None else _state(row)

    def states(self) -> Mapping[str, RepositoryState]:
        """What is known of all."""
        with self._database.reading() as connection:
            return {row["name"]: _state(row) for row in connection.execute(f"{_STATES} ORDER BY name")}

    def learn(self, repository: str, known: Known) -> None:
        """Remember this instead of what was known."""
        values = dataclasses.asdict(known)
        values["pulls_at"] = None if known.pulls_at is None else number_of(known.pulls_at)
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO repositories (name, known) VALUES (?, ?) "
                "ON CONFLICT (name) DO UPDATE SET known = excluded.known",
                (repository, packed(values)),
            )

    def add(self, run: RunRecord, *, paused_until: dt.datetime | None = None) -> None:
        """Remember a run. A reconciling one decides failures, pause, and when the repository last went well.

        ``paused_until`` is given where it is a failure: until then the schedule leaves the repository alone.
        """
        row = _row(run) | {"pause": None if paused_until is None else number_of(paused_until)}
        with self._database.writing() as connection:
            row["number"] = connection.execute(_ADD, row).lastrowid
            if run.job.kind is JobKind.RECONCILE:
                connection.execute("INSERT INTO repositories (name) VALUES (:repository) ON CONFLICT DO NOTHING", row)
                connection.execute("UPDATE repositories SET last = :number WHERE name = :repository", row)
                if run.outcome in GOOD:
                    connection.execute(_WELL, row)
                elif paused_until is not None:
                    connection.execute(_BADLY, row)

    def resume(self, repository: str) -> None:
        """End a pause: somebody says that something has changed."""
        with self._database.writing() as connection:
            connection.execute("UPDATE repositories SET paused_until = NULL WHERE name = ?", (repository,))

    def runs(self, repository: str | None = None, limit: int = 50) -> tuple[RunRecord, ...]:
        """The last runs, the newest first."""
        query, values = "SELECT * FROM runs ORDER BY number DESC LIMIT :limit", {"limit": limit, "name": repository}
        if repository is not None:
            query = "SELECT * FROM runs WHERE repository = :name ORDER BY number DESC LIMIT :limit"
        with self._database.reading() as connection:
            return tuple(map(_run, connection.execute(query, values)))

    def reviewed(self, repository: str) -> Mapping[int, Reviewed]:
        """The pull requests that were reviewed, by number, as they were then."""
        query = "SELECT pull, seen FROM reviewed WHERE repository = ? ORDER BY pull"
        with self._database.reading() as connection:
            return {pull: _reviewed(seen) for pull, seen in connection.execute(query, (repository,))}

    def set_reviewed(self, repository: str, pull: int, seen: Reviewed | None) -> None:
        """Remember how a pull request was reviewed; None: it is closed, and forgotten."""
        with self._database.writing() as connection:
            if seen is None:
                connection.execute("DELETE FROM reviewed WHERE repository = ? AND pull = ?", (repository, pull))
            else:
                row = (repository, pull, packed([seen.head, seen.base]))
                connection.execute("INSERT OR REPLACE INTO reviewed VALUES (?, ?, ?)", row)

    def prune(self, *, before: dt.datetime, repositories: Collection[str]) -> None:
        """Forget runs that ended before, and all that is known of other repositories than these.

        The last run of a repository stays: it says why the repository is as it is.
        """
        values = {"before": number_of(before), "names": packed(list(repositories))}
        with self._database.writing() as connection:
            for statement in _PRUNE:
                connection.execute(statement, values)


_PRUNE = (
    "DELETE FROM repositories WHERE name NOT IN (SELECT value FROM json_each(:names))",
    "DELETE FROM reviewed WHERE repository NOT IN (SELECT value FROM json_each(:names))",
    "DELETE FROM runs WHERE repository NOT IN (SELECT value FROM json_each(:names))",
    """DELETE FROM runs
    WHERE ended_at < :before AND number NOT IN (SELECT last FROM repositories WHERE last IS NOT NULL)""",
)

_ADD = """
    INSERT INTO runs (
        id, kind, repository, pull, reasons, started_at, ended_at, outcome, revision, score, open_items, counts,
        error, hint
    ) VALUES (
        :id, :kind, :repository, :pull, :reasons, :started_at, :ended_at, :outcome, :revision, :score, :open_items,
        :counts, :error, :hint
    )
"""


def _row(run: RunRecord) -> dict[str, Any]:
    return {
        "id": run.id,
        "kind": run.job.kind,
        "repository": run.job.repository,
        "pull": run.job.pull,
        "reasons": packed(run.reasons),
        "started_at": number_of(run.started_at),
        "ended_at": number_of(run.ended_at),
        "outcome": run.outcome,
        "revision": run.commit,
        "score": run.score,
        "open_items": run.open_items,
        "counts": packed(dict(run.counts)),
        "error": run.error and text(run.error),
        "hint": run.hint and text(run.hint),
    }


def _run(row: sqlite3.Row) -> RunRecord:
    return RunRecord(
        id=row["id"],
        job=Job(JobKind(row["kind"]), row["repository"], row["pull"]),
        reasons=words_of(row["reasons"]),
        started_at=moment_of(row["started_at"]),
        ended_at=moment_of(row["ended_at"]),
        outcome=Outcome(row["outcome"]),
        commit=row["revision"],
        score=row["score"],
        open_items=row["open_items"],
        counts=MappingProxyType(table_of(row["counts"])),
        error=row["error"],
        hint=row["hint"],
    )


def _state(row: sqlite3.Row) -> RepositoryState:
    return RepositoryState(
        known=_known(table_of(row["known"])),
        last=None if row["number"] is None else _run(row),
        last_good_at=moment_of(row["last_good_at"]),
        failures=row["failures"],
        paused_until=moment_of(row["paused_until"]),
    )


def _known(table: Mapping[str, Any]) -> Known:
    values = {field.name: table.get(field.name) for field in dataclasses.fields(Known)}
    return Known(**values | {"pulls_at": moment_of(values["pulls_at"])})


def _reviewed(seen: str) -> Reviewed:
    head, base = words_of(seen)
    return Reviewed(head, base)
