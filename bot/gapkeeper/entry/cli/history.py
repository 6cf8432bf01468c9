"""`gapkeeper history`: how readiness went, commit by commit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gapkeeper import wiring
from gapkeeper.entry.cli import documents
from gapkeeper.entry.cli.command import Command, format_option, path_argument
from gapkeeper.entry.cli.terminal import show, write_data

if TYPE_CHECKING:
    import datetime as dt

    from gapkeeper.model.history import ReadinessHistory


@click.command(
    "history",
    cls=Command,
    examples=[
        ("gapkeeper history", "each commit that changed the plan"),
        ("gapkeeper history --since 2026-01-01", "those from that day on, in UTC"),
        ("gapkeeper history --format svg > readiness.svg", "a chart"),
        ("gapkeeper history --format csv > readiness.csv", "for a spreadsheet"),
    ],
)
@path_argument()
@click.option("--rev", metavar="REV", help="The commit that the history ends in.  [default: HEAD]")
@click.option(
    "--since", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]), help="From this day on, in UTC: 2026-01-31."
)
@click.option("--limit", metavar="N", type=click.IntRange(min=1), help="Only the N newest commits.")
@format_option("text", "csv", "json", "svg")
def command(path: str, rev: str | None, since: dt.datetime | None, limit: int | None, form: str) -> int:
    """Show readiness, open items and gates at each commit that touched a planning document.

    Each line says what `score --rev COMMIT` says. The history follows the first parents: a merge stands for its branch.
    """
    from gapkeeper.wiring.readiness_history import history_of_readiness  # noqa: PLC0415 - start-up

    folder = Path(path)
    first_day = since.date() if since else None
    history = history_of_readiness(wiring.load_settings(folder), folder, rev, since=first_day, limit=limit)
    _refuse_nothing(path, history)
    if form == "text":
        from gapkeeper.reporting.history_text import history_lines, history_summary  # noqa: PLC0415 - start-up

        show(lambda look: history_lines(history, look))
        if history.points:
            show(lambda _: [history_summary(history)], error=True)
    else:
        write_data(_for_machines(form, history))
    _warn_of_what_is_missing(path, history, first_day, limit)
    return 0


def _for_machines(form: str, history: ReadinessHistory) -> str:
    if form == "json":
        from gapkeeper.reporting.history_json import history_json  # noqa: PLC0415 - start-up
        from gapkeeper.reporting.json_text import json_text  # noqa: PLC0415 - start-up

        return json_text(history_json(history))
    if form == "csv":
        from gapkeeper.reporting.history_csv import history_csv  # noqa: PLC0415 - start-up

        return history_csv(history)
    from gapkeeper.reporting.history_svg import history_svg  # noqa: PLC0415 - start-up

    return history_svg(history)


def _refuse_nothing(path: str, history: ReadinessHistory) -> None:
    if history.revision is None:
        from gapkeeper.errors import DocumentsError  # noqa: PLC0415 - start-up

        raise DocumentsError(
            f"there is no commit in {path} yet", hint="Commit the documents; `score` reads them as is."
        )


def _warn_of_what_is_missing(path: str, history: ReadinessHistory, since: dt.date | None, limit: int | None) -> None:
    """Say where there are fewer points, or less in them, than there would be."""
    if not history.points:
        days = f" since {since}" if since else ""
        documents.warn(
            f"no commit touched a planning document in {path}{days}",
            None if since else "[documents] include and exclude say which files are read",
        )
    if history.begins is not None and (limit is None or len(history.points) < limit):
        documents.warn(
            f"this clone is shallow: its history begins at {history.begins[:7]}",
            "git fetch --unshallow fetches the rest; in CI, fetch-depth: 0 (GitHub), GIT_DEPTH: 0 (GitLab)",
        )
    unread = sum(1 for point in history.points if point.unread)
    if unread:
        from gapkeeper.reporting.numbers import count  # noqa: PLC0415 - start-up

        documents.warn(f"at {count(unread, 'commit')}, documents could not be read, and do not count", None)
