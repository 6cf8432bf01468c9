"""Where the tracker file is, and the folder it lives in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.adapters.sqlite_tracker.schema import KIND
from gapkeeper.errors import ConfigurationError, UnavailableError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

SCHEME = "sqlite:"
DEFAULT_FOLDER = ".gapkeeper"
DEFAULT_URL = f"{SCHEME}{DEFAULT_FOLDER}/tracker.db"


def database_path(url: str, folder: Path, *, confined: bool = False) -> Path:
    """The file that a URL of the form ``sqlite:PATH`` names; a relative PATH starts at ``folder``.

    Args:
        url: The tracker as it was named.
        folder: Where a relative path starts.
        confined: The file has to be within the folder, symbolic links followed: for a URL that a repository's
            own configuration names.

    Raises:
        UsageError: The URL names another kind of tracker, or no file.
        ConfigurationError: The file is not within the folder and has to be.
    """
    path = url.removeprefix(SCHEME)
    if path == url or not path.strip() or "\0" in path:
        raise UsageError(
            f"`{url}` does not name an embedded tracker",
            hint=f"Write sqlite:PATH with the path of its file, for example {DEFAULT_URL}.",
        )
    found = folder / path
    if confined and not found.resolve().is_relative_to(folder.resolve()):
        raise ConfigurationError(
            f"the tracker {url} is not within {folder}",
            hint="A configuration in a repository may name a file inside its own folder only; --tracker may name any.",
        )
    return found


def refuse_what_cannot_be_a_tracker(path: Path) -> None:
    """Raise `UnavailableError` for a folder, a pipe or a device, and for links out of the default place.

    `.gapkeeper` can come with a cloned repository: a link there would lead out of it. A link elsewhere
    is the operator's own.
    """
    KIND.refuse_what_is_no_file(path)
    if path.parent.name == DEFAULT_FOLDER:
        for place in (path.parent, path):
            if place.is_symlink():
                raise UnavailableError(
                    f"{place} is a symbolic link; the tracker is neither read nor written through it",
                    hint="Remove the link, or name the file it leads to: --tracker sqlite:PATH.",
                )


def prepare_folder(path: Path) -> None:
    """Make the default folder, which ignores itself in git; any other folder has to be there.

    Raises:
        UnavailableError: there is no such folder, and none can be made.
    """
    folder = path.parent
    try:
        if folder.name == DEFAULT_FOLDER and folder.parent.is_dir():
            folder.mkdir(exist_ok=True)
            _ignore(folder)
    except OSError as error:
        raise UnavailableError(
            f"{folder} cannot be prepared for the tracker: {error.strerror}",
            hint="Free space or permissions there, or name another file: --tracker sqlite:PATH.",
        ) from error
    refuse_missing_folder(path)


def refuse_missing_folder(path: Path) -> None:
    """Raise `UnavailableError` where there is no folder for a tracker, and none that is made with it."""
    folder = path.parent
    if not folder.is_dir() and not (folder.name == DEFAULT_FOLDER and folder.parent.is_dir()):
        raise UnavailableError(
            f"there is no folder {folder} to hold the tracker", hint="Make it, or name a file in a folder that exists."
        )


def _ignore(folder: Path) -> None:
    """Write the `.gitignore`, unless a person did. An empty one is what a full disk left of ours."""
    file = folder / ".gitignore"
    if not file.is_symlink() and not (file.exists() and file.stat().st_size):
        file.write_text("*\n", encoding="utf-8")
