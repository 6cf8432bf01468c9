"""What we write to and what it can do: terminals, pipes, CI logs, encodings, readers that go away."""

from __future__ import annotations

import errno
import os
import sys
from typing import TYPE_CHECKING, TextIO

from gapkeeper.errors import GapkeeperError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gapkeeper.reporting.style import Line, Look

_NARROWEST = 20


class OutputError(GapkeeperError):
    """What we print cannot be written: a full disk."""

    exit_code = 74  # EX_IOERR of sysexits.h


def look_of(stream: TextIO) -> Look:
    """How text has to look on a stream.

    `NO_COLOR` (https://no-color.org) and `TERM=dumb` switch colour off, `FORCE_COLOR` switches it on
    without a terminal, which some CI systems show. Lines are fitted to a terminal and to nothing else.
    """
    import shutil  # noqa: PLC0415 - start-up

    from gapkeeper.reporting.style import Look  # noqa: PLC0415 - start-up: JSON needs none of it

    terminal = stream.isatty()
    environment = os.environ
    if environment.get("NO_COLOR"):
        colour = False
    elif environment.get("FORCE_COLOR"):
        colour = True
    else:
        colour = terminal and environment.get("TERM") != "dumb"
    width = max(_NARROWEST, shutil.get_terminal_size().columns) if terminal else None
    return Look(width=width, colour=colour, unicode=_knows_unicode(stream), log=bool(environment.get("CI")))


def _knows_unicode(stream: TextIO) -> bool:
    try:
        "█→…".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def interactive() -> bool:
    """Whether a person sits there: somebody to ask, and to show progress to."""
    return sys.stdin.isatty() and sys.stderr.isatty() and not os.environ.get("CI")


def show(make: Callable[[Look], Iterable[Line]], *, error: bool = False) -> None:
    """Print lines for people, made for what the output, or the error stream, can do."""
    stream = sys.stderr if error else sys.stdout
    if stream is None:  # closed by whoever started us
        return
    from gapkeeper.reporting.style import render  # noqa: PLC0415 - start-up: JSON needs none of it

    look = look_of(stream)
    write(render(make(look), look), stream)


def write(text: str, stream: TextIO | None = None) -> None:
    """Print text as the stream's encoding has it; what it cannot say becomes an escape.

    A reader that went away (`| head`) is not an error: what follows goes nowhere, and a sync goes on.
    """
    stream = sys.stdout if stream is None else stream
    encoding = stream.encoding or "utf-8"
    try:
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()
    except BrokenPipeError:
        to_nowhere(stream)
    except OSError as error:
        if error.errno == errno.EINVAL and os.name == "nt":  # a closed pipe, as Windows says it
            to_nowhere(stream)
            return
        to_nowhere(stream)
        raise OutputError(f"the output could not be written: {error.strerror}") from error


def write_data(text: str) -> None:
    """Print what a program reads: UTF-8 whatever the locale says, line ends as they are."""
    stream = sys.stdout
    if stream is None:
        return
    buffer = getattr(stream, "buffer", None)
    if stream.isatty() or buffer is None:
        write(text)
        return
    try:
        stream.flush()
        buffer.write(text.encode("utf-8", "backslashreplace"))
        buffer.flush()
    except BrokenPipeError:
        to_nowhere(stream)
    except OSError as error:
        to_nowhere(stream)
        raise OutputError(f"the output could not be written: {error.strerror}") from error


def to_nowhere(stream: TextIO) -> None:
    """Let everything that is still buffered, and all that comes, disappear, also when Python ends."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except OSError:  # a stream that is no file
        return
