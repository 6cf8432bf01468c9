"""`gapkeeper jobs`: what the service has to do and did, and how people ask it for something."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import TYPE_CHECKING, Any

import click

from gapkeeper.entry.cli.command import Command, Listing, config_option, format_option
from gapkeeper.entry.cli.terminal import show, write_data
from gapkeeper.errors import NotFoundError, UsageError
from gapkeeper.model.jobs import Job, JobKind, JobState
from gapkeeper.reporting.job_json import job_json, jobs_json, service_runs_json
from gapkeeper.reporting.job_text import (
    forgotten_line,
    job_lines,
    job_list_lines,
    job_summary,
    replayed_line,
    service_run_lines,
)
from gapkeeper.reporting.json_text import json_text
from gapkeeper.reporting.service_words import STATES
from gapkeeper.reporting.style import line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from gapkeeper.entry.cli.command import Decorator
    from gapkeeper.model.jobs import QueuedJob
    from gapkeeper.service_ports import JobQueue, ServiceState
    from gapkeeper.settings.service import ServiceSettings

_REASON = "command"  # what a job is said to have been asked for by
_RUNS_OF_A_JOB = 5


_HELP = ("-h", "--help")


class _ListedAlone(Listing):
    """A group that does what its command `list` does where no command is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words after the group's name."""
        alone = not args or (args[0].startswith("-") and args[0] not in _HELP)
        return super().parse_args(ctx, ["list", *args] if alone and not ctx.resilient_parsing else args)


@click.group("jobs", cls=_ListedAlone, context_settings={"help_option_names": list(_HELP)})
def command() -> None:
    """Look at what the service has to do, and ask it for something; alone, with its options, as `jobs list`.

    The service need not run: what is asked for waits. Its file is that of --config, else the one that
    GAPKEEPER_SERVICE_CONFIG names, else gapkeeper-service.toml in this folder.
    """


def _given_up_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Which of the jobs that were given up."""
    for option in (
        config_option(),
        click.option("--all", "all_", is_flag=True, help="All that were given up."),
        click.argument("ids", metavar="[ID]...", nargs=-1, type=click.IntRange(min=1)),
    ):
        function = option(function)
    return function


def _limit_option(default: int) -> Decorator[Any]:
    return click.option(
        "--limit", type=click.IntRange(min=1), default=default, show_default=True, help="So many at most."
    )


@command.command(
    "list",
    cls=Command,
    examples=[
        ("gapkeeper jobs list", "running, given up, waiting"),
        ("gapkeeper jobs list --format json", "for programs"),
    ],
)
@config_option()
@_limit_option(50)
@format_option("text", "json")
def list_(config: Path | None, limit: int, form: str) -> int:
    """List the jobs: those that run, were given up, or wait. One that went well is gone: see `jobs runs`."""
    with _state(config) as (_, state):
        jobs, counts = state.queue.jobs(limit), state.queue.counts()
    if form == "json":
        write_data(json_text(jobs_json(jobs, counts)))
    else:
        show(lambda look: job_list_lines(jobs, _now(), look))
        show(lambda _: job_summary(counts, len(jobs)), error=True)
    return 0


@command.command("show", cls=Command, examples=[("gapkeeper jobs show 7", "its error, and what its last runs did")])
@click.argument("id_", metavar="ID", type=click.IntRange(min=1))
@config_option()
@format_option("text", "json")
def show_(id_: int, config: Path | None, form: str) -> int:
    """Show one job: what asked for it, its error, and its last runs."""
    with _state(config) as (_, state):
        job = _find(state.queue, id_)
        of_repository = state.records.runs(job.job.repository)
    runs = [run for run in of_repository if run.job == job.job][:_RUNS_OF_A_JOB]
    if form == "json":
        write_data(json_text(job_json(job, runs)))
    else:
        show(lambda look: job_lines(job, runs, _now(), look))
    return 0


@command.command(
    "runs",
    cls=Command,
    examples=[
        ("gapkeeper jobs runs", "the last twenty, the newest first"),
        ("gapkeeper jobs runs owner/name --limit 1", "the last of one repository"),
    ],
)
@click.argument("repository", required=False)
@config_option()
@_limit_option(20)
@format_option("text", "json")
def runs_(repository: str | None, config: Path | None, limit: int, form: str) -> int:
    """List the service's runs: what each did, and how it ended."""
    with _state(config) as (settings, state):
        if repository is not None:
            _require_configured(settings, repository)
        runs = state.records.runs(repository, limit)
    if form == "json":
        write_data(json_text(service_runs_json(runs)))
    else:
        show(lambda look: service_run_lines(runs, _now(), look))
        show(lambda _: [] if runs else [line("no run yet; `gapkeeper jobs` lists what waits")], error=True)
    return 0


@command.command(
    "replay",
    cls=Command,
    short_help="Try again what was given up.",
    examples=[
        ("gapkeeper jobs replay 7", "this one"),
        ("gapkeeper jobs replay --all", "all that were given up"),
    ],
)
@_given_up_options
def replay(ids: tuple[int, ...], all_: bool, config: Path | None) -> int:
    """Try jobs again that were given up, as if they had just been asked for."""
    with _given_up(ids, all_=all_, config=config) as state:
        amount = state.queue.replay(_now(), ids)
    show(lambda _: [replayed_line(amount)])
    return 0


@command.command(
    "forget",
    cls=Command,
    short_help="Take away what was given up.",
    examples=[
        ("gapkeeper jobs forget 7", "this one"),
        ("gapkeeper jobs forget --all", "all that were given up"),
    ],
)
@_given_up_options
def forget(ids: tuple[int, ...], all_: bool, config: Path | None) -> int:
    """Take jobs away that were given up, and that nobody wants any more. Their runs stay: `jobs runs`."""
    with _given_up(ids, all_=all_, config=config) as state:
        amount = state.queue.forget(ids)
    show(lambda _: [forgotten_line(amount)])
    return 0


@command.command(
    "run",
    cls=Command,
    short_help="Ask the service to look at a repository now.",
    examples=[
        ("gapkeeper jobs run owner/name", "documents and issues"),
        ("gapkeeper jobs run owner/name --pull 7", "one pull request"),
    ],
)
@click.argument("repository")
@click.option("--pull", type=click.IntRange(min=1), metavar="N", help="Only comment on this pull or merge request.")
@config_option()
def run(repository: str, pull: int | None, config: Path | None) -> int:
    """Ask the service to look at a repository now. That ends a pause after failures.

    REPOSITORY is its name in the service's file, or its path on the forge where it has none.
    """
    job = Job(JobKind.RECONCILE, repository) if pull is None else Job(JobKind.REVIEW, repository, pull)
    with _state(config) as (settings, state):
        _require_configured(settings, repository)
        now = _now()
        if pull is None:
            state.records.resume(repository)
        new = state.queue.put(job, reason=_REASON, now=now, due=now)
    show(lambda _: [line(f"asked for: {job}" if new else f"it waits already, and is due now: {job}")])
    return 0


# --- What several commands do ---


@contextlib.contextmanager
def _state(config: Path | None) -> Iterator[tuple[ServiceSettings, ServiceState]]:
    """The service's settings and state. Modules are imported here: help needs none of them."""
    from gapkeeper.settings.service_file import load_service  # noqa: PLC0415
    from gapkeeper.wiring.service_state import existing_state  # noqa: PLC0415

    settings = load_service(config)
    with existing_state(settings) as state:
        yield settings, state


@contextlib.contextmanager
def _given_up(ids: tuple[int, ...], *, all_: bool, config: Path | None) -> Iterator[ServiceState]:
    """The state, where each of the jobs that are named was given up, or all such are meant."""
    if bool(ids) == all_:
        raise UsageError("which jobs was not said", hint="Name their IDs, or --all: `gapkeeper jobs` lists them.")
    with _state(config) as (_, state):
        for id_ in ids:
            _require_dead(_find(state.queue, id_))
        yield state


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _find(queue: JobQueue, id_: int) -> QueuedJob:
    found = next((job for job in queue.jobs(sum(queue.counts().values())) if job.id == id_), None)
    if found is None:
        hint = "One that went well is gone. `gapkeeper jobs` lists what is there, `gapkeeper jobs runs` what was done."
        raise NotFoundError(f"there is no job {id_}", hint=hint)
    return found


def _require_dead(job: QueuedJob) -> None:
    if job.state is not JobState.DEAD:
        hint = "Name those that were: `gapkeeper jobs` lists them."
        raise UsageError(f"job {job.id} was not given up: it is {STATES[job.state]}", hint=hint)


def _require_configured(settings: ServiceSettings, repository: str) -> None:
    if settings.repository(repository) is not None:
        return
    from gapkeeper.settings.likeness import closest  # noqa: PLC0415 - only where something is wrong

    names = [one.name for one in settings.repositories]
    like = closest(repository, names)
    known = f"Did you mean {like}?" if like else f"There is: {', '.join(names) or 'none'}."
    raise UsageError(f"the service keeps no repository {repository!r}", hint=known)
