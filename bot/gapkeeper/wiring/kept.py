"""Files that are kept between runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.adapters.sqlite_tracker.location import DEFAULT_FOLDER, prepare_folder, refuse_what_cannot_be_a_tracker
from gapkeeper.errors import UnavailableError

if TYPE_CHECKING:
    from pathlib import Path


def kept_in(folder: Path, name: str) -> Path | None:
    """The file of this name that is kept between runs; None where none can be made."""
    path = folder / DEFAULT_FOLDER / name
    try:
        refuse_what_cannot_be_a_tracker(path)
        prepare_folder(path)
    except UnavailableError:
        return None
    return path
