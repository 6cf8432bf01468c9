"""A role that is missing, where GitLab says no more than that something is forbidden."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from gapkeeper.errors import NotAuthorisedError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What it takes to see merge requests and to comment on them.
COMMENTS = (
    "The token needs the scope api, and its account a role in this project: Developer, to set the status as well. "
    "Merge requests have to be switched on (Settings, General, Visibility), and the project must not be archived."
)
#: What it takes to set the status of a commit.
STATUSES = (
    "To set a status, the token's account needs the role Developer in this project; where the branch is protected, one "
    "that may push or merge to it: Settings, Repository, Protected branches."
)


@contextlib.contextmanager
def needing(hint: str) -> Iterator[None]:
    """`NotAuthorisedError` has this hint where what is done inside is forbidden, and GitLab does not say why."""
    try:
        yield
    except NotAuthorisedError as error:
        if not error.message.endswith(": 403 Forbidden"):
            raise
        raise NotAuthorisedError(error.message, hint=hint) from error
