"""What a forge would keep of proposals, and the commit that is being made: for repositories that have no forge."""

from __future__ import annotations

import datetime as dt
import os
from typing import TYPE_CHECKING

from gapkeeper.adapters import limits
from gapkeeper.errors import ConflictError, NotFoundError, RejectedError
from gapkeeper.model.delivery import Proposal, ProposalState

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable
    from pathlib import Path

    from gapkeeper.adapters.sqlite_tracker.access import Access
    from gapkeeper.adapters.sqlite_tracker.writes import Write
    from gapkeeper.model.delivery import ProposalText

_PROPOSALS = "SELECT number, branch, title, body, state, head, closed_at, closed_by FROM proposals"


class Deliveries:
    """Proposals and commits of the repositories that use this tracker, each told by a folder of git's as its place."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def require_writer(self) -> None:
        """Raise `RefusedError` where the tracker was opened to be read."""
        self._access.require_actor()

    def all(self) -> tuple[Proposal, ...]:
        """All proposals of all repositories as they were last recorded, the newest first."""
        with self._access.reading() as connection:
            return self._found(connection.execute(f"{_PROPOSALS} ORDER BY number DESC"))

    def proposals(self, place: Path) -> tuple[Proposal, ...]:
        """Those of one repository as they were last recorded, the newest first."""
        with self._access.reading() as connection:
            return self._found(
                connection.execute(f"{_PROPOSALS} WHERE place = ? ORDER BY number DESC", (self._key(place),))
            )

    def propose(self, place: Path, branch: str, text: ProposalText, *, head: str) -> Proposal:
        """Record a proposal.

        Raises `RejectedError` where one is open for this branch.
        """
        _check(text)
        key = self._key(place)
        with self._access.writing() as write:
            found = write.connection.execute(
                "SELECT number FROM proposals WHERE place = ? AND branch = ? AND state = 'open'", (key, branch)
            ).fetchone()
            if found is not None:
                raise RejectedError(f"proposal {found[0]} of the branch {branch} is open already")
            cursor = write.connection.execute(
                "INSERT INTO proposals (place, branch, title, body, head, opened_at) VALUES (?, ?, ?, ?, ?, ?)",
                (key, branch, text.title, text.body, head, write.now),
            )
            return self._proposal(write.connection, int(cursor.lastrowid or 0))

    def update(self, number: int, *, text: ProposalText | None = None, head: str | None = None) -> None:
        """Change what an open proposal says, or the commit that it proposes.

        Raises:
            NotFoundError: There is no such proposal.
            ConflictError: It is not open any more.
        """
        if text is not None:
            _check(text)
        with self._access.writing() as write:
            before = self._open(write, number)
            title, body = (before.title, before.body) if text is None else (text.title, text.body)
            write.connection.execute(
                "UPDATE proposals SET title = ?, body = ?, head = ? WHERE number = ?",
                (title, body, before.head if head is None else head, number),
            )

    def close(
        self, number: int, state: ProposalState, *, head: str | None = None, by_actor: bool, reason: str | None = None
    ) -> None:
        """Close an open proposal: by the actor, or by somebody whom only the repository's history knows.

        Raises:
            NotFoundError: There is no such proposal.
            ConflictError: It is not open any more.
        """
        with self._access.writing() as write:
            before = self._open(write, number)
            name, role = (write.actor.name, write.actor.role) if by_actor else (None, None)
            write.connection.execute(
                "UPDATE proposals SET state = ?, head = ?, closed_at = ?, closed_by = ?, closed_role = ?, reason = ?"
                " WHERE number = ?",
                (state, head or before.head, write.now, name, role, reason, number),
            )

    def intent(self, place: Path) -> str | None:
        """The commit that was begun there and not completed, as it was recorded."""
        with self._access.reading() as connection:
            row = connection.execute("SELECT detail FROM intents WHERE place = ?", (self._key(place),)).fetchone()
            return None if row is None else str(row[0])

    def begin(self, place: Path, intent: str) -> None:
        """A commit is going to be made there."""
        with self._access.writing() as write:
            write.connection.execute("INSERT OR REPLACE INTO intents VALUES (?, ?)", (self._key(place), intent))

    def finish(self, place: Path) -> None:
        """It was made, or given up."""
        with self._access.writing() as write:
            write.connection.execute("DELETE FROM intents WHERE place = ?", (self._key(place),))

    def _key(self, place: Path) -> bytes:
        """As seen from the tracker's folder: a repository with its tracker inside can be moved."""
        return os.fsencode(os.path.relpath(place.resolve(), self._access.database.path.resolve().parent))

    def _open(self, write: Write, number: int) -> Proposal:
        proposal = self._proposal(write.connection, number)
        if proposal.state is not ProposalState.OPEN:
            raise ConflictError(
                f"{proposal.name} is {proposal.state.value} already", hint="Only what is open can be changed."
            )
        return proposal

    def _proposal(self, connection: sqlite3.Connection, number: int) -> Proposal:
        found = self._found(connection.execute(f"{_PROPOSALS} WHERE number = ?", (number,)))
        if not found:
            raise NotFoundError(f"{self._access.url} has no proposal {number}")
        return found[0]

    def _found(
        self, rows: Iterable[tuple[int, str, str, str, str, str, str | None, str | None]]
    ) -> tuple[Proposal, ...]:
        return tuple(
            Proposal(
                number=number,
                branch=branch,
                title=title,
                body=body,
                state=ProposalState(state),
                head=head,
                closed_at=None if closed_at is None else dt.datetime.fromisoformat(closed_at),
                closed_by=closed_by,
                url=f"{self._access.url}!{number}",
            )
            for number, branch, title, body, state, head, closed_at, closed_by in rows
        )


def _check(text: ProposalText) -> None:
    limits.check_title(text.title)
    limits.check_body(text.body)
