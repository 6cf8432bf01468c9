"""A commit with other bytes for some files, made in git's object store alone: no index and no work tree is used.

The names of all new objects are computed here, and one git stores them, however many documents are edited.
"""

from __future__ import annotations

import hashlib
import os
import re
import zlib
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.adapters import git_command
from gapkeeper.adapters.git_files import Blob, file_mode, object_id
from gapkeeper.errors import DocumentsError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

    from gapkeeper.adapters.git_command import Blobs

#: The line that a commit of ours ends with; together with who committed it, it tells our commits from people's.
TRAILER = "Made-by: gapkeeper"

_KINDS = {b"commit": 1, b"tree": 2, b"blob": 3}  # in a pack
_LARGEST_TREE = 100_000_000  # bytes: a folder with more than a million files
_TREE = "40000"
_TRAILER_LINE = re.compile(r"[A-Za-z0-9-]+: |\s")  # or the continuation of one


class Objects:
    """Objects that are to be stored, by name."""

    def __init__(self, like: str) -> None:
        """``like`` is any name of the repository: SHA-1 or SHA-256."""
        self._like = like
        self._objects: dict[str, tuple[bytes, bytes]] = {}

    def add(self, kind: bytes, data: bytes) -> str:
        """Add an object and return its name."""
        name = object_id(kind, data, self._like)
        self._objects[name] = (kind, data)
        return name

    def store(self, folder: Path) -> None:
        """Store all of them; what is there already is left as it is."""
        pack = b"PACK" + (2).to_bytes(4, "big") + len(self._objects).to_bytes(4, "big")
        pack += b"".join(_packed(kind, data) for kind, data in self._objects.values())
        digest = hashlib.sha1(pack, usedforsecurity=False) if len(self._like) == 40 else hashlib.sha256(pack)
        git_command.output(folder, "unpack-objects", "-q", data=pack + digest.digest())


def _packed(kind: bytes, data: bytes) -> bytes:
    """An object as a pack holds it (see gitformat-pack): kind and length, the lowest bits first, then the data."""
    length, byte = len(data) >> 4, _KINDS[kind] << 4 | len(data) & 0xF
    header = bytearray()
    while length:
        header.append(byte | 0x80)
        length, byte = length >> 7, length & 0x7F
    header.append(byte)
    return bytes(header) + zlib.compress(data)


class Commit(NamedTuple):
    """A commit as git stores it."""

    tree: str
    parents: tuple[str, ...]
    author: str  # name and address, without the time
    committer: str
    message: str

    @property
    def ours(self) -> bool:
        """Whether we made it, and nobody changed it since: who amends or rebases a commit becomes its committer."""
        return self.committer == _IDENTITY and self.message.rstrip().endswith(f"\n{TRAILER}")


_IDENTITY = f"{git_command.NAME} <{git_command.EMAIL}>"


def read_commit(blobs: Blobs, commit: str) -> Commit:
    """Read a commit.

    Raises `DocumentsError` where it is not there, or is damaged.
    """
    header, _, message = os.fsdecode(_object(blobs, commit)).partition("\n\n")
    lines = [line.partition(" ")[::2] for line in header.split("\n")]
    said = dict(reversed(lines))  # the first of a kind counts; parents are all taken
    return Commit(
        tree=said["tree"],
        parents=tuple(value for name, value in lines if name == "parent"),
        author=_who(said["author"]),
        committer=_who(said["committer"]),
        message=message,
    )


def _who(stamp: str) -> str:
    return stamp.rpartition(">")[0] + ">"


def commit_object(tree: str, parent: str, message: str, when: dt.datetime) -> bytes:
    """A commit of ours; the message gets its trailer from `with_trailer`."""
    stamp = f"{_IDENTITY} {int(when.timestamp())} +0000"
    return f"tree {tree}\nparent {parent}\nauthor {stamp}\ncommitter {stamp}\n\n{message}".encode(errors="replace")


def with_trailer(message: str) -> str:
    """A message as our commits have it: with our line among the trailers at its end."""
    text = message.replace("\0", "").strip()
    last = text.rpartition("\n\n")[2] if "\n\n" in text else ""
    trailers = bool(last) and all(_TRAILER_LINE.match(line) for line in last.split("\n"))
    between = "\n" if trailers else "\n\n"
    return f"{text}{between}{TRAILER}\n".encode(errors="replace").decode()


class Tree:
    """The files of a commit, and a tree with other bytes for some; only the folders on the way are read."""

    def __init__(self, blobs: Blobs, root: str) -> None:
        self._blobs = blobs
        self._root = root
        self._folders: dict[str, dict[bytes, Blob]] = {}

    def file(self, path: str) -> Blob | None:
        """A file; None where the commit has none there: nothing, a folder, a symbolic link, a submodule."""
        folder, _, name = path.rpartition("/")
        found = (self._folder(folder) or {}).get(os.fsencode(name))
        return found._replace(mode=file_mode(found.mode)) if found and found.mode.startswith("100") else None

    def edited(self, files: Mapping[str, bytes], objects: Objects) -> str:
        """The name of the tree with these bytes for these files, which are there already; objects get what is new."""
        changed: dict[str, dict[bytes, Blob]] = {}
        for path, data in files.items():
            folder, _, name = path.rpartition("/")
            self._change(changed, folder)[os.fsencode(name)] = Blob(
                "100644" if (file := self.file(path)) is None else file.mode, objects.add(b"blob", data)
            )
        while set(changed) != {""}:
            folder = max(changed, key=_depth)
            tree = objects.add(b"tree", _tree(changed.pop(folder)))
            above, _, name = folder.rpartition("/")
            self._change(changed, above)[os.fsencode(name)] = Blob(_TREE, tree)
        return objects.add(b"tree", _tree(changed[""]))

    def _change(self, changed: dict[str, dict[bytes, Blob]], folder: str) -> dict[bytes, Blob]:
        return changed.setdefault(folder, dict(self._folder(folder) or {}))

    def _folder(self, folder: str) -> dict[bytes, Blob] | None:
        """What is in a folder; None where the commit has none there."""
        path, entries = "", self._loaded("", self._root)
        for name in folder.split("/") if folder else []:
            path = f"{path}/{name}"
            entry = entries.get(os.fsencode(name))
            if entry is None or entry.mode != _TREE:
                return None
            entries = self._loaded(path, entry.id)
        return entries

    def _loaded(self, folder: str, tree: str) -> dict[bytes, Blob]:
        if folder not in self._folders:
            self._folders[folder] = _entries(_object(self._blobs, tree), len(tree) // 2)
        return self._folders[folder]


def _depth(folder: str) -> int:
    return folder.count("/") + 1 if folder else 0


def _entries(data: bytes, width: int) -> dict[bytes, Blob]:
    """What a tree object holds, in its order."""
    found: dict[bytes, Blob] = {}
    start = 0
    while start < len(data):
        end = data.index(b"\0", start)
        mode, _, name = data[start:end].partition(b" ")
        start = end + 1 + width
        found[name] = Blob(mode.decode("ascii"), data[end + 1 : start].hex())
    return found


def _tree(entries: Mapping[bytes, Blob]) -> bytes:
    """A tree object. No name comes or goes, so that the order of the old one is right."""
    return b"".join(
        entry.mode.encode("ascii") + b" " + name + b"\0" + bytes.fromhex(entry.id) for name, entry in entries.items()
    )


def _object(blobs: Blobs, name: str) -> bytes:
    (data,) = blobs.read([name], _LARGEST_TREE)
    if data is None or len(data) > _LARGEST_TREE:
        raise DocumentsError(
            f"git cannot read the object {name}", hint="Fetch what this clone lacks, or look with `git fsck`."
        )
    return data
