"""`gapkeeper issues`: the tracker's issues, and how a person plays the maintainer on the embedded tracker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from gapkeeper.entry.cli import issue_text
from gapkeeper.entry.cli.command import Command, Listing, acting_options, format_option, path_argument, tracker_option
from gapkeeper.entry.cli.issue_place import Place, actor_of, text_of
from gapkeeper.entry.cli.terminal import interactive, show, write_data
from gapkeeper.errors import UsageError
from gapkeeper.escaping import terminal
from gapkeeper.model.plan import IssueUpdate
from gapkeeper.model.snapshot import Actor, Reason
from gapkeeper.model.status import State
from gapkeeper.reporting.json_text import json_text
from gapkeeper.reporting.style import line

if TYPE_CHECKING:
    from gapkeeper.entry.cli.command import Decorator, Function
    from gapkeeper.model.snapshot import Issue

_REASONS = {reason.value.replace("_", "-"): reason for reason in Reason}


@click.group("issues", cls=Listing, context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Look at the tracker's issues, and work on them.

    On the embedded tracker this is how a person plays the maintainer: the next sync sees who did what.
    ISSUE is the number of an issue, or the key of its item.
    """


# --- Options that several commands share ---


def _issue_argument() -> Decorator[Any]:
    return click.argument("issue")


def _acting() -> Decorator[Any]:
    return acting_options("What they may do in the project; only a close by somebody who may write counts.")


def _body_options() -> Decorator[Any]:
    """A text on the command line or in a file."""

    def decorate(function: Function) -> Function:
        for option in (
            click.option("--body-file", metavar="FILE", help="Its text from a file; - is standard input."),
            click.option("--body", metavar="TEXT", help="Its text, in Markdown."),
        ):
            function = option(function)
        return function

    return decorate


# --- What several commands do ---


def _update(issue: str, place: Place, actor: Actor, done: str, update: IssueUpdate) -> int:
    with place.write(issue, actor) as (tracker, before):
        after = tracker.update_issue(before.number, update)
    if after == before:
        _tell("nothing to change on", after)
    else:
        _tell(done, after)
    return 0


def _tell(done: str, issue: Issue) -> None:
    show(lambda _: [(*line(done, " "), *issue_text.name_pieces(issue))])


# --- Commands ---


@command.command(
    "list",
    cls=Command,
    examples=[
        ("gapkeeper issues list", "all, the open ones first"),
        ("gapkeeper issues list --state open", "what is left"),
        ("gapkeeper issues list --format json", "for programs"),
    ],
)
@path_argument()
@click.option(
    "--state", type=click.Choice(["open", "closed", "all"]), default="all", show_default=True, help="Issues like these."
)
@tracker_option()
@format_option("text", "json")
def list_(path: str, state: str, tracker: str | None, form: str) -> int:
    """List the issues that are kept in step with the documents."""
    place = Place.of(path, tracker)
    with place.look() as reader:
        issues = place.ours(reader)
    shown = sorted(
        (issue for issue in issues if state in {"all", issue.state.value}),
        key=lambda issue: (issue.state is State.CLOSED, issue.number),
    )
    if form == "json":
        write_data(json_text(issue_text.list_json(shown)))
    else:
        show(lambda look: issue_text.list_lines(shown, place.managed_label, look))
        show(lambda _: [issue_text.list_summary(shown)], error=True)
    return 0


@command.command(
    "show",
    cls=Command,
    examples=[
        ("gapkeeper issues show 12", "text, comments, and who did what when"),
        ("gapkeeper issues show LATER-006", "by the item's key"),
    ],
)
@_issue_argument()
@path_argument()
@tracker_option()
@format_option("text", "json")
def show_(issue: str, path: str, tracker: str | None, form: str) -> int:
    """Show one issue: its text, comments and history. Those on a forge are read at its address."""
    place = Place.of(path, tracker)
    with place.look() as reader:
        found = place.find(reader, issue)
        talk = issue_text.Talk.of(reader, found.number)
    if form == "json":
        write_data(json_text(issue_text.show_json(found, talk)))
    else:
        show(lambda look: issue_text.show_lines(found, talk, look))
    return 0


@command.command(
    "close",
    cls=Command,
    examples=[
        ("gapkeeper issues close 12", "it is done"),
        ("gapkeeper issues close 12 --reason not-planned", "it is cancelled"),
        ("gapkeeper issues close 12 --as sweeper --role bot", "as another program"),
    ],
)
@_issue_argument()
@path_argument()
@click.option("--reason", type=click.Choice(list(_REASONS)), default="completed", show_default=True, help="Why.")
@_acting()
def close(issue: str, path: str, reason: str, tracker: str | None, name: str | None, role: str) -> int:
    """Close an issue."""
    place = Place.of(path, tracker)
    update = IssueUpdate(state=State.CLOSED, reason=_REASONS[reason])
    return _update(issue, place, actor_of(name, role, place.folder), f"closed as {reason.replace('-', ' ')}:", update)


@command.command("reopen", cls=Command, examples=[("gapkeeper issues reopen 12 --as Rosa", "it is not done after all")])
@_issue_argument()
@path_argument()
@_acting()
def reopen(issue: str, path: str, tracker: str | None, name: str | None, role: str) -> int:
    """Reopen a closed issue."""
    place = Place.of(path, tracker)
    return _update(issue, place, actor_of(name, role, place.folder), "reopened:", IssueUpdate(state=State.OPEN))


@command.command(
    "edit",
    cls=Command,
    examples=[
        ("gapkeeper issues edit 12 --title 'Open a port'", "it stays"),
        ("gapkeeper issues edit 12 --add-label urgent", "so do a person's labels"),
        ("gapkeeper issues edit 12 --remove-label gapkeeper", "it is let go"),
        ("gapkeeper issues edit 12 --body-file - < text.md", "the whole text"),
    ],
)
@_issue_argument()
@path_argument()
@click.option("--title", metavar="TEXT", help="Its title.")
@_body_options()
@click.option("--add-label", "add_labels", metavar="NAME", multiple=True, help="Put a label on; may be repeated.")
@click.option("--remove-label", "remove_labels", metavar="NAME", multiple=True, help="Take a label off.")
@_acting()
def edit(
    issue: str,
    path: str,
    title: str | None,
    body: str | None,
    body_file: str | None,
    add_labels: tuple[str, ...],
    remove_labels: tuple[str, ...],
    tracker: str | None,
    name: str | None,
    role: str,
) -> int:
    """Change title, text or labels of an issue.

    The text is replaced as a whole, the hidden part by which a sync knows the issue included: take it from
    `gapkeeper issues show ISSUE --format json`, and write above or below that part.
    """
    update = IssueUpdate(
        title=title,
        body=text_of(body, body_file),
        add_labels=frozenset(add_labels),
        remove_labels=frozenset(remove_labels),
    )
    if update.empty:
        raise UsageError("nothing to edit was named", hint="--title, --body, --body-file, --add-label, --remove-label")
    place = Place.of(path, tracker)
    return _update(issue, place, actor_of(name, role, place.folder), "edited:", update)


@command.command(
    "comment",
    cls=Command,
    examples=[
        ("gapkeeper issues comment 12 'Who has the key?'", "a comment"),
        ("gapkeeper issues comment 12 --body-file - < text.md", "a long one"),
    ],
)
@_issue_argument()
@click.argument("text", required=False)
@path_argument()
@_body_options()
@_acting()
def comment(
    issue: str,
    text: str | None,
    path: str,
    body: str | None,
    body_file: str | None,
    tracker: str | None,
    name: str | None,
    role: str,
) -> int:
    """Comment on an issue.

    With --body or --body-file there is no TEXT: only PATH may follow ISSUE.
    """
    given = text_of(body, body_file)
    if given is not None and text is not None:
        if path != ".":
            raise UsageError("TEXT is there twice", hint="As an argument, or as --body or --body-file.")
        path, text = text, None
    said = text if given is None else given
    if said is None:
        raise UsageError("nothing to say was given", hint="gapkeeper issues comment ISSUE TEXT")
    place = Place.of(path, tracker)
    with place.write(issue, actor_of(name, role, place.folder)) as (opened, found):
        opened.comment(found.number, said)
    _tell("commented on", found)
    return 0


@command.command("delete", cls=Command, examples=[("gapkeeper issues delete 12 --yes", "without being asked")])
@_issue_argument()
@path_argument()
@click.option("--yes", is_flag=True, help="Do not ask.")
@_acting()
def delete(issue: str, path: str, yes: bool, tracker: str | None, name: str | None, role: str) -> int:
    """Delete an issue.

    Its comments go with it, and its number is not given again. On a terminal you are asked first.
    """
    place = Place.of(path, tracker)
    with place.write(issue, actor_of(name, role, place.folder)) as (opened, found):
        if interactive() and not yes:
            click.confirm(f"Delete #{found.number} {terminal(found.title)}?", abort=True)
        opened.delete_issue(found.number)
    _tell("deleted:", found)
    return 0
