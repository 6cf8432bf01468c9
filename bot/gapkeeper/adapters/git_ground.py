"""What a commit to some documents would be made on, and why it cannot be made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gapkeeper.adapters import files
from gapkeeper.adapters.git_commit import FileChange
from gapkeeper.adapters.git_files import LineEnds, blob_id, line_ends, local_change, staged_files
from gapkeeper.adapters.git_objects import Tree, read_commit
from gapkeeper.adapters.git_refs import ref, short
from gapkeeper.adapters.git_state import head, locked, operation
from gapkeeper.adapters.selection import SIZE_LIMIT
from gapkeeper.errors import DocumentsError, StaleDocumentsError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from gapkeeper.adapters.git_command import Blobs
    from gapkeeper.adapters.git_files import Blob, Staged
    from gapkeeper.adapters.git_state import Head, Layout
    from gapkeeper.model.edits import DocumentEdit


@dataclass(frozen=True, slots=True)
class File:
    """One document."""

    committed: Blob | None  # None: the newest commit has no such file
    staged: Staged | None = None
    data: bytes | None = None  # of the file; None: there is none, or no work tree
    obstacle: str | None = None  # for people

    def change(self, edit: DocumentEdit, prefix: str) -> FileChange:
        """How a commit changes the document.

        Raises `StaleDocumentsError` where it is not what was read.
        """
        ends = LineEnds.KEPT if self.data is None else line_ends(self.data, edit.old)
        if self.committed is None or self.staged is None or ends is None:
            raise files.changed(edit.path)
        return FileChange(
            path=prefix + edit.path,
            mode=self.committed.mode,
            old=self.committed.id,
            new=blob_id(edit.new, self.committed.id),
            ends=ends,
            present=self.data is not None,
            skipped=self.staged.skipped,
            unwatched=self.staged.unwatched,
        )


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a commit would be made."""

    head: Head
    obstacle: str | None  # that stands in the way of any commit; for people
    files: Mapping[str, File]  # none where there is such an obstacle

    @property
    def obstacles(self) -> dict[str, str]:
        """The documents that cannot be committed to, each with the reason."""
        return {path: file.obstacle for path, file in self.files.items() if file.obstacle is not None}


def look(layout: Layout, base: str, paths: Collection[str], blobs: Blobs) -> Ground:
    """Look at the repository as it is now: two runs of git beside ``blobs``, for any number of documents.

    ``base`` is the commit that was read.
    """
    at = head(layout.folder)
    obstacle = _obstacle(layout, at, base)
    return Ground(at, obstacle, _files(layout, base, paths, blobs) if obstacle is None else {})


def _obstacle(layout: Layout, at: Head, base: str) -> str | None:
    if at.commit is None:
        return "there is no commit in this repository yet; commit the documents first"
    if at.commit != base:
        return "the documents are not read from what is checked out, and only to that can be committed"
    if not layout.bare and (unfinished := operation(layout.git_folder)) is not None:
        return unfinished
    if at.branch is None:
        return "no branch is checked out (the head is detached); switch to one: `git switch`"
    if layout.bare:
        branch = ref(layout.folder, at.branch)
        elsewhere = branch is not None and branch.checked_out not in {None, str(layout.git_folder)}
        return f"the branch {short(at.branch)} is checked out in another folder; commit there" if elsewhere else None
    return operation(layout.git_folder) or locked(layout.git_folder)


def _files(layout: Layout, base: str, paths: Collection[str], blobs: Blobs) -> dict[str, File]:
    tree = Tree(blobs, read_commit(blobs, base).tree)
    committed = {path: tree.file(layout.prefix + path) for path in paths}
    staged = {} if layout.bare else staged_files(layout.folder, paths)
    found: dict[str, File] = {}
    for path, blob in committed.items():
        if blob is None:
            found[path] = File(None, obstacle=f"{path} is no file of the newest commit; commit it first")
        elif layout.bare:
            found[path] = File(blob)
        else:
            found[path] = _file(layout, path, File(blob, staged.get(path)), blobs)
    return found


def _file(layout: Layout, path: str, known: File, blobs: Blobs) -> File:
    try:
        with files.spot(layout.folder, path) as at:
            data, status = at.read()
            at.require_writable(status)
    except StaleDocumentsError:  # it is not there, which a sparse checkout may want
        data = None
    except DocumentsError as error:
        return File(known.committed, known.staged, obstacle=error.line)
    change = local_change(data, known.committed, known.staged, lambda blob: next(blobs.read([blob], SIZE_LIMIT)))
    obstacle = None if change is None else f"{path} {change}; commit it, or take it back"
    return File(known.committed, known.staged, data, obstacle)
