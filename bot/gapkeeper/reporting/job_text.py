"""The service's jobs and runs, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.model.jobs import JobState, Outcome
from gapkeeper.reporting.numbers import count, per_cent
from gapkeeper.reporting.service_words import STATES, counted, moment, relative, took
from gapkeeper.reporting.style import Line, Look, Tone, line, say, wrap
from gapkeeper.reporting.table import Column, fields, heading, table

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from gapkeeper.model.jobs import QueuedJob, RunRecord

_JOBS = (
    Column("ID", number=True),
    Column("STATE"),
    Column("JOB", least=20),
    Column("DUE"),
    Column("ATTEMPTS", number=True, spare=2),
    Column("BECAUSE OF, OR ERROR", least=20, spare=1, yields=True),
)
_RUNS = (
    Column("ENDED"),
    Column("OUTCOME"),
    Column("JOB", least=20),
    Column("TOOK", number=True, spare=2),
    Column("WHAT IT DID, OR ERROR", least=20, spare=1, yields=True),
)
_TONES = {JobState.RUNNING: Tone.GOOD, JobState.QUEUED: Tone.PLAIN, JobState.DEAD: Tone.ALARM}
_OUTCOMES = {
    Outcome.UNCHANGED: Tone.FAINT,
    Outcome.CHANGED: Tone.GOOD,
    Outcome.UNFINISHED: Tone.CARE,
    Outcome.REFUSED: Tone.ALARM,
    Outcome.FAILED: Tone.CARE,
    Outcome.BROKEN: Tone.ALARM,
}


def job_list_lines(jobs: Sequence[QueuedJob], now: dt.datetime, look: Look) -> list[Line]:
    """A table of jobs as they are given."""
    rows = [
        (
            line(say(str(job.id), Tone.STRONG)),
            line(say(STATES[job.state], _TONES[job.state])),
            line(str(job.job)),
            line(_when(job, now)),
            line(str(job.attempts)),
            line(job.error if job.error is not None else ", ".join(job.reasons)),
        )
        for job in jobs
    ]
    return table(_JOBS, rows, look) if rows else []


def _when(job: QueuedJob, now: dt.datetime) -> str:
    if job.state is JobState.DEAD:
        return ""
    return relative(job.due_at, now) if job.started_at is None else f"begun {relative(job.started_at, now)}"


def job_summary(counts: Mapping[JobState, int], shown: int) -> list[Line]:
    """How many jobs there are, how many of them are not shown, and what to do about dead ones."""
    running, queued, dead = (counts.get(state, 0) for state in (JobState.RUNNING, JobState.QUEUED, JobState.DEAD))
    more = running + queued + dead - shown
    lines = [line(f"{running} running, {queued} waiting, {dead} given up", f"; {more} not shown" if more > 0 else "")]
    if dead:
        lines.append(line("To try what was given up again: ", say("gapkeeper jobs replay ID", Tone.STRONG)))
        lines.append(line("To take it away: ", say("gapkeeper jobs forget ID", Tone.STRONG)))
    return lines


def job_lines(job: QueuedJob, runs: Sequence[RunRecord], now: dt.datetime, look: Look) -> list[Line]:
    """One job, what became of its attempts, and how to try it again."""
    lines = wrap(line(say(f"{job.id}  {job.job}", Tone.STRONG)), look)
    lines += fields(
        [
            ("State", line(say(STATES[job.state], _TONES[job.state]))),
            ("Because of", line(", ".join(job.reasons))),
            ("Asked for", line(_moment(job.queued_at, now))),
            ("Due", line(_moment(job.due_at, now))),
            ("Begun", line("" if job.started_at is None else _moment(job.started_at, now))),
            ("Attempts", line(str(job.attempts))),
            ("Error", line(say(job.error or "", Tone.ALARM))),
        ],
        look,
    )
    if job.state is JobState.DEAD:
        lines += [
            (),
            line("To try it again:  ", say(f"gapkeeper jobs replay {job.id}", Tone.STRONG)),
            line("To take it away:  ", say(f"gapkeeper jobs forget {job.id}", Tone.STRONG)),
        ]
    if runs:
        lines += [*heading("Its last runs"), *service_run_lines(runs, now, look)]
    return lines


def service_run_lines(runs: Sequence[RunRecord], now: dt.datetime, look: Look) -> list[Line]:
    """A table of runs as they are given."""
    rows = [
        (
            line(relative(run.ended_at, now)),
            line(say(run.outcome.value, _OUTCOMES[run.outcome])),
            line(str(run.job)),
            line(took((run.ended_at - run.started_at).total_seconds())),
            line(_did(run)),
        )
        for run in runs
    ]
    return table(_RUNS, rows, look) if rows else []


def _did(run: RunRecord) -> str:
    if run.error is not None:
        return run.error if run.hint is None else f"{run.error}. {run.hint}"
    score = "" if run.score is None else per_cent(run.score)
    left = "" if run.open_items is None else f"{run.open_items} open"
    return "; ".join(part for part in (", ".join(part for part in (score, left) if part), counted(run.counts)) if part)


def _moment(when: dt.datetime, now: dt.datetime) -> str:
    return f"{moment(when)} ({relative(when, now)})"


def replayed_line(amount: int) -> Line:
    """What was asked for anew."""
    return line(f"asked for anew: {count(amount, 'job')}" if amount else "no job was given up: nothing to do")


def forgotten_line(amount: int) -> Line:
    """What was taken away."""
    return line(f"taken away: {count(amount, 'job')}" if amount else "no job was given up: nothing to do")
