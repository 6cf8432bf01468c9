"""How long a command takes to start, against the interpreter alone."""

from __future__ import annotations

import compileall
import resource
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import gapkeeper
from bench.measure import ratio, take_turns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.measure import Result

GAPKEEPER = str(Path(sys.executable).parent / "gapkeeper")
DOCUMENT = "# Plan\n\n- [ ] **ACTION-001**: Paint the pier\n- [x] **ACTION-002**: Buy paint\n"
BASE = "python -c pass"


def children() -> float:
    """Processor seconds of all commands that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def results() -> Iterator[Result]:
    """`--version` under 8 times, `items` on one small document under 15 times."""
    # As pip does when it installs a wheel: an editable installation has no bytecode where Python may not write any.
    compileall.compile_dir(Path(gapkeeper.__file__).parent, quiet=1)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "PLAN.md").write_text(DOCUMENT, "utf-8")
        run = partial(subprocess.run, cwd=folder, check=True, capture_output=True)
        seconds = take_turns(
            {
                BASE: partial(run, [sys.executable, "-c", "pass"]),
                "gapkeeper --version": partial(run, [GAPKEEPER, "--version"]),
                "gapkeeper items": partial(run, [GAPKEEPER, "items", "--format", "json"]),
            },
            repetitions=20,
            clock=children,
        )
    yield ratio(seconds, "gapkeeper --version", BASE, budget=8)
    yield ratio(seconds, "gapkeeper items", BASE, budget=15)
