"""One write: what it changes, and the events that tell of it. What changes nothing logs nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gapkeeper.adapters import limits
from gapkeeper.adapters.sqlite_tracker.records import CAPABILITIES, DEFAULT_LABEL_COLOUR, TRUSTED, EventKind
from gapkeeper.errors import NewerMarkerError, NotAuthorisedError, RejectedError
from gapkeeper.model.snapshot import Label, Reason, Role
from gapkeeper.model.status import State
from gapkeeper.planning.marker import Marker, read_marker

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from gapkeeper.model.plan import IssueUpdate
    from gapkeeper.model.snapshot import Actor, Issue


@dataclass(frozen=True, slots=True)
class Write:
    """One write in its transaction: who writes, and when."""

    connection: sqlite3.Connection
    actor: Actor
    now: str  # UTC, ISO 8601

    def log(self, kind: EventKind, issue: int | None = None, **detail: object) -> None:
        """Add to the log. Whatever is logged of an issue is also its last update."""
        execute = self.connection.execute
        execute(
            "INSERT INTO people VALUES (:name, :role) ON CONFLICT (name) DO UPDATE SET role = :role",
            {"name": self.actor.name, "role": self.actor.role},
        )
        execute(
            "INSERT INTO events (issue, kind, actor, role, at, detail) VALUES (?, ?, ?, ?, ?, ?)",
            (issue, kind, self.actor.name, self.actor.role, self.now, json.dumps(detail)),
        )
        execute("UPDATE issues SET updated_at = ? WHERE number = ?", (self.now, issue))

    def label(self, label: Label) -> int:
        """The row of the label with this name in any case; made where there is none."""
        limits.check_label(label)
        key = label.name.casefold()
        row = self.connection.execute("SELECT id FROM labels WHERE key = ?", (key,)).fetchone()
        if row is not None:
            return int(row[0])
        cursor = self.connection.execute(
            "INSERT INTO labels (key, name, colour, description) VALUES (?, ?, ?, ?)",
            (key, label.name, label.colour.lower(), label.description),
        )
        self.log(EventKind.LABEL_CREATED, name=label.name)
        return _row_id(cursor)

    def milestone(self, title: str) -> None:
        """Make a milestone, unless it is there."""
        limits.check_name("the milestone's title", title)
        cursor = self.connection.execute("INSERT INTO milestones (title) VALUES (?) ON CONFLICT DO NOTHING", (title,))
        if cursor.rowcount:
            self.log(EventKind.MILESTONE_CREATED, title=title)

    def create(
        self, title: str, body: str, labels: Iterable[str], *, milestone: str | None, assignees: Iterable[str]
    ) -> int:
        """Make an issue and return its number."""
        limits.check_title(title)
        limits.check_body(body)
        cursor = self.connection.execute(
            "INSERT INTO issues (title, body, author, milestone, updated_at) VALUES (?, ?, ?, ?, ?)",
            (title, body, self.actor.name, self._milestone_row(milestone), self.now),
        )
        number = _row_id(cursor)
        names = _by_key(labels)
        for name in names.values():
            self._tie("issue_labels", "label", number, self.label(_unmade(name)))
        for name in sorted(assignees):
            limits.check_name("the assignee's name", name)
            self._tie("assignees", "name", number, name)
        self.log(EventKind.CREATED, number, title=title, labels=list(names.values()))
        return number

    def update(self, before: Issue, update: IssueUpdate) -> None:
        """Change what differs, each part with its event."""
        number = before.number
        if update.title is not None and update.title != before.title:
            limits.check_title(update.title)
            self._set(number, "title", update.title)
            self.log(EventKind.RENAMED, number, **{"from": before.title, "to": update.title})
        if update.body is not None and update.body != before.body:
            limits.check_body(update.body)
            self._set(number, "body", update.body)
            # The old text is kept: what somebody wrote into the managed part is replaced, and not lost.
            self.log(EventKind.EDITED, number, **{"from": before.body})
        self._update_labels(before, update)
        if update.milestone is not None and update.milestone != before.milestone:
            self._set(number, "milestone", self._milestone_row(update.milestone))
            self.log(EventKind.MILESTONED, number, **{"from": before.milestone, "to": update.milestone})
        if update.assignees is not None:
            self._update_assignees(before, update.assignees)
        self._update_state(before, update)

    def _update_labels(self, before: Issue, update: IssueUpdate) -> None:
        had = _by_key(before.labels)
        added = _by_key(update.add_labels)
        for key in had.keys() & (_by_key(update.remove_labels).keys() - added.keys()):
            self.connection.execute(
                "DELETE FROM issue_labels WHERE issue = ? AND label = (SELECT id FROM labels WHERE key = ?)",
                (before.number, key),
            )
            self.log(EventKind.UNLABELLED, before.number, name=had[key])
        for key, name in added.items():
            if key not in had:
                self._tie("issue_labels", "label", before.number, self.label(_unmade(name)))
                self.log(EventKind.LABELLED, before.number, name=name)

    def _update_assignees(self, before: Issue, wanted: frozenset[str]) -> None:
        for name in sorted(before.assignees - wanted):
            self.connection.execute("DELETE FROM assignees WHERE issue = ? AND name = ?", (before.number, name))
            self.log(EventKind.UNASSIGNED, before.number, name=name)
        for name in sorted(wanted - before.assignees):
            limits.check_name("the assignee's name", name)
            self._tie("assignees", "name", before.number, name)
            self.log(EventKind.ASSIGNED, before.number, name=name)

    def _update_state(self, before: Issue, update: IssueUpdate) -> None:
        if update.reason is not None and update.state is not State.CLOSED:
            raise RejectedError(f"`{update.reason}` is a reason for closing, and nothing is closed")
        if update.state is State.OPEN and before.state is State.CLOSED:
            self._set_state(before.number, State.OPEN, None)
            self.log(EventKind.REOPENED, before.number)
        elif update.state is State.CLOSED:
            # As on GitHub: closed without a reason is completed, and a reason can be changed later.
            reason = update.reason or before.reason or Reason.COMPLETED
            if (before.state, before.reason) != (State.CLOSED, reason):
                self._set_state(before.number, State.CLOSED, reason)
                self.log(EventKind.CLOSED, before.number, reason=reason)

    def _set_state(self, number: int, state: State, reason: Reason | None) -> None:
        self.connection.execute("UPDATE issues SET state = ?, reason = ? WHERE number = ?", (state, reason, number))

    def comment(self, number: int, body: str, *, locked: bool) -> None:
        """Add a comment; on a locked issue only for those who may write."""
        limits.check_comment(body)
        if locked and self.actor.role not in {Role.WRITE, Role.SELF}:
            raise NotAuthorisedError(
                f"issue #{number} is locked: only people with write access comment on it",
                hint="Ask one of them to unlock it.",
            )
        self.connection.execute(
            "INSERT INTO comments (issue, author, role, at, body) VALUES (?, ?, ?, ?, ?)",
            (number, self.actor.name, self.actor.role, self.now, body),
        )
        self.log(EventKind.COMMENTED, number)

    def link(self, number: int, type_: str, other: int) -> None:
        """Tie two issues, unless they are tied already."""
        _check_link(number, type_, other)
        cursor = self.connection.execute(
            "INSERT INTO links (issue, type, other) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (number, type_, other)
        )
        if cursor.rowcount:
            self.log(EventKind.LINKED, number, type=type_, other=other)

    def unlink(self, number: int, type_: str, other: int) -> None:
        """Untie two issues, where they are tied."""
        _check_link(number, type_, other)
        cursor = self.connection.execute(
            "DELETE FROM links WHERE issue = ? AND type = ? AND other = ?", (number, type_, other)
        )
        if cursor.rowcount:
            self.log(EventKind.UNLINKED, number, type=type_, other=other)

    def set_locked(self, before: Issue, *, locked: bool) -> None:
        """Lock or unlock an issue."""
        if before.locked != locked:
            self.connection.execute("UPDATE issues SET locked = ? WHERE number = ?", (locked, before.number))
            self.log(EventKind.LOCKED if locked else EventKind.UNLOCKED, before.number)

    def delete(self, before: Issue) -> None:
        """Delete an issue with its comments and links; the log keeps that it was, and its number stays taken."""
        identity = _identity(before)
        detail = {} if identity is None else {"identity": identity}
        self.log(EventKind.DELETED, before.number, title=before.title, **detail)
        self.connection.execute("DELETE FROM issues WHERE number = ?", (before.number,))

    def _set(self, number: int, column: str, value: object) -> None:
        self.connection.execute(f"UPDATE issues SET {column} = ? WHERE number = ?", (value, number))  # noqa: S608 - column is ours

    def _tie(self, table: str, column: str, number: int, value: object) -> None:
        self.connection.execute(
            f"INSERT INTO {table} (issue, {column}) VALUES (?, ?) ON CONFLICT DO NOTHING",  # noqa: S608 - names are ours
            (number, value),
        )

    def _milestone_row(self, title: str | None) -> int | None:
        if title is None:
            return None
        row = self.connection.execute("SELECT id FROM milestones WHERE title = ?", (title,)).fetchone()
        if row is None:
            raise RejectedError(f"there is no milestone `{title}`", hint="Create the milestone first.")
        return int(row[0])


def _identity(issue: Issue) -> str | None:
    """The item that an issue stood for, if it is known."""
    if issue.author.role not in TRUSTED:
        return None
    try:
        marker = read_marker(issue.body)
    except NewerMarkerError:  # it can be deleted all the same
        return None
    return marker.identity if isinstance(marker, Marker) else None


def _row_id(cursor: sqlite3.Cursor) -> int:
    assert cursor.lastrowid is not None  # noqa: S101 - an INSERT has one
    return cursor.lastrowid


def _by_key(names: Iterable[str]) -> dict[str, str]:
    return {name.casefold(): name for name in sorted(names)}


def _unmade(name: str) -> Label:
    """A label that is used before anybody made it; GitHub makes it, in this colour."""
    return Label(name, DEFAULT_LABEL_COLOUR)


def _check_link(number: int, type_: str, other: int) -> None:
    if type_ not in CAPABILITIES.links:
        raise RejectedError(
            f"`{type_}` is no kind of link here", hint=f"Known: {', '.join(sorted(CAPABILITIES.links))}."
        )
    if number == other:
        raise RejectedError(f"issue #{number} cannot be tied to itself")
