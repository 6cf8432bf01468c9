"""One commit on the branch that is checked out: files, index and branch, so that a run that is killed can be completed.

What is going to be done is recorded first. Then come the files, their entries of the index, and the branch last: as
long as the branch stands where it was, everything can be gone on with or taken back; when it has moved, all is done.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from gapkeeper.adapters import files, git_command
from gapkeeper.adapters.git import is_ancestor
from gapkeeper.adapters.git_files import Blob, LineEnds, staged_files
from gapkeeper.adapters.git_objects import Tree, read_commit
from gapkeeper.adapters.git_refs import HEADS, WHY, move_ref, ref, short
from gapkeeper.adapters.git_state import head, locked, operation
from gapkeeper.adapters.selection import SIZE_LIMIT
from gapkeeper.errors import DocumentsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gapkeeper.adapters.delivery_records import DeliveryRecords
    from gapkeeper.adapters.git_command import Blobs
    from gapkeeper.adapters.git_state import Layout


_NAME = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file of a commit that is being made."""

    path: str  # from the top of the work tree
    mode: str
    old: str  # blob
    new: str  # blob
    ends: LineEnds = LineEnds.KEPT
    present: bool = True  # False: a sparse checkout has left it out of the work tree
    skipped: bool = False  # flags of its entry in the index, to be kept
    unwatched: bool = False

    @property
    def before(self) -> Blob:
        """As it is committed in the parent."""
        return Blob(self.mode, self.old)

    @property
    def after(self) -> Blob:
        """As it is in the new commit."""
        return Blob(self.mode, self.new)

    @property
    def reverse(self) -> FileChange:
        """The way back."""
        return replace(self, old=self.new, new=self.old)


@dataclass(frozen=True, slots=True)
class Intent:
    """A commit that is being made."""

    branch: str  # refs/heads/main
    parent: str
    commit: str
    files: tuple[FileChange, ...]

    def to_text(self) -> str:
        """As it is recorded: ASCII, also for names that are no text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> Intent:
        """As it was recorded.

        Raises `ValueError`, `KeyError` or `TypeError` where it was not us who recorded it.
        """
        said = json.loads(text)
        changes = tuple(FileChange(**{**one, "ends": LineEnds(one["ends"])}) for one in said["files"])
        names = [said["parent"], said["commit"], *(name for change in changes for name in (change.old, change.new))]
        if not all(_NAME.fullmatch(name) for name in names) or not said["branch"].startswith(HEADS):
            raise ValueError("no names of git's")
        return cls(said["branch"], said["parent"], said["commit"], changes)


def make(layout: Layout, records: DeliveryRecords, intent: Intent, data: Mapping[str, bytes]) -> None:
    """Make a commit whose objects are stored already. ``data`` has the bytes of its blobs, old and new.

    Raises `StaleDocumentsError` or `DocumentsError` where it cannot be made; what was done is then taken back.
    """
    records.begin(layout.git_folder, intent.to_text())
    work = _Work(layout, data)
    try:
        work.carry_out(intent)
    except DocumentsError:
        work.take_back(intent)
        records.finish(layout.git_folder)
        raise
    records.finish(layout.git_folder)


def recover(layout: Layout, records: DeliveryRecords) -> str | None:
    """Complete the commit that a killed run had begun, or give it up where people went on without it.

    Returns what was done, for people; None where no commit was begun. What people wrote meanwhile is never touched.
    """
    text = records.intent(layout.git_folder)
    if text is None:
        return None
    try:
        intent = Intent.from_text(text)
    except (ValueError, KeyError, TypeError, AttributeError):
        records.finish(layout.git_folder)
        return "a commit that was begun was given up: its record is damaged"
    done = _recover(layout, intent)
    records.finish(layout.git_folder)
    return f"a commit to {short(intent.branch)} that a run had begun was {'completed' if done else 'given up'}"


def _recover(layout: Layout, intent: Intent) -> bool:
    branch = ref(layout.top, intent.branch)
    if branch is not None and is_ancestor(layout.top, intent.commit, branch.tip):
        return True
    with git_command.Blobs(layout.top) as blobs:
        if not _is_ours(blobs, intent):
            return False
        names = [name for file in intent.files for name in (file.old, file.new)]
        found = dict(zip(names, blobs.read(names, SIZE_LIMIT), strict=True))
    work = _Work(layout, {name: data for name, data in found.items() if data is not None})
    if (
        branch is not None
        and branch.tip == intent.parent
        and head(layout.top).branch == intent.branch
        and operation(layout.git_folder) is None
        and work.undisturbed(intent.files)
    ):
        work.carry_out(intent)
        return True
    work.take_back(intent)
    return False


def _is_ours(blobs: Blobs, intent: Intent) -> bool:
    """Whether the record tells of a commit of ours, and rightly: it may have come with somebody else's repository."""
    try:
        commit = read_commit(blobs, intent.commit)
        trees = Tree(blobs, read_commit(blobs, intent.parent).tree), Tree(blobs, commit.tree)
    except DocumentsError:
        return False
    return (
        commit.ours
        and commit.parents == (intent.parent,)
        and all(tuple(tree.file(file.path) for tree in trees) == (file.before, file.after) for file in intent.files)
    )


class _Work:
    """What is done in one work tree, and with which bytes."""

    def __init__(self, layout: Layout, data: Mapping[str, bytes]) -> None:
        self._layout = layout
        self._top = layout.top
        self._data = data

    def carry_out(self, intent: Intent) -> None:
        """Files, index, branch; what is done already is left as it is."""
        self._replace(intent.files)
        self._stage(intent.files)
        move_ref(self._top, intent.branch, new=intent.commit, old=intent.parent, why=WHY)

    def take_back(self, intent: Intent) -> None:
        """Files and entries of the index that are exactly as we left them become what they were.

        Only where the newest commit has the old bytes still: else somebody committed ours.
        """
        commit = head(self._top).commit
        if commit is None:
            return
        with git_command.Blobs(self._top) as blobs:
            tree = Tree(blobs, read_commit(blobs, commit).tree)
            changes = [change for change in intent.files if tree.file(change.path) == change.before]
        staged = staged_files(self._top, [change.path for change in changes])
        self._replace([change.reverse for change in changes if self._is(change, change.new)])
        self._stage(
            [
                change.reverse
                for change in changes
                if (at := staged.get(change.path)) and not at.conflict and at.blob == change.after
            ]
        )

    def undisturbed(self, changes: Sequence[FileChange]) -> bool:
        """Whether every file is as it was or as it shall be, in the work tree and in the index."""
        staged = staged_files(self._top, [change.path for change in changes])
        return all(
            (at := staged.get(change.path)) is not None
            and not at.conflict
            and at.blob in {change.before, change.after}
            and (not change.present or self._is(change, change.old) or self._is(change, change.new))
            for change in changes
        )

    def _is(self, change: FileChange, blob: str) -> bool:
        """Whether the file has the bytes of a blob, as this work tree has them."""
        if blob not in self._data:
            return False
        try:
            with files.spot(self._top, change.path) as at:
                return at.read().data == change.ends.of(self._data[blob])
        except DocumentsError:
            return False

    def _replace(self, changes: Iterable[FileChange]) -> None:
        with files.Replacements(self._top) as replacements:
            for change in changes:
                if change.present and not self._is(change, change.new):
                    old, new = (change.ends.of(self._data[blob]) for blob in (change.old, change.new))
                    replacements.prepare(change.path, old, new)
            replacements.take_places()

    def _stage(self, changes: Sequence[FileChange]) -> None:
        if not changes:
            return
        lock = locked(self._layout.git_folder)
        if lock is not None:
            raise DocumentsError(lock, hint="Run again when it has ended.")
        # Writing the index, git compares files that changed in the same moment, and would filter them for that.
        settings = git_command.without_filters(self._top)
        entries = b"".join(f"{change.mode} {change.new}\t".encode("ascii") + _ended(change) for change in changes)
        git_command.output(self._top, "update-index", "-z", "--index-info", data=entries, settings=settings)
        # A new entry has no flags; it gets those of the old one.
        skipped = b"".join(_ended(change) for change in changes if change.skipped)
        unwatched = b"".join(_ended(change) for change in changes if change.unwatched)
        for flag, paths in (("--skip-worktree", skipped), ("--assume-unchanged", unwatched)):
            if paths:
                git_command.output(self._top, "update-index", flag, "-z", "--stdin", data=paths, settings=settings)


def _ended(change: FileChange) -> bytes:
    return os.fsencode(change.path) + b"\0"
