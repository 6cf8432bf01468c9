"""The whole history of a revision, from one run of git: who its parents are, and what each commit changed."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.adapters import git_command
from gapkeeper.adapters.git_files import Blob
from gapkeeper.errors import DocumentsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

_HEADER = re.compile(rb"\x01([0-9a-f]{40,64}) (-?\d+) ([0-9a-f ]*)")
_ARGUMENTS = (
    "log", "-z", "--format=%x01%H %ct %P", "--raw", "--no-abbrev", "--no-renames", "--relative", "--root",
    "--diff-merges=first-parent", "--stdin",
)  # fmt: skip


class LoggedCommit(NamedTuple):
    """One commit."""

    time: int  # when it was committed, in seconds since 1970
    parents: tuple[str, ...]  # empty where a shallow clone's history begins
    changes: Mapping[str, Blob | None]  # path -> as it is then, against the first parent; None: deleted


def read_log(folder: Path, tip: str, wanted: Callable[[str], bool]) -> dict[str, LoggedCommit]:
    """Every commit that a revision comes from, by name, with what it changed of the wanted paths.

    Paths are relative to the folder; what is outside of it is left out.

    Raises `DocumentsError` where git cannot read the history, as in a clone that lacks some of it.
    """
    log: dict[str, LoggedCommit] = {}
    with git_command.Stream(folder, _ARGUMENTS, f"{tip}\n") as fields:
        changes: dict[str, Blob | None] = {}
        for field in fields:
            header = _HEADER.fullmatch(field)
            if header:
                changes = {}
                name, seconds, parents = (part.decode("ascii") for part in header.groups())
                log[name] = LoggedCommit(int(seconds), tuple(parents.split()), changes)
                continue
            path = os.fsdecode(next(fields, b""))
            if wanted(path):
                changes[path] = _state(field)
    return log


def _state(field: bytes) -> Blob | None:
    """From `:100644 100644 OLD NEW M`; before the first one of a commit stands a line feed."""
    parts = field.lstrip(b"\n:").split(b" ")
    if len(parts) != 5:
        raise DocumentsError("git log says what nobody knows here", hint="Use git 2.31 or newer.")
    mode, blob = parts[1].decode("ascii"), parts[3].decode("ascii")
    return Blob(mode, blob) if mode.strip("0") else None


def first_parents(log: Mapping[str, LoggedCommit], tip: str) -> list[str]:
    """The first-parent line that ends in a commit, the oldest first."""
    line: list[str] = []
    at: str | None = tip
    while at is not None and at in log:
        line.append(at)
        at = next(iter(log[at].parents), None)
    line.reverse()
    return line


def reach(log: Mapping[str, LoggedCommit], starts: tuple[str, ...], known: set[str]) -> Iterator[str]:
    """The commits that others come from, without the known ones, which grow by them."""
    waiting = [start for start in starts if start in log]
    while waiting:
        commit = waiting.pop()
        if commit not in known:
            known.add(commit)
            yield commit
            waiting += [parent for parent in log[commit].parents if parent in log]
