"""Ends a process by SIGKILL before or after any single step that writes, to see what the next run makes of it.

A step is a run of git, a change of a name or file in the file system, or a write of the embedded tracker.
"""

from __future__ import annotations

import contextlib
import os
import signal
import traceback
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from gapkeeper.adapters import git_command
from gapkeeper.adapters.sqlite_tracker.access import Access

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Told = Callable[[str], object]  # of one point
    Watch = Callable[[pytest.MonkeyPatch, Told], None]  # what tells of points from then on

Answer = TypeVar("Answer")


def steps(action: Callable[[], object], *, watch: Watch | None = None) -> list[str]:
    """What an action does, in a process of its own: two points for each step, before and after it.

    What the action opened for itself is its own: no connection to a tracker may come from the parent.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _run(action, lambda what: os.write(writer, f"{what}\n".encode()), watch)
    os.close(writer)
    with os.fdopen(reader, "rb") as told:
        seen = told.read().decode().splitlines()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    return seen


def kill_at(point: int, action: Callable[[], object], *, watch: Watch | None = None) -> None:
    """Run an action in a process of its own that is killed at one of its points."""
    child = os.fork()
    if child == 0:
        left = [point]

        def told(_what: str) -> None:
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1

        _run(action, told, watch)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def _run(action: Callable[[], object], told: Told, watch: Watch | None) -> None:
    """In the child: never returns."""
    try:
        with pytest.MonkeyPatch.context() as patch:
            (watch or _watch)(patch, told)
            action()
            told("the end")
    except BaseException:  # noqa: BLE001 - the parent sees the exit code
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _watch(patch: pytest.MonkeyPatch, told: Callable[[str], object]) -> None:
    for module, name in ((git_command, "run"), (git_command, "_start"), (os, "rename"), (os, "unlink"), (os, "fsync")):
        patch.setattr(module, name, _watched(getattr(module, name), name, told))
    really_open, really_writing = os.open, Access.writing

    def opened(path: Any, flags: int, *arguments: Any, **named: Any) -> int:  # noqa: ANN401 - whatever os.open takes
        function = _watched(really_open, "open", told) if flags & os.O_CREAT else really_open
        return function(path, flags, *arguments, **named)

    @contextlib.contextmanager
    def writing(access: Access) -> Iterator[Any]:
        told("before a write of the tracker")
        with really_writing(access) as write:
            yield write
        told("after a write of the tracker")

    patch.setattr(os, "open", opened)
    patch.setattr(Access, "writing", writing)


def _watched(function: Callable[..., Answer], name: str, told: Callable[[str], object]) -> Callable[..., Answer]:
    def watched(*arguments: Any, **named: Any) -> Answer:  # noqa: ANN401 - whatever the function takes
        told(f"before {name}")
        answer = function(*arguments, **named)
        told(f"after {name}")
        return answer

    return watched
