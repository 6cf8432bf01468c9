"""What GitHub means by a failure, and what to do about it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gapkeeper.adapters.http.failures import said
from gapkeeper.errors import NotAuthorisedError, NotFoundError, RateLimitedError, TrackerError

if TYPE_CHECKING:
    from gapkeeper.adapters.http.answer import Answer

_TOKEN = "Set GAPKEEPER_GITHUB_TOKEN (else GITHUB_TOKEN) to a token that is valid"  # noqa: S105 - a sentence

# What the message of a 403 or 410 says -> what to do.
_SAYINGS = (
    ("archived", "Archived projects are read-only: unarchive it in its settings."),
    ("suspended", "The App's installation is suspended: its owner has to unsuspend it."),
    ("ip allow list", "The organisation allows some addresses only: run from one of them, or add this one."),
    ("issues are disabled", "Switch issues on in the project's settings: General, Features."),
    ("issues has been disabled", "Switch issues on in the project's settings: General, Features."),
    (
        "not permitted to create or approve pull requests",
        "Allow it: the project's settings, Actions, General, Allow GitHub Actions to create and approve pull requests.",
    ),
    ("is locked", "Only people with write access comment on a locked issue."),
    ("bad credentials", f"{_TOKEN}."),
    (
        "json web token",
        "Set GAPKEEPER_GITHUB_APP_ID to the number of the App, and GAPKEEPER_GITHUB_APP_PRIVATE_KEY to a key of it.",
    ),
)
_GONE = (
    "It was deleted or moved, or the token may not see it (any more): GitHub answers 404 to all of them. "
    "Look at it in a browser."
)


def explain(answer: Answer, error: TrackerError) -> TrackerError:
    """The error that says most."""
    if isinstance(error, RateLimitedError):
        return error
    words = said(answer).casefold()
    hint = _single_sign_on(answer, words) or next((hint for saying, hint in _SAYINGS if saying in words), None)
    if answer.status == 401:
        return NotAuthorisedError(error.message, hint=hint or f"{_TOKEN}.")
    if answer.status in {403, 410} and hint is not None:
        return NotAuthorisedError(error.message, hint=hint)
    if answer.status == 403:
        return NotAuthorisedError(error.message, hint=_missing(answer))
    if answer.status == 301:
        return NotFoundError(f"{error.message} (it was transferred to another project)")
    return NotFoundError(error.message, hint=_GONE) if answer.status == 404 else error


def _single_sign_on(answer: Answer, words: str) -> str | None:
    """Where a token gets the organisation's consent; None where that is not what is missing."""
    # "required; url=https://github.com/orgs/octodocs/sso?authorization_request=AZSCKtL4U8yX1H3sCQIVnVgmjmon5fWxks5YrqhJ"
    said = answer.headers.get("x-github-sso", "")
    if not said.startswith("required") and "saml" not in words:
        return None
    address = re.search(r"; *url=(https?://[\w.:/?=&%+-]+)$", said, re.ASCII)
    where = address[1] if address else "Settings, Developer settings, the token"
    return f"Authorise the token for the organisation's single sign-on: {where}"


def _missing(answer: Answer) -> str:
    """Which permission the token lacks."""
    # "issues=write; contents=read,issues=write": alternatives by semicolon.
    permissions = answer.headers.get("x-accepted-github-permissions", "")
    if re.fullmatch(r"[a-z_=;, ]+", permissions):
        named = permissions.partition(";")[0].strip().replace("=", ": ").replace(",", ", ")
        return f"The token, or the App, needs the permission {named} for this project."
    scopes = answer.headers.get("x-accepted-oauth-scopes", "")
    if re.fullmatch(r"[a-z_:, ]+", scopes):
        return f"The token needs one of these scopes: {scopes}; and its account, write access to the project."
    return (
        "Give the token, or its account, write access to the project: Issues, Contents and Pull requests, and for the "
        "status on pull requests Commit statuses (of an App: Checks)."
    )
