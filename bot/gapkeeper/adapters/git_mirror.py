"""A bare mirror of a repository, fetched and never cloned anew: what a service reads documents and history from.

All of the history is fetched, since who changed a line and where branches part is asked of it; and only the references
that somebody names, forced, so that a branch that was rewritten there is rewritten here. Nothing is checked out.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import signal
import tempfile
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.adapters import git_command
from gapkeeper.adapters.git_mirror_folder import MirrorFolder
from gapkeeper.adapters.git_mirror_look import Listing, Look, TooLongError
from gapkeeper.adapters.git_mirror_remote import (
    LESS,
    NETWORK,
    OUT_OF_MEMORY,
    SILENT,
    ForeignHashError,
    GitAccess,
    MissingRefError,
    MovedError,
    complaint,
    failure_of,
    plain,
    remote_for,
)
from gapkeeper.adapters.git_watched import MEMORY, LateError, Watch, watched
from gapkeeper.errors import DocumentsError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from gapkeeper.adapters.git_watched import Ended

__all__ = ["GitAccess", "Look", "Mirror", "MissingRefError", "MovedError", "Seconds", "mirror_folder"]

_REF = re.compile(r"refs/(?!.*(?:\.\.|@\{|//|/\.|\.lock(?:/|$)))[^\s~^:?*\[\\\x00-\x20\x7f]+(?<![/.])")
_PACKS = 50  # every fetch that brings something makes one; more of them make every look-up slower
_WORTH_IT = 0.9  # of the size before: a fetch that was cut off is tried again where so much or less is left
_FETCH = (
    *("fetch", "--quiet", "--force", "--atomic", "--no-tags", "--no-recurse-submodules", "--no-auto-maintenance"),
    *("--no-write-fetch-head", "--no-show-forced-updates", "--update-shallow", "--end-of-options"),
)


class Seconds(NamedTuple):
    """How long git may take."""

    look: float = 60.0
    fetch: float = 900.0
    tidy: float = 600.0


_SECONDS = Seconds()


def mirror_folder(mirrors: Path, repository: str) -> Path:
    """The folder of a repository's mirror: its name for people, and what tells it from all others.

    Names differ in letters that file systems take for the same, or have slashes: the end is a digest of the name.
    """
    readable = re.sub(r"[^A-Za-z0-9_.-]+", "_", repository).strip("._-")[:80]
    return mirrors / f"{readable or 'repository'}-{hashlib.sha256(os.fsencode(repository)).hexdigest()[:12]}"


class Mirror:
    """One repository's mirror. One thread works on it at a time; others may read its documents meanwhile."""

    def __init__(
        self,
        folder: Path,
        access: Callable[[], GitAccess],
        *,
        limit_bytes: int,
        seconds: Seconds = _SECONDS,
        tick: Callable[[], object] = lambda: None,
    ) -> None:
        """Of a folder of its own, see `mirror_folder`; nothing is made before the first `fetch`.

        Args:
            folder: What is handed to those who read documents; `.gapkeeper` in it stays when the mirror is made anew.
            access: Where it is fetched from, and as whom; asked each time, since tokens end.
            limit_bytes: What it may take on the disk.
            seconds: How long it may take.
            tick: Called some times a second while git runs; what it raises ends that, and is raised.
        """
        self.folder = folder
        self._place = MirrorFolder(folder.absolute())
        self._access = access
        self._limit_bytes = limit_bytes
        self._seconds = seconds
        self._tick = tick

    def look(self, branches: Collection[str] = (), pulls: str | None = None) -> Look:
        """Ask the remote what it has; nothing is fetched.

        Args:
            branches: Whose commits are wanted, beside the default branch.
            pulls: The heads of pull requests that count: `refs/pull/*/head`, `refs/merge-requests/*/head`.

        Raises:
            ConfigurationError: The address is none that git may fetch from, or holds a secret.
            NotAuthorisedError: The remote refuses us.
            NotFoundError: There is no such repository; `MovedError` where it has another address.
            UnavailableError: The remote does not answer.
            DocumentsError: There is no git.
        """
        listing = Listing(branches, pulls)
        try:
            self._list(listing.take)
        except TooLongError:
            return listing.look(whole=False)
        if listing.is_empty:
            self._require_git()
        return listing.look(whole=True)

    def _list(self, take: Callable[[bytes], object], **variables: str) -> bytes:
        """Hand over what the remote lists; what git says beside that."""
        access = self._access()
        arguments = ("ls-remote", "--symref", "--quiet", "--end-of-options", access.url)
        watch = Watch(self._seconds.look, take, self._tick, MEMORY)
        try:
            with tempfile.TemporaryDirectory() as nowhere:
                ended = remote_for(access).watch(nowhere, *arguments, watch=watch, variables={**SILENT, **variables})
        except LateError as error:
            raise _late(access, error) from error
        if ended.code != 0:
            raise failure_of(access, ended.complaint) or _unknown(access, ended)
        return ended.complaint

    def _require_git(self) -> None:
        """Raise `UnavailableError` where it is not git that answers with nothing: git takes any web page for a list."""
        if b"packet: " not in self._list(_nothing, GIT_TRACE_PACKET="2"):
            raise UnavailableError(
                f"{plain(self._access().url)} cannot be fetched: there is no repository of git", hint=NETWORK
            )

    def fetch(self, refs: Mapping[str, str]) -> bool:
        """Fetch references of the remote, each under a name of ours: `{"refs/heads/main": "refs/heads/main"}`.

        All of them arrive, or none does. A mirror that is damaged is made anew.

        Returns:
            Whether any of them is not what it was.

        Raises:
            MissingRefError: The remote has no such reference; ours is deleted.
            DocumentsError: The repository is larger than allowed; the folder is not ours, or there is no git.
            ConfigurationError: As `look`, and so are `NotAuthorisedError`, `NotFoundError` and `UnavailableError`.
        """
        for name in (*refs, *refs.values()):
            if not _REF.fullmatch(name):
                raise DocumentsError(f"{name!r} is no name of a branch", hint="The forge says that; see the branches.")
        self._place.prepare()
        before: Mapping[str, str] = {}
        with contextlib.suppress(DocumentsError):  # damaged: what follows finds that, too
            before = self._refs()
            self._make_way(before, refs.values())
        self._bring(refs)
        if self._place.packs() > _PACKS:
            self._repack("--geometric=2")
        return any(before.get(name) != commit for name, commit in self.tips(refs.values()).items())

    def tips(self, names: Collection[str]) -> dict[str, str]:
        """The commits of references of ours, by full name; those that are not there are missing.

        Raises `DocumentsError` where the mirror is damaged.
        """
        if not names or not self._place.git.is_dir():
            return {}
        found = self._refs(*names)
        return {name: found[name] for name in names if name in found}

    def drop_pull(self, number: int) -> None:
        """Delete what is kept of a pull request, `refs/gapkeeper/pull/N/`.

        Raises `DocumentsError` where the mirror is damaged, or not ours.
        """
        self._place.require_ours()
        if self._place.git.is_dir():
            self._delete(self._refs(f"refs/gapkeeper/pull/{number}/"))

    def size(self) -> int:
        """Bytes on the disk; 0 where nothing was fetched yet."""
        return self._place.size()

    def mend(self) -> bool:
        """Where something in the mirror cannot be read, delete it, so that the next `fetch` makes it anew.

        Every object is looked at, which takes as long as reading all of the history.

        Returns:
            Whether it was damaged.

        Raises `UnavailableError` where that takes too long, `DocumentsError` where it takes too much memory, or the
        folder is not ours.
        """
        self._place.require_ours()
        if not self._place.git.is_dir():
            return False
        ended = self._local("fsck", "--no-dangling", "--no-progress")
        if ended.code == 0:
            return False
        if ended.code == -signal.SIGKILL or re.search(OUT_OF_MEMORY, os.fsdecode(ended.complaint)):
            raise DocumentsError(f"the mirror {self.folder} cannot be looked through: too little memory", hint=LESS)
        self._place.forget()
        return True

    def _bring(self, refs: Mapping[str, str]) -> None:
        """Fetch, and once more where what was in the way could be taken away."""
        try:
            self._fetch(refs)
        except ForeignHashError:
            other = "sha256" if self._place.hash() == "sha1" else "sha1"
            self._place.forget()
            self._place.prepare(other)
            self._fetch(refs)
        except _TooLargeError:
            if not self._make_room():
                raise
            self._fetch(refs)
        except _UnknownError:
            if not self.mend():
                raise
            self._place.prepare()
            self._fetch(refs)

    def _fetch(self, refs: Mapping[str, str]) -> None:
        self._require_room()
        access = self._access()
        wanted = [f"+{theirs}:{ours}" for theirs, ours in refs.items()]
        watch = Watch(self._seconds.fetch, _nothing, self._growing, MEMORY)
        variables = {**SILENT, "GIT_DIR": str(self._place.git)}
        arrived = False
        try:
            ended = remote_for(access).watch(
                str(self._place.git), *_FETCH, access.url, *wanted, watch=watch, variables=variables
            )
            arrived = ended.code == 0
        except LateError as error:
            raise _late(access, error) from error
        finally:
            if not arrived:
                self._place.sweep()
        if arrived:
            self._require_room()  # what came faster than it was looked at
            return
        failure = failure_of(access, ended.complaint) or _unknown(access, ended)
        if isinstance(failure, MissingRefError):
            self.look()  # it is git that says so, and no page that says that somebody should sign in
            self._delete(self.tips([refs[failure.ref]]) if failure.ref in refs else ())
        raise failure

    def _growing(self) -> None:
        self._tick()
        self._require_room()

    def _require_room(self) -> None:
        if self._place.size() > self._limit_bytes:
            raise _TooLargeError(
                f"the repository is larger than {self._limit_bytes / 1_000_000:,.0f} MB, as much as a mirror may have",
                hint="Allow more: mirror_limit_mb in [state].",
            )

    def _make_room(self) -> bool:
        """Leave out what nothing leads to any more; whether that is worth another try."""
        before = self._place.size()
        self._repack("-a")
        return self._place.size() < before * _WORTH_IT

    def _make_way(self, present: Collection[str], names: Collection[str]) -> None:
        """Delete references that stand where others have to: a branch `a` is gone, and one `a/b` is there."""
        self._delete(
            [old for old in present if any(old.startswith(f"{name}/") or name.startswith(f"{old}/") for name in names)]
        )

    def _repack(self, how: str) -> None:
        """Make few packs of many; where that fails nothing is lost, and a damaged mirror is found when it is read."""
        with contextlib.suppress(LateError):
            for arguments in (("pack-refs", "--all", "--prune"), ("repack", how, "-d", "-q")):
                self._local(*arguments)
        self._place.sweep()

    def _local(self, *arguments: str) -> Ended:
        command = git_command.command(self._git_dir, *arguments)
        watch = Watch(self._seconds.tidy, _nothing, self._tick, MEMORY)
        return watched(command, str(self.folder), git_command.environment(), watch)

    def _refs(self, *below: str) -> dict[str, str]:
        answer = git_command.output(
            self.folder, self._git_dir, "for-each-ref", "--format=%(objectname) %(refname)", "--", *below
        )
        lines = (line.partition(" ") for line in os.fsdecode(answer).splitlines())
        return {name: commit for commit, _, name in lines}

    def _delete(self, names: Collection[str]) -> None:
        if names:
            lines = "".join(f"delete {name}\n" for name in names)
            git_command.output(self.folder, self._git_dir, "update-ref", "--stdin", data=os.fsencode(lines))

    @property
    def _git_dir(self) -> str:
        """An option: where a repository is damaged, git would look for another one above it."""
        return f"--git-dir={self._place.git}"


class _TooLargeError(DocumentsError):
    """The mirror has grown over its limit."""


class _UnknownError(UnavailableError):
    """Git failed, and the remote is not known to be why."""


def _nothing(_: bytes) -> None:
    """What is said on standard output is for nobody."""


def _late(access: GitAccess, error: LateError) -> UnavailableError:
    return UnavailableError(f"{plain(access.url)} cannot be fetched: {error.message}", hint=NETWORK)


def _unknown(access: GitAccess, ended: Ended) -> _UnknownError:
    said = complaint(access, ended.complaint) or f"git ended with {ended.code}"
    return _UnknownError(f"{plain(access.url)} cannot be fetched: {said}", hint=NETWORK)
