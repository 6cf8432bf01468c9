"""What the composition root needs of every forge; and what it makes for each alike."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Protocol

from gapkeeper.adapters.http.client import Retries, Wire
from gapkeeper.adapters.http.host import Host
from gapkeeper.adapters.http.pacing import Pacing
from gapkeeper.adapters.http.store import Store
from gapkeeper.adapters.sqlite_tracker import utc_now
from gapkeeper.wiring import shared

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from gapkeeper.adapters.http.answer import Answer
    from gapkeeper.adapters.http.pacing import Limits
    from gapkeeper.app.documents import Documents
    from gapkeeper.app.write_back import WayBack
    from gapkeeper.errors import TrackerError
    from gapkeeper.model.delivery import Proposal
    from gapkeeper.model.doctor import ForgeFacts
    from gapkeeper.ports import Reviews, Tracker
    from gapkeeper.settings.load import Settings


class Edges(Protocol):
    """What writing to documents touches."""

    def way_back(self, documents: Documents) -> WayBack:
        """The way back for documents that were read."""


class Forge(Protocol):
    """One forge: a module of this package."""

    #: What people call it.
    NAME: str
    #: Where a project's git has the heads of its pull requests.
    PULL_HEADS: str

    def open_tracker(
        self, url: str, settings: Settings, folder: Path, *, read_only: bool
    ) -> AbstractContextManager[Tracker]:
        """A project's issues, to read them or to write to them."""

    def open_edges(self, url: str, settings: Settings, folder: Path, rev: str | None) -> AbstractContextManager[Edges]:
        """A project's documents, to write to them."""

    def open_reviews(self, url: str, folder: Path, *, read_only: bool) -> AbstractContextManager[Reviews]:
        """A project's pull requests, to read them or to comment on them."""

    def proposals(self, url: str, settings: Settings, folder: Path) -> tuple[Proposal, ...]:
        """What was proposed from the branch of ours, as it is now, the newest first."""

    def facts(self, url: str) -> ForgeFacts:
        """What the forge says of us and of a project, for people who ask what is wrong. Nothing is kept."""


def make_wire(  # noqa: PLR0913 - what forges differ in
    forge: str,
    api: str,
    kept_in: Path | None,
    limits: Limits,
    *,
    retries: int,
    headers: Mapping[str, str],
    explain: Callable[[Answer, TrackerError], TrackerError],
) -> Wire:
    """What all requests of a run share; and what all runs of the service do.

    Args:
        forge: Its name for whoever counts: "github", "gitlab".
        api: Where the forge's API is, the one host that is asked.
        kept_in: The file that is kept between runs; None: nothing is.
        limits: What the forge allows.
        retries: How often a read is tried again.
        headers: Sent with every request.
        explain: Knows what the forge means by a failure.
    """
    store, together = Store(kept_in), shared.current()
    sleep, paces = (time.sleep, None) if together is None else (together.sleep, together.paces)
    wire = Wire(
        host=Host(api),
        store=store,
        pacing=Pacing(limits, clock=utc_now, sleep=sleep, store=store, paces=paces),
        retries=Retries(retries),
        headers=headers,
        explain=explain,
    )
    if together is None:
        return wire
    return replace(wire, sent=partial(together.sent, forge), connections=together.connections)
