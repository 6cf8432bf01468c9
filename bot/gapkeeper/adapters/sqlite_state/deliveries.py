"""Webhook deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.adapters.sqlite_state.queue import put
from gapkeeper.adapters.sqlite_state.values import number_of, text
from gapkeeper.model.jobs import Job, JobKind

if TYPE_CHECKING:
    import datetime as dt
    import sqlite3
    from collections.abc import Sequence

    from gapkeeper.adapters.sqlite_state.database import Database
    from gapkeeper.model.jobs import Delivery

_REVIEWS = 50  # of one repository that wait at most when webhooks ask for more
_SHOWN = 8  # characters of a delivery's ID in a job's reason


class SqliteDeliveries:
    """Webhook deliveries as `Deliveries`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def accept(self, deliveries: Sequence[Delivery], *, now: dt.datetime, due: dt.datetime) -> list[bool]:
        """Remember deliveries and ask for their jobs, all in one step that survives a power cut; which are new."""
        moments = {"now": number_of(now), "due": number_of(due)}
        new = []
        with self._database.writing() as connection:
            for delivery in deliveries:
                row = (delivery.forge, text(delivery.id), text(delivery.event), moments["now"])
                insert = "INSERT INTO deliveries VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
                is_new = connection.execute(insert, row).rowcount == 1
                for job in delivery.jobs if is_new else ():
                    asked = _reconcile(job) if job.pull and _waiting_reviews(connection, job) >= _REVIEWS else job
                    put(connection, asked, reason=f"{delivery.event} {delivery.id[:_SHOWN]}", **moments)
                new.append(is_new)
        return new

    def forget(self, before: dt.datetime) -> int:
        """Forget deliveries that were accepted before; how many."""
        with self._database.writing() as connection:
            query = "DELETE FROM deliveries WHERE accepted_at < ?"
            return connection.execute(query, (number_of(before),)).rowcount


def _waiting_reviews(connection: sqlite3.Connection, job: Job) -> int:
    query = "SELECT count(*) FROM jobs WHERE state = 'queued' AND repository = ? AND pull > 0"
    (count,) = connection.execute(query, (job.repository,)).fetchone()
    return int(count)


def _reconcile(job: Job) -> Job:
    """What stands for all reviews that are too many: it finds open pull requests by itself."""
    return Job(JobKind.RECONCILE, job.repository)
