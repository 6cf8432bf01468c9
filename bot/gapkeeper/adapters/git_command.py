"""Running git on a repository that somebody else may have made.

Nothing that its configuration names is run, nothing is fetched, and nothing of the caller's environment (a hook's
`GIT_DIR`, for one) leads git to another repository. What is written is on the disk before the next step, and is
written by `NAME`.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Self, cast

from gapkeeper.errors import DocumentsError

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
NO_SETTINGS: Mapping[str, str] = MappingProxyType({})
_IDENTITY = (("NAME", NAME), ("EMAIL", EMAIL))
_CHUNK = 65_536  # bytes
_AHEAD = 60  # questions at a time: 65 bytes each, they fit into the smallest pipe, and no side waits for the other


def command(*arguments: str) -> list[str]:
    """How git is called: the person's own, told to run nothing."""
    return ["git", *_SAFE, *arguments]


def environment(settings: Mapping[str, str] = NO_SETTINGS) -> dict[str, str]:
    """The environment that git runs in; ``settings`` win over all configuration."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name in _KEPT or name.startswith(_KEPT_NUMBERED)
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


def run(
    folder: Path, *arguments: str, data: bytes = b"", settings: Mapping[str, str] = NO_SETTINGS
) -> subprocess.CompletedProcess[bytes]:
    """Run git in a folder and wait for it; what it says of an error is for people and may be shown.

    ``data`` is what it is told on its standard input, ``settings`` what wins over its configuration.

    Raises `DocumentsError` where there is no git.
    """
    try:
        return subprocess.run(  # noqa: S603 - no shell, and arguments are ours or behind --end-of-options
            command(*arguments),
            cwd=folder,
            env=environment(settings),
            input=data,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise no_git() from error


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

    def __init__(self, folder: Path, arguments: Sequence[str], text: str) -> None:
        self._arguments = arguments
        self._process = _start(folder, *arguments)
        self._text = os.fsencode(text)

    def __enter__(self) -> Iterator[bytes]:
        return self._fields()

    def __exit__(self, *_: object) -> None:
        _end(self._process)

    def _fields(self) -> Iterator[bytes]:
        with contextlib.suppress(BrokenPipeError), cast("IO[bytes]", self._process.stdin) as stdin:
            stdin.write(self._text)  # where it ended with an error, its exit code tells
        stdout = cast("io.BufferedReader", self._process.stdout)
        rest = b""
        while chunk := stdout.read1(_CHUNK):
            *fields, rest = (rest + chunk).split(b"\0")
            yield from fields
        if self._process.wait() != 0:
            raise _failed(self._arguments, b"")


class Blobs:
    """Reads blobs from one git that stays; used as a context manager."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            _end(self._process)

    def read(self, blobs: Sequence[str], limit: int) -> Iterator[bytes | None]:
        """The bytes of each blob, at most one more than the limit; None where git cannot read it."""
        if self._process is None:
            self._process = _start(self._folder, "cat-file", "--batch")
        for start in range(0, len(blobs), _AHEAD):
            batch = blobs[start : start + _AHEAD]
            with contextlib.suppress(BrokenPipeError):  # it died on a damaged object: the answers are missing
                stdin = cast("IO[bytes]", self._process.stdin)
                stdin.write("".join(f"{blob}\n" for blob in batch).encode("ascii"))
                stdin.flush()
            for _ in batch:
                yield _answer(cast("IO[bytes]", self._process.stdout), limit)


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


def _start(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - as above
            command(*arguments),
            cwd=folder,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # read by nobody while it runs, so it must not fill up
        )
    except FileNotFoundError as error:
        raise no_git() from error


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    with contextlib.suppress(BrokenPipeError), process:  # closes the pipes, and waits
        pass


def no_git() -> DocumentsError:
    """The error where there is none."""
    return DocumentsError("git is not installed", hint="Install it; without --rev, documents are read without git.")


def _failed(arguments: Sequence[str], said: bytes) -> DocumentsError:
    reason = os.fsdecode(said).strip().partition("\n")[0].removeprefix("fatal: ")
    return DocumentsError(
        f"git {arguments[0]} failed{f': {reason}' if reason else ''}", hint="`git fsck` finds a damaged repository."
    )
