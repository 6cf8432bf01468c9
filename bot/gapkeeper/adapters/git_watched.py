"""Running a program that speaks with a server: bounded in time and in what is kept of it, and ended as a whole."""

from __future__ import annotations

import contextlib
import errno
import os
import selectors
import signal
import subprocess
import sys
import time
from typing import IO, TYPE_CHECKING, NamedTuple, cast

from gapkeeper.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_CHUNK = 65_536  # bytes
_COMPLAINT = 65_536  # bytes of what it complains that are kept: the last, where the reason stands
_TICK = 0.2  # seconds
_SHORT = frozenset({errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.ENOMEM})
#: What a git may allocate that works on what strangers sent. Files that it maps do not count: packs may be larger.
MEMORY = 1_000_000_000  # bytes


class LateError(UnavailableError):
    """A program was not done in time."""


class Ended(NamedTuple):
    """How a program ended."""

    code: int
    complaint: bytes  # the end of its standard error


class Watch(NamedTuple):
    """What happens while a program runs."""

    seconds: float  # that it may take
    take: Callable[[bytes], object]  # gets its output, piece by piece
    tick: Callable[[], object] = lambda: None  # called some times a second; what it or `take` raises ends the program
    memory: int | None = None  # bytes that it, and each that it starts, may allocate; None: as many as there are


def watched(command: Sequence[str], place: str, environment: Mapping[str, str], watch: Watch) -> Ended:
    """Run a program in a folder, and end it with all that it has started when it is late.

    Raises `LateError` when it is, and what `starting` does.
    """
    with starting():
        process = subprocess.Popen(  # noqa: S603 - no shell
            command,
            cwd=place,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,  # no terminal, so that nothing can ask there
        )
    with process:
        if watch.memory is not None:
            limit_memory(process.pid, watch.memory)
        try:
            complaint = _listen(process, watch)
        finally:
            if process.returncode is None:  # what it has started waits for the remote, too
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
    return Ended(process.returncode, complaint)


@contextlib.contextmanager
def starting() -> Iterator[None]:
    """For the start of a program: `UnavailableError` where the system has no more files, processes or memory for it."""
    try:
        yield
    except OSError as error:
        if error.errno not in _SHORT:
            raise
        raise UnavailableError(
            f"no program can be started here: {error.strerror}",
            hint="It is worth another try; where that does not help, raise the limit, or have fewer workers.",
        ) from error


def limit_memory(process: int, limit: int) -> None:
    """Let a program of ours allocate so many bytes; of what it has started already, nothing is changed.

    Only Linux lets us: elsewhere nothing happens.
    """
    if sys.platform == "linux":
        import resource  # noqa: PLC0415 - elsewhere there is none

        with contextlib.suppress(OSError, ValueError):  # it has ended, or something forbids that
            resource.prlimit(process, resource.RLIMIT_DATA, (limit, limit))


def _listen(process: subprocess.Popen[bytes], watch: Watch) -> bytes:
    complaint = b""
    until = time.monotonic() + watch.seconds
    next_tick = 0.0
    with selectors.DefaultSelector() as open_:
        for pipe in (process.stdout, process.stderr):
            open_.register(cast("IO[bytes]", pipe), selectors.EVENT_READ)
        while open_.get_map():
            now = time.monotonic()
            if now >= until:
                raise _late(watch)
            if now >= next_tick:
                watch.tick()
                next_tick = now + _TICK
            for key, _ in open_.select(min(until - now, _TICK)):
                chunk = os.read(key.fd, _CHUNK)
                if not chunk:
                    open_.unregister(key.fileobj)
                elif key.fileobj is process.stderr:
                    complaint = (complaint + chunk)[-_COMPLAINT:]
                else:
                    watch.take(chunk)
    try:
        process.wait(max(0.1, until - time.monotonic()))
    except subprocess.TimeoutExpired as error:
        raise _late(watch) from error
    return complaint


def _late(watch: Watch) -> LateError:
    return LateError(f"no answer in {watch.seconds:g} seconds")
