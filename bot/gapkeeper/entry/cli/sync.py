"""`gapkeeper sync`: makes issues and documents say the same."""

from __future__ import annotations

import contextlib
import datetime as dt
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gapkeeper import wiring
from gapkeeper.app.sync import sync
from gapkeeper.entry.cli.command import Command, format_option, path_argument, rev_option, tracker_option
from gapkeeper.entry.cli.planning import Run, history, planned, run_options
from gapkeeper.entry.cli.terminal import interactive, look_of, show, write, write_data
from gapkeeper.errors import RefusedError
from gapkeeper.model.plan import Op
from gapkeeper.reporting.json_text import json_text
from gapkeeper.reporting.numbers import count
from gapkeeper.reporting.outcome_text import outcome_lines, progress_line, report_lines
from gapkeeper.reporting.plan_json import report_json
from gapkeeper.reporting.plan_text import plan_lines
from gapkeeper.reporting.style import line, render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapkeeper.entry.cli.planning import ReadToWrite
    from gapkeeper.model.items import Item
    from gapkeeper.model.plan import Outcome, Plan
    from gapkeeper.model.policy import SyncPolicy
    from gapkeeper.ports import TrackerReader

_KEY = 20  # cells of a key, so that one long path moves no other line


@click.command(
    "sync",
    cls=Command,
    examples=[
        ("gapkeeper sync", "to .gapkeeper/tracker.db"),
        ("gapkeeper sync --expect 82634de71f486571", "that plan, or nothing"),
        ("gapkeeper sync --only LATER-003", "one item"),
        ("gapkeeper sync --limit 10", "ten changes at most"),
    ],
)
@path_argument()
@rev_option()
@tracker_option()
@run_options
@format_option("text", "json")
@click.option("--expect", metavar="FINGERPRINT", help="Apply the plan of this fingerprint and no other.")
@click.option("--yes", is_flag=True, help="Create many issues without asking.")
def command(form: str, expect: str | None, yes: bool, **run_values: Any) -> int:  # noqa: ANN401 - the fields of Run
    """Bring issues and documents in step.

    Issues follow the documents; documents follow what people with write access close or reopen.

    Exits 3 where it is refused or not as expected, 4 where a limit or a lock stopped it and the next run goes on, 5
    where changes failed.
    """
    run = Run(**run_values)
    settings = run.settings()
    completed = wiring.recover(settings, Path(run.path), run.rev)
    if completed is not None:
        show(lambda _: [line(completed)], error=True)
    read = run.read(settings)
    policy = run.policy(read)
    if yes:
        policy = replace(policy, max_creates=None)
    with (
        wiring.open_reader(settings, read.folder) as reader,
        wiring.open_way_back(settings, read.folder, read.rev, read.documents) as way_back,
    ):
        if form == "text" and policy.max_creates is not None and reader.capabilities.forge and interactive():
            policy, expect = _agreed(run, read, reader, policy, expect)
        with contextlib.closing(
            _Progress({item.key: item for item in read.register.items}, quiet=form == "json", bar=interactive())
        ) as progress:
            report = sync(
                read.register,
                reader,
                lambda: wiring.open_writer(settings, read.folder),
                policy,
                clock=lambda: dt.datetime.now(dt.UTC),
                expect=expect,
                started=progress.start,
                progress=progress.tell,
                history=history(read),
                way_back=way_back,
                journal=lambda: wiring.open_journal(settings, read.folder),
            )
    if form == "json":
        write_data(json_text(report_json(report)))
    else:
        show(lambda look: report_lines(report, look))
    return report.exit_code


def _agreed(
    run: Run, read: ReadToWrite, reader: TrackerReader, policy: SyncPolicy, expect: str | None
) -> tuple[SyncPolicy, str | None]:
    """Ask a person before a forge mails everybody for each of many new issues; what they saw is what is applied."""
    willing = replace(policy, max_creates=None)
    plan = planned(run, read, reader, willing)
    creates = sum(change.op is Op.CREATE for change in plan.changes)
    if plan.refused is not None or creates <= (policy.max_creates or 0):
        return policy, expect
    show(lambda look: plan_lines(plan, read.register, look, apply_with=run.apply_command(plan.fingerprint)))
    question = f"Create {count(creates, 'issue')}? Everybody who watches {plan.tracker} gets a mail for each."
    if not click.confirm(question, err=True):
        raise RefusedError("nothing was written")
    return willing, expect or plan.fingerprint


@dataclass(slots=True)
class _Progress:
    """Lines of what was done, as it is done, and on a terminal how far the run is."""

    items: Mapping[str, Item]
    quiet: bool  # no lines: the report is for a program
    bar: bool  # a person watches
    plan: Plan | None = None
    done: int = 0
    key_width: int = 0

    def start(self, plan: Plan) -> None:
        """The run begins."""
        self.plan = plan
        self.key_width = min(_KEY, max((len(change.key) for change in plan.changes), default=0))
        self._draw()

    def tell(self, outcome: Outcome) -> None:
        """A change is done, or has failed."""
        self.done += 1
        self.close()
        if not self.quiet and (plan := self.plan) is not None:
            show(lambda look: outcome_lines(outcome, self.items, plan, look, key_width=self.key_width))
        self._draw()

    def close(self) -> None:
        """Take the bar away."""
        if self.bar and self.plan is not None:
            write("\r\x1b[K", sys.stderr)

    def _draw(self) -> None:
        if self.bar and self.plan is not None:
            look = look_of(sys.stderr)
            write(render([progress_line(self.done, self.plan, look)], look).rstrip("\n"), sys.stderr)
