"""What plan, sync and why share: the tracker that is compared with, and what a run may do."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gapkeeper import wiring
from gapkeeper.app.sync import plan_sync
from gapkeeper.entry.cli.documents import Read, warn_of_nothing
from gapkeeper.planning.history import NO_HISTORY

if TYPE_CHECKING:
    from collections.abc import Callable

    from gapkeeper.app.documents import Documents
    from gapkeeper.model.plan import Plan
    from gapkeeper.model.policy import SyncPolicy
    from gapkeeper.planning.history import History
    from gapkeeper.ports import TrackerReader
    from gapkeeper.settings.load import Settings


@dataclass(frozen=True, slots=True)
class ReadToWrite(Read):
    """A folder that was read by a run that may write to it."""

    documents: Documents
    rev: str | None  # the revision that was read; None: the folder as it is


@dataclass(frozen=True, slots=True)
class Run:
    """What the command line says of a run: the same for a plan and for the sync that applies it."""

    path: str = "."
    rev: str | None = None
    tracker: str | None = None
    only: tuple[str, ...] = ()
    limit: int | None = None
    accept_reading: bool = False
    accept_renumbering: bool = False
    allow_mass_change: bool = False

    def settings(self) -> Settings:
        """The settings in force, with the tracker that the command line names."""
        overrides = {} if self.tracker is None else {"tracker.url": self.tracker}
        return wiring.load_settings(Path(self.path), overrides=overrides)

    def read(self, settings: Settings | None = None) -> ReadToWrite:
        """The documents, and their bytes."""
        settings = self.settings() if settings is None else settings
        folder = Path(self.path)
        rev = wiring.synced_revision(settings, folder, self.rev)
        source = wiring.document_source(settings, folder, rev)
        found = wiring.read_documents(settings, source)
        warn_of_nothing(self.path, found.register)
        return ReadToWrite(folder, settings, source, found.register, found, rev)

    def policy(self, read: Read) -> SyncPolicy:
        """What the settings allow, narrowed and widened by the command line."""
        return replace(
            wiring.sync_policy(read.settings),
            only=self.only,
            limit=self.limit,
            accept_reading=self.accept_reading,
            accept_renumbering=self.accept_renumbering,
            allow_mass_change=self.allow_mass_change,
        )

    def apply_command(self, fingerprint: str) -> str:
        """The command that applies this plan and no other."""
        words = ["gapkeeper", "sync", *([self.path] if self.path != "." else [])]
        words += [word for key in self.only for word in ("--only", key)]
        for name, value in (("--rev", self.rev), ("--tracker", self.tracker), ("--limit", self.limit)):
            words += [] if value is None else [name, str(value)]
        flags = {
            "--accept-reading": self.accept_reading,
            "--accept-renumbering": self.accept_renumbering,
            "--allow-mass-change": self.allow_mass_change,
        }
        words += [name for name, given in flags.items() if given]
        return shlex.join([*words, "--expect", fingerprint])


def history(read: ReadToWrite) -> History:
    """What git knows; nothing where there is none."""
    revision = read.register.revision
    return NO_HISTORY if revision is None else wiring.history(read.folder, read.rev and revision)


def planned(run: Run, read: ReadToWrite, reader: TrackerReader, policy: SyncPolicy | None = None) -> Plan:
    """What a sync would write."""
    with wiring.open_way_back(read.settings, read.folder, read.rev, read.documents) as way_back:
        return plan_sync(read.register, reader, policy or run.policy(read), history=history(read), way_back=way_back)


def run_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that decide what a plan holds, so that a plan and its sync take the same."""
    for option in reversed(
        (
            click.option("--only", metavar="KEY", multiple=True, help="This item only; may be repeated."),
            click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most N changes."),
            click.option("--accept-reading", is_flag=True, help="Also what only reads differently now."),
            click.option("--accept-renumbering", is_flag=True, help="Also what looks renumbered: it keeps its issue."),
            click.option("--allow-mass-change", is_flag=True, help="Also closing many issues at once."),
        )
    ):
        function = option(function)
    return function
