"""What the service remembers, in one SQLite file: the queue, webhook deliveries, runs, and who may work on it."""

from gapkeeper.adapters.sqlite_state.state import SqliteState, open_state

__all__ = ["SqliteState", "open_state"]
