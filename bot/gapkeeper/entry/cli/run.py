"""Running a command: every way in which it can end has an exit code and a text that says what to do."""

from __future__ import annotations

import errno
import sys
from typing import TYPE_CHECKING

import click

from gapkeeper import __version__
from gapkeeper.entry.cli.app import app
from gapkeeper.entry.cli.terminal import show, to_nowhere, write
from gapkeeper.errors import GapkeeperError

if TYPE_CHECKING:
    from collections.abc import Sequence

USAGE = 64  # EX_USAGE of sysexits.h, as are 65, 69, 70, 74 and 77 of the error tree
OUR_BUG = 70
NO_SPACE = 74
INTERRUPTED = 130  # 128 and SIGINT, as shells have it


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; nothing is raised."""
    try:
        result = app.main(list(arguments), prog_name="gapkeeper", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.exceptions.NoArgsIsHelpError as error:
        write(f"{error.format_message()}\n", sys.stderr)
        return USAGE
    except click.ClickException as error:
        _complain(error.format_message(), _usage_hint(error))
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        _complain("interrupted")
        return INTERRUPTED
    except GapkeeperError as error:
        _traceback_if_asked(arguments)
        _complain(error.message, error.hint)
        return error.exit_code
    except Exception as error:  # noqa: BLE001 - the last resort: people get a report to send and no traceback
        _traceback_if_asked(arguments)
        return _unexpected(error, arguments)


def _unexpected(error: Exception, arguments: Sequence[str]) -> int:
    """Say of an error that nobody foresaw whose it is."""
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:  # under help, for one: click itself prints it
        to_nowhere(sys.stdout)
        _complain("the disk is full", "Free some space and start again.")
        return NO_SPACE
    _complain(f"this is a bug of gapkeeper: {type(error).__name__}", _what_to_report(arguments))
    return OUR_BUG


def _traceback_if_asked(arguments: Sequence[str]) -> None:
    if "--debug" in arguments:
        import traceback  # noqa: PLC0415 - start-up

        traceback.print_exc(file=sys.stderr)


def _what_to_report(arguments: Sequence[str]) -> str:
    import platform  # noqa: PLC0415 - start-up
    import shlex  # noqa: PLC0415 - start-up

    return (
        f"Please report it with: gapkeeper {__version__}, Python {platform.python_version()}, {platform.system()}, "
        f"and what `gapkeeper {shlex.join(arguments)} --debug` prints"
    )


def _usage_hint(error: click.ClickException) -> str | None:
    ctx = getattr(error, "ctx", None)
    return f"{ctx.command_path} --help says what there is" if isinstance(ctx, click.Context) else None


def _complain(message: str, hint: str | None = None) -> None:
    """Say what happened, and on the next lines what to do."""
    from gapkeeper.reporting.complaint import error_lines  # noqa: PLC0415 - start-up

    show(lambda look: error_lines(message, hint, look), error=True)
