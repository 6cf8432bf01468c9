"""Whether an account may do on GitLab what is wanted, and which setting gives it what it lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.app.doctor.verdicts import fine, note, scopes_named, wrong
from gapkeeper.model.doctor import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapkeeper.model.doctor import Check, ProjectFacts, TokenFacts, Wanted

_MEMBERS = "Manage, Members; a project access token gets its role when it is made"


def gitlab_access(account: object, token: TokenFacts, project: ProjectFacts, wanted: Wanted) -> Iterator[Check]:
    """What is missing for what is wanted."""
    found = [*_of_scopes(token), *_of_role(account, project, wanted), *_of_requests(project, wanted)]
    yield from found
    if not found:
        yield fine("permissions", f"may write issues{' and propose changes of documents' if wanted.write_back else ''}")


def _of_scopes(token: TokenFacts) -> Iterator[Check]:
    if token.scopes is not None and "api" not in token.scopes:
        has = scopes_named(token.scopes)
        yield wrong(
            "permissions",
            f"the token has {has}, and may not write",
            "Make a new one with the scope api: Settings, Access tokens.",
        )


def _of_role(account: object, project: ProjectFacts, wanted: Wanted) -> Iterator[Check]:
    role = project.role
    if role is None:
        yield note("permissions", f"GitLab does not tell which role {account} has in {project.name}", _needs(wanted))
    elif role < Role.PLAN:
        yield wrong("permissions", f"{account} may not write issues in {project.name}", _needs(wanted))
    elif role < Role.WRITE and (wanted.write_back or wanted.reviews):
        yield wrong("permissions", f"{account} has a role below Developer in {project.name}", _needs(wanted))
    elif role < Role.WRITE:
        yield note(
            "permissions",
            f"{account} may write issues in {project.name}, and set no status on merge requests",
            f"Only reviews need the role Developer: {_MEMBERS}.",
        )


def _of_requests(project: ProjectFacts, wanted: Wanted) -> Iterator[Check]:
    if not project.has_requests and (wanted.write_back or wanted.reviews):
        yield wrong(
            "permissions",
            f"{project.name} has its merge requests switched off",
            "Switch them on: Settings, General, Visibility. Or write nothing back: [sync] write_back.",
        )


def _needs(wanted: Wanted) -> str:
    role = "Developer" if wanted.write_back or wanted.reviews else "Planner"
    return f"It needs the role {role}: {_MEMBERS}."
