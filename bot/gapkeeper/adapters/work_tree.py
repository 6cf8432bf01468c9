"""Documents edited where they are: the files of a folder."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from gapkeeper.adapters import checkout, files
from gapkeeper.errors import DocumentsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from gapkeeper.adapters.delivery_records import OwnEdits
    from gapkeeper.adapters.git_files import Blob, Staged
    from gapkeeper.model.edits import DocumentEdit


class FolderWorkTree:
    """The files of any folder.

    Where the folder is the top of a git repository, what people have not committed is not edited: they could not take
    our edit apart from theirs. A repository further up is not looked at, as in reading.
    """

    def __init__(self, folder: Path, own_edits: OwnEdits) -> None:
        self._top = folder.resolve()
        self._own_edits = own_edits
        self._known: tuple[object, _Known] | None = None

    def obstacle(self, path: str, data: bytes) -> str | None:
        """Why a document that was read as these bytes cannot be edited now; None where it can. For people.

        It costs two runs of git, however many documents are asked about, until somebody commits or stages something.
        """
        try:
            with files.spot(self._top, path) as spot:
                present, status = spot.read()
                if present != data:
                    raise files.changed(path)
                spot.require_writable(status)
            return self._local_change(path, data)
        except DocumentsError as error:
            return error.line

    def write(self, edits: Sequence[DocumentEdit]) -> None:
        """Put the new bytes of each document in the place of the old ones, each document at once or not at all.

        Raises:
            StaleDocumentsError: A document is not what was read any more; nothing was written to any.
            DocumentsError: A document cannot be written.
            RefusedError: Nothing may be written: what was meant to be remembered cannot be.
        """
        for edit in edits:
            with files.spot(self._top, edit.path) as spot:
                if spot.read().data != edit.old:
                    raise files.changed(edit.path)
        self._own_edits.remember({edit.path: edit.new for edit in edits})
        with files.Replacements(self._top) as replacements:
            for edit in edits:
                replacements.prepare(edit.path, edit.old, edit.new)
            replacements.take_places()

    @cached_property
    def _git_folder(self) -> Path | None:
        """Git's own folder, where this folder is the top of a repository and there is git to ask."""
        found = checkout.git_folder(self._top / ".git")
        return found if found is not None and (found / "HEAD").exists() and shutil.which("git") else None

    def _local_change(self, path: str, data: bytes) -> str | None:
        if self._git_folder is None:
            return None
        from gapkeeper.adapters.git_files import local_change  # noqa: PLC0415  only for repositories
        from gapkeeper.adapters.git_state import operation  # noqa: PLC0415  as above

        unfinished = operation(self._git_folder)
        if unfinished is not None or self._own_edits.are_ours(path, data):
            return unfinished
        known = self._what_git_knows(self._git_folder)
        change = local_change(data, known.committed.get(path), known.staged.get(path), self._blob)
        return None if change is None else f"{path} {change}; commit it, or take it back"

    def _what_git_knows(self, git_folder: Path) -> _Known:
        from gapkeeper.adapters.git_files import committed_files, staged_files  # noqa: PLC0415  as above

        commit = checkout.head(self._top)
        moment = (commit, _mark(git_folder / "index"))
        if self._known is None or self._known[0] != moment:
            committed = {} if commit is None else committed_files(self._top, commit)
            self._known = (moment, _Known(committed, staged_files(self._top)))
        return self._known[1]

    def _blob(self, blob: str) -> bytes | None:
        from gapkeeper.adapters.git_command import Blobs  # noqa: PLC0415  as above
        from gapkeeper.adapters.selection import SIZE_LIMIT  # noqa: PLC0415  as above

        with Blobs(self._top) as blobs:
            return next(blobs.read([blob], SIZE_LIMIT))


@dataclass(frozen=True, slots=True)
class _Known:
    """What git knows of the files of the folder."""

    committed: Mapping[str, Blob]
    staged: Mapping[str, Staged]


def _mark(path: Path) -> tuple[int, ...] | None:
    """Another value after every change of a file that is replaced whole."""
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_ino, status.st_mtime_ns, status.st_size)
