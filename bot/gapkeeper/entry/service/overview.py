"""What is configured and what is known of it, side by side: for webhooks, the schedule, and the status page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper import __version__
from gapkeeper.adapters.sqlite_tracker import utc_now
from gapkeeper.entry.service.scheduler import Rhythm
from gapkeeper.entry.web.events.repositories import Configured, Repositories
from gapkeeper.model.jobs import Known, RepositoryState
from gapkeeper.reporting.status_page import RUNS, RepositoryView, StatusView
from gapkeeper.settings.repository import Schedule
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
        self._repositories = Repositories()
        self.refresh()

    def refresh(self) -> None:
        """See what runs have learned."""
        self._set({name: state.known for name, state in self._state.records.states().items()})

    def learned(self, run: RunRecord) -> None:
        """A run has ended, and may have learned something."""
        name = run.job.repository
        known = self._state.records.state(name).known
        if known != self._known.get(name):
            self._set({**self._known, name: known})

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
        return Rhythm(max(wish, self._settings.service.least_minutes), repository.cron)

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
