"""Runs commands against one forge, in processes of their own that can be killed at any request."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from dataclasses import dataclass, field, replace
from functools import cache
from multiprocessing import forkserver
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from github_counterpart import faults
from github_counterpart.seed import FULL_NAME, US, token_of

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext

    from github_counterpart.faults import Fault, Trouble
    from github_counterpart.github import GitHub
    from github_counterpart.seen import Log, Seen

#: No run takes so long, in seconds; one that does hangs.
PATIENCE = 60


@cache
def _context() -> ForkServerContext:
    """Every process is forked from one that has loaded everything and has no threads."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["github_counterpart.child"])
    with pytest.MonkeyPatch.context() as patch:  # older Pythons do not tell it where modules are
        patch.setenv("PYTHONPATH", str(Path(__file__).parent.parent))
        forkserver.ensure_running()
    return context


@dataclass(frozen=True)
class Run:
    """What became of a run."""

    code: int  # -9: it was killed
    requests: Log
    said: str


class Forge(Protocol):
    """What a run is made against."""

    log: Log
    trouble: Trouble


@dataclass
class Commands:
    """Runs `gapkeeper` in a folder, with a token, against one forge."""

    forge: Forge
    folder: Path
    token: str
    arguments: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)  # beside what every run has

    def run(self, *arguments: str, trouble: Trouble = faults.no_trouble) -> Run:
        """Run it once; with ``trouble`` on the way."""
        output = self.folder.with_name(f"{self.folder.name}.said")
        first = len(self.forge.log)
        process = _context().Process(
            target=_command, args=(self.folder, self._environment(), arguments or self.arguments, output), daemon=True
        )
        self.forge.trouble = trouble
        process.start()
        if isinstance(trouble, EndedAt):
            trouble.kill(process.pid)
        process.join(PATIENCE)
        self.forge.trouble = faults.no_trouble
        if process.exitcode is None:
            process.kill()
            process.join()
            raise TimeoutError(f"it hangs, and said {output.read_text('utf-8')}")
        code = process.exitcode
        process.close()
        return Run(code, self.forge.log.since(first), output.read_text("utf-8"))

    def to_the_end(self, *, runs: int = 3, trouble: Trouble = faults.no_trouble) -> list[Run]:
        """Run it until it has nothing to complain about."""
        made: list[Run] = []
        while not made or made[-1].code != 0:
            assert len(made) < runs, "\n".join(run.said for run in made)
            made.append(self.run(trouble=trouble))
        return made

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        return kept | {"NO_COLOR": "1"} | self._of_forge() | self.environment

    def _of_forge(self) -> dict[str, str]:
        """Where the forge is, and who asks."""
        raise NotImplementedError


@dataclass
class Runner(Commands):
    """Against one GitHub."""

    forge: GitHub
    token: str = token_of(US)
    arguments: tuple[str, ...] = ("sync", "--tracker", f"github:{FULL_NAME}", "--yes")

    @property
    def github(self) -> GitHub:
        return self.forge

    def _of_forge(self) -> dict[str, str]:
        return {
            "GAPKEEPER_GITHUB_URL": self.github.url,
            "GAPKEEPER_GITHUB_TOKEN": self.token,
            "GAPKEEPER_GITHUB_SECONDS_BETWEEN_WRITES": "0",
        }


def _command(*arguments: object) -> None:
    from github_counterpart.child import command  # noqa: PLC0415 - what it changes is not for this process

    command(*arguments)  # type: ignore[arg-type] # as they come


class EndedAt:
    """The process that asks is killed at its k-th request: before the server did it, or after, but unanswered."""

    def __init__(self, k: int, *, done: bool) -> None:
        self._k = k
        self._done = done
        self._pid: int | None = None
        self._known = threading.Event()
        self._seen = 0

    def kill(self, pid: int | None) -> None:
        """This is the process."""
        self._pid = pid
        self._known.set()

    def __call__(self, _seen: Seen) -> Fault | None:
        self._seen += 1
        return replace(faults.cut(done=self._done), name="ended", then=self._end) if self._seen == self._k else None

    def _end(self) -> None:
        assert self._known.wait(PATIENCE)
        assert self._pid is not None
        os.kill(self._pid, signal.SIGKILL)
