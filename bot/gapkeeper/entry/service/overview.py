"""What is configured and what is known of it, side by side: for webhooks, the schedule, and the status page."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from gapkeeper import __version__
from gapkeeper.adapters.sqlite_tracker import utc_now
from gapkeeper.entry.service.scheduler import Rhythm
from gapkeeper.entry.web.events.repositories import Configured, Repositories
from gapkeeper.model.jobs import GOOD, NEEDS_PEOPLE, JobKind, Known, RepositoryState
from gapkeeper.reporting.status_page import RUNS, RepositoryView, StatusView
from gapkeeper.settings.repository import MOST_MINUTES, Schedule
from gapkeeper.wiring.service import project_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from gapkeeper.model.jobs import RunRecord
    from gapkeeper.service_ports import ServiceState
    from gapkeeper.settings.service import Repository, ServiceSettings

_MINUTES = Schedule().minutes  # where neither operator nor repository says


class Overview:
    """The repositories. What is known is kept here, too, so that webhooks and the schedule wait for no disk."""

    def __init__(self, settings: ServiceSettings, state: ServiceState) -> None:
        self._settings = settings
        self._state = state
        self._projects = {one.name: project_of(one.tracker) for one in settings.repositories}
        self._known: Mapping[str, Known] = {}
        self._failing: set[str] = set()  # since the start
        self._turn = threading.Lock()
        self._repositories = Repositories()
        self.refresh()

    def refresh(self) -> None:
        """See what runs have learned."""
        states = self._state.records.states()
        with self._turn:
            self._set({name: state.known for name, state in states.items()})

    def learned(self, run: RunRecord) -> list[str]:
        """A run has ended, and may have learned something.

        Returns:
            Repositories that are worth another look: one on the same forge goes well again that did not.
        """
        name = run.job.repository
        known = self._state.records.state(name).known
        with self._turn:
            if known != self._known.get(name):
                self._set({**self._known, name: known})
            if run.job.kind is not JobKind.RECONCILE:
                return []
            if run.outcome in NEEDS_PEOPLE:
                self._failing.add(name)
            if run.outcome not in GOOD or name not in self._failing:
                return []
            self._failing.discard(name)
            return [one for one in self._failing if self._projects[one].forge == self._projects[name].forge]

    def repositories(self) -> Repositories:
        """As webhooks find them."""
        return self._repositories

    def rhythms(self) -> Mapping[str, Rhythm]:
        """How often each is looked at: by the operator's word, else by its own wish."""
        return {one.name: self._rhythm(one) for one in self._settings.repositories}

    def view(self, next_run: Callable[[str], dt.datetime | None]) -> StatusView:
        """As the status page shows them."""
        states, queue = self._state.records.states(), self._state.queue
        return StatusView(
            now=utc_now(),
            version=__version__,
            repositories=[
                RepositoryView(name, states.get(name, RepositoryState()), project.page, next_run(name))
                for name, project in self._projects.items()
            ],
            counts=queue.counts(),
            jobs=queue.jobs(),
            runs=self._state.records.runs(limit=RUNS),
        )

    def _rhythm(self, repository: Repository) -> Rhythm:
        if repository.minutes is not None:
            return Rhythm(repository.minutes)
        minutes = _known(repository, self._known).minutes
        wish = _MINUTES if minutes is None else minutes
        return Rhythm(min(max(wish, self._settings.service.least_minutes), MOST_MINUTES), repository.cron)

    def _set(self, known: Mapping[str, Known]) -> None:
        self._known = known
        self._repositories = Repositories(
            Configured(one.name, project.forge, project.name, one.pull_requests, _known(one, known))
            for one, project in zip(self._settings.repositories, self._projects.values(), strict=True)
        )


def _known(repository: Repository, known: Mapping[str, Known]) -> Known:
    """What is known of a repository, and not of another one that had its name before."""
    found = known.get(repository.name, Known())
    return found if found.tracker == repository.tracker else Known()
