"""What GitLab means by a failure, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.adapters.http.failures import said
from gapkeeper.errors import NotAuthorisedError, RateLimitedError, RejectedError, TrackerError, UnavailableError

if TYPE_CHECKING:
    from gapkeeper.adapters.http.answer import Answer

#: What to do where there is no such project.
NO_PROJECT = (
    "See the spelling. A private project answers 404 to whoever is no member: a project access token belongs to its "
    "one project, and a group access token to what is in its group."
)
#: What to do without a token that is good.
NEEDED = (
    "Set GAPKEEPER_GITLAB_TOKEN to a project access token (or a group's) with the scope api and the role Developer: "
    "Settings, Access tokens."
)
_EXPIRED = "The token has ended or was revoked. Make a new one: Settings, Access tokens."

# What the message of a 401 or 403 says, in small letters -> what to do.
_SAYINGS = (
    ("expired", _EXPIRED),
    ("revoked", _EXPIRED),
    ("insufficient_scope", "The token needs the scope api: make a new one, since scopes cannot be added."),
    ("higher privileges than provided", "The token needs the scope api: make a new one, since scopes cannot be added."),
    ("job token", NEEDED),
    ("archived", "Archived projects are read-only: unarchive it in Settings, General, Advanced."),
    ("blocked", "The account is blocked: an administrator of this GitLab has to unblock it."),
    ("two-factor", "The account has to set up two-factor authentication before its tokens work."),
    ("ip address", "The group allows some addresses only: run from one of them, or add this one."),
)
_ROLE = (
    "The token's account needs the role Developer in this project, at least Planner where nothing is written back; "
    "and issues have to be switched on: Settings, General, Visibility."
)


class ProjectGoneError(NotAuthorisedError):
    """A project is not there (any more), or the token may not see it: nothing is known of what is in it."""


def explain(answer: Answer, error: TrackerError) -> TrackerError:
    """The error that says most."""
    if isinstance(error, RateLimitedError):
        return error
    words = f"{said(answer)} {_code(answer)}".casefold()
    outage = _outage(answer, words)
    if outage is not None:
        return UnavailableError(error.message, hint=outage)
    hint = next((hint for saying, hint in _SAYINGS if saying in words), None)
    if answer.status in {401, 403}:
        return NotAuthorisedError(error.message, hint=hint or (NEEDED if answer.status == 401 else _ROLE))
    if answer.status == 404 and "project not found" in words:
        gone = "there is no such project (any more), or the token may not see it (any more)"
        return ProjectGoneError(f"{error.message}: {gone}", hint=NO_PROJECT)
    if answer.status == 405 and "moved projects" in words:
        return RejectedError(error.message, hint="The project was moved: name its new address.")
    return error


def _outage(answer: Answer, words: str) -> str | None:
    """What to do where GitLab did not say no, and could not say yes."""
    if answer.status == 403 and "read-only instance" in words:
        return "This GitLab is in maintenance, and read-only. Run again later."
    if answer.status == 404 and answer.text:  # GitLab says in JSON that there is none; this is a proxy, or no GitLab
        return "See whether GAPKEEPER_GITLAB_URL is the address of a GitLab."
    if answer.status == 503:
        return "This GitLab is in maintenance, or overloaded. Run again later."
    return None


def _code(answer: Answer) -> str:
    """OAuth's name of an error, which stands beside its description."""
    return str(answer.data.get("error") or "") if isinstance(answer.data, dict) else ""
