"""The embedded tracker: issues in one SQLite file, with no token, no server and no network.

It is a part of the product and not a stand-in: same limits and habits as GitHub, and one record more,
an append-only log of who did what, in which role, and when.
"""

from gapkeeper.adapters.sqlite_tracker.location import DEFAULT_URL, database_path
from gapkeeper.adapters.sqlite_tracker.records import ACCOUNT, CAPABILITIES, SELF, Comment, Event, EventKind
from gapkeeper.adapters.sqlite_tracker.tracker import SqliteTracker, open_reader, open_tracker, utc_now

__all__ = [
    "ACCOUNT",
    "CAPABILITIES",
    "DEFAULT_URL",
    "SELF",
    "Comment",
    "Event",
    "EventKind",
    "SqliteTracker",
    "database_path",
    "open_reader",
    "open_tracker",
    "utc_now",
]
