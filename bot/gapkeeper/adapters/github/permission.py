"""A permission that is missing, told by the names that people find it under."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.errors import NotAuthorisedError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Permission(NamedTuple):
    """What is needed, as the settings of tokens and Apps call it, and as workflows do."""

    name: str
    key: str


COMMENTS = Permission("Pull requests", "pull-requests")
CHECKS = Permission("Checks", "checks")
STATUSES = Permission("Commit statuses", "statuses")


@contextlib.contextmanager
def needing(permission: Permission) -> Iterator[None]:
    """`NotAuthorisedError` names this permission where what is done inside is refused for the want of one."""
    try:
        yield
    except NotAuthorisedError as error:
        if "not accessible by" not in error.message.casefold():
            raise
        raise NotAuthorisedError(
            error.message,
            hint=f"Give the token or App the permission {permission.name}: write for this project; a workflow, "
            f"`{permission.key}: write` in its `permissions:`. One that runs for a pull request from a fork may only "
            "read.",
        ) from error


@contextlib.contextmanager
def needing_write_access(permission: Permission) -> Iterator[None]:
    """The same for what is there in any case, so that GitHub's 404 means that our account may not write to it."""
    try:
        with needing(permission):
            yield
    except NotFoundError as error:
        raise NotAuthorisedError(
            error.message,
            hint=f"The token's account needs the role Write in this project, and the token {permission.name}: write.",
        ) from error
