"""The verdict as a check run, which only an App can make: with a page of its own and notes at lines."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.adapters.forge.verdicts import one_line
from gapkeeper.adapters.github.permission import CHECKS, needing
from gapkeeper.errors import UnavailableError
from gapkeeper.model.diagnostics import Severity
from gapkeeper.model.pulls import CONTEXT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapkeeper.adapters.github.session import Session
    from gapkeeper.adapters.http.answer import Json
    from gapkeeper.model.diagnostics import Diagnostic
    from gapkeeper.model.pulls import PullRequest, Verdict

BATCH = 50  # annotations that GitHub takes in one request
_TITLE = 255  # characters
_MESSAGE = 16_000  # characters; GitHub takes 64 KB
_BEGUN = "+"  # between the digest and how many batches have arrived, while it is not complete
_LEVELS = {Severity.NOTE: "notice", Severity.WARNING: "warning", Severity.ERROR: "failure"}


class Run(NamedTuple):
    """A check run of ours."""

    id: int
    external_id: str  # the verdict's digest once it is complete; `digest+2` after two batches of annotations


class Checks:
    """The check runs of a project's commits.

    A run stays in progress until its last annotations have arrived, and says in the same request how many did: one
    that was broken off is completed, and no annotation is there twice.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def has(self, pull: PullRequest, verdict: Verdict) -> bool:
        """Whether the newest of our name says this already, with all its annotations."""
        newest = self._newest(pull, "latest")
        return newest is not None and newest.external_id == digest(verdict)

    def set(self, pull: PullRequest, verdict: Verdict) -> None:
        """A new one, or the rest of one that was broken off."""
        batches = _batches(verdict)
        run, done = None, 0
        if len(batches) > 1:
            run, done = self._begun(pull, verdict)
        for number, batch in enumerate(batches[done:], start=done + 1):
            complete = number == len(batches)
            asked = {
                "name": CONTEXT,
                "external_id": digest(verdict) if complete else f"{digest(verdict)}{_BEGUN}{number}",
                "output": {"title": one_line(verdict.title, _TITLE), "summary": verdict.summary, "annotations": batch},
                **({"status": "completed", "conclusion": verdict.conclusion.value} if complete else _IN_PROGRESS),
            }
            run = self._sent(pull, run, asked)

    def _sent(self, pull: PullRequest, run: int | None, asked: Mapping[str, object]) -> int:
        with needing(CHECKS):
            if run is not None:
                self._session.write("PATCH", f"/check-runs/{run}", asked)
                return run
            return _run(self._session.write("POST", "/check-runs", {**asked, "head_sha": pull.head})).id

    def _begun(self, pull: PullRequest, verdict: Verdict) -> tuple[int | None, int]:
        """The run that a former try at this verdict left, and how many batches it has."""
        newest = self._newest(pull, "all")  # one that is in progress is not among the latest everywhere
        if newest is None:
            return None, 0
        of, _, done = newest.external_id.partition(_BEGUN)
        return (newest.id, int(done)) if of == digest(verdict) and done.isdecimal() else (None, 0)

    def _newest(self, pull: PullRequest, which: str) -> Run | None:
        path = self._session.path(f"/commits/{pull.head}/check-runs")
        asked = {"check_name": CONTEXT, "filter": which, "per_page": 100}
        with needing(CHECKS):
            data = self._session.client.get(path, asked).data
        try:
            ours = [_run(one) for one in data["check_runs"] if self._is_ours(one)]
        except (LookupError, TypeError) as error:
            raise UnavailableError("GitHub's answer is no list of check runs", hint="Run again later.") from error
        return max(ours, default=None)

    def _is_ours(self, data: Json) -> bool:
        app = data.get("app") or {}
        return self._session.is_us(f"{app.get('slug')}[bot]")


_IN_PROGRESS: Mapping[str, str] = {"status": "in_progress"}


def digest(verdict: Verdict) -> str:
    """Another one for everything that GitHub would show otherwise."""
    shown = (
        verdict.conclusion.value,
        verdict.title,
        verdict.summary,
        [_annotation(one) for one in verdict.annotations],
    )
    return hashlib.sha256(repr(shown).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _batches(verdict: Verdict) -> list[list[dict[str, object]]]:
    """Annotations as they are sent; one empty batch where there are none."""
    made = [_annotation(one) for one in verdict.annotations]
    return [made[start : start + BATCH] for start in range(0, max(1, len(made)), BATCH)]


def _annotation(one: Diagnostic) -> dict[str, object]:
    """Without its column, which is counted in bytes here and in characters there."""
    return {
        "path": _unicode(one.path),
        "start_line": max(1, one.line),
        "end_line": max(1, one.line),
        "annotation_level": _LEVELS[one.severity],
        "title": one.code,
        "message": one_line(_unicode(one.message), _MESSAGE),
    }


def _unicode(text: str) -> str:
    """A file's name can hold bytes that are no text."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _run(data: Json) -> Run:
    try:
        return Run(int(data["id"]), str(data.get("external_id") or ""))
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise UnavailableError("GitHub's answer is no check run", hint="Run again later.") from error
