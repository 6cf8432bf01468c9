"""Every write of a process to the disk, told just before it happens; whoever makes it, in whatever place of the code.

Files are seen by Python's audit events, and what SQLite is told by its trace. Between two writes nothing on the disk
changes, so whoever stops a process at each of them has stopped it before and after every one.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

_FILE_EVENTS = {
    *("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate"),
    *("os.chmod", "os.chown", "os.utime"),
}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
# Commands of git that write nothing; any other counts as one that does.
_READING_GIT = {
    *("cat-file", "cherry", "config", "diff-index", "diff-tree", "for-each-ref", "log", "ls-files", "ls-tree"),
    *("merge-base", "rev-list", "rev-parse", "blame", "version"),
}


def watch(patch: pytest.MonkeyPatch, told: Callable[[str], object]) -> None:
    """Tell of every write from now on. It cannot be taken back: for a process that ends afterwards."""

    def event(name: str, arguments: tuple[Any, ...]) -> None:
        what = _write(name, arguments)
        if what is not None:
            told(what)

    really_connect = sqlite3.connect

    def connect(*arguments: Any, **named: Any) -> sqlite3.Connection:  # noqa: ANN401 - whatever sqlite3 takes
        connection = really_connect(*arguments, **named)
        connection.set_trace_callback(_Transactions(told))
        return connection

    patch.setattr(sqlite3, "connect", connect)
    sys.addaudithook(event)


def _write(name: str, arguments: tuple[Any, ...]) -> str | None:
    """What an event writes, in a word or two; None where it only reads."""
    if name in _FILE_EVENTS:
        return f"{name} {arguments[0]}"
    if name == "open":
        path, mode, flags = arguments
        writes = bool(flags & _WRITING) if mode is None else bool(set(mode) & set("wax+"))
        return f"open {path}" if writes and _is_file(path) else None
    if name == "subprocess.Popen":
        return _git(arguments[1])
    return None


def _is_file(path: object) -> bool:
    """Whether something is a file on the disk, or will be one; no pipe, and no device."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)  # type: ignore[arg-type] # noqa: PTH116 - a path or a descriptor
    except FileNotFoundError:
        return True


def _git(command: list[str]) -> str | None:
    words = iter(command[1:])
    for word in words:
        if word == "-c":
            next(words)
        elif not word.startswith("-"):
            return None if word in _READING_GIT else f"git {word}"
    return None


class _Transactions:
    """What one connection to SQLite writes: the ends of transactions that write, and what is written outside of any."""

    def __init__(self, told: Callable[[str], object]) -> None:
        self._told = told
        self._inside = ""

    def __call__(self, statement: str) -> None:
        word = statement.split(maxsplit=1)[0].upper()
        if word == "BEGIN":
            self._inside = statement
        elif word in {"COMMIT", "ROLLBACK"}:
            if word == "COMMIT" and self._inside != "BEGIN":
                self._told("sqlite COMMIT")
            self._inside = ""
        elif not self._inside and word != "SELECT" and (word != "PRAGMA" or "journal_mode =" in statement):
            self._told(f"sqlite {word}")
