"""The tables, and how a file of an older version becomes one of this.

To change the tables, append a migration: one that has been released is never edited.
Moments are whole microseconds since 1970, UTC (see `values`): they sort, and lose nothing.
"""

from __future__ import annotations

from gapkeeper.adapters.sqlite_file import Kind

_FIRST = (
    # AUTOINCREMENT: a worker that comes back late finds no other job under the number of its own.
    """CREATE TABLE jobs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        repository TEXT NOT NULL,
        pull INTEGER NOT NULL,
        state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'dead')),
        reasons TEXT NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        queued_at INTEGER NOT NULL,
        due_at INTEGER NOT NULL,
        started_at INTEGER,
        error TEXT
    )""",
    "CREATE UNIQUE INDEX one_waits ON jobs (kind, repository, pull) WHERE state = 'queued'",
    "CREATE UNIQUE INDEX one_runs ON jobs (repository) WHERE state = 'running'",
    "CREATE UNIQUE INDEX one_is_dead ON jobs (kind, repository, pull) WHERE state = 'dead'",
    "CREATE INDEX waiting ON jobs (due_at, id) WHERE state = 'queued'",
    """CREATE TABLE deliveries (
        forge TEXT NOT NULL,
        id TEXT NOT NULL,
        event TEXT NOT NULL,
        accepted_at INTEGER NOT NULL,
        PRIMARY KEY (forge, id)
    ) WITHOUT ROWID""",
    "CREATE INDEX deliveries_by_age ON deliveries (accepted_at)",
    # AUTOINCREMENT: the order in which they ended, whatever the clock says.
    """CREATE TABLE runs (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        repository TEXT NOT NULL,
        pull INTEGER NOT NULL,
        reasons TEXT NOT NULL,
        started_at INTEGER NOT NULL,
        ended_at INTEGER NOT NULL,
        outcome TEXT NOT NULL,
        revision TEXT,
        score REAL,
        open_items INTEGER,
        counts TEXT NOT NULL,
        error TEXT,
        hint TEXT
    )""",
    "CREATE INDEX runs_of_repository ON runs (repository, number)",
    "CREATE INDEX runs_by_age ON runs (ended_at)",
    # `known` is JSON: its fields may be lost, and names from git may be no text.
    """CREATE TABLE repositories (
        name TEXT PRIMARY KEY NOT NULL,
        known TEXT NOT NULL DEFAULT '{}',
        last INTEGER REFERENCES runs (number),
        last_good_at INTEGER,
        failures INTEGER NOT NULL DEFAULT 0,
        paused_until INTEGER
    ) WITHOUT ROWID""",
    "CREATE INDEX last_runs ON repositories (last)",
    """CREATE TABLE reviewed (
        repository TEXT NOT NULL,
        pull INTEGER NOT NULL,
        seen TEXT NOT NULL,
        PRIMARY KEY (repository, pull)
    ) WITHOUT ROWID""",
)

KIND = Kind(
    name="state",
    application_id=0x4761_7053,  # "GapS"
    migrations=(_FIRST,),
    another='url = "sqlite:PATH" in [state]',
    mend="Put a copy of the file back, or move it aside: the service then makes a new one, "
    "and finds what there is to do by looking at every repository.",
    wait="Wait until it has ended and start again. What was asked for just now was not written.",
)
