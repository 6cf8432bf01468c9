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
WIDTH = 100
FONTS = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)  # a picture loads nothing from elsewhere


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


def main() -> None:
    """Write `plan.svg` beside this script."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "harbour")
        shutil.copytree(HERE.parent / "examples" / "harbour", folder)
        printed = on_a_terminal(folder)
    console = Console(record=True, width=WIDTH, file=StringIO(), force_terminal=True)
    console.print(f"[green]$[/] [bold]{' '.join(COMMAND)}[/]")
    console.print(Text.from_ansi(printed.rstrip("\n")))
    svg = FONTS.sub("", console.export_svg(title="examples/harbour", unique_id="plan"))
    (HERE / "plan.svg").write_text("\n".join(line.rstrip() for line in svg.splitlines()) + "\n", "utf-8")


if __name__ == "__main__":
    main()
