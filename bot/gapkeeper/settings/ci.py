"""What CI says of itself: the project that a job runs for, and the server that it is on."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_MERGE_REF = re.compile(r"refs/pull/([0-9]+)/merge", re.ASCII)
#: Whose file says which pull request they are about; with the second, the ref is that of the base branch.
_OF_PULLS = frozenset({"pull_request", "pull_request_target"})
_EVENT_SIZE = 2**24  # bytes; events are smaller, those of pull requests by far


def tracker_of_job(environ: Mapping[str, str] | None = None) -> str | None:
    """The tracker of the project that this job of GitHub Actions or GitLab CI runs for; None elsewhere."""
    environ = os.environ if environ is None else environ
    if _is_actions(environ) and (project := environ.get("GITHUB_REPOSITORY")):
        return f"github:{project}"
    if _is_gitlab(environ) and (project := environ.get("CI_PROJECT_PATH") or environ.get("CI_PROJECT_ID")):
        return f"gitlab:{project}"
    return None


def github_of_job(environ: Mapping[str, str] | None = None) -> str | None:
    """The GitHub that this job of GitHub Actions runs on; None elsewhere."""
    environ = os.environ if environ is None else environ
    return environ.get("GITHUB_SERVER_URL") or None if _is_actions(environ) else None


def gitlab_of_job(environ: Mapping[str, str] | None = None) -> str | None:
    """The GitLab that this job of GitLab CI runs on; None elsewhere."""
    environ = os.environ if environ is None else environ
    return environ.get("CI_SERVER_URL") or None if _is_gitlab(environ) else None


def pull_of_job(environ: Mapping[str, str] | None = None) -> int | None:
    """The pull or merge request that this job runs for, of the project that it runs for; None where CI names none."""
    environ = os.environ if environ is None else environ
    if _is_gitlab(environ):
        # A fork's own pipeline counts as the project does that the merge request goes to.
        here, goes_to = environ.get("CI_PROJECT_ID"), environ.get("CI_MERGE_REQUEST_PROJECT_ID")
        return _number(environ.get("CI_MERGE_REQUEST_IID", "")) if here == goes_to else None
    if not _is_actions(environ):
        return None
    event = environ.get("GITHUB_EVENT_NAME")
    if event == "pull_request" and (ref := _MERGE_REF.fullmatch(environ.get("GITHUB_REF", ""))):
        return _number(ref[1])
    return _pull_of_event(environ.get("GITHUB_EVENT_PATH", "")) if event in _OF_PULLS else None


def summary_file(environ: Mapping[str, str] | None = None) -> Path | None:
    """The file whose Markdown GitHub Actions shows on the page of this job; None elsewhere."""
    environ = os.environ if environ is None else environ
    path = environ.get("GITHUB_STEP_SUMMARY")
    return Path(path) if path and _is_actions(environ) else None


def is_of_dependabot(environ: Mapping[str, str] | None = None) -> bool:
    """Whether Dependabot set this job of GitHub Actions off: its token may only read, as for a fork."""
    environ = os.environ if environ is None else environ
    return _is_actions(environ) and environ.get("GITHUB_ACTOR") == "dependabot[bot]"


def has_job_token(environ: Mapping[str, str] | None = None) -> bool:
    """Whether this is a job of GitLab CI, with the token that every job has."""
    environ = os.environ if environ is None else environ
    return _is_gitlab(environ) and bool(environ.get("CI_JOB_TOKEN"))


def _is_actions(environ: Mapping[str, str]) -> bool:
    return environ.get("GITHUB_ACTIONS") == "true"


def _is_gitlab(environ: Mapping[str, str]) -> bool:
    return environ.get("GITLAB_CI") == "true"


def _pull_of_event(path: str) -> int | None:
    """The number in the file that Actions writes. Strangers write titles and texts into it: anything can be there."""
    try:
        with Path(path).open("rb") as file:
            event = json.loads(file.read(_EVENT_SIZE))
        return _number(str(event["pull_request"]["number"]))
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None


def _number(text: str) -> int | None:
    """A number as forges count: from 1, in decimal digits, and not without end."""
    return int(text) if re.fullmatch(r"[1-9][0-9]{0,17}", text, re.ASCII) else None
