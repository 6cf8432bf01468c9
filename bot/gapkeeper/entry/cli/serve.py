"""`gapkeeper serve`: the bot that runs by itself."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import click

from gapkeeper.entry.cli.command import Command, config_option

if TYPE_CHECKING:
    from pathlib import Path
    from types import FrameType


@click.command(
    "serve",
    cls=Command,
    examples=[
        ("gapkeeper serve", "by gapkeeper-service.toml in this folder"),
        ("gapkeeper serve --config /etc/gapkeeper/service.toml", "by that file"),
    ],
)
@config_option()
def command(config: Path | None) -> int:
    """Keep repositories in step: by schedule, by webhooks, and with a comment on each pull request.

    Runs until it is told to stop (SIGTERM, Ctrl-C), and ends what it is at first. What it was told and did is in its
    state: started again, however it ended, it goes on. Logs go to standard error.
    """
    from gapkeeper.entry.service.service import run  # noqa: PLC0415 - start-up: no other command needs a server
    from gapkeeper.entry.service.stopping import Stopping  # noqa: PLC0415
    from gapkeeper.settings.service_file import load_service  # noqa: PLC0415

    stopping = Stopping()

    def stop(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)  # the second one ends the process at once
        stopping.set()

    settings = load_service(config)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    run(settings, stopping)
    return 0
