"""The history of a repository's documents, from git, and from what is kept of it between runs."""

from __future__ import annotations

import hashlib
from contextlib import closing
from typing import TYPE_CHECKING

from gapkeeper import __version__
from gapkeeper.adapters.commit_line import CommitLine
from gapkeeper.adapters.known_points import KeptPoints
from gapkeeper.app.history import read_history
from gapkeeper.settings.mapping import reading_rules
from gapkeeper.wiring.kept import kept_in

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from gapkeeper.model.history import ReadinessHistory
    from gapkeeper.settings.load import Settings

_VERSION = 1  # raised whenever the same documents give another point


def history_of_readiness(
    settings: Settings, folder: Path, rev: str | None, *, since: dt.date | None = None, limit: int | None = None
) -> ReadinessHistory:
    """What the documents said at every commit that touched one; arguments as for `app.history.read_history`.

    Raises `UsageError` where there is no such folder, `DocumentsError` where there is no such revision.
    """
    documents, rules = settings.repository.documents, reading_rules(settings.repository)
    with CommitLine(folder, rev, documents.include, documents.exclude) as line:
        patterns = (tuple(documents.include), tuple(documents.exclude))
        scope = repr((_VERSION, __version__, str(folder.resolve()), rules.digest(), patterns, sorted(line.cut)))
        digest = hashlib.blake2b(scope.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()
        with closing(KeptPoints(kept_in(folder, "history.db"), digest)) as known:
            return read_history(line, rules, known, since=since, limit=limit)
