"""A git repository in memory, with the very object names that git gives."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: A file: its mode and the name of its blob.
Entry = tuple[str, str]
FILE, EXECUTABLE, FOLDER = "100644", "100755", "40000"


@dataclass(frozen=True)
class Commit:
    """A commit."""

    id: str
    parents: tuple[str, ...]
    files: Mapping[str, Entry]  # by path, the whole tree
    tree: str
    message: str
    author: tuple[str, str]  # name, e-mail address; the committer is the same
    at: int  # seconds since 1970
    amended: int | None = None  # when somebody changed it afterwards, who became its committer


@dataclass
class Repository:
    """Branches and everything that they had."""

    default: str = "main"
    branches: dict[str, str] = field(default_factory=dict)  # name -> commit
    commits: dict[str, Commit] = field(default_factory=dict)
    objects: dict[str, tuple[str, bytes]] = field(default_factory=dict)  # name -> type and content

    def store(self, kind: str, content: bytes) -> str:
        data = f"{kind} {len(content)}\0".encode() + content
        name = hashlib.sha1(data, usedforsecurity=False).hexdigest()
        self.objects[name] = kind, content
        return name

    def blob(self, name: str) -> bytes:
        return self.objects[name][1]

    def commit(
        self, files: Mapping[str, Entry], parents: tuple[str, ...], message: str, who: tuple[str, str], at: int
    ) -> Commit:
        """Make a commit; no branch has it yet."""
        tree = self._tree(files)
        lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
        lines += [f"author {who[0]} <{who[1]}> {at} +0000", f"committer {who[0]} <{who[1]}> {at} +0000"]
        name = self.store("commit", "\n".join([*lines, "", message]).encode())
        made = Commit(name, parents, dict(files), tree, message, who, at)
        self.commits[name] = made
        return made

    def find(self, ref: str) -> Commit | None:
        """By branch, by whole name, or by how it begins."""
        ref = ref.removeprefix("refs/heads/")
        name = self.branches.get(self.default if ref in {"", "HEAD"} else ref, ref)
        if name in self.commits:
            return self.commits[name]
        found = [one for one in self.commits if len(ref) >= 7 and one.startswith(ref)]
        return self.commits[found[0]] if len(found) == 1 else None

    def history(self, commit: Commit) -> list[Commit]:
        """Everything that led to it, itself first, no parent before its children."""
        order: list[Commit] = []
        seen: set[str] = set()
        stack = [(commit, False)]
        while stack:
            one, done = stack.pop()
            if done:
                order.append(one)
            elif one.id not in seen:
                seen.add(one.id)
                stack.append((one, True))
                stack += [(self.commits[parent], False) for parent in one.parents]
        return order[::-1]

    def last_to_touch(self, commit: Commit, path: str) -> Commit | None:
        """The last commit that changed a file, along first parents; None where it is not there."""
        entry = commit.files.get(path)
        if entry is None:
            return None
        while commit.parents:
            parents = [self.commits[parent] for parent in commit.parents]
            same = [parent for parent in parents if parent.files.get(path) == entry]
            if not same:
                return commit
            commit = same[0]
        return commit

    def base(self, one: Commit, other: Commit) -> Commit | None:
        """Where two histories parted."""
        there = {commit.id for commit in self.history(one)}
        return next((commit for commit in self.history(other) if commit.id in there), None)

    def between(self, since: Commit | None, until: Commit) -> list[Commit]:
        """What the second has and the first has not, the newest first."""
        known = {commit.id for commit in self.history(since)} if since else set()
        return [commit for commit in self.history(until) if commit.id not in known]

    def tree_entries(self, commit: Commit, folder: str, *, recursive: bool) -> list[tuple[str, str, str, str]]:
        """Name, type, mode and path of each; folders before files, as GitLab lists them."""
        start = f"{folder.strip('/')}/" if folder.strip("/") else ""
        found: dict[str, tuple[str, str, str, str]] = {}
        for path, (mode, blob) in commit.files.items():
            if not path.startswith(start):
                continue
            pieces = path[len(start) :].split("/")
            for depth in range(1, len(pieces)):
                inner = start + "/".join(pieces[:depth])
                if recursive or depth == 1:
                    found[inner] = (self._tree(_below(commit.files, inner)), "tree", "040000", inner)
            if recursive or len(pieces) == 1:
                found[path] = (blob, "blob", mode, path)
        return sorted(found.values(), key=lambda entry: (entry[1] != "tree", entry[3]))

    def _tree(self, files: Mapping[str, Entry]) -> str:
        inner: dict[str, dict[str, Entry]] = {}
        entries: list[tuple[bytes, str, str]] = []
        for path, entry in files.items():
            name, slash, rest = path.partition("/")
            if slash:
                inner.setdefault(name, {})[rest] = entry
            else:
                entries.append((name.encode(), *entry))
        entries += [(name.encode(), FOLDER, self._tree(below)) for name, below in inner.items()]
        entries.sort(key=lambda entry: entry[0] + (b"/" if entry[1] == FOLDER else b""))
        return self.store("tree", b"".join(_entry(*entry) for entry in entries))


def _entry(name: bytes, mode: str, blob: str) -> bytes:
    return mode.encode() + b" " + name + b"\0" + bytes.fromhex(blob)


def _below(files: Mapping[str, Entry], folder: str) -> dict[str, Entry]:
    start = f"{folder}/"
    return {path[len(start) :]: entry for path, entry in files.items() if path.startswith(start)}


def changed(before: Mapping[str, Entry], after: Mapping[str, Entry]) -> Iterator[str]:
    """Paths whose content or mode differs."""
    return (path for path in sorted({*before, *after}) if before.get(path) != after.get(path))
