"""Rows to values. Every function reads inside the transaction of its caller."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from typing import TYPE_CHECKING

from gapkeeper.adapters.sqlite_tracker.records import Comment, Event, EventKind
from gapkeeper.errors import NotFoundError
from gapkeeper.model.snapshot import Actor, Issue, Label, Reason, Role
from gapkeeper.model.status import State
from gapkeeper.planning.marker import MARKER_PREFIX

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

# Ranges of numbers: (n, n) is one issue, (0, ANY) all of them, and the indices serve both.
ANY = 2**63 - 1

_ISSUES = """
    SELECT number, issues.title, body, state, reason, author, people.role, milestones.title, locked, updated_at,
        EXISTS (SELECT 1 FROM issue_labels JOIN labels ON labels.id = label WHERE issue = number AND key = :label)
        OR instr(body, :marker) > 0 AS managed
    FROM issues JOIN people ON people.name = author LEFT JOIN milestones ON milestones.id = milestone
    WHERE number BETWEEN :first AND :last
    ORDER BY number
"""
_LABELS = "SELECT issue, name FROM issue_labels JOIN labels ON labels.id = label WHERE issue BETWEEN ? AND ?"
_ASSIGNEES = "SELECT issue, name FROM assignees WHERE issue BETWEEN ? AND ?"
_LINKS = "SELECT issue, type, other FROM links WHERE issue BETWEEN ? AND ?"
# SQLite takes the other columns from the row that has the maximum.
_STATE_CHANGES = """
    SELECT issue, actor, role, at, max(id) FROM events
    WHERE kind IN ('closed', 'reopened') AND issue BETWEEN ? AND ?
    GROUP BY issue
"""
_EVENTS = "SELECT id, kind, actor, role, at, issue, detail FROM events"


def issues(
    connection: sqlite3.Connection, url: str, *, first: int = 0, last: int = ANY, managed_label: str = ""
) -> Iterator[tuple[Issue, bool]]:
    """The issues of a range of numbers in their order, and whether each has the label or a marker."""
    bounds = (first, last)
    labels: dict[int, set[str]] = defaultdict(set)
    for number, name in connection.execute(_LABELS, bounds):
        labels[number].add(name)
    assignees: dict[int, set[str]] = defaultdict(set)
    for number, name in connection.execute(_ASSIGNEES, bounds):
        assignees[number].add(name)
    links: dict[int, set[tuple[str, int]]] = defaultdict(set)
    for number, type_, other in connection.execute(_LINKS, bounds):
        links[number].add((type_, other))
    moved = {
        number: (Actor(name, Role(role)), dt.datetime.fromisoformat(at))
        for number, name, role, at, _ in connection.execute(_STATE_CHANGES, bounds)
    }
    parameters = {"first": first, "last": last, "label": managed_label.casefold(), "marker": MARKER_PREFIX}
    for row in connection.execute(_ISSUES, parameters):
        number, title, body, state, reason, author, role, milestone, locked, updated_at, managed = row
        state_actor, state_at = moved.get(number, (None, None))
        issue = Issue(
            number=number,
            title=title,
            body=body,
            state=State(state),
            author=Actor(author, Role(role)),
            reason=None if reason is None else Reason(reason),
            labels=frozenset(labels[number]),
            milestone=milestone,
            assignees=frozenset(assignees[number]),
            url=f"{url}#{number}",
            state_actor=state_actor,
            state_at=state_at,
            updated_at=dt.datetime.fromisoformat(updated_at),
            links=frozenset(links[number]),
            locked=bool(locked),
        )
        yield issue, bool(managed)


def issue(connection: sqlite3.Connection, url: str, number: int) -> Issue:
    """One issue. `NotFoundError` where there is none, with what became of it."""
    for found, _ in issues(connection, url, first=number, last=number):
        return found
    raise missing(connection, url, number)


def require(connection: sqlite3.Connection, url: str, number: int) -> None:
    """Raise `NotFoundError` where there is no such issue."""
    if connection.execute("SELECT 1 FROM issues WHERE number = ?", (number,)).fetchone() is None:
        raise missing(connection, url, number)


def missing(connection: sqlite3.Connection, url: str, number: int) -> NotFoundError:
    """The error that says whether the issue was deleted, by whom, or was never there."""
    row = connection.execute(
        "SELECT actor, at FROM events WHERE issue = ? AND kind = ?", (number, EventKind.DELETED)
    ).fetchone()
    if row is None:
        return NotFoundError(f"{url} has no issue #{number}", hint="`gapkeeper issues list` shows what there is.")
    return NotFoundError(f"issue #{number} of {url} was deleted by {row[0]} on {row[1][:10]}")


def gone(connection: sqlite3.Connection) -> dict[str, int]:
    """The identities of deleted issues, each with the number of the last one."""
    rows = connection.execute("SELECT issue, detail FROM events WHERE kind = ? ORDER BY id", (EventKind.DELETED,))
    details = ((number, json.loads(detail)) for number, detail in rows)
    return {detail["identity"]: number for number, detail in details if "identity" in detail}


def labels(connection: sqlite3.Connection) -> dict[str, Label]:
    """The labels of the project, by name."""
    rows = connection.execute("SELECT name, colour, description FROM labels ORDER BY key")
    return {name: Label(name, colour, description) for name, colour, description in rows}


def milestones(connection: sqlite3.Connection) -> frozenset[str]:
    """The titles of the milestones."""
    return frozenset(title for (title,) in connection.execute("SELECT title FROM milestones"))


def namespace(connection: sqlite3.Connection) -> str:
    """The ID of this tracker: 32 hexadecimal digits."""
    (value,) = connection.execute("SELECT value FROM meta WHERE key = 'namespace'").fetchone()
    return str(value)


def comments(connection: sqlite3.Connection, number: int) -> Iterator[Comment]:
    """The comments of one issue, oldest first."""
    rows = connection.execute("SELECT author, role, at, body FROM comments WHERE issue = ? ORDER BY id", (number,))
    for author, role, at, body in rows:
        yield Comment(Actor(author, Role(role)), dt.datetime.fromisoformat(at), body)


def events(connection: sqlite3.Connection, number: int | None) -> Iterator[Event]:
    """The log, oldest first; of one issue, or with None of everything."""
    rows = (
        connection.execute(f"{_EVENTS} ORDER BY id")
        if number is None
        else connection.execute(f"{_EVENTS} WHERE issue = ? ORDER BY id", (number,))
    )
    for id_, kind, actor, role, at, about, detail in rows:
        yield Event(
            id_, EventKind(kind), Actor(actor, Role(role)), dt.datetime.fromisoformat(at), about, json.loads(detail)
        )
