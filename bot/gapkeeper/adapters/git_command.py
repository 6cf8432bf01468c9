"""Running git on a repository that somebody else may have made.

Nothing that its configuration names is run, nothing is fetched, and nothing of the caller's environment (a hook's
`GIT_DIR`, for one) leads git to another repository. What is written is on the disk before the next step, and is
written by `NAME`.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
import time
from contextvars import ContextVar
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, NamedTuple, Self, cast

from gapkeeper.adapters.git_watched import MEMORY, limit_memory, starting
from gapkeeper.errors import DocumentsError, UnavailableError

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

#: Who commits. The domain is reserved, so that no mail ever reaches a stranger.
NAME = "gapkeeper"
EMAIL = "gapkeeper@noreply.invalid"

_SAFE = (
    "--no-pager",
    "--no-replace-objects",
    "--no-optional-locks",
    "--literal-pathspecs",
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.fsync=all"),
    *("-c", "core.quotePath=false"),
    *("-c", "log.showSignature=false"),
    *("-c", "protocol.allow=never"),
    *("-c", "protocol.ext.allow=never"),
)
# The person's own configuration stays: it says which repositories are safe.
_KEPT = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_COUNT")
_KEPT_NUMBERED = ("GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_")
# Git hands all that it is given to ssh, and to the programs that a person's configuration names.
_SECRETS = frozenset(
    {
        *("GITHUB_TOKEN", "GH_TOKEN", "GITHUB_ENTERPRISE_TOKEN", "GH_ENTERPRISE_TOKEN"),
        *("ACTIONS_RUNTIME_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
        *("GITLAB_TOKEN", "CI_JOB_TOKEN", "CI_REPOSITORY_URL", "CI_DEPLOY_PASSWORD", "CI_REGISTRY_PASSWORD"),
        *("CI_DEPENDENCY_PROXY_PASSWORD", "CREDENTIALS_DIRECTORY"),
    }
)
NO_SETTINGS: Mapping[str, str] = MappingProxyType({})
_IDENTITY = (("NAME", NAME), ("EMAIL", EMAIL))
_CHUNK = 65_536  # bytes
_LONGEST = 64_000_000  # bytes of one field
_AHEAD = 60  # questions at a time: 65 bytes each, they fit into the smallest pipe, and no side waits for the other


def command(*arguments: str) -> list[str]:
    """How git is called: the person's own, told to run nothing."""
    return ["git", *_SAFE, *arguments]


def environment(settings: Mapping[str, str] = NO_SETTINGS) -> dict[str, str]:
    """The environment that git runs in, without secrets of ours; ``settings`` win over all configuration."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _KEPT
        or name.startswith(_KEPT_NUMBERED)
        or not (name.startswith(("GIT_", "GAPKEEPER_")) or name in _SECRETS)
    }
    ours = {f"GIT_{who}_{what}": said for who in ("AUTHOR", "COMMITTER") for what, said in _IDENTITY}
    number = int(kept["GIT_CONFIG_COUNT"]) if kept.get("GIT_CONFIG_COUNT", "").isdecimal() else 0
    for index, (name, value) in enumerate(settings.items(), number):
        kept |= {f"GIT_CONFIG_KEY_{index}": name, f"GIT_CONFIG_VALUE_{index}": value}
    if settings:
        kept["GIT_CONFIG_COUNT"] = f"{number + len(settings)}"
    return {**kept, **ours, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"}


def without_filters(folder: Path) -> dict[str, str]:
    """Settings for commands that look at files of the work tree and would run what the configuration names for that."""
    answer = run(folder, "config", "-z", "--name-only", "--get-regexp", r"^filter\.")
    drivers = {os.fsdecode(name).rpartition(".")[0] for name in answer.stdout.split(b"\0") if name}
    nothing = {"clean": "", "smudge": "", "process": "", "required": "false"}
    return {f"{driver}.{key}": value for driver in sorted(drivers) for key, value in nothing.items()}


class _Deadline(NamedTuple):
    seconds: float
    until: float  # of the monotonic clock


_DEADLINE: ContextVar[_Deadline | None] = ContextVar("deadline", default=None)


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Within this, in this thread, git works on what strangers sent: bounded in time, all together, and in memory.

    A git that is late is ended, and `UnavailableError` raised. Elsewhere git takes what it needs: a person waits as
    long as it is worth, and ends it.
    """
    token = _DEADLINE.set(_Deadline(seconds, time.monotonic() + seconds))
    try:
        yield
    finally:
        _DEADLINE.reset(token)


def check_deadline() -> None:
    """Raise `UnavailableError` where the time of `deadline` is over."""
    limit = _DEADLINE.get()
    if limit is not None and time.monotonic() >= limit.until:
        raise UnavailableError(
            f"git took longer than {limit.seconds:g} seconds",
            hint="It is tried again; where that does not help, the history or the documents are more than can be read.",
        )


def run(
    folder: Path, *arguments: str, data: bytes = b"", settings: Mapping[str, str] = NO_SETTINGS
) -> subprocess.CompletedProcess[bytes]:
    """Run git in a folder and wait for it; what it says of an error is for people and may be shown.

    ``data`` is what it is told on its standard input, ``settings`` what wins over its configuration.

    Raises `DocumentsError` where there is no git, `UnavailableError` where it is late, see `deadline`, or has no
    room in this system.
    """
    git = _open(folder, arguments, settings, subprocess.PIPE)
    try:
        said, complaint = git.process.communicate(data)
    finally:
        _end(git)
    if git.process.returncode != 0:
        check_deadline()
    return subprocess.CompletedProcess(arguments, git.process.returncode, said, complaint)


def output(folder: Path, *arguments: str, data: bytes = b"", settings: Mapping[str, str] = NO_SETTINGS) -> bytes:
    """What git answers.

    Raises `DocumentsError` where it fails.
    """
    answer = run(folder, *arguments, data=data, settings=settings)
    if answer.returncode != 0:
        refuse_where_git_cannot_work(folder, answer)
        raise _failed(arguments, answer.stderr)
    return answer.stdout


def refuse_where_git_cannot_work(folder: Path, answer: subprocess.CompletedProcess[bytes]) -> None:
    """Raise `DocumentsError` where the question does not matter: no repository, or one that git does not trust."""
    said = os.fsdecode(answer.stderr)
    if "dubious ownership" in said:
        raise DocumentsError(
            f"git does not trust {folder}: it belongs to somebody else",
            hint=f"If you do: git config --global --add safe.directory {folder}",
        )
    if "not a git repository" in said:
        raise DocumentsError(
            f"{folder} is in no git repository",
            hint="History and revisions need one; without --rev, other commands read the folder as it is.",
        )


class Stream:
    """The fields, each ended by a NUL byte, that a long-running git writes; leaving early ends it."""

    def __init__(self, folder: Path, arguments: Sequence[str], text: str = "") -> None:
        self._arguments = arguments
        self._git = _start(folder, *arguments)
        self._text = os.fsencode(text)

    def __enter__(self) -> Iterator[bytes]:
        return self._fields()

    def __exit__(self, *_: object) -> None:
        _end(self._git)

    def _fields(self) -> Iterator[bytes]:
        with contextlib.suppress(BrokenPipeError), cast("IO[bytes]", self._git.process.stdin) as stdin:
            stdin.write(self._text)  # where it ended with an error, its exit code tells
        stdout = cast("io.BufferedReader", self._git.process.stdout)
        begun: list[bytes] = []  # of a field; joined once, since a name of many megabytes comes in thousands of pieces
        length = 0
        while chunk := stdout.read1(_CHUNK):
            piece, *fields = chunk.split(b"\0")
            begun.append(piece)
            length += len(piece)
            if length > _LONGEST:
                raise _failed(self._arguments, b"a name or a message is longer than %d MB" % (_LONGEST // 1_000_000))
            if fields:
                yield b"".join(begun)
                yield from fields[:-1]
                begun, length = fields[-1:], len(fields[-1])
        if self._git.process.wait() != 0:
            check_deadline()
            raise _failed(self._arguments, b"")


class Blobs:
    """Reads blobs from one git that stays; used as a context manager."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._git: _Git | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._git is not None:
            _end(self._git)

    def read(self, blobs: Sequence[str], limit: int) -> Iterator[bytes | None]:
        """The bytes of each blob, at most one more than the limit; None where git cannot read it."""
        if self._git is None:
            self._git = _start(self._folder, "cat-file", "--batch")
        process = self._git.process
        for start in range(0, len(blobs), _AHEAD):
            batch = blobs[start : start + _AHEAD]
            with contextlib.suppress(BrokenPipeError):  # it died on a damaged object: the answers are missing
                stdin = cast("IO[bytes]", process.stdin)
                stdin.write("".join(f"{blob}\n" for blob in batch).encode("ascii"))
                stdin.flush()
            for _ in batch:
                data = _answer(cast("IO[bytes]", process.stdout), limit)
                if data is None:
                    check_deadline()
                yield data


def _answer(stdout: IO[bytes], limit: int) -> bytes | None:
    facts = stdout.readline().split()
    if len(facts) != 3:  # "missing", or the end
        return None
    rest = int(facts[2])
    data = stdout.read(min(rest, limit + 1))
    rest += 1 - len(data)  # and a line feed behind it
    while rest > 0 and (skipped := stdout.read(min(rest, _CHUNK))):
        rest -= len(skipped)
    return None if rest else data


class _Git(NamedTuple):
    process: subprocess.Popen[bytes]
    alarm: threading.Timer | None  # ends it; whoever reads of it finds the end


def _start(folder: Path, *arguments: str) -> _Git:
    return _open(folder, arguments, NO_SETTINGS, subprocess.DEVNULL)  # read by nobody, so it must not fill up


def _open(folder: Path, arguments: Sequence[str], settings: Mapping[str, str], complaints: int) -> _Git:
    check_deadline()
    try:
        with starting():
            process = subprocess.Popen(  # noqa: S603 - no shell, and arguments are ours or behind --end-of-options
                command(*arguments),
                cwd=folder,
                env=environment(settings),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
            )
    except FileNotFoundError as error:
        raise no_git() from error
    limit = _DEADLINE.get()
    if limit is None:
        return _Git(process, None)
    limit_memory(process.pid, MEMORY)
    alarm = threading.Timer(limit.until - time.monotonic(), process.kill)
    alarm.daemon = True
    alarm.start()
    return _Git(process, alarm)


def _end(git: _Git) -> None:
    if git.alarm is not None:
        git.alarm.cancel()
    git.process.kill()
    with contextlib.suppress(BrokenPipeError), git.process:  # closes the pipes, and waits
        pass


def no_git() -> DocumentsError:
    """The error where there is none."""
    return DocumentsError("git is not installed", hint="Install it; without --rev, documents are read without git.")


def _failed(arguments: Sequence[str], said: bytes) -> DocumentsError:
    reason = os.fsdecode(said).strip().partition("\n")[0].removeprefix("fatal: ")
    return DocumentsError(
        f"git {arguments[0]} failed{f': {reason}' if reason else ''}", hint="`git fsck` finds a damaged repository."
    )
