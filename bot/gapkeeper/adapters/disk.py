"""Whether there is room, and whether we may write. Asked without writing anything."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from gapkeeper.model.doctor import PlaceFacts

if TYPE_CHECKING:
    from pathlib import Path


def place_facts(
    what: str, path: Path, *, folder: bool = False, needed: bool = True, remedy: str | None = None
) -> PlaceFacts:
    """A file or ``folder`` that is going to be written to; where it is not there yet, the folder that it will be in."""
    there = path
    while not os.path.lexists(there) and there != there.parent:
        there = there.parent
    writable = _writable(there, folder=folder or there != path)
    return PlaceFacts(what, str(path), _free(there), writable, needed=needed, remedy=remedy)


def _free(there: Path) -> int | None:
    try:
        return shutil.disk_usage(there).free
    except OSError:
        return None


def _writable(there: Path, *, folder: bool) -> bool:
    if there.is_dir():
        return os.access(there, os.W_OK | os.X_OK)
    return not folder and os.access(there, os.W_OK)
