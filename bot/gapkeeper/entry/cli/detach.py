"""`gapkeeper detach`: the way out."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gapkeeper import wiring
from gapkeeper.app.detach import detach, plan_detach
from gapkeeper.entry.cli import documents
from gapkeeper.entry.cli.command import Command, format_option, path_argument, tracker_option
from gapkeeper.entry.cli.terminal import interactive, show, write_data
from gapkeeper.errors import RefusedError
from gapkeeper.model.plan import Report
from gapkeeper.reporting.detach_text import detach_lines, detached_lines
from gapkeeper.reporting.json_text import json_text
from gapkeeper.reporting.numbers import count
from gapkeeper.reporting.plan_json import report_json

if TYPE_CHECKING:
    from gapkeeper.model.plan import Plan


@click.command(
    "detach",
    cls=Command,
    examples=[
        ("gapkeeper detach", "shows what it would do, and asks"),
        ("gapkeeper detach --yes", "without a question"),
    ],
)
@path_argument()
@tracker_option()
@format_option("text", "json")
@click.option("--yes", is_flag=True, help="Do it without asking.")
def command(path: str, tracker: str | None, form: str, yes: bool) -> int:
    """Leave: take markers and our labels off all issues. Issues, their text and what people wrote stay.

    A later sync knows the open ones again by their titles. Exits 3 where nobody agreed.
    """
    overrides = {} if tracker is None else {"tracker.url": tracker}
    settings = wiring.load_settings(Path(path), overrides=overrides)
    read = documents.read(path, settings=settings)
    policy = wiring.sync_policy(settings)
    with wiring.open_reader(settings, read.folder) as reader:
        plan = plan_detach(read.register, reader, policy)
    if form == "text":
        show(lambda look: detach_lines(plan, look))
    if plan.empty:
        report = Report(plan, ())
    else:
        _agree(plan, agreed=yes, asks=form == "text")
        report = detach(
            read.register,
            lambda: wiring.open_writer(settings, read.folder),
            policy,
            agreed=plan,
            clock=lambda: dt.datetime.now(dt.UTC),
            journal=lambda: wiring.open_journal(settings, read.folder),
        )
        if form == "text":
            show(lambda look: detached_lines(report, look))
    if form == "json":
        write_data(json_text(report_json(report)))
    return report.exit_code


def _agree(plan: Plan, *, agreed: bool, asks: bool) -> None:
    """Nothing is taken off without a word."""
    if agreed:
        return
    if not (asks and interactive()):
        raise RefusedError("nothing was written: nobody is there to agree", hint="Say --yes, if it is meant.")
    if not click.confirm(f"Take it off {count(len(plan.changes), 'issue')}?", err=True):
        raise RefusedError("nothing was written")
