"""What we left in files ourselves, so that it is not taken for a person's work."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapkeeper.adapters.sqlite_tracker.access import Access

_KEPT = 20  # texts of each document; one that was left longer ago has long been committed


class OwnEdits:
    """Digests of the bytes that were written to each document. Paths are relative to the documents' folder.

    More than the last one is kept: folders of several clones can share a tracker.
    """

    def __init__(self, access: Access) -> None:
        self._access = access

    def remember(self, texts: Mapping[str, bytes]) -> None:
        """These bytes are going to be written, by path."""
        with self._access.writing() as write:
            for path, data in texts.items():
                known = {"path": os.fsencode(path), "new": _digest(data), "at": write.now, "kept": _KEPT}
                write.connection.execute(
                    "INSERT INTO own_edits VALUES (:path, :new, :at) ON CONFLICT DO UPDATE SET at = excluded.at", known
                )
                write.connection.execute(
                    "DELETE FROM own_edits WHERE path = :path AND digest NOT IN (SELECT digest FROM own_edits"
                    " WHERE path = :path ORDER BY digest = :new DESC, at DESC LIMIT :kept)",
                    known,
                )

    def are_ours(self, path: str, data: bytes) -> bool:
        """Whether we wrote exactly these bytes."""
        with self._access.reading() as connection:
            found = connection.execute(
                "SELECT 1 FROM own_edits WHERE path = ? AND digest = ?", (os.fsencode(path), _digest(data))
            )
            return found.fetchone() is not None


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
