"""Documents of a commit, read through a forge's API: where there is no clone that has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from gapkeeper.adapters.selection import POINTER, SIZE_LIMIT, TOO_LONG, Entry, Selection, inside, is_pointer
from gapkeeper.model.documents import Document

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from gapkeeper.adapters.git_files import Blob

FOLDER = "040000"  # the mode of a folder
_FILES = frozenset({"100644", "100755"})


class Objects(Protocol):
    """What a project's git holds. ``root`` names the top of a commit as the forge calls it."""

    def folder(self, root: str, path: str) -> Mapping[str, Blob] | None:
        """What a folder holds, by name; None where there is no such folder."""

    def blob(self, name: str) -> bytes:
        """The bytes of a file."""


def file_in(objects: Objects, root: str, path: str) -> Blob | None:
    """A file; None where there is none: nothing, a folder, a symbolic link, a submodule."""
    folder, _, name = path.rpartition("/")
    entry = (objects.folder(root, folder) or {}).get(name)
    return entry if entry is not None and entry.mode in _FILES else None


class ProjectDocuments:
    """The planning documents of one commit, chosen by the same patterns as those of a folder.

    A folder costs a request, and a document one; what is excluded costs none.
    """

    def __init__(
        self, objects: Objects, commit: str, root: str, patterns: tuple[Iterable[str], Iterable[str]], prefix: str
    ) -> None:
        """``prefix`` is the folder that is read, with a slash at its end; empty: the top.

        ``patterns`` are those of documents, and of what is none.
        """
        self.revision: str | None = commit
        self._tree = _Tree(objects, root, prefix)
        self._selection = Selection(*patterns)

    def documents(self) -> Iterator[Document]:
        """The documents, sorted by path in byte order, each read when it is asked for."""
        for path, _ in self._selection.walk(self._tree):
            data = self._tree.read(path)
            if data is None or len(data) > SIZE_LIMIT:
                yield Document(path, None, TOO_LONG)
            elif is_pointer(data):
                yield Document(path, None, POINTER)
            else:
                yield Document(path, data)

    def exists(self, path: str) -> bool:
        """Whether the commit has a file or folder there, in exactly these letters."""
        parts = inside(path)
        return parts is not None and self._tree.has("/".join(parts))

    def commit_dates(self, paths: Collection[str]) -> Mapping[str, dt.date]:  # noqa: ARG002 - the port's signature
        """Nothing: the forge would be asked once for each document."""
        return {}


class _Tree(NamedTuple):
    """A commit as a tree to walk."""

    objects: Objects
    root: str
    prefix: str

    def entries(self, folder: str) -> Iterable[Entry]:
        found = self.objects.folder(self.root, f"{self.prefix}{folder}".rstrip("/")) or {}
        for name, entry in found.items():
            if entry.mode == FOLDER or entry.mode.startswith("100"):  # no symbolic links, no submodules
                yield Entry(name, is_folder=entry.mode == FOLDER)

    def ignore_file(self, folder: str) -> bytes | None:
        return self.read(f"{folder}.gitignore")

    def read(self, path: str) -> bytes | None:
        entry = file_in(self.objects, self.root, self.prefix + path)
        return None if entry is None else self.objects.blob(entry.id)

    def has(self, path: str) -> bool:
        folder, _, name = f"{self.prefix}{path}".rstrip("/").rpartition("/")
        found = self.objects.folder(self.root, folder) or {}
        return not name or (name in found and (found[name].mode == FOLDER or found[name].mode.startswith("100")))
