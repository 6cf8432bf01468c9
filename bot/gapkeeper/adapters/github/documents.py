"""Documents of a commit, read through GitHub's API: where there is no clone that has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.adapters.github.git_data import FOLDER
from gapkeeper.adapters.selection import POINTER, SIZE_LIMIT, TOO_LONG, Entry, Selection, inside, is_pointer
from gapkeeper.model.documents import Document

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from gapkeeper.adapters.github.git_data import GitData, Head


class ProjectDocuments:
    """The planning documents of one commit, chosen by the same patterns as those of a folder.

    A folder costs a request, and a document one; what is excluded costs none.
    """

    def __init__(self, git: GitData, head: Head, patterns: tuple[Iterable[str], Iterable[str]], prefix: str) -> None:
        """``prefix`` is the folder that is read, with a slash at its end; empty: the top.

        ``patterns`` are those of documents, and of what is none.
        """
        self.revision: str | None = head.commit
        self._tree = _Tree(git, head.tree, prefix)
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
        """Nothing: GitHub would be asked once for each document."""
        return {}


class _Tree(NamedTuple):
    """A commit as a tree to walk."""

    git: GitData
    root: str
    prefix: str

    def entries(self, folder: str) -> Iterable[Entry]:
        found = self.git.folder(self.root, f"{self.prefix}{folder}".rstrip("/")) or {}
        for name, entry in found.items():
            if entry.mode == FOLDER or entry.mode.startswith("100"):  # no symbolic links, no submodules
                yield Entry(name, is_folder=entry.mode == FOLDER)

    def ignore_file(self, folder: str) -> bytes | None:
        return self.read(f"{folder}.gitignore")

    def read(self, path: str) -> bytes | None:
        entry = self.git.file(self.root, self.prefix + path)
        return None if entry is None else self.git.blob(entry.id)

    def has(self, path: str) -> bool:
        folder, _, name = f"{self.prefix}{path}".rstrip("/").rpartition("/")
        found = self.git.folder(self.root, folder) or {}
        return not name or (name in found and (found[name].mode == FOLDER or found[name].mode.startswith("100")))
