"""`gapkeeper plan`: what a sync would change. It writes nothing, and cannot."""

from __future__ import annotations

from typing import Any

import click

from gapkeeper import wiring
from gapkeeper.entry.cli.command import Command, format_option, path_argument, rev_option, tracker_option
from gapkeeper.entry.cli.planning import Run, planned, run_options
from gapkeeper.entry.cli.terminal import show, write_data
from gapkeeper.reporting.drift_text import drift_lines
from gapkeeper.reporting.json_text import json_text
from gapkeeper.reporting.plan_json import plan_json
from gapkeeper.reporting.plan_text import plan_lines

CHANGES = 2  # with --detailed-exitcode


@click.command(
    "plan",
    cls=Command,
    examples=[
        ("gapkeeper plan", "against .gapkeeper/tracker.db"),
        ("gapkeeper plan --drift", "and what moved where"),
        ("gapkeeper plan --only LATER-003", "one item"),
        ("gapkeeper plan --detailed-exitcode", "exit 2: there are changes"),
        ("gapkeeper plan --format json > plan.json", "to approve, by fingerprint"),
    ],
)
@path_argument()
@rev_option()
@tracker_option()
@run_options
@format_option("text", "json")
@click.option("--drift", is_flag=True, help="First show what moved on which side since the last sync.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 where there are changes.")
def command(form: str, drift: bool, detailed_exitcode: bool, **run_values: Any) -> int:  # noqa: ANN401 - the fields of Run
    """Show what a sync would change, item by item, with the reason and the line. Nothing is written.

    Exits 3 where a safety rule forbids the sync.
    """
    run = Run(**run_values)
    read = run.read()
    with wiring.open_reader(read.settings, read.folder) as reader:
        plan = planned(run, read, reader)
    if form == "json":
        write_data(json_text(plan_json(plan)))
    else:
        if drift:
            show(lambda look: [*drift_lines(plan.drift, look), ()])
        apply_with = run.apply_command(plan.fingerprint)
        show(lambda look: plan_lines(plan, read.register, look, apply_with=apply_with))
    if plan.refused is not None:
        return plan.refused.exit_code
    return CHANGES if detailed_exitcode and not plan.empty else 0
