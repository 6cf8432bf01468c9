"""`gapkeeper runs`: the journal of what was synced, when, and how it ended."""

from __future__ import annotations

import click

from gapkeeper import wiring
from gapkeeper.entry.cli.command import Command, format_option, path_argument, tracker_option
from gapkeeper.entry.cli.issue_place import Place
from gapkeeper.entry.cli.terminal import show, write_data
from gapkeeper.reporting.json_text import json_text
from gapkeeper.reporting.run_text import run_lines, runs_json


@click.command(
    "runs",
    cls=Command,
    examples=[
        ("gapkeeper runs", "the last twenty, the newest first"),
        ("gapkeeper runs --limit 1 --format json", "the last one, for programs"),
    ],
)
@path_argument()
@tracker_option()
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="So many at most.")
@format_option("text", "json")
def command(path: str, tracker: str | None, limit: int, form: str) -> int:
    """List the syncs: what each was to do, what it did, and how it ended.

    For a forge, those of this folder: they are noted in .gapkeeper/runs.db.
    """
    place = Place.of(path, tracker)
    runs = wiring.runs(place.settings, place.folder, limit)
    if form == "json":
        write_data(json_text(runs_json(runs)))
    else:
        show(lambda look: run_lines(runs, look))
    return 0
