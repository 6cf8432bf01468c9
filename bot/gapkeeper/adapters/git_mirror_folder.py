"""The folder of a mirror: `.git`, bare, which can be lost and fetched again, and `.gapkeeper` beside it, which stays.

Its configuration is written by us each time, so that nothing that was put there counts. A file of ours says that the
folder is ours; one without it is touched only where it is empty.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from gapkeeper.errors import DocumentsError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_OURS = "gapkeeper-mirror"
_TEXT = "A git mirror of Gapkeeper's. While it does not run, `.git` may be deleted: it is fetched again.\n"
_KEPT = ".gapkeeper"
_HALF = re.compile(r"tmp_(?:pack|idx|rev|obj|mtimes|bitmap|graph|midx)_\w+|\.tmp-.*|incoming-\w+|tmp_objdir-.*")
# What old histories have wrong and honest, and what harms nobody who checks nothing out.
_HARMLESS = (
    *("badEmail", "badTimezone", "badDateOverflow", "missingEmail", "missingNameBeforeEmail", "multipleAuthors"),
    *("missingSpaceBeforeDate", "missingSpaceBeforeEmail", "nullSha1", "nulInCommit", "zeroPaddedDate"),
    *("zeroPaddedFilemode", "gitmodulesBlob", "gitmodulesLarge", "gitmodulesMissing", "gitmodulesName"),
    *("gitmodulesParse", "gitmodulesPath", "gitmodulesSymlink", "gitmodulesUpdate", "gitmodulesUrl"),
)
_LEADING_ELSEWHERE = ("commondir", "config.worktree", "objects/info/alternates", "objects/info/http-alternates")
_CONFIG = """\
[core]
    repositoryformatversion = 1
    bare = true
    hooksPath = /dev/null
    fsync = all
    bigFileThreshold = 16m
    logAllRefUpdates = false
[gc]
    auto = 0
[maintenance]
    auto = false
[fetch]
    unpackLimit = 1
    writeCommitGraph = false
    recurseSubmodules = false
[transfer]
    fsckObjects = true
[repack]
    writeBitmaps = false
[pack]
    threads = 1
    windowMemory = 64m
[extensions]
    objectFormat = {}
"""


class MirrorFolder:
    """The folder of one mirror, in which nobody else writes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.git = path / ".git"

    def prepare(self, hash_: str | None = None) -> None:
        """Make the repository, or what is missing of it, and take away what a run left that was killed.

        ``hash_`` is `sha1` or `sha256`; None: as it is.

        Raises:
            DocumentsError: The folder is not ours.
            UnavailableError: It cannot be written.
        """
        try:
            self.require_ours()
            for folder in (self.path.parent, self.path):  # repositories are private, and so are their names
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self.path / _OURS).write_text(_TEXT, encoding="utf-8")
            self._write(hash_ or self.hash())
            self.sweep()
        except OSError as error:
            raise UnavailableError(
                f"the mirror {self.path} cannot be written: {error.strerror}", hint="See its rights, and the disk."
            ) from error

    def require_ours(self) -> None:
        """Raise `DocumentsError` where the folder is somebody else's, or holds something else."""
        for path in (self.path, self.git):
            if path.is_symlink() or (path.exists() and not path.is_dir()):
                raise DocumentsError(f"{path} is no folder", hint="Move it away: a mirror is to be made there.")
            if path.exists() and path.stat().st_uid != os.geteuid():
                raise DocumentsError(
                    f"{path} belongs to another user, so that git does not trust it",
                    hint=f"Run as that user, or give it to this one: chown -R {os.geteuid()} {self.path}",
                )
        held = {entry.name for entry in self.path.iterdir()} if self.path.exists() else set()
        if _OURS not in held and held - {_KEPT}:
            raise DocumentsError(
                f"{self.path} is not a mirror of ours, and is left as it is",
                hint="Name an empty folder for the mirrors: mirrors in [state].",
            )

    def forget(self) -> None:
        """Delete the repository; what we keep beside it stays."""
        self.require_ours()
        shutil.rmtree(self.git, ignore_errors=True)

    def size(self) -> int:
        """Bytes of the repository."""
        return sum(_size(path) for path in self._files(self.git))

    def packs(self) -> int:
        """How many packs it has."""
        return sum(1 for _ in (self.git / "objects" / "pack").glob("*.pack"))

    def hash(self) -> str:
        """How it names its objects: `sha1`, `sha256`."""
        try:
            return "sha256" if "= sha256" in (self.git / "config").read_text(encoding="utf-8") else "sha1"
        except (OSError, UnicodeDecodeError):
            return "sha1"

    def _write(self, hash_: str) -> None:
        for name in _LEADING_ELSEWHERE:
            (self.git / name).unlink(missing_ok=True)
        for name in ("objects/pack", "objects/info", "refs"):
            (self.git / name).mkdir(parents=True, exist_ok=True)
        harmless = "".join(f"    {name} = ignore\n" for name in _HARMLESS)
        config = f'{_CONFIG.format(hash_)}[fetch "fsck"]\n{harmless}[fsck]\n{harmless}'
        for name, text in (("config", config), ("HEAD", "ref: refs/heads/none\n")):
            path, new = self.git / name, self.git / f"{name}.lock"
            if not path.is_file() or path.read_bytes() != text.encode():
                new.write_text(text, encoding="utf-8")
                new.replace(path)

    def sweep(self) -> None:
        """Delete locks and halves: whoever made them is dead, since only one run works on a mirror."""
        for path in list(self._files(self.git)):
            parts = path.relative_to(self.git).parts
            half = parts[0] == "objects" and any(_HALF.fullmatch(part) for part in parts)
            if half or path.suffix == ".lock" or path.name == "gc.pid":
                path.unlink(missing_ok=True)

    def _files(self, folder: Path) -> Iterator[Path]:
        for place, _, names in os.walk(folder):
            yield from (Path(place, name) for name in names)


def remove_others(mirrors: Path, kept: Collection[Path]) -> list[str]:
    """Delete the mirrors in a folder that nobody asks for any more, and what we kept in them; their names.

    Only what is marked as ours is touched; what cannot be deleted stays for the next time.
    """
    removed = []
    for path in sorted(mirrors.iterdir()) if mirrors.is_dir() else ():
        if path in kept or path.is_symlink() or not (path / _OURS).is_file():
            continue
        shutil.rmtree(path, ignore_errors=True)
        removed.append(path.name)
    return removed


def _size(path: Path) -> int:
    with contextlib.suppress(OSError):  # git renames and deletes meanwhile
        return path.lstat().st_size
    return 0
