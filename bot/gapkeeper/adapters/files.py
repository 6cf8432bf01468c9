"""Files that are replaced whole, in a folder where people work at the same time.

Nothing is read or written through a symbolic link, on any part of the way: each folder is opened below the one before.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from typing import TYPE_CHECKING, NamedTuple, Self

from gapkeeper.adapters.selection import SIZE_LIMIT, TEMPORARY, inside
from gapkeeper.errors import DocumentsError, StaleDocumentsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a pipe must not be waited for
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_LARGEST = 2 * SIZE_LIMIT  # bytes: a document whose line feeds all became CRLF
_WRITE_BITS = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


class Content(NamedTuple):
    """What stands in a file."""

    data: bytes
    status: os.stat_result


class Spot(NamedTuple):
    """The place of one file: its folder, open, and its name in it."""

    folder: int  # descriptor
    name: str
    path: str  # as people know it

    def read(self) -> Content:
        """Read the file.

        Raises:
            StaleDocumentsError: There is none any more.
            DocumentsError: It is a symbolic link or no regular file, or cannot be read.
        """
        with _own_words(self.path):
            file = os.open(self.name, _FILE, dir_fd=self.folder)
            status = os.fstat(file)
            if not stat.S_ISREG(status.st_mode):
                os.close(file)
                raise DocumentsError(f"{self.path} is not a regular file", hint="Take it away, and run again.")
            with os.fdopen(file, "rb") as opened:
                return Content(opened.read(_LARGEST + 1), status)

    def require_writable(self, status: os.stat_result) -> None:
        """Raise `DocumentsError` where the file or its folder is read-only; root is bound by that, too."""
        for what, mode, name in (
            (self.path, status.st_mode, self.name),
            (f"the folder of {self.path}", os.fstat(self.folder).st_mode, "."),
        ):
            if not mode & _WRITE_BITS or not os.access(name, os.W_OK, dir_fd=self.folder):
                raise DocumentsError(f"{what} is read-only", hint="Make it writable, and run again.")


@contextlib.contextmanager
def spot(folder: Path, path: str) -> Iterator[Spot]:
    """The place of a file below a folder.

    Raises:
        StaleDocumentsError: Its folder is not there any more.
        DocumentsError: The path leaves the folder, or leads through a symbolic link.
    """
    names = inside(path)
    if not names or names != path.split("/"):
        raise DocumentsError(f"{path} is no path of a document")
    with _own_words(path):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for name in names[:-1]:
            with _own_words(path):
                below = _open_folder(name, descriptor, path)
            os.close(descriptor)
            descriptor = below
        yield Spot(descriptor, names[-1], path)
    finally:
        os.close(descriptor)


def _open_folder(name: str, above: int, path: str) -> int:
    try:
        return os.open(name, _FOLDER, dir_fd=above)
    except NotADirectoryError as error:
        if stat.S_ISLNK(os.stat(name, dir_fd=above, follow_symlinks=False).st_mode):  # Linux tells both in one code
            raise OSError(errno.ELOOP, "symbolic link") from error
        raise StaleDocumentsError(f"the folder of {path} is a file now", hint="Run again: it is read anew.") from error


class Replacements:
    """New bytes for files, on the disk beside them, until they take their places; a context manager.

    Leaving it before they did takes them away.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._waiting: dict[str, tuple[bytes, str]] = {}  # path -> old bytes, name of the new file

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for path, (_old, temporary) in self._waiting.items():
            with contextlib.suppress(DocumentsError, OSError), spot(self._folder, path) as at:
                os.unlink(temporary, dir_fd=at.folder)

    def prepare(self, path: str, old: bytes, new: bytes) -> None:
        """Write the new bytes beside the file, with its mode.

        Raises:
            StaleDocumentsError: The file is not the old bytes.
            DocumentsError: It cannot be replaced, or the disk is full.
        """
        with spot(self._folder, path) as at:
            status = _require(at, old)
            at.require_writable(status)
            with _own_words(path):
                _sweep(at.folder)
                temporary = f"{TEMPORARY}{os.getpid()}-{secrets.token_hex(4)}.tmp"
                self._waiting[path] = (old, temporary)
                _write(at.folder, temporary, new, status)

    def take_places(self) -> None:
        """Put each new file in the place of the old one, at once.

        Raises:
            StaleDocumentsError: A file is not the old bytes any more; those before it are replaced.
            DocumentsError: It cannot be replaced.
        """
        for path, (old, temporary) in tuple(self._waiting.items()):
            with spot(self._folder, path) as at:
                _require(at, old)
                with _own_words(path):
                    os.rename(temporary, at.name, src_dir_fd=at.folder, dst_dir_fd=at.folder)
                    del self._waiting[path]
                    os.fsync(at.folder)


def changed(path: str) -> StaleDocumentsError:
    """The error for a file that is not what was read."""
    return StaleDocumentsError(f"{path} was changed since it was read", hint="Run again: it is read anew.")


def _require(at: Spot, old: bytes) -> os.stat_result:
    data, status = at.read()
    if data != old:
        raise changed(at.path)
    return status


def _write(folder: int, name: str, data: bytes, like: os.stat_result) -> None:
    file = os.open(name, _NEW, 0o600, dir_fd=folder)
    with os.fdopen(file, "wb") as opened:
        opened.write(data)
        opened.flush()
        with contextlib.suppress(PermissionError):  # only root may give files away
            os.fchown(file, like.st_uid, like.st_gid)
        os.fchmod(file, stat.S_IMODE(like.st_mode))
        os.fsync(file)


def _sweep(folder: int) -> None:
    """Take away what a killed run left beside the documents."""
    for name in os.listdir(folder):
        process = name.removeprefix(TEMPORARY).partition("-")[0]
        if name.startswith(TEMPORARY) and name.endswith(".tmp") and process.isdecimal() and not _alive(int(process)):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name, dir_fd=folder)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


@contextlib.contextmanager
def _own_words(path: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise StaleDocumentsError(f"{path} is not there any more", hint="Run again: it is read anew.") from error
    except OSError as error:
        raise _translated(error, path) from error


def _translated(error: OSError, path: str) -> DocumentsError:
    if error.errno == errno.ELOOP:
        return DocumentsError(
            f"{path} is a symbolic link, or lies behind one", hint="Nothing is written through links; edit its target."
        )
    if error.errno in _FULL:
        return DocumentsError(f"the disk is full: {path} could not be written", hint="Free some space, and run again.")
    reason = (error.strerror or "error").lower()
    if error.errno in _FORBIDDEN:
        return DocumentsError(f"{path} cannot be written: {reason}", hint="Give yourself permission, and run again.")
    return DocumentsError(f"{path} cannot be written: {reason}", hint="Look at the disk that it is on.")
