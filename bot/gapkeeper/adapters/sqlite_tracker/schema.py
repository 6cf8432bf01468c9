"""The tables, and how a file of an older version becomes one of this.

A migration is a tuple of statements; the file's ``user_version`` says how many were applied. To change
the tables, append a migration: one that has been released is never edited.
"""

from __future__ import annotations

#: Marks the file as ours ("GapK").
APPLICATION_ID = 0x4761_704B

_FIRST = (
    # A handful of facts about the tracker as a whole.
    "CREATE TABLE meta (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) WITHOUT ROWID",
    # Everybody who ever wrote, with the role in force; the log keeps the role of the time.
    """CREATE TABLE people (
        name TEXT PRIMARY KEY NOT NULL,
        role TEXT NOT NULL CHECK (role IN ('write', 'read', 'bot', 'self'))
    ) WITHOUT ROWID""",
    # `key` is the case-folded name: SQLite's NOCASE knows ASCII only.
    """CREATE TABLE labels (
        id INTEGER PRIMARY KEY,
        key TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        colour TEXT NOT NULL,
        description TEXT NOT NULL
    )""",
    "CREATE TABLE milestones (id INTEGER PRIMARY KEY, title TEXT NOT NULL UNIQUE)",
    # AUTOINCREMENT: the number of a deleted issue is not given again.
    """CREATE TABLE issues (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        title TEXT NOT NULL,
        body TEXT NOT NULL,
        author TEXT NOT NULL REFERENCES people (name) DEFERRABLE INITIALLY DEFERRED,
        state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
        reason TEXT CHECK (reason IN ('completed', 'not_planned', 'duplicate')),
        milestone INTEGER REFERENCES milestones (id),
        locked INTEGER NOT NULL DEFAULT 0 CHECK (locked IN (0, 1)),
        updated_at TEXT NOT NULL,
        CHECK ((reason IS NULL) = (state = 'open'))
    )""",
    """CREATE TABLE issue_labels (
        issue INTEGER NOT NULL REFERENCES issues (number) ON DELETE CASCADE,
        label INTEGER NOT NULL REFERENCES labels (id),
        PRIMARY KEY (issue, label)
    ) WITHOUT ROWID""",
    """CREATE TABLE assignees (
        issue INTEGER NOT NULL REFERENCES issues (number) ON DELETE CASCADE,
        name TEXT NOT NULL,
        PRIMARY KEY (issue, name)
    ) WITHOUT ROWID""",
    """CREATE TABLE links (
        issue INTEGER NOT NULL REFERENCES issues (number) ON DELETE CASCADE,
        type TEXT NOT NULL CHECK (type IN ('blocked_by')),
        other INTEGER NOT NULL REFERENCES issues (number) ON DELETE CASCADE,
        PRIMARY KEY (issue, type, other),
        CHECK (issue <> other)
    ) WITHOUT ROWID""",
    "CREATE INDEX links_by_other ON links (other)",
    """CREATE TABLE comments (
        id INTEGER PRIMARY KEY,
        issue INTEGER NOT NULL REFERENCES issues (number) ON DELETE CASCADE,
        author TEXT NOT NULL,
        role TEXT NOT NULL,
        at TEXT NOT NULL,
        body TEXT NOT NULL
    )""",
    "CREATE INDEX comments_by_issue ON comments (issue)",
    # No foreign key: the log outlives the issue. Times are UTC in ISO 8601, `detail` is JSON.
    """CREATE TABLE events (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        issue INTEGER,
        kind TEXT NOT NULL,
        actor TEXT NOT NULL,
        role TEXT NOT NULL,
        at TEXT NOT NULL,
        detail TEXT NOT NULL
    )""",
    "CREATE INDEX events_by_issue ON events (issue)",
    # Who closed or reopened last is asked for every issue of every snapshot.
    "CREATE INDEX events_of_state ON events (issue, id) WHERE kind IN ('closed', 'reopened')",
    "CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END",
    "CREATE TRIGGER events_are_kept BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (_FIRST,)
