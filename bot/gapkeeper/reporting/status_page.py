"""The status page of the service: one page of HTML without scripts, for people who ask how it goes."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gapkeeper import escaping
from gapkeeper.model.jobs import JobState, Outcome
from gapkeeper.reporting.numbers import count, per_cent
from gapkeeper.reporting.service_words import counted, took
from gapkeeper.reporting.status_parts import Column, Html, badge, line, link, section, table, text, time, trouble

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from gapkeeper.model.jobs import Job, QueuedJob, RepositoryState, RunRecord

REFRESH_SECONDS = 30
RUNS = 20  # that are shown at most
_JOBS = 50  # of each table
_REASON_LIMIT = 60  # characters
_COMMAND_LIMIT = 300

_TONES = {
    Outcome.UNCHANGED: "plain",
    Outcome.CHANGED: "good",
    Outcome.UNFINISHED: "care",
    Outcome.REFUSED: "bad",
    Outcome.FAILED: "care",
    Outcome.BROKEN: "bad",
}
_FIRST_REPOSITORY = Html("""\
<p>There is no repository yet. Name one in the service&#39;s configuration, and start the service anew:</p>
<pre><code>[[repositories]]
tracker = "github:owner/name"</code></pre>
<p><code>gapkeeper doctor</code> says whether token, permissions and webhook are as they have to be.</p>
""")


@dataclass(frozen=True, slots=True)
class RepositoryView:
    """A repository as the page shows it."""

    name: str  # in the operator's configuration
    state: RepositoryState
    url: str | None = None  # its page on the forge
    next_at: dt.datetime | None = None  # when the schedule looks at it next; None: it does not

    @property
    def in_trouble(self) -> bool:
        """Whether people may have to look."""
        return self.state.failures > 0


@dataclass(frozen=True, slots=True)
class StatusView:
    """All that the page shows. More than it has room for is cut off and counted."""

    now: dt.datetime
    version: str
    repositories: Sequence[RepositoryView]
    counts: Mapping[JobState, int]
    jobs: Sequence[QueuedJob]
    runs: Sequence[RunRecord]  # the newest first


def status_page(view: StatusView) -> str:
    """The page."""
    parts = [_sums(view), _repositories(view)]
    dead = [job for job in view.jobs if job.state is JobState.DEAD]
    if dead:
        parts.append(_dead(dead, view))
    others = [job for job in view.jobs if job.state is not JobState.DEAD]
    if others:
        parts.append(_queue(others, view))
    if view.runs:
        parts.append(_runs(view.runs[:RUNS], view.now))
    return _page(_title(view), view.version, *parts)


def trouble_page(error: str, hint: str | None, version: str) -> str:
    """The page where nothing can be shown, because the state of the service cannot be read."""
    return _page("Gapkeeper: no status", version, line(trouble(error, hint)))


def _page(title: str, version: str, *parts: Html) -> str:
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escaping.xml_text(title)}</title>\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="refresh" content="{REFRESH_SECONDS}">\n'
        '<link rel="stylesheet" href="style.css">\n</head>\n<body>\n<main>\n<h1>Gapkeeper</h1>\n'
        f"{''.join(parts)}</main>\n"
        f"<footer>Version {escaping.xml_text(version)}. Times are in UTC. "
        f'The page loads itself every {REFRESH_SECONDS} seconds. <a href="metrics">Metrics</a></footer>\n'
        "</body>\n</html>\n"
    )


def _title(view: StatusView) -> str:
    """What the tab of a browser tells: whether somebody has to look."""
    bad = sum(one.in_trouble for one in view.repositories)
    dead = view.counts.get(JobState.DEAD, 0)
    said = [f"{bad} of {count(len(view.repositories), 'repository', 'repositories')} in trouble"] if bad else []
    said += [f"{count(dead, 'job')} given up"] if dead else []
    return f"Gapkeeper: {', '.join(said) or 'all is well'}"


def _sums(view: StatusView) -> Html:
    bad = sum(one.in_trouble for one in view.repositories)
    dead = view.counts.get(JobState.DEAD, 0)
    sums = (
        (len(view.repositories), "repository" if len(view.repositories) == 1 else "repositories", ""),
        (bad, "in trouble", "bad" if bad else ""),
        (view.counts.get(JobState.RUNNING, 0), "running", ""),
        (view.counts.get(JobState.QUEUED, 0), "waiting", ""),
        (dead, "given up", "bad" if dead else ""),
    )
    entries = "".join(f"<li{_class(tone)}><b>{amount}</b> {words}</li>" for amount, words, tone in sums)
    return Html(f'<ul class="sums">{entries}</ul>\n')


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""


# --- Repositories ---

_REPOSITORY = (
    Column("Repository", "name"),
    Column("Readiness", "number"),
    Column("Open items", "number"),
    Column("Last run", "wide"),
    Column("Next run"),
)


def _repositories(view: StatusView) -> Html:
    """All of them, those in trouble first."""
    if not view.repositories:
        return section("repositories", "Repositories", _FIRST_REPOSITORY)
    ordered = sorted(view.repositories, key=lambda one: not one.in_trouble)
    rows = [_repository(one, view.now) for one in ordered]
    return section("repositories", "Repositories", table("repositories", _REPOSITORY, rows))


def _repository(one: RepositoryView, now: dt.datetime) -> tuple[Html, ...]:
    last, score, open_items = one.state.last, one.state.score, one.state.open_items
    return (
        link(one.url, one.name),
        Html("–" if score is None else per_cent(score)),
        Html("–" if open_items is None else open_items),
        Html('<span class="faint">none yet</span>') if last is None else _last(last, one.state, now),
        _next(one, now),
    )


def _last(run: RunRecord, state: RepositoryState, now: dt.datetime) -> Html:
    seconds = (run.ended_at - run.started_at).total_seconds()
    good = "" if not state.failures else line("Last went well:", time(state.last_good_at, now, "never"), kind="small")
    return Html(
        line(badge(run.outcome.value, _TONES[run.outcome]), time(run.ended_at, now, ""))
        + trouble(run.error, run.hint, tone=_TONES[run.outcome])
        + line("; ".join(part for part in (f"took {took(seconds)}", counted(run.counts)) if part), kind="small")
        + good
    )


def _next(one: RepositoryView, now: dt.datetime) -> Html:
    state = one.state
    failures = f"{count(state.failures, 'failure')} in a row" if state.failures else ""
    paused = state.paused_until is not None and state.paused_until > now
    return Html(
        (
            line("paused, goes on", time(state.paused_until, now, ""))
            if paused
            else line(time(one.next_at, now, "not set"))
        )
        + line(Html(failures), kind="bad")
        + (line("mended?", _command("jobs", "run", one.name), kind="small") if paused else "")
    )


def _command(*words: str) -> Html:
    """What people type, whatever is in a name."""
    return Html(f"<code>{text(shlex.join(['gapkeeper', *words]), _COMMAND_LIMIT)}</code>")


# --- Jobs ---

_DEAD = (
    Column("Job", "name"),
    Column("Error", "wide"),
    Column("Attempts", "number"),
    Column("Since"),
    Column("To try it again", "narrow"),
)
_QUEUE = (
    Column("Job", "name"),
    Column("State"),
    Column("Due"),
    Column("Attempts", "number"),
    Column("Because of", "wide"),
)


def _dead(jobs: Sequence[QueuedJob], view: StatusView) -> Html:
    rows = [
        (
            _job(job.job),
            trouble(job.error) or Html("–"),
            Html(job.attempts),
            time(job.queued_at, view.now, ""),
            _command("jobs", "replay", str(job.id)),
        )
        for job in jobs[:_JOBS]
    ]
    return section("dead", "Given up", table("dead", _DEAD, rows), _more(view.counts.get(JobState.DEAD, 0), len(rows)))


def _queue(jobs: Sequence[QueuedJob], view: StatusView) -> Html:
    rows = [
        (
            _job(job.job),
            badge("running", "good") if job.state is JobState.RUNNING else badge("waiting", "plain"),
            time(job.due_at, view.now, "")
            if job.started_at is None
            else line("begun", time(job.started_at, view.now, "")),
            Html(job.attempts),
            Html(line(_reasons(job.reasons)) + trouble(job.error, tone="care")),
        )
        for job in jobs[:_JOBS]
    ]
    all_ = view.counts.get(JobState.QUEUED, 0) + view.counts.get(JobState.RUNNING, 0)
    return section("queue", "Queue", table("queue", _QUEUE, rows), _more(all_, len(rows)))


def _more(all_: int, shown: int) -> Html:
    return Html(f'<p class="faint">and {all_ - shown} more: <code>gapkeeper jobs</code></p>\n' if all_ > shown else "")


def _job(job: Job) -> Html:
    return text(str(job))


def _reasons(reasons: Sequence[str]) -> Html:
    return Html(", ".join(text(reason, _REASON_LIMIT) for reason in reasons))


# --- Runs ---

_RUN = (
    Column("Job", "name"),
    Column("Ended"),
    Column("Outcome", "narrow"),
    Column("Took", "number"),
    Column("What it did", "wide"),
    Column("Because of"),
)


def _runs(runs: Sequence[RunRecord], now: dt.datetime) -> Html:
    rows = [
        (
            _job(run.job),
            time(run.ended_at, now, ""),
            badge(run.outcome.value, _TONES[run.outcome]),
            Html(took((run.ended_at - run.started_at).total_seconds())),
            Html(trouble(run.error, run.hint, tone=_TONES[run.outcome]) + line(counted(run.counts), kind="small")),
            _reasons(run.reasons),
        )
        for run in runs
    ]
    return section("runs", "Last runs", table("runs", _RUN, rows))
