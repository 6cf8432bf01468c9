"""The memory that reading takes, in a process of its own: its peak above what it has after its imports."""

from __future__ import annotations

import contextlib
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench.documents import read, size  # and with it the imports whose memory does not count
from gapkeeper.model.documents import Document

if TYPE_CHECKING:
    from collections.abc import Iterator

STATUS = Path("/proc/self/status")


def peak() -> int:
    """Most bytes that this process ever had in memory."""
    if STATUS.exists():  # Linux: the kernel's other number begins with the parent's
        line = next(line for line in STATUS.read_text("utf-8").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def forget_peak() -> None:
    """Let the peak be what is in memory now, where the kernel can do that (proc(5), clear_refs)."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", "ascii")


def measure(documents: list[Document], repetitions: int = 5) -> list[float]:
    """Peak above the imports, as a multiple of the bytes that were read."""
    with tempfile.TemporaryDirectory() as name:
        for document in documents:
            path = Path(name, document.path)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(document.data or b"")
        command = [sys.executable, "-m", "bench.memory", name]
        return [int(subprocess.check_output(command)) / size(documents) for _ in range(repetitions)]


def _read(folder: Path) -> None:
    def documents() -> Iterator[Document]:
        for path in sorted(folder.rglob("*.md")):
            yield Document(path.relative_to(folder).as_posix(), path.read_bytes())

    read([])  # loads what is loaded at first use
    forget_peak()
    before = peak()
    read(documents())
    print(peak() - before)


if __name__ == "__main__":
    _read(Path(sys.argv[1]))
