"""What a remote has, as it lists it: read as it comes, so that no number of references fills the memory."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gapkeeper.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

#: What is read of a listing: some 900,000 references.
LIMIT = 64_000_000  # bytes
_LINE = 10_000  # bytes; git takes no longer name
_HEADS = b"refs/heads/"


@dataclass(frozen=True, slots=True)
class Look:
    """What a remote had when it was asked."""

    default_branch: str | None  # None: nothing is committed there, or its HEAD names no branch
    heads: Mapping[str, str]  # commits of the default branch and of those that were asked for, as far as there are any
    digest: str | None  # of branches and heads of pull requests: the same means that none has moved; None: too many


class TooLongError(Exception):
    """The listing is longer than what is read of it."""


class Listing:
    """Takes the output of `git ls-remote --symref`, piece by piece."""

    def __init__(self, branches: Collection[str], pulls: str | None, limit: int = LIMIT) -> None:
        """``pulls`` is the pattern of their heads, with one star: `refs/pull/*/head`; None: they do not count."""
        self._wanted = {b"refs/heads/" + os.fsencode(branch): branch for branch in branches}
        self._pulls = None if pulls is None else os.fsencode(pulls).partition(b"*")[::2]
        self._left = limit
        self._rest = b""
        self._digest = hashlib.sha256()
        self._any = False
        self._default: bytes | None = None
        self._heads: dict[str, str] = {}

    def take(self, chunk: bytes) -> None:
        """Raise `TooLongError` where it is, `UnavailableError` where it is no listing."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            self._line(line)
        self._left -= len(chunk)
        if self._left < 0:
            raise TooLongError
        if len(self._rest) > _LINE:
            raise UnavailableError("the remote's answer is no list of references", hint="See its address.")

    @property
    def is_empty(self) -> bool:
        """Whether nothing was listed, not even a tag."""
        return not self._any

    def look(self, *, whole: bool) -> Look:
        """What was taken. ``whole`` False: it goes on."""
        default = None if self._default is None else os.fsdecode(self._default.removeprefix(_HEADS))
        return Look(default, self._heads, self._digest.hexdigest() if whole else None)

    def _line(self, line: bytes) -> None:
        self._any = True
        commit, _, name = line.partition(b"\t")
        if name == b"HEAD" and commit.startswith(b"ref: " + _HEADS):
            self._default = commit.removeprefix(b"ref: ")
            self._wanted[self._default] = os.fsdecode(self._default.removeprefix(_HEADS))
        elif name == b"HEAD" and self._default is not None:
            self._heads[self._wanted[self._default]] = commit.decode("ascii", "replace")
        elif not name.startswith(_HEADS) and not self._is_pull(name):
            return
        elif (branch := self._wanted.get(name)) is not None:
            self._heads[branch] = commit.decode("ascii", "replace")
        self._digest.update(line + b"\n")

    def _is_pull(self, name: bytes) -> bool:
        return self._pulls is not None and name.startswith(self._pulls[0]) and name.endswith(self._pulls[1])
