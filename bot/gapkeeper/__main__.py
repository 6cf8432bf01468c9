"""`gapkeeper` on the command line: the version at once, everything else through the commands."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

from gapkeeper import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; nothing but `--debug` shows a traceback."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    if arguments == ["--version"] and sys.stdout is not None:  # asked for by scripts, often: nothing else is imported
        try:
            sys.stdout.write(f"gapkeeper {__version__}\n")
            sys.stdout.flush()
        except OSError:  # a full disk, or nobody reads: below is who can tell
            pass
        else:
            return 0
    gc.set_threshold(50_000)  # a command ends before its garbage matters; looking for it costs 4 % of a start
    from gapkeeper.entry.cli.run import run  # noqa: PLC0415 - as above

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
