"""Where the state is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.adapters.sqlite_state.schema import KIND
from gapkeeper.errors import UnavailableError

if TYPE_CHECKING:
    from pathlib import Path


def refuse_what_cannot_be_a_state(path: Path) -> None:
    """Raise `UnavailableError` for a link, a folder, a pipe or a device, and where there is no folder to be in.

    The lock lies beside the file: by two names of one file, two services could work on it at once.
    """
    if path.is_symlink():
        raise UnavailableError(f"{path} is a symbolic link", hint=f"Name the file that it leads to: {KIND.another}.")
    KIND.refuse_what_is_no_file(path)
    if not path.parent.is_dir():
        raise UnavailableError(
            f"there is no folder {path.parent} to hold the state", hint="Make it, or name a file in one that exists."
        )
