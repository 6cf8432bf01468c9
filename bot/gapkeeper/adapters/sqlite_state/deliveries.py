"""Webhook deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.adapters.sqlite_state.queue import put
from gapkeeper.adapters.sqlite_state.values import number_of, text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from gapkeeper.adapters.sqlite_state.database import Database
    from gapkeeper.model.jobs import Delivery

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
                    put(connection, job, reason=f"{delivery.event} {delivery.id[:_SHOWN]}", **moments)
                new.append(is_new)
        return new

    def forget(self, before: dt.datetime) -> int:
        """Forget deliveries that were accepted before; how many."""
        with self._database.writing() as connection:
            query = "DELETE FROM deliveries WHERE accepted_at < ?"
            return connection.execute(query, (number_of(before),)).rowcount
