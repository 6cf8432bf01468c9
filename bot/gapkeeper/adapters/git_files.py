"""What git knows of files: as they are committed, as they are staged, and whether a file's bytes are those."""

from __future__ import annotations

import hashlib
import os
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.adapters import git_command
from gapkeeper.errors import DocumentsError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

#: What is read of a list of files: some 500,000 of them.
LISTING = 64_000_000  # bytes
_NAMED = 500  # paths; above, everything is listed instead of named on a command line


class Blob(NamedTuple):
    """A file of a commit."""

    mode: str  # 100644, 100755
    id: str


class Staged(NamedTuple):
    """A file of the index."""

    blob: Blob
    conflict: bool = False
    skipped: bool = False  # by a sparse checkout: it is not in the work tree
    unwatched: bool = False  # `git update-index --assume-unchanged`


class LineEnds(StrEnum):
    """What a checkout did to the line ends of a committed file."""

    KEPT = "kept"
    CRLF = "crlf"
    LF = "lf"

    def of(self, data: bytes) -> bytes:
        """Committed bytes as this checkout has them."""
        if self is LineEnds.KEPT:
            return data
        plain = data.replace(b"\r\n", b"\n")
        return plain if self is LineEnds.LF else plain.replace(b"\n", b"\r\n")


def committed_files(folder: Path, commit: str, paths: Collection[str] = ()) -> dict[str, Blob]:
    """The files of a commit below a folder, by their path from there; all, or these alone."""
    found: dict[str, Blob] = {}
    for line in listed(folder, commit, paths):
        facts, _, name = line.partition(b"\t")
        mode, _, blob = facts.decode("ascii").split(" ")
        found[os.fsdecode(name)] = Blob(file_mode(mode), blob)
    return found


def listed(folder: Path, commit: str, paths: Collection[str] = ()) -> Iterator[bytes]:
    """What a commit holds below a folder, or these paths alone: `100644 blob NAME<tab>PATH`, in git's order.

    Raises `DocumentsError` where there is too much, see `Weight`, or git cannot read it.
    """
    weight = Weight()
    with git_command.Stream(folder, ("ls-tree", "-r", "-z", commit, "--", *paths)) as lines:
        for line in lines:
            weight.add(len(line))
            yield line


class Weight:
    """What the files of a commit take of the memory: a few small objects can say that there are billions."""

    def __init__(self) -> None:
        self._left = LISTING

    def add(self, length: int) -> None:
        """Raise `DocumentsError` where that is too much."""
        self._left -= length
        if self._left < 0:
            raise DocumentsError(
                f"the repository has more files and folders than can be looked at: {LISTING / 1_000_000:g} MB of names",
                hint="Keep the documents in a repository of their own: patterns of [documents] do not make that less, "
                "since they choose from all files.",
            )


def file_mode(mode: str) -> str:
    """A mode as git writes it today; one of long ago wrote 100664, too."""
    if not mode.startswith("100"):
        return mode
    return "100755" if int(mode, 8) & 0o100 else "100644"


def staged_files(folder: Path, paths: Collection[str] = ()) -> dict[str, Staged]:
    """The index below a folder, by the path from there; of all files, or of these at least."""
    named = sorted(paths) if len(paths) <= _NAMED else []
    found: dict[str, Staged] = {}
    for line in git_command.output(folder, "ls-files", "--stage", "-v", "-z", "--", *named).split(b"\0"):
        facts, _, name = line.partition(b"\t")
        if name:
            tag, mode, blob, stage = facts.decode("ascii").split(" ")
            found[os.fsdecode(name)] = Staged(Blob(mode, blob), stage != "0", tag in "Ss", tag.islower())
    return found


def blob_id(data: bytes, like: str) -> str:
    """The name that git gives to bytes, in the form of another name: SHA-1, or SHA-256."""
    return object_id(b"blob", data, like)


def object_id(kind: bytes, data: bytes, like: str) -> str:
    """The name of any object."""
    digest = hashlib.sha1(usedforsecurity=False) if len(like) == 40 else hashlib.sha256()
    digest.update(b"%s %d\0" % (kind, len(data)))
    digest.update(data)
    return digest.hexdigest()


def line_ends(data: bytes, committed: bytes) -> LineEnds | None:
    """How a checkout made these bytes of the committed ones; None where they differ in more than line ends."""
    return next((ends for ends in LineEnds if ends.of(committed) == data), None)


def local_change(
    data: bytes | None, committed: Blob | None, staged: Staged | None, read: Callable[[str], bytes | None]
) -> str | None:
    """What a file has that nobody committed, for people; None where it has nothing.

    A file that git does not track has nothing committed to protect.

    Args:
        data: The bytes of the file; None where there is no file.
        committed: The file in the newest commit.
        staged: The file in the index.
        read: Reads a blob; None where git cannot.
    """
    if staged is not None and staged.conflict:
        return "is in conflict"
    if committed != (None if staged is None else staged.blob):
        return "has staged changes that nobody committed"
    if committed is None:
        return None
    if data is None:
        return None if staged is not None and staged.skipped else "was deleted, and nobody committed that"
    return None if _same(data, committed.id, read) else "has changes that nobody committed"


def _same(data: bytes, blob: str, read: Callable[[str], bytes | None]) -> bool:
    if blob in {blob_id(ends.of(data), blob) for ends in LineEnds}:  # all but mixed line ends, and without asking git
        return True
    committed = read(blob)
    return committed is not None and line_ends(data, committed) is not None
