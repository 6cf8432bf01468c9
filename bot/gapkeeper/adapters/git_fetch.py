"""Fetching commits into a repository, by a git that never sees the repository's own configuration.

Git runs in a folder of its own and is lent the object store and the list of where a shallow clone's history begins.
Objects arrive, and nothing else changes, until `keep` says so: that gives the commits names of ours, which is what
keeps them from being collected as garbage.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from gapkeeper.adapters import git_command
from gapkeeper.adapters.git_remote import complaint_of
from gapkeeper.adapters.git_watched import LateError
from gapkeeper.errors import DocumentsError, UnavailableError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping

    from gapkeeper.adapters.git_remote import Remote

#: As deep as a history can be.
ALL = 2_147_483_647  # commits; what git takes for no limit
_SECONDS = 300  # for all that one pull request needs
_ARRIVED = "refs/arrived/"
_CONFIG = """\
[core]
    repositoryformatversion = 1
    bare = true
    hooksPath = /dev/null
    fsync = all
[gc]
    auto = 0
[maintenance]
    auto = false
[fetch]
    writeCommitGraph = false
[extensions]
    objectFormat = {}
"""
_PARTIAL = '    partialClone = origin\n[remote "origin"]\n    promisor = true\n'


class Fetching:
    """Fetches from a remote into the repository of a folder; a context manager."""

    def __init__(self, folder: Path, remote: Remote, *, like: str) -> None:
        """``like`` is the name of any commit, by which SHA-1 and SHA-256 are told apart."""
        self._folder = folder
        self._remote = remote
        self._like = like
        self._until = time.monotonic() + _SECONDS
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        """Raise `DocumentsError` where another git is at work on a shallow clone, or the repository is read-only."""
        with contextlib.ExitStack() as stack:
            asked = git_command.output(self._folder, "rev-parse", "--git-path", "objects", "--git-path", "shallow")
            objects, shallow = ((self._folder / os.fsdecode(path)).resolve() for path in asked.splitlines())
            self._here = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            self._shallow = shallow if shallow.exists() else None
            if self._shallow is not None:
                self._lock = _lock(self._shallow)
                stack.callback(self._lock.unlink, missing_ok=True)
                shutil.copyfile(self._shallow, self._here / "shallow")
            self._variables = {"GIT_DIR": str(self._here), "GIT_OBJECT_DIRECTORY": str(objects)}
            self._write()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def shallow(self) -> bool:
        """Whether the history begins somewhere in its middle, as far as it was fetched."""
        return (self._here / "shallow").exists()

    def fetch(self, names: Mapping[str, str], depth: int | None) -> dict[str, str]:
        """Fetch references of the remote, each under a name of the caller's; the commits that arrived, by that name.

        Raises:
            DocumentsError: The remote has no such reference.
            UnavailableError: The remote does not answer, or refuses.
        """
        options = ["--quiet", "--no-tags", "--no-recurse-submodules", *([] if depth is None else [f"--depth={depth}"])]
        wanted = [f"+{theirs}:{_ARRIVED}{ours}" for ours, theirs in names.items()]
        answer = self._run("fetch", *options, "--", self._remote.url, *wanted)
        if answer.returncode != 0:
            raise _failed(answer.stderr)
        listed = self._run("for-each-ref", "--format=%(refname) %(objectname)", _ARRIVED)
        pairs = (line.partition(" ") for line in os.fsdecode(listed.stdout).splitlines())
        return {name.removeprefix(_ARRIVED): commit for name, _, commit in pairs}

    def merge_base(self, one: str, other: str) -> str | None:
        """As `git_range.merge_base`, of what has arrived, too."""
        answer = self._run("merge-base", one, other)
        return answer.stdout.decode("ascii").strip() if answer.returncode == 0 else None

    def keep(self, names: Mapping[str, str]) -> None:
        """Give the repository what was fetched: the begin of its history, then commits by the full names of references.

        Raises `DocumentsError` where git cannot write there.
        """
        if self._shallow is not None:
            if not self.shallow:
                self._shallow.unlink()
            elif (self._here / "shallow").read_bytes() != self._shallow.read_bytes():
                shutil.copyfile(self._here / "shallow", self._lock)
                self._lock.replace(self._shallow)
        changes = "".join(f"update {name} {commit}\n" for name, commit in names.items())
        git_command.output(self._folder, "update-ref", "--stdin", data=changes.encode())

    def _write(self) -> None:
        """Make the repository that git runs in: it knows what is there, so that only what is missing is sent."""
        for name in ("objects", "refs"):
            (self._here / name).mkdir()
        (self._here / "HEAD").write_text("ref: refs/heads/none\n")
        partial = git_command.run(self._folder, "config", "--get", "extensions.partialClone").returncode == 0
        config = _CONFIG.format("sha1" if len(self._like) == 40 else "sha256")
        (self._here / "config").write_text(config + (_PARTIAL if partial else ""))
        known = git_command.output(self._folder, "for-each-ref", "--format=%(objectname)", "refs/heads", "refs/remotes")
        head = git_command.run(self._folder, "rev-parse", "--verify", "--quiet", "HEAD^{commit}").stdout
        commits = sorted({*known.split(), *head.split()})
        lines = (b"%s refs/known/%d\n" % (commit, number) for number, commit in enumerate(commits))
        (self._here / "packed-refs").write_bytes(b"".join(lines))

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        left = max(1.0, self._until - time.monotonic())
        try:
            return self._remote.run(str(self._here), *arguments, seconds=left, variables=self._variables)
        except LateError as error:
            raise _unavailable(f"no answer in {_SECONDS} seconds") from error


def _lock(shallow: Path) -> Path:
    """Take git's own lock of the file."""
    lock = shallow.with_name("shallow.lock")
    try:
        os.close(os.open(lock, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    except FileExistsError:
        hint = f"Run again; where no other git is at work there, delete {lock}."
        raise DocumentsError("another git is fetching into this shallow clone", hint=hint) from None
    except OSError as error:
        hint = "Make it writable, or clone with more history: `fetch-depth: 0`."
        raise DocumentsError(f"nothing can be fetched into this clone: {error.strerror}", hint=hint) from None
    return lock


def _failed(stderr: bytes) -> DocumentsError | UnavailableError:
    missing = re.search(rb"couldn't find remote ref (\S+)", stderr)
    if missing:
        hint = "Clone the project that the pull request goes to: a fork or a mirror does not have it."
        return DocumentsError(f"the remote of this clone has no {complaint_of(missing[1])}", hint=hint)
    return _unavailable(complaint_of(stderr))


def _unavailable(why: str) -> UnavailableError:
    return UnavailableError(
        f"the commits of the pull request cannot be fetched: {why}",
        hint="See that `git fetch origin` works without a question, or clone with all of the history: "
        "`fetch-depth: 0`, GIT_DEPTH: 0.",
    )
