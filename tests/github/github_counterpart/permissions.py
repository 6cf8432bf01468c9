"""What an operation asks for: of a token, and of who holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from github_counterpart.accounts import Kind, Role
from github_counterpart.messages import Problem

if TYPE_CHECKING:
    from github_counterpart.accounts import Token
    from github_counterpart.call import Call


@dataclass(frozen=True)
class Need:
    """What is asked for. Where a person's role is too low, GitHub answers with this status."""

    permission: str  # of the token
    write: bool = False
    role: Role = Role.READ
    denied: int = 403
    message: str = "Must have admin rights to Repository."
    of_pulls: str = ""  # what does as well where it is about a pull request


def _write(permission: str, role: Role = Role.WRITE, denied: int = 404, of_pulls: str = "") -> Need:
    return Need(permission, write=True, role=role, denied=denied, of_pulls=of_pulls)


_R = "/repos/{owner}/{repo}"
_ISSUE = _R + "/issues/{issue_number}"
#: By the beginning of the operation's name; the longest that fits counts.
NEEDS: dict[str, Need] = {
    f"GET {_R}": Need("metadata"),
    f"GET {_R}/issues": Need("issues"),
    f"GET {_R}/labels": Need("issues"),
    f"GET {_R}/milestones": Need("issues"),
    f"GET {_R}/pulls": Need("pull_requests"),
    f"GET {_R}/contents": Need("contents"),
    f"GET {_R}/git": Need("contents"),
    f"GET {_R}/commits": Need("contents"),
    f"GET {_R}/commits/{{ref}}/statuses": Need("statuses"),
    f"GET {_R}/commits/{{ref}}/status": Need("statuses"),
    f"GET {_R}/commits/{{ref}}/check-runs": Need("checks"),
    f"GET {_R}/check-runs": Need("checks"),
    f"GET {_R}/branches": Need("contents"),
    f"GET {_R}/compare": Need("contents"),
    f"GET {_R}/hooks": Need("repository_hooks", role=Role.ADMIN, denied=404),
    f"GET {_R}/branches/{{branch}}/protection": Need("administration", role=Role.ADMIN, denied=404),
    f"GET {_R}/collaborators": Need(
        "metadata", role=Role.WRITE, message="Must have push access to view collaborator permission."
    ),
    f"PATCH {_R}": _write("administration", Role.ADMIN, 403),
    f"POST {_R}/issues": _write("issues", Role.READ),
    f"PATCH {_ISSUE}": _write("issues", Role.READ),  # what else it asks for depends on what is changed
    f"GET {_ISSUE}/comments": Need("issues", of_pulls="pull_requests"),
    f"POST {_ISSUE}/comments": _write("issues", Role.READ, of_pulls="pull_requests"),
    f"PATCH {_R}/issues/comments": _write("issues", Role.READ, of_pulls="pull_requests"),
    f"DELETE {_R}/issues/comments": _write("issues", Role.READ, of_pulls="pull_requests"),
    f"PUT {_ISSUE}/lock": _write("issues", Role.TRIAGE, 403),
    f"DELETE {_ISSUE}/lock": _write("issues", Role.TRIAGE, 403),
    f"POST {_ISSUE}": _write("issues", Role.TRIAGE, 403),
    f"PUT {_ISSUE}": _write("issues", Role.TRIAGE, 403),
    f"DELETE {_ISSUE}": _write("issues", Role.TRIAGE, 403),
    f"POST {_R}/labels": _write("issues"),
    f"PATCH {_R}/labels": _write("issues"),
    f"DELETE {_R}/labels": _write("issues"),
    f"POST {_R}/milestones": _write("issues"),
    f"PATCH {_R}/milestones": _write("issues"),
    f"POST {_R}/git": _write("contents"),
    f"PATCH {_R}/git": _write("contents"),
    f"DELETE {_R}/git": _write("contents"),
    f"PUT {_R}/contents": _write("contents"),
    f"DELETE {_R}/contents": _write("contents"),
    f"POST {_R}/pulls": _write("pull_requests", Role.READ),
    f"PATCH {_R}/pulls": _write("pull_requests", Role.READ),
    f"PUT {_R}/pulls/{{pull_number}}/merge": _write("contents", Role.WRITE, 403),
    f"POST {_R}/statuses": _write("statuses"),
    f"POST {_R}/check-runs": _write("checks"),
    f"PATCH {_R}/check-runs": _write("checks"),
    f"PUT {_R}/branches": _write("administration", Role.ADMIN),
    f"PUT {_R}/collaborators": _write("administration", Role.ADMIN),
}


def need(name: str) -> Need | None:
    """What an operation asks for; None where everybody may."""
    fitting = [known for known in NEEDS if name == known or name.startswith(f"{known}/")]
    return NEEDS[max(fitting, key=len)] if fitting else None


def require(call: Call) -> None:
    """Refuse a request that the token, or who holds it, is not allowed."""
    if call.given is None:
        return
    _require_repository(call)
    asked = need(call.name)
    if asked is None:
        return
    token = call.caller.token
    if token is None and asked.write:
        raise Problem(401, "Requires authentication")
    if token is not None and not _allows(call, token, asked) and not _is_public(call, asked):
        raise _refused(call, asked)
    public = call.github.roles_are_public and "/collaborators/" in call.name
    if not call.caller.integration and not public and call.role < asked.role:
        raise Problem(asked.denied, "Not Found" if asked.denied == 404 else asked.message)
    if asked.write and call.repository.archived:
        raise Problem(403, "Repository was archived so is read-only.")


def _require_repository(call: Call) -> None:
    """A token for other repositories is not even told that this one exists, unless everybody may see it."""
    token, repository = call.caller.token, call.repository
    if token is not None and token.repositories is not None and repository.full_name.lower() not in token.repositories:
        if repository.private:
            call.found()
        if call.request.method != "GET":
            raise _refused(call, Need("metadata"))
    if call.role < Role.READ:
        call.found()


def _is_public(call: Call, asked: Need) -> bool:
    return not asked.write and not call.repository.private and asked.role <= Role.READ


def _allows(call: Call, token: Token, asked: Need) -> bool:
    if token.may(asked.permission, write=asked.write):
        return True
    return bool(asked.of_pulls) and token.may(asked.of_pulls, write=asked.write) and _is_about_a_pull(call)


def _is_about_a_pull(call: Call) -> bool:
    """Whether the number in the path, or the comment that it names, is one of a pull request."""
    number = call.number
    if "comment_id" in call.values:
        comment = call.look(f"/issues/comments/{call.values['comment_id']}") or {"issue_url": "/0"}
        number = int(comment["issue_url"].rpartition("/")[2])
    return call.look(f"/pulls/{number}") is not None


def _refused(call: Call, asked: Need) -> Problem:
    token = call.caller.token
    assert token is not None
    if token.kind is Kind.CLASSIC:
        return Problem(404, "Not Found", headers={"x-accepted-oauth-scopes": "repo"})
    what = "integration" if token.kind.integration else "personal access token"
    level = "write" if asked.write else "read"
    accepted = "; ".join(f"{name}={level}" for name in (asked.permission, asked.of_pulls) if name)
    return Problem(403, f"Resource not accessible by {what}", headers={"x-accepted-github-permissions": accepted})
