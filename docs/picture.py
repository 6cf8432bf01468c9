"""The README's picture: what `gapkeeper plan` really prints on a terminal, for a copy of `examples/harbour`.

make picture
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import termios
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

HERE = Path(__file__).parent
COMMAND = ("gapkeeper", "plan")
WIDTH = 110
CELL = 12.2  # how wide rich's SVG makes a character
FONTS = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)  # a picture loads nothing from elsewhere
BLANKS = re.compile(r'x="([\d.]+)"( y="[\d.]+" )textLength="([\d.]+)"([^>]*>)((?:&#160;)+)')

# The same commit on every machine, so that the picture changes only where the output does.
GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    **{f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in (
        ("NAME", "Harbour Master"), ("EMAIL", "master@harbour.example"), ("DATE", "2026-01-09T12:00:00Z"),
    )},
}  # fmt: skip

# What happens in those days: document, what it said, what it says.
EDITS = (
    (
        "LATER.md",
        "| **Status** | Pending |\n| **Owner** | Infrastructure",
        "| **Status** | ✅ Resolved |\n| **Owner** | Infrastructure",
    ),
    ("ACTIONS.md", "| In Progress (7/12 routes) |", "| In Progress (11/12 routes) |"),
    ("ACTIONS.md", "| Almost done |", "| ✅ Done |"),
    (
        "ACTIONS.md",
        "| ACTION-008 |",
        "| ACTION-018 | Tickets that survive sea water | Not Started | Ticketing | - | 4 days |\n| ACTION-008 |",
    ),
    ("dry_run.md", "**Status:** Open\n", "**Status:** Cancelled, the clerk will round up\n"),
)


def some_days(folder: Path) -> None:
    """A first sync, the edits, and a person who closes an issue."""
    program = str(Path(sys.executable).parent / "gapkeeper")
    for arguments in (("init", "-q", "-b", "main"), ("add", "."), ("commit", "-qm", "Plan the move to Tidebook")):
        subprocess.run(["git", *arguments], cwd=folder, check=True, env={**os.environ, **GIT})
    subprocess.run([program, "sync"], cwd=folder, check=True, capture_output=True)
    for name, before, after in EDITS:
        path = folder / "docs" / name
        text = path.read_bytes().decode()
        if before not in text:
            raise SystemExit(f"{name} does not say {before!r}")
        path.write_bytes(text.replace(before, after, 1).encode())
    subprocess.run([program, "issues", "close", "7", "--as", "anna"], cwd=folder, check=True, capture_output=True)


def on_a_terminal(folder: Path) -> str:
    """What the command prints where it sees a terminal of this width."""
    leader, follower = os.openpty()
    termios.tcsetwinsize(follower, (200, WIDTH))
    environment = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "LANG": "C.UTF-8"}
    program = str(Path(sys.executable).parent / COMMAND[0])
    running = subprocess.Popen([program, *COMMAND[1:]], cwd=folder, env=environment, stdout=follower)
    os.close(follower)
    printed = bytearray()
    while True:
        try:
            part = os.read(leader, 65_536)
        except OSError:  # Linux: the other end is closed
            break
        if not part:
            break
        printed += part
    os.close(leader)
    if running.wait():
        raise SystemExit(f"{' '.join(COMMAND)}: exit {running.returncode}")
    return printed.decode().replace("\r\n", "\n")


def shifted(text: re.Match[str]) -> str:
    """The same text without its first blanks, further to the right: some renderers drop them."""
    x, y, length, rest, blanks = text.groups()
    width = CELL * blanks.count(";")
    return f'x="{float(x) + width:.1f}"{y}textLength="{float(length) - width:.1f}"{rest}'


def main() -> None:
    """Write `plan.svg` beside this script."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "harbour")
        shutil.copytree(HERE.parent / "examples" / "harbour", folder)
        some_days(folder)
        printed = on_a_terminal(folder)
    console = Console(record=True, width=WIDTH, file=StringIO(), force_terminal=True)
    console.print(f"[green]$[/] [bold]{' '.join(COMMAND)}[/]")
    console.print(Text.from_ansi(printed.rstrip("\n")))
    svg = FONTS.sub("", console.export_svg(title="examples/harbour", unique_id="plan"))
    svg = BLANKS.sub(shifted, svg)
    (HERE / "plan.svg").write_text("\n".join(line.rstrip() for line in svg.splitlines()) + "\n", "utf-8")


if __name__ == "__main__":
    main()
