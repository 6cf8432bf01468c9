"""`gapkeeper proposals`: what Gapkeeper proposes to change in the documents, and what became of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gapkeeper import wiring
from gapkeeper.entry.cli.command import Command, Listing, acting_options, format_option, path_argument, tracker_option
from gapkeeper.entry.cli.issue_place import Place, actor_of
from gapkeeper.entry.cli.terminal import show, write_data
from gapkeeper.errors import NotFoundError, UsageError
from gapkeeper.reporting.json_text import json_text
from gapkeeper.reporting.proposal_text import proposal_json, proposal_lines, proposal_list_lines, proposals_json
from gapkeeper.reporting.register_json import VERSION
from gapkeeper.reporting.style import line

if TYPE_CHECKING:
    from gapkeeper.model.delivery import Proposal


@click.group("proposals", cls=Listing, context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Look at the changes of documents that were proposed from the branch gapkeeper/docs.

    On the embedded tracker a proposal is that branch and a record of it. It is accepted with git (`git merge
    gapkeeper/docs`), and declined here or by deleting the branch. On a forge it is a pull request, and answered there.
    """


@command.command(
    "list",
    cls=Command,
    examples=[
        ("gapkeeper proposals list", "all, the newest first"),
        ("gapkeeper proposals list --format json", "for programs"),
    ],
)
@path_argument()
@tracker_option()
@format_option("text", "json")
def list_(path: str, tracker: str | None, form: str) -> int:
    """List what was proposed, and what became of it."""
    proposals = _proposals(Place.of(path, tracker))
    if form == "json":
        write_data(json_text(proposals_json(proposals)))
    else:
        show(lambda look: proposal_list_lines(proposals, look))
    return 0


@command.command(
    "show", cls=Command, examples=[("gapkeeper proposals show 3", "who closed what, and where it is written")]
)
@click.argument("number", type=click.IntRange(min=1))
@path_argument()
@tracker_option()
@format_option("text", "json")
def show_(number: int, path: str, tracker: str | None, form: str) -> int:
    """Show one proposal, and how to accept or decline it."""
    found = _find(_proposals(Place.of(path, tracker)), number)
    if form == "json":
        write_data(json_text({"version": VERSION, **proposal_json(found)}))
    else:
        show(lambda look: proposal_lines(found, look))
    return 0


@command.command(
    "decline",
    cls=Command,
    short_help="Close a proposal unmerged.",
    examples=[("gapkeeper proposals decline 3 --as Rosa", "both sides keep what they say")],
)
@click.argument("number", type=click.IntRange(min=1))
@path_argument()
@acting_options("What they may do in the project.")
def decline(number: int, path: str, tracker: str | None, name: str | None, role: str) -> int:
    """Close a proposal unmerged: documents and issues keep what they say until one of them changes."""
    place = Place.of(path, tracker)
    found = _find(_proposals(place), number)
    if found.url:
        raise UsageError(f"{found.url} is declined where it is", hint="Close it there, unmerged.")
    with wiring.open_tracker(place.settings, place.folder, actor=actor_of(name, role, place.folder)) as opened:
        opened.decline_proposal(number)
    show(lambda _: [line(f"declined: proposal {number}; the next sync takes its items as they are")])
    return 0


def _proposals(place: Place) -> tuple[Proposal, ...]:
    return wiring.proposals(place.settings, Path(place.folder))


def _find(proposals: tuple[Proposal, ...], number: int) -> Proposal:
    for one in proposals:
        if one.number == number:
            return one
    raise NotFoundError(f"there is no proposal {number}", hint="`gapkeeper proposals list` shows what there is.")
