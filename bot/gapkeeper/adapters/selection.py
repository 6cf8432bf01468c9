"""Which files of a tree are planning documents: one walk for a folder as it is and for a revision.

The same tree gives the same documents wherever it is read from: `.gitignore` files are obeyed in both, also
for files that git tracks all the same.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple, Protocol

from gapkeeper.adapters.patterns import Patterns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: A document that is longer is not read. The longest plan that we know has 0.3 MB.
SIZE_LIMIT = 10_000_000  # bytes
TOO_LONG = f"it is longer than {SIZE_LIMIT // 1_000_000} MB; split it, or exclude it: [documents] exclude"
POINTER = "it is a Git LFS pointer, not the document itself; run `git lfs pull`, or exclude it: [documents] exclude"

#: How names of files begin that exist only until they take the place of a document; they end in `.tmp`.
TEMPORARY = ".gapkeeper-"

_NEVER = frozenset({".git", ".gapkeeper"})
_POINTER_START = b"version https://git-lfs.github.com/spec/"


class Entry(NamedTuple):
    """Something in a folder. Symbolic links, submodules and devices are no entries."""

    name: str
    is_folder: bool


class Tree(Protocol):
    """Folders and what is in them; paths are relative, with `/`, and the top is the empty path."""

    def entries(self, folder: str) -> Iterable[Entry]:
        """What is in a folder, in any order; `OSError` where it cannot be listed."""

    def ignore_file(self, folder: str) -> bytes | None:
        """The text of its `.gitignore`."""


class Found(NamedTuple):
    """A document that was selected, or a folder that could not be listed."""

    path: str
    error: OSError | None = None


class _Folder(NamedTuple):
    """A folder on the way down, and what holds for everything in it."""

    path: str  # empty, or with a slash at its end
    ignores: tuple[Patterns, ...]  # of the `.gitignore` files from the top to here
    included: bool  # an include pattern matched it, or a folder above it


class Selection:
    """Include and exclude patterns, both gitignore-style and relative to the top."""

    def __init__(self, include: Iterable[str], exclude: Iterable[str]) -> None:
        self._include = Patterns(os.fsencode(line) for line in include)
        self._exclude = Patterns(os.fsencode(line) for line in exclude)

    def walk(self, tree: Tree) -> Iterator[Found]:
        """The documents of a tree, sorted by path in byte order. Ignored and excluded folders are not listed."""
        # A stack and no recursion: folders can be nested more deeply than Python's calls.
        stack: list[Iterator[tuple[_Folder, Entry]]] = [self._children(tree, _Folder("", (), included=False))]
        while stack:
            folder, entry = next(stack[-1], (None, None))
            if folder is None or entry is None:
                stack.pop()
            elif not entry.is_folder:
                yield Found(folder.path + entry.name)
            else:
                path = f"{folder.path}{entry.name}/"
                included = self._included(folder, entry)
                try:
                    stack.append(self._children(tree, _Folder(path, folder.ignores, included)))
                except OSError as error:
                    yield Found(path.rstrip("/"), error)

    def _children(self, tree: Tree, folder: _Folder) -> Iterator[tuple[_Folder, Entry]]:
        """What is selected of a folder, in order; lists it at once."""
        entries = sorted(tree.entries(folder.path), key=_order)
        text = tree.ignore_file(folder.path)
        if text is not None:
            folder = folder._replace(ignores=(*folder.ignores, Patterns.from_text(text, folder.path)))
        return ((folder, entry) for entry in entries if self._selects(folder, entry))

    def _selects(self, folder: _Folder, entry: Entry) -> bool:
        if entry.name.casefold() in _NEVER or not (entry.is_folder or self._included(folder, entry)):
            return False
        if entry.name.startswith(TEMPORARY) and entry.name.endswith(".tmp"):
            return False
        path = os.fsencode(folder.path + entry.name)
        if self._exclude.decide(path, folder=entry.is_folder):
            return False
        # The `.gitignore` nearest to the entry that speaks of it counts.
        decisions = (patterns.decide(path, folder=entry.is_folder) for patterns in reversed(folder.ignores))
        return not next((decision for decision in decisions if decision is not None), False)

    def _included(self, folder: _Folder, entry: Entry) -> bool:
        decision = self._include.decide(os.fsencode(folder.path + entry.name), folder=entry.is_folder)
        return folder.included if decision is None else decision


def _order(entry: Entry) -> bytes:
    return os.fsencode(f"{entry.name}/" if entry.is_folder else entry.name)


def is_pointer(data: bytes) -> bool:
    """Whether the bytes are what Git LFS leaves in the place of a file."""
    return data.startswith(_POINTER_START) and len(data) < 1024  # the specification's limit


def inside(path: str) -> list[str] | None:
    """The names on the way to a relative path; None where it leaves the top."""
    names: list[str] = []
    if path.startswith("/") or "\0" in path:
        return None
    for part in path.split("/"):
        if part == "..":
            if not names:
                return None
            names.pop()
        elif part not in {"", "."}:
            names.append(part)
    return names
