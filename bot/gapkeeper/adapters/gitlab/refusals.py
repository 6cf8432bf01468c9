"""What GitLab will not have done to a repository: told as a failure of documents, with what to do, and ends no run."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from gapkeeper.errors import (
    ConflictError,
    DocumentsError,
    NotAuthorisedError,
    NotFoundError,
    RejectedError,
    StaleDocumentsError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

AGAIN = "Run again: it is read anew."

# What a message says, in small letters, where something was moved or changed meanwhile.
_MEANWHILE = (
    "has changed since you started editing",
    "file with this name doesn't exist",
    "please refresh and try again",
    "a branch called",
)
_PROTECTED = (
    "Branches that are protected are not pushed to. Let the pattern of the protected branches leave out gapkeeper/*: "
    "Settings, Repository, Protected branches."
)
_RULES = "A push rule of the project or its group: Settings, Repository, Push rules. Let it take Gapkeeper's commits."
# What a message says of a rule -> what to do.
_RULE_SAYINGS = (
    ("push into this branch", f"The token's account needs the role Developer. {_PROTECTED}"),
    ("protected branch", _PROTECTED),
    (
        "code owner",
        "Its code owners have to approve: it is proposed and not committed where [sync] write_back says so.",
    ),
    (
        "codeowners",
        "Its code owners have to approve: it is proposed and not committed where [sync] write_back says so.",
    ),
    ("is locked", "Somebody locked the file: Code, Locked files. It is proposed once they unlock it."),
    ("pattern", _RULES),
    ("must be signed", f"{_RULES} GitLab does not sign what comes through its API."),
    ("verified email", f"{_RULES} The e-mail address of the token's account has to be verified."),
    ("is not a member", _RULES),
    ("is not a gitlab user", _RULES),
    ("dco", _RULES),
    ("signoff", _RULES),
    ("prohibited", _RULES),
    ("larger than the allowed", _RULES),
)


@contextlib.contextmanager
def told(what: str) -> Iterator[None]:
    """What is refused inside is told as `DocumentsError`, and `StaleDocumentsError` where it has to be read anew.

    A token that may do nothing at all stays `NotAuthorisedError`.
    """
    try:
        yield
    except (ConflictError, NotFoundError, RejectedError) as error:
        if any(saying in error.message.casefold() for saying in _MEANWHILE):
            raise StaleDocumentsError(f"{what}: {error.message}", hint=AGAIN) from error
        raise DocumentsError(f"{what}: {error.message}", hint=_hint(error.message) or error.hint) from error
    except NotAuthorisedError as error:
        hint = _hint(error.message)
        if hint is None:
            raise
        raise DocumentsError(f"{what}: {error.message}", hint=hint) from error


def _hint(message: str) -> str | None:
    words = message.casefold()
    return next((hint for saying, hint in _RULE_SAYINGS if saying in words), None)
