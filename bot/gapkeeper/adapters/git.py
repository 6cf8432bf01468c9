"""Documents of a revision, from git's object store: the work tree is neither read nor touched."""

from __future__ import annotations

import datetime as dt
import os
import re
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.adapters import git_command
from gapkeeper.adapters.git_files import Blob, Weight, file_mode, listed
from gapkeeper.adapters.selection import POINTER, SIZE_LIMIT, TOO_LONG, Entry, Selection, inside, is_pointer
from gapkeeper.errors import DocumentsError, UsageError
from gapkeeper.model.documents import Document

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

FILES = frozenset({b"100644", b"100755", b"100664"})  # the last by a git of long ago
_LOG_HEADER = re.compile(rb"\x01([0-9a-f]{40,64}) (\d+)")
_LEAST = 5_000  # bytes; what a document costs beside its own
_NARROW = 500  # paths; above, asking git about each of them costs more than reading the whole log


class RevisionDocuments:
    """The planning documents of one commit, chosen by the same patterns as those of a folder."""

    def __init__(self, folder: Path, revision: str, include: Iterable[str], exclude: Iterable[str]) -> None:
        """Of a repository, or of a folder below its top: paths are relative to the folder.

        Raises:
            UsageError: There is no such folder.
            DocumentsError: There is no git, no repository, or no such commit.
        """
        if not folder.is_dir():
            raise UsageError(f"there is no folder {folder}", hint="Name a folder inside of a repository.")
        self._folder = folder.resolve()
        self.revision = resolve(self._folder, revision)
        include, exclude = tuple(include), tuple(exclude)
        #: The same where the documents are the same.
        self.identity = (str(self._folder), self.revision, include, exclude)
        self._selection = Selection(include, exclude)
        self._selected: dict[str, Blob] | None = None

    def documents(self) -> Iterator[Document]:
        """The documents, sorted by path in byte order, each read when it is asked for."""
        with git_command.Blobs(self._folder) as blobs:
            yield from read_documents(blobs, [(path, file.id) for path, file in self._select(blobs).items()])

    def files(self) -> Mapping[str, Blob]:
        """The files that the documents are, by path, without reading them."""
        with git_command.Blobs(self._folder) as blobs:
            return self._select(blobs)

    def require(self, *, limit: int | None = None) -> None:
        """Raise `DocumentsError` where this clone lacks a document, or what says which files are none.

        ``limit`` is the most bytes that documents may have together; None: as many as there are.
        """
        files = {path: file for path, file in self._commit.files.items() if path.rpartition("/")[2] == ".gitignore"}
        files |= self.files()
        asked = "".join(f"{file.id}\n" for file in files.values()).encode()
        answer = git_command.run(self._folder, "cat-file", "--batch-check", data=asked).stdout
        facts = answer.splitlines()  # of a partial clone up to the first that it lacks
        there = [not line.endswith(b" missing") for line in facts]
        if limit is not None and all(there):
            self._require_few([int(line.rpartition(b" ")[2]) for line in facts], limit)
        lacking = next((path for n, path in enumerate(files) if n >= len(there) or not there[n]), None)
        if lacking is not None:
            raise DocumentsError(
                f"git cannot read {lacking!r} of {self.revision[:10]}",
                hint="Clone all of it: without --filter, or sparse-checkout of actions/checkout. Or see `git fsck`.",
            )

    def _require_few(self, sizes: Sequence[int], limit: int) -> None:
        together = sum(_LEAST + size for size in sizes)
        if together > limit:
            raise DocumentsError(
                f"{len(sizes):,} planning documents with {sum(sizes) / 1_000_000:,.0f} MB are more than are read here",
                hint="Choose them in the repository's configuration: [documents] include and exclude.",
            )

    def file(self, path: str) -> Blob | None:
        """Any file of the commit; None where there is none, or a link."""
        return self._commit.files.get(path)

    def exists(self, path: str) -> bool:
        """Whether the commit has a file or folder there, in exactly these letters."""
        parts = inside(path)
        if parts is None:
            return False
        whole = "/".join(parts)
        return whole in self._commit.files or (f"{whole}/" if whole else "") in self._commit.folders

    def commit_dates(self, paths: Collection[str]) -> Mapping[str, dt.date]:
        """The day of the last commit of each path, up to this revision."""
        return commit_dates(self._folder, paths, self.revision) if paths else {}

    def _select(self, blobs: git_command.Blobs) -> dict[str, Blob]:
        if self._selected is None:
            tree = ReadableFiles(self._commit, lambda blob: next(blobs.read([blob], SIZE_LIMIT)))
            self._selected = {path: self._commit.files[path] for path, _ in self._selection.walk(tree)}
        return self._selected

    @cached_property
    def _commit(self) -> CommitFiles:
        return CommitFiles(_files(listed(self._folder, self.revision)))


def _files(listing: Iterable[bytes]) -> Iterator[tuple[str, Blob]]:
    """Every file with its path. Symbolic links and submodules are left out."""
    for line in listing:
        mode, _, rest = line.partition(b" ")
        blob, _, name = rest.removeprefix(b"blob ").partition(b"\t")
        if mode in FILES:
            yield os.fsdecode(name), Blob(file_mode(mode.decode("ascii")), blob.decode("ascii"))


class CommitFiles:
    """Files of a commit, by path, and the folders that they are in."""

    def __init__(self, files: Iterable[tuple[str, Blob]]) -> None:
        """Raise `DocumentsError` where there are too many folders, or they are too deep, see `Weight`."""
        self._weight = Weight()
        self.files = dict(files)
        self.folders: dict[str, list[Entry]] = {"": []}  # path with a slash at its end
        for path in self.files:
            self._add(path)

    def _add(self, path: str) -> None:
        entry = Entry(path.rpartition("/")[2], is_folder=False)
        folder = path[: len(path) - len(entry.name)]
        while folder not in self.folders:
            self._weight.add(len(folder))
            self.folders[folder] = [entry]
            entry = Entry(folder.rstrip("/").rpartition("/")[2], is_folder=True)
            folder = folder[: len(folder) - len(entry.name) - 1]
        self.folders[folder].append(entry)


class ReadableFiles(NamedTuple):
    """Files of a commit as a tree to walk."""

    commit: CommitFiles
    text: Callable[[str], bytes | None]  # of a blob

    def entries(self, folder: str) -> Iterable[Entry]:
        """What is in a folder."""
        return self.commit.folders[folder]

    def ignore_file(self, folder: str) -> bytes | None:
        """The text of its `.gitignore`."""
        file = self.commit.files.get(f"{folder}.gitignore")
        return None if file is None else self.text(file.id)


def read_documents(blobs: git_command.Blobs, wanted: Sequence[tuple[str, str]]) -> Iterator[Document]:
    """The document of each path and blob, each read when it is asked for."""
    read = blobs.read([blob for _, blob in wanted], SIZE_LIMIT)
    for (path, _), data in zip(wanted, read, strict=True):
        yield _read(path, data)


def _read(path: str, data: bytes | None) -> Document:
    if data is None:
        return Document(path, None, "git cannot read it; fetch what this clone lacks, or look with `git fsck`")
    if len(data) > SIZE_LIMIT:
        return Document(path, None, TOO_LONG)
    return Document(path, None, POINTER) if is_pointer(data) else Document(path, data)


def resolve(folder: Path, revision: str) -> str:
    """The full name of a commit.

    Raises `DocumentsError` where git finds none.
    """
    if revision.startswith("-") or not revision.isprintable() or not revision:
        raise UsageError(f"{revision!r} is not a revision", hint="Name a commit, a branch or a tag.")
    answer = git_command.run(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if answer.returncode != 0:
        git_command.refuse_where_git_cannot_work(folder, answer)
        raise DocumentsError(
            f"there is no commit {revision!r} in this repository",
            hint="See `git log`; in a shallow clone, fetch more of the history: `git fetch --unshallow`.",
        )
    return answer.stdout.decode("ascii").strip()


def is_ancestor(folder: Path, ancestor: str, descendant: str) -> bool | None:
    """Whether one commit is another, or comes before it; None where this clone does not have both."""
    answer = git_command.run(folder, "merge-base", "--is-ancestor", "--end-of-options", ancestor, descendant)
    return {0: True, 1: False}.get(answer.returncode)


def renames(folder: Path, since: str, until: str | None) -> dict[str, str]:
    """Files that were renamed between two commits: path then, by path now. ``until`` None: up to what is staged.

    Nothing where git cannot tell: this clone does not have the commit, or there is no git. The work tree is not
    looked at, since reading it runs the filters that a repository's configuration names.
    """
    compare, ends = (("diff-index", "--cached"), (since,)) if until is None else (("diff-tree", "-r"), (since, until))
    options = ("--find-renames", "--diff-filter=R", "--name-status", "--relative", "-z", "--end-of-options")
    try:
        answer = git_command.run(folder, *compare, *options, *ends, "--")
    except (DocumentsError, ValueError):  # a marker can name anything, also what no program can be handed
        return {}
    if answer.returncode != 0:
        return {}
    fields = [os.fsdecode(field) for field in answer.stdout.split(b"\0")]
    return {now: then for then, now in zip(fields[1::3], fields[2::3], strict=False)}


def origin(folder: Path) -> str | None:
    """The URL of the remote that a clone was made from; None where there is none, or no git."""
    try:
        answer = git_command.run(folder, "config", "--get", "remote.origin.url")
    except DocumentsError:
        return None
    return os.fsdecode(answer.stdout).strip() or None


def commit_dates(folder: Path, paths: Collection[str], revision: str) -> dict[str, dt.date]:
    """The day, in UTC, of the last commit up to this one that changed each path.

    A path is missing where the history does not say: never committed, or last changed before the history of a
    shallow clone begins. One pass over the log, which ends as soon as every path was seen.
    """
    wanted = set(paths)
    cut = where_history_begins(folder)
    found: dict[str, dt.date] = {}
    # Names with a line feed cannot be handed to git this way, and many names make git slow.
    narrow = sorted(wanted) if len(wanted) <= _NARROW and not any("\n" in path for path in wanted) else []
    lines = [revision, "--", *narrow]
    # The whole history, so that the answer for one path does not depend on which others are asked for.
    order = ("log", "-z", "--format=%x01%H %ct", "--full-history")
    arguments = (*order, "--name-only", "--no-renames", "--relative", "-c", "--stdin")
    day: dt.date | None = None
    with git_command.Stream(folder, arguments, "".join(f"{line}\n" for line in lines)) as fields:
        for field in fields:
            header = _LOG_HEADER.fullmatch(field)
            if header:
                day = None if header[1] in cut else _day(header[2])
                continue
            path = os.fsdecode(field.removeprefix(b"\n"))
            if path in wanted:
                wanted.discard(path)
                if day is not None:
                    found[path] = day
                if not wanted:
                    break
    return found


def _day(seconds: bytes) -> dt.date | None:
    moment = moment_of(int(seconds))
    return None if moment is None else moment.date()


def moment_of(seconds: int) -> dt.datetime | None:
    """A commit's time in UTC; None for a commit from the year 10,000."""
    try:
        return dt.datetime.fromtimestamp(seconds, dt.UTC)
    except (ValueError, OverflowError, OSError):
        return None


def where_history_begins(folder: Path) -> frozenset[bytes]:
    """The commits whose parents a shallow clone lacks: they seem to add every file."""
    name = git_command.output(folder, "rev-parse", "--git-path", "shallow").rstrip(b"\n")
    try:
        return frozenset((folder / os.fsdecode(name)).read_bytes().split())
    except OSError:
        return frozenset()
