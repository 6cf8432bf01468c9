"""`gapkeeper comment`: the one readiness comment on a pull request, and its status or check."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gapkeeper import wiring
from gapkeeper.app.review import Done, is_red
from gapkeeper.entry.cli.command import Command, path_argument, tracker_option
from gapkeeper.entry.cli.terminal import show, write, write_data
from gapkeeper.errors import ConflictError, NotAuthorisedError, StaleDocumentsError, UsageError
from gapkeeper.reporting.annotations import github_annotations
from gapkeeper.reporting.complaint import error_lines
from gapkeeper.reporting.style import line
from gapkeeper.settings.ci import is_of_dependabot, pull_of_job, summary_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapkeeper.app.review import Said
    from gapkeeper.ports import Reviews
    from gapkeeper.reporting.style import Line, Look
    from gapkeeper.settings.load import Settings
    from gapkeeper.wiring.reviewing import Reviewed

#: How often a pull request is looked at that is pushed to at this moment.
_TRIES = 3


@click.command(
    "comment",
    cls=Command,
    examples=[
        ("gapkeeper comment --pull 7", "on the project of [tracker] url"),
        ("gapkeeper comment", "in a job of GitHub Actions or GitLab CI for a pull request"),
        ("gapkeeper comment --pull 7 --print", "show the comment; writes nothing"),
    ],
)
@path_argument()
@click.option("--pull", "number", type=click.IntRange(min=1), metavar="N", help="The pull or merge request's number.")
@tracker_option()
@click.option("--print", "only_print", is_flag=True, help="Print the comment, and write nothing.")
def command(path: str, number: int | None, tracker: str | None, only_print: bool) -> int:
    """Post or update the one readiness comment on a pull request, and its status or check.

    The head is compared with the commit that its branch left the base at, by the settings of that commit. Where the
    token may not write to a fork's pull request, a job of GitHub Actions shows the result in its summary.
    """
    from gapkeeper.wiring import reviewing  # noqa: PLC0415 - start-up: help needs none of it

    number = number or pull_of_job()
    if number is None:
        raise UsageError("this is no job for a pull request", hint="Name one: gapkeeper comment --pull 7")
    folder = Path(path)
    settings = reviewing.project_settings(folder, tracker)
    with wiring.open_reviews(settings, folder, read_only=True) as reader:
        for _ in range(_TRIES - 1):
            with contextlib.suppress(ConflictError, StaleDocumentsError):  # somebody pushes at this moment
                return _review(settings, folder, reader, number, only_print=only_print)
        return _review(settings, folder, reader, number, only_print=only_print)


def _review(settings: Settings, folder: Path, reader: Reviews, number: int, *, only_print: bool) -> int:
    """Look at the pull request as it is now, and say so."""
    from gapkeeper.wiring import reviewing  # noqa: PLC0415 - start-up

    pull = reader.pull(number)
    if not pull.open and not only_print:
        show(lambda _: [line(f"#{number} is closed; nothing is said on it")])
        return 0
    reviewed = reviewing.review(settings, folder, pull, reader)
    if reviewed.notes:
        show(lambda look: _warnings(reviewed.notes, look), error=True)
    if only_print:
        write_data(f"{reviewed.body}\n")
        return 0
    try:
        said = reviewing.publish(reviewed, settings, folder, reader)
    except NotAuthorisedError as error:
        if not (pull.fork or is_of_dependabot()) or summary_file() is None:
            raise
        return _into_the_job(reviewed, error)
    show(lambda _: [line(text) for text in _told(reviewed, said)])
    return 1 if said.verdict is Done.IMPOSSIBLE and is_red(reviewed.verdict) else 0


def _warnings(notes: Sequence[str], look: Look) -> list[Line]:
    return [told for note in notes for told in error_lines(note, None, look, word="warning")]


def _told(reviewed: Reviewed, said: Said) -> list[str]:
    """What was done, for a log."""
    lines = [f"#{reviewed.pull.number}: {reviewed.verdict.title}"]
    lines.append(f"comment: {said.comment.value}; status {reviewed.verdict.conclusion.value}: {said.verdict.value}")
    if said.why is not None:
        lines.append(said.why)
    return lines


def _into_the_job(reviewed: Reviewed, error: NotAuthorisedError) -> int:
    """A job for a fork, or of Dependabot, has a token that can write nothing: its own page shows the result.

    1 where a rule is broken, since no status can say so.
    """
    file = summary_file()
    if file is not None:
        with file.open("a", encoding="utf-8") as summary:
            summary.write(f"{reviewed.body}\n")
    write(github_annotations(reviewed.verdict.annotations))
    show(
        lambda look: error_lines(f"the result is in this job's summary: {error.message}", None, look, word="note"),
        error=True,
    )
    return 1 if is_red(reviewed.verdict) else 0
