"""The service as one process: two listeners, a scheduler, threads that work, and one state under all of them."""

from __future__ import annotations

import contextlib
import datetime as dt
import math
import os
import time
from functools import partial
from typing import TYPE_CHECKING

import structlog

from gapkeeper import __version__
from gapkeeper.adapters.github.app_tokens import AppTokens
from gapkeeper.adapters.http.connections import Connections
from gapkeeper.adapters.http.paces import Paces
from gapkeeper.adapters.sqlite_state import open_state
from gapkeeper.adapters.sqlite_tracker import utc_now
from gapkeeper.app.parsed import ParsedDocuments
from gapkeeper.entry.service import logs
from gapkeeper.entry.service.jobs import Jobs
from gapkeeper.entry.service.metrics import Metrics
from gapkeeper.entry.service.overview import Overview
from gapkeeper.entry.service.scheduler import Scheduler
from gapkeeper.entry.service.worker import Pool
from gapkeeper.entry.web.inbox import Inbox
from gapkeeper.entry.web.private import private_app
from gapkeeper.entry.web.public import public_app
from gapkeeper.entry.web.server import serve
from gapkeeper.errors import TrackerError
from gapkeeper.settings.operator import load_operator
from gapkeeper.settings.webhook_secrets import load_webhook_secrets
from gapkeeper.wiring import service, shared

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gapkeeper.adapters.http.client import Sent
    from gapkeeper.entry.service.stopping import Stopping
    from gapkeeper.model.jobs import RunRecord
    from gapkeeper.service_ports import ServiceState
    from gapkeeper.settings.service import Listener, ServiceSettings
    from gapkeeper.settings.webhook_secrets import WebhookSecrets

#: Bytes of documents that are kept parsed; in memory they take about three times as much.
_DOCUMENTS = 32 * 2**20
#: Bytes of the documents of one repository: anybody who may push to one could take the memory of all.
_OF_A_REPOSITORY = 50_000_000
_WATCH_SECONDS = 15.0  # between two looks at the clock, and at what repositories wish
_JUMP = dt.timedelta(minutes=1)  # that the clock was set, and does not only run a little fast
_ANSWER_SECONDS = 3.0  # that a request which is being answered has at the end
_HIDDEN_SECONDS = 10.0  # that a token may be new and a log not know it; its looks hide it even then
_COUNTED_AS = {"read": "reads", "unchanged": "unchanged", "write": "writes"}

log = structlog.get_logger("gapkeeper.service")


def run(settings: ServiceSettings, stopping: Stopping) -> None:
    """Work until it is time to stop, and then for the time of grace.

    Raises:
        BusyError: Another service works on this state.
        UnavailableError: The state or an address cannot be had.
        ConfigurationError: The operator's settings cannot be obeyed.
    """
    secrets = load_webhook_secrets(os.environ, lambda what: log.warning("secrets.kept", why=what))
    logs.configure(settings.service.log_format, _Hidden(secrets))
    with open_state(settings.state_file) as state, state.lock.hold():
        _Service(settings, state, stopping).serve(secrets)


class _Service:
    """Everything that runs, and in which order it begins and ends."""

    def __init__(self, settings: ServiceSettings, state: ServiceState, stopping: Stopping) -> None:
        self._settings = settings
        self._state = state
        self._stopping = stopping
        self._metrics = Metrics(state, utc_now)
        self._places = service.places(settings, tick=stopping.check)
        self._overview = Overview(settings, state)
        self._pool = Pool(
            state,
            Jobs(self._places, state, stopping=stopping, call=self._call).do,
            stopping=stopping,
            minutes_of=lambda name: self._overview.rhythms()[name].minutes,
            ended=self._ended,
        )
        self._scheduler = Scheduler(self._overview.rhythms, state, call=self._call)

    def serve(self, secrets: Mapping[str, WebhookSecrets]) -> None:
        """Begin, work, and end."""
        self._take_up()
        connections = Connections()
        runs_share = shared.Shared(
            documents=ParsedDocuments(_DOCUMENTS, told=shared.count),
            most_bytes=_OF_A_REPOSITORY,
            sleep=self._stopping.sleep,
            sent=self._sent,
            paces=Paces(),
            connections=connections,
            app_tokens=AppTokens(),
        )
        with (
            contextlib.closing(connections),
            shared.share(runs_share),
            self._working(),
            self._listening(secrets) as (public, private),
            self._scheduled(),
        ):
            log.info("serving", public=str(public), listen=str(private), webhooks=sorted(secrets))
            self._watch()
            log.info("stopping", grace_seconds=self._settings.service.grace_seconds)

    def _take_up(self) -> None:
        """What a former process left."""
        dropped = self._state.queue.drop(self._places)
        resumed = self._state.queue.resume(utc_now())
        for name in self._places:  # people start it anew once they have mended something
            self._state.records.resume(name)
        log.info("starting", version=__version__, repositories=len(self._places), resumed=resumed, dropped=dropped)

    # --- What begins and ends -----------------------------------------------------------------------

    @contextlib.contextmanager
    def _working(self) -> Iterator[None]:
        self._pool.start(self._settings.service.workers)
        try:
            yield
        finally:
            self._stopping.set()
            if self._pool.join(self._settings.service.grace_seconds):
                log.info("stopped")
            else:
                log.warning("stopped", left="jobs that did not end in time; they are done again at the next start")

    @contextlib.contextmanager
    def _listening(self, secrets: Mapping[str, WebhookSecrets]) -> Iterator[tuple[Listener, Listener]]:
        settings = self._settings
        inbox = Inbox(
            self._state.deliveries,
            clock=utc_now,
            debounce=dt.timedelta(seconds=settings.service.debounce_seconds),
            arrived=self._call,
        )
        public = public_app(
            secrets=secrets,
            repositories=self._overview.repositories,
            inbox=inbox,
            ready=self._why_not_ready,
            observe=self._metrics.delivery,
            body_limit=settings.service.body_limit,
        )
        view = partial(self._overview.view, self._scheduler.next_run)
        private = private_app(view, self._metrics, ready=self._why_not_ready, host=settings.listen.host)
        with (
            serve(private, settings.listen, setting="[service] listen", grace=_ANSWER_SECONDS) as private_port,
            inbox.open(),
            serve(public, settings.public, setting="[service] public", grace=_ANSWER_SECONDS) as public_port,
        ):
            yield settings.public._replace(port=public_port), settings.listen._replace(port=private_port)

    @contextlib.contextmanager
    def _scheduled(self) -> Iterator[None]:
        self._scheduler.start(self._tidy)
        try:
            yield
        finally:
            self._scheduler.stop()

    # --- What goes on -------------------------------------------------------------------------------

    def _watch(self) -> None:
        """Until it is time to stop: follow the clock where it is set, and rhythms where repositories change them."""
        wall, steady = utc_now(), time.monotonic()
        while not self._stopping.wait(_WATCH_SECONDS):
            now, ticks = utc_now(), time.monotonic()
            jump = (now - wall) - dt.timedelta(seconds=ticks - steady)
            wall, steady = now, ticks
            try:
                self._overview.refresh()
                self._scheduler.plan(anew=abs(jump) > _JUMP)
            except TrackerError as error:
                logs.state_unavailable(log, error)
            except Exception:  # a bug here must not end everything else
                log.exception("watch.bug")
            if abs(jump) > _JUMP:
                log.warning("clock.set", seconds=round(jump.total_seconds()))

    def _tidy(self) -> None:
        """Forget what is old, once a day."""
        before = utc_now() - dt.timedelta(days=self._settings.state.keep_days)
        try:
            forgotten = self._state.deliveries.forget(before)
            self._state.records.prune(before=before, repositories=self._places)
        except TrackerError as error:
            logs.state_unavailable(log, error)
            return
        log.info("tidied", deliveries=forgotten, mirrors=service.remove_other_mirrors(self._settings))

    def _call(self) -> None:
        """There is something new to do; what webhooks ask for waits a moment for more of the same."""
        self._pool.call()

    def _ended(self, run: RunRecord) -> None:
        self._metrics.run_ended(run)
        logs.run_line(run)
        for name in self._overview.learned(run):
            self._state.records.resume(name)
        place = self._places.get(run.job.repository)
        if place is not None and run.counts.get("fetched"):
            self._metrics.mirror(place.name, place.mirror.size())

    def _why_not_ready(self) -> str | None:
        if self._stopping.is_set():
            return "it is stopping"
        if not self._pool.alive:
            return "a thread has died"
        try:
            self._state.queue.counts()
        except TrackerError as error:
            return error.line
        return None

    def _sent(self, forge: str, sent: Sent) -> None:
        shared.count(_COUNTED_AS[sent.kind])
        self._metrics.request(forge, sent.kind, sent.remaining)


class _Hidden:
    """What no log may hold. Files with tokens are read again now and then, and not for every line."""

    def __init__(self, secrets: Mapping[str, WebhookSecrets]) -> None:
        self._secrets = secrets
        self._read_at = -math.inf
        self._tokens: list[str] = []

    def __call__(self) -> list[str]:
        """The operator's tokens, and the webhooks' secrets."""
        if time.monotonic() - self._read_at > _HIDDEN_SECONDS:
            operator = load_operator()
            values = (operator.github_token, operator.github_app_private_key, operator.gitlab_token)
            self._tokens = [value.get_secret_value() for value in values if value is not None]
            self._read_at = time.monotonic()
        hooks = (one.decode("utf-8", "replace") for kept in self._secrets.values() for one in kept.current())
        return [*self._tokens, *hooks]
