"""Files that are kept between runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.adapters.sqlite_tracker.location import DEFAULT_FOLDER, prepare_folder, refuse_what_cannot_be_a_tracker
from gapkeeper.errors import UnavailableError

if TYPE_CHECKING:
    from pathlib import Path


def kept_in(folder: Path | None, name: str) -> Path | None:
    """The file of this name that a folder's runs keep; None where none can be made, or there is no folder."""
    if folder is None:
        return None
    path = folder / DEFAULT_FOLDER / name
    try:
        refuse_what_cannot_be_a_tracker(path)
        prepare_folder(path)
    except UnavailableError:
        return None
    return path
