"""What CI says of itself: the project that a job runs for, and the server that it is on."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def tracker_of_job(environ: Mapping[str, str] | None = None) -> str | None:
    """The tracker of the project that this job of GitHub Actions runs for; None elsewhere."""
    environ = os.environ if environ is None else environ
    project = environ.get("GITHUB_REPOSITORY")
    return f"github:{project}" if project and environ.get("GITHUB_ACTIONS") == "true" else None


def server_of_job(environ: Mapping[str, str] | None = None) -> str | None:
    """The GitHub that this job of GitHub Actions runs on; None elsewhere."""
    environ = os.environ if environ is None else environ
    return environ.get("GITHUB_SERVER_URL") or None if environ.get("GITHUB_ACTIONS") == "true" else None
