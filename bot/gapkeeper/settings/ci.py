"""What CI says of itself: the project that a job runs for, and the server that it is on."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


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


def has_job_token(environ: Mapping[str, str] | None = None) -> bool:
    """Whether this is a job of GitLab CI, with the token that every job has."""
    environ = os.environ if environ is None else environ
    return _is_gitlab(environ) and bool(environ.get("CI_JOB_TOKEN"))


def _is_actions(environ: Mapping[str, str]) -> bool:
    return environ.get("GITHUB_ACTIONS") == "true"


def _is_gitlab(environ: Mapping[str, str]) -> bool:
    return environ.get("GITLAB_CI") == "true"
