"""The configuration file of a commit: what a pull request is to obey, whatever its own work tree says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.adapters import git_command, git_files
from gapkeeper.adapters.git import resolve
from gapkeeper.errors import ConfigurationError
from gapkeeper.settings import files

if TYPE_CHECKING:
    from pathlib import Path

    from gapkeeper.adapters.git_files import Blob

_SHOWN = 10  # hexadecimal digits of a commit's name


def where(folder: Path, revision: str) -> files.Where:
    """The files of a commit, below the folder. Symbolic links and submodules are none.

    Raises `DocumentsError` where there is no such commit.
    """
    commit = resolve(folder, revision)
    there = candidates(folder, commit)
    before = f"{commit[:_SHOWN] if revision == commit else revision}:"

    def read(name: str) -> bytes | None:
        return _read(folder, there[name], before + name) if name in there else None

    return files.Where(read, before)


def candidates(folder: Path, commit: str) -> dict[str, Blob]:
    """The files of a commit that a configuration may stand in, by the path below the folder."""
    found = git_files.committed_files(folder, commit, [name for name, _ in files.PLACES])
    return {name: file for name, file in found.items() if file.mode.startswith("100")}


def _read(folder: Path, file: Blob, shown: str) -> bytes:
    with git_command.Blobs(folder) as blobs:
        data = next(blobs.read([file.id], files.LIMIT))
    if data is None:
        raise ConfigurationError(
            f"{shown} cannot be read by git", hint="Fetch what this clone lacks, or run `git fsck`."
        )
    return data
