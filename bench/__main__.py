"""Measure the budgets, print a table, write `bench/result.json`; exit 1 where a budget is missed.

python -m bench [reading growth history planning start webhooks] [--json PATH]
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from bench import growth, history, planning, reading, start, webhooks

if TYPE_CHECKING:
    from bench.measure import Result

PARTS = {
    "reading": reading.results,
    "growth": growth.results,
    "history": history.results,
    "planning": planning.results,
    "start": start.results,
    "webhooks": webhooks.results,
}


def main() -> int:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--json", type=Path, default=Path(__file__).with_name("result.json"))
    args = parser.parse_args()
    if unknown := set(args.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    results: list[Result] = []
    console = Console(stderr=True)
    for name in args.parts or PARTS:
        with console.status(f"measuring {name}"):
            results += PARTS[name]()
    show(results)
    save(results, args.json)
    missed = [r.name for r in results if not r.met]
    if missed:
        print(f"{len(missed)} missed: {', '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0


def show(results: list[Result]) -> None:
    """The table: ratios only, since seconds say as much of the machine as of the code."""
    table = Table(box=None, pad_edge=False)
    for heading, side in (
        ("what", "left"),
        ("against", "left"),
        ("times", "right"),
        ("of", "right"),
        ("budget", "right"),
        ("", "left"),
    ):
        table.add_column(heading, justify="right" if side == "right" else "left", no_wrap=side == "right")
    for r in results:
        verdict = "" if r.budget is None else "met" if r.met else "MISSED"
        limit = "" if r.budget is None else f"{r.budget:.3g}"
        table.add_row(r.name, r.base, f"{r.ratio:.3g}", f"{r.lowest:.3g}-{r.highest:.3g}", limit, verdict)
    Console(width=None if sys.stdout.isatty() else 140, highlight=False).print(table)


def save(results: list[Result], path: Path) -> None:
    """The same for machines."""
    lines = [dataclasses.asdict(r) | {"met": r.met} for r in results]
    facts = {"python": platform.python_version(), "machine": platform.machine(), "system": platform.system()}
    path.write_text(json.dumps({"version": 1, **facts, "results": lines}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
