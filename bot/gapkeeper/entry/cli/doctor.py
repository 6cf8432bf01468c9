"""`gapkeeper doctor`: what is wrong, and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gapkeeper.entry.cli.command import Command, format_option, path_argument, tracker_option
from gapkeeper.entry.cli.terminal import show, write_data
from gapkeeper.errors import UsageError
from gapkeeper.model.doctor import Health
from gapkeeper.reporting.doctor_text import check_lines, doctor_json, summary_line
from gapkeeper.reporting.json_text import json_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapkeeper.model.doctor import Check


@click.command(
    "doctor",
    cls=Command,
    examples=[
        ("gapkeeper doctor", "this folder, and its tracker"),
        ("gapkeeper doctor --tracker github:owner/name", "whether the token suffices"),
        ("gapkeeper doctor --config gapkeeper-service.toml", "the service, and all of its repositories"),
    ],
)
@path_argument()
@tracker_option()
@click.option("--config", metavar="FILE", type=click.Path(), help="The service's file: look at all that it names.")
@format_option("text", "json")
def command(path: str, tracker: str | None, config: str | None, form: str) -> int:
    """Say what is wrong, and what to do: token, permissions, webhook, clock, disk, documents.

    Nothing is written. A project on a forge costs 2 to 6 requests; with --config each repository a git ls-remote
    as well. Exits 1 where something is wrong; notes (!) are not.
    """
    found: list[Check] = []
    for check in _checks(path, tracker, config):
        found.append(check)
        if form == "text":
            show(lambda look, check=check: check_lines(check, look))  # type: ignore[misc] # as it is now
    if form == "json":
        write_data(json_text(doctor_json(found)))
    else:
        show(lambda _: [(), summary_line(found)])
    return 1 if any(check.health is Health.WRONG for check in found) else 0


def _checks(path: str, tracker: str | None, config: str | None) -> Iterator[Check]:
    if config is not None:
        if tracker is not None or path != ".":
            raise UsageError("--config names folders and trackers itself", hint="Leave PATH and --tracker out.")
        from gapkeeper.wiring.service_doctoring import diagnose_service  # noqa: PLC0415 - start-up

        return diagnose_service(Path(config))
    folder = Path(path)
    if not folder.is_dir():
        raise UsageError(f"there is no folder {path}", hint="Name a folder that exists.")
    from gapkeeper.wiring.doctoring import diagnose  # noqa: PLC0415 - start-up

    return diagnose(folder, tracker)
