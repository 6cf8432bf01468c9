"""The tables, and how a file of an older version becomes one of this.

To change the tables, append a migration: one that has been released is never edited.
"""

from __future__ import annotations

from gapkeeper.adapters.sqlite_file import Kind

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

_SECOND = (
    # What was proposed from a local repository. `place` is the repository, as seen from the tracker's folder:
    # several clones can share a tracker. A proposal that people merged or whose branch they deleted is closed
    # by nobody that we know.
    """CREATE TABLE proposals (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        place BLOB NOT NULL,
        branch TEXT NOT NULL,
        title TEXT NOT NULL,
        body TEXT NOT NULL,
        head TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'merged', 'declined', 'withdrawn')),
        opened_at TEXT NOT NULL,
        closed_at TEXT,
        closed_by TEXT,
        closed_role TEXT CHECK (closed_role IN ('write', 'read', 'bot', 'self')),
        reason TEXT,
        CHECK ((closed_at IS NULL) = (state = 'open'))
    )""",
    "CREATE UNIQUE INDEX one_open_proposal ON proposals (place, branch) WHERE state = 'open'",
    # The commit that is being made, so that the next run can complete it; `detail` is the repository adapter's.
    "CREATE TABLE intents (place BLOB PRIMARY KEY NOT NULL, detail TEXT NOT NULL) WITHOUT ROWID",
    # What we left in files ourselves: paths are bytes, for names that are no text.
    """CREATE TABLE own_edits (
        path BLOB NOT NULL,
        digest BLOB NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (path, digest)
    ) WITHOUT ROWID""",
    # The journal: a run without an end was broken off, or is still at work.
    """CREATE TABLE runs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        started_at TEXT NOT NULL,
        revision TEXT,
        branch TEXT,
        fingerprint TEXT NOT NULL,
        planned INTEGER NOT NULL,
        write_back TEXT NOT NULL,
        ended_at TEXT,
        done INTEGER,
        failed INTEGER,
        exit_code INTEGER,
        stopped TEXT,
        CHECK ((ended_at IS NULL) = (exit_code IS NULL))
    )""",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (_FIRST, _SECOND)

KIND = Kind(
    name="tracker",
    application_id=APPLICATION_ID,
    migrations=MIGRATIONS,
    another="--tracker sqlite:PATH",
    mend="Put a copy of the file back, or move it aside: a sync then makes a new one from the documents.",
    wait="Wait until its run has ended and start again. What was asked for just now was not written.",
)
