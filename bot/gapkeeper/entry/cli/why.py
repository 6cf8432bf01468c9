"""`gapkeeper why KEY`: the answer at 23:00."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import click

from gapkeeper import wiring
from gapkeeper.entry.cli import documents
from gapkeeper.entry.cli.command import Command, format_option, path_argument, rev_option, tracker_option
from gapkeeper.entry.cli.planning import Run, planned
from gapkeeper.entry.cli.terminal import show, write_data
from gapkeeper.errors import GapkeeperError, NotFoundError
from gapkeeper.reporting.json_text import json_text
from gapkeeper.reporting.why import explain
from gapkeeper.reporting.why_json import why_json
from gapkeeper.reporting.why_text import next_sync_lines, why_lines

if TYPE_CHECKING:
    from gapkeeper.entry.cli.planning import ReadToWrite
    from gapkeeper.model.items import Item
    from gapkeeper.model.plan import Change
    from gapkeeper.model.register import Register


@click.command(
    "why",
    cls=Command,
    examples=[
        ("gapkeeper why LATER-006", "who says so, what would happen"),
        ("gapkeeper why docs/gaps.md#ISSUE-001", "an ID of one document"),
        ("gapkeeper why ACTION-040 --rev v1.2", "as of a tag"),
    ],
)
@click.argument("key")
@path_argument()
@rev_option()
@tracker_option()
@format_option("text", "json")
def command(key: str, path: str, rev: str | None, tracker: str | None, form: str) -> int:
    """Explain one item: every statement about it, which one counts for what, and what the next sync would do."""
    run = Run(path=path, rev=rev, tracker=tracker)
    read = run.read()
    register = read.register
    why = explain(register, _find(register, key))
    changes, note = _next_sync(run, read, why.item)
    if form == "json":
        write_data(json_text(why_json(why, register, changes, note)))
    else:
        show(lambda look: [*why_lines(why, register, look), *next_sync_lines(changes, note, register, look)])
    return documents.finish(register)


def _find(register: Register, key: str) -> Item:
    item = register.item(key)
    if item is not None:
        return item
    same_id = [one.key for one in register.items if one.id.casefold() == key.casefold()]
    if same_id:
        raise NotFoundError(f"{key} names {len(same_id)} items", hint=f"Say which: {', '.join(same_id)}")
    like = difflib.get_close_matches(key.upper(), [one.key for one in register.items], n=5)
    raise NotFoundError(
        f"no document defines {key}",
        hint=f"Did you mean {', '.join(like)}?" if like else "`gapkeeper items` lists what there is",
    )


def _next_sync(run: Run, read: ReadToWrite, item: Item) -> tuple[tuple[Change, ...], str | None]:
    """The changes of one item in the next sync, and why there are none; a tracker that is not there hides no facts."""
    try:
        with wiring.open_reader(read.settings, read.folder) as reader:
            plan = planned(run, read, reader)
    except GapkeeperError as error:
        return (), f"not known: {error.message}"
    changes = tuple(change for change in plan.changes if change.key == item.key)
    if plan.refused is not None:
        return changes, f"refused as a whole: {plan.refused.code}: {plan.refused.message}"
    return changes, None
