"""Whether an account may do on GitHub what is wanted, and which setting gives it what it lacks."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from gapkeeper.app.doctor.verdicts import fine, listed, note, scopes_named, wrong
from gapkeeper.model.doctor import Role, TokenKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gapkeeper.model.doctor import Check, ProjectFacts, TokenFacts, Wanted

#: Permissions, as GitHub's settings call them.
_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "issues": "Issues",
        "contents": "Contents",
        "pull_requests": "Pull requests",
        "statuses": "Commit statuses",
        "checks": "Checks",
    }
)
_WRITING = frozenset({"write", "admin"})
_FOR_REVIEWS = "only comments and statuses on pull requests need that"


def github_access(account: object, token: TokenFacts, project: ProjectFacts, wanted: Wanted) -> Iterator[Check]:
    """What is missing for what is wanted; what GitHub does not tell is said to be unknown, and not to be there."""
    found = [*_of_role(account, token, project), *_of_token(token, project, wanted)]
    yield from found
    if not found:
        yield fine("permissions", f"may write issues{' and propose changes of documents' if wanted.write_back else ''}")


def _of_role(account: object, token: TokenFacts, project: ProjectFacts) -> Iterator[Check]:
    """A person's role. What an App may do, its permissions say alone."""
    if token.kind in {TokenKind.CLASSIC, TokenKind.FINE_GRAINED} and project.role not in {None, Role.WRITE, Role.ADMIN}:
        yield wrong(
            "permissions",
            f"{account} may not write to {project.name}",
            "Give the account the role Write: the project's settings, Collaborators and teams.",
        )


def _of_token(token: TokenFacts, project: ProjectFacts, wanted: Wanted) -> Iterator[Check]:
    if token.kind is TokenKind.CLASSIC:
        yield from _of_scopes(token.scopes or frozenset(), project)
    elif token.permissions is not None:
        yield from _of_app(token.permissions, wanted)
    elif token.refused:
        yield wrong("permissions", f"the token may not even read {_named(token.refused)}", _remedy(token, wanted))
    else:
        yield note("permissions", "GitHub does not tell what this token may write", _remedy(token, wanted))


def _of_scopes(scopes: frozenset[str], project: ProjectFacts) -> Iterator[Check]:
    if "repo" in scopes or ("public_repo" in scopes and not project.private):
        return
    has = scopes_named(scopes)
    yield wrong(
        "permissions", f"the token has {has}, and may not write", "Give it the scope repo: its settings, Select scopes."
    )


def _of_app(permissions: Mapping[str, str], wanted: Wanted) -> Iterator[Check]:
    """A sync asks for these three, a review for checks as well."""
    lacking = [name for name in _NAMES if permissions.get(name) not in _WRITING and name != "statuses"]
    needed = [name for name in lacking if name != "checks" or wanted.reviews]
    hint = "The App's settings, Permissions and events: read and write; its owner then has to accept that."
    if needed:
        yield wrong("permissions", f"the App may not write {_named(needed)}", hint)
    elif lacking:
        yield note("permissions", f"the App may not write {_named(lacking)}: {_FOR_REVIEWS}", hint)


def _named(permissions: tuple[str, ...] | list[str]) -> str:
    return listed([_NAMES[name] for name in permissions])


def _remedy(token: TokenFacts, wanted: Wanted) -> str:
    needs = ["issues"]
    if wanted.write_back:
        needs.append("contents")
    if wanted.write_back or wanted.reviews:
        needs.append("pull_requests")
    if wanted.reviews:
        needs.append("statuses")
    if token.kind is not TokenKind.ACTIONS:
        status = "" if wanted.reviews else "; and for the status on pull requests Commit statuses"
        return f"It needs {_named(needs)}: read and write, for this project{status}."
    job = ", ".join(f"{name.replace('_', '-')}: write" for name in needs)
    allowed = (
        " To propose changes, allow it: Settings, Actions, General, Allow GitHub Actions to create and approve pull "
        "requests."
    )
    return f"The job needs permissions: {{ {job} }}.{allowed if wanted.write_back else ''}"
