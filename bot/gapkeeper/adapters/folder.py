"""Documents of a folder as it is. It needs no git, and what lies above the folder is never looked at."""

from __future__ import annotations

import os
import stat
from functools import cached_property
from typing import TYPE_CHECKING

from gapkeeper.adapters.selection import POINTER, SIZE_LIMIT, TOO_LONG, Entry, Selection, inside, is_pointer
from gapkeeper.errors import DocumentsError, UsageError
from gapkeeper.model.documents import Document

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

# A pipe must not be waited for, and a link must not be followed out of the folder.
_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


class FolderDocuments:
    """The planning documents of any folder.

    Symbolic links are not read: a link that leaves the folder leads to somebody else's text, and one that stays
    leads to a file that is read under its own name.
    """

    def __init__(self, folder: Path, include: Iterable[str], exclude: Iterable[str]) -> None:
        """Raises `UsageError` where there is no such folder."""
        if not folder.is_dir():
            there = folder.exists()
            raise UsageError(
                f"{folder} is a file, not a folder" if there else f"there is no folder {folder}",
                hint="Name the folder that holds the documents; [documents] include chooses files in it."
                if there
                else "Name a folder that exists; without a name, the current folder is read.",
            )
        self._top = folder.resolve()
        self._selection = Selection(include, exclude)
        self._names: dict[str, frozenset[str]] = {}

    @cached_property
    def revision(self) -> str | None:
        """The commit that is checked out; None where the folder is not the top of a repository."""
        if not self._is_repository:
            return None
        from gapkeeper.adapters.checkout import head  # noqa: PLC0415  only for repositories

        try:
            return head(self._top)
        except DocumentsError:  # only git itself can tell, and there is none
            return None

    def documents(self) -> Iterator[Document]:
        """The documents, sorted by path in byte order, each read when it is asked for.

        Raises `DocumentsError` where the folder itself cannot be listed.
        """
        try:
            for path, error in self._selection.walk(self):
                yield self._read(path) if error is None else Document(path, None, _unlisted(error))
        except OSError as error:
            raise DocumentsError(f"{self._top} cannot be listed: {error.strerror}", hint="Make it readable.") from error

    def exists(self, path: str) -> bool:
        """Whether something is there, in exactly these letters, and not outside of the folder."""
        parts = inside(path)
        if parts is None:
            return False
        for depth, name in enumerate(parts):
            if name not in self._listed("/".join(parts[:depth])):
                return False
        return self._top.joinpath(*parts).resolve().is_relative_to(self._top)

    def commit_dates(self, paths: Collection[str]) -> Mapping[str, dt.date]:
        """The day of the last commit of each path; none where the folder is not the top of a repository."""
        if not paths or self.revision is None:
            return {}
        from gapkeeper.adapters.git import commit_dates  # noqa: PLC0415  only for repositories

        try:
            return commit_dates(self._top, paths, self.revision)
        except DocumentsError:  # reading a folder needs no git, and none that trusts it
            return {}

    def entries(self, folder: str) -> Iterable[Entry]:
        """What is in a folder; nothing where it is a repository of its own inside of this one: a submodule."""
        with os.scandir(self._top / folder) as scan:
            found = [Entry(entry.name, entry.is_dir(follow_symlinks=False)) for entry in scan if not entry.is_symlink()]
        if folder and self._is_repository and any(entry.name == ".git" for entry in found):
            return []
        return found

    def ignore_file(self, folder: str) -> bytes | None:
        """The text of a folder's `.gitignore`; git does not read it through a link either."""
        try:
            return _bytes(f"{self._top}/{folder}.gitignore")
        except OSError:
            return None

    @cached_property
    def _is_repository(self) -> bool:
        return os.path.lexists(self._top / ".git")

    def _listed(self, folder: str) -> frozenset[str]:
        if folder not in self._names:
            try:
                self._names[folder] = frozenset(child.name for child in (self._top / folder).iterdir())
            except OSError:
                self._names[folder] = frozenset()
        return self._names[folder]

    def _read(self, path: str) -> Document:
        try:
            data = _bytes(f"{self._top}/{path}")
        except FileNotFoundError:
            return Document(path, None, "it vanished while the folder was read; run the command again")
        except OSError as error:
            reason = (error.strerror or "error").lower()
            return Document(path, None, f"{reason}; make it readable, or exclude it: [documents] exclude")
        if data is None:
            return Document(path, None, "it is not a regular file; take it away, or exclude it: [documents] exclude")
        if len(data) > SIZE_LIMIT:
            return Document(path, None, TOO_LONG)
        return Document(path, None, POINTER) if is_pointer(data) else Document(path, data)


def _bytes(path: str) -> bytes | None:
    """What stands in a file, up to one byte more than the limit; None where it is no regular file."""
    with open(path, "rb", opener=lambda name, flags: os.open(name, flags | _FLAGS)) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            return None
        # One byte more than there should be, and not the limit: a buffer of its size costs more than the reading.
        data = file.read(min(status.st_size, SIZE_LIMIT) + 1)
        return data if len(data) <= status.st_size else data + file.read(SIZE_LIMIT + 1 - len(data))


def _unlisted(error: OSError) -> str:
    reason = (error.strerror or "error").lower()
    return f"the folder cannot be listed: {reason}; make it readable, or exclude it: [documents] exclude"
