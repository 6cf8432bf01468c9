"""What an operation asks for: of a token, and of who holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from github_counterpart.accounts import Kind, Role
from github_counterpart.messages import Problem

if TYPE_CHECKING:
    from github_counterpart.call import Call


@dataclass(frozen=True)
class Need:
    """What is asked for. Where a person's role is too low, GitHub answers with this status."""

    permission: str  # of the token
    write: bool = False
    role: Role = Role.READ
    denied: int = 403
    message: str = "Must have admin rights to Repository."


def _write(permission: str, role: Role = Role.WRITE, denied: int = 404) -> Need:
    return Need(permission, write=True, role=role, denied=denied)


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
    f"GET {_R}/branches": Need("contents"),
    f"GET {_R}/compare": Need("contents"),
    f"GET {_R}/branches/{{branch}}/protection": Need("administration", role=Role.ADMIN, denied=404),
    f"GET {_R}/collaborators": Need(
        "metadata", role=Role.WRITE, message="Must have push access to view collaborator permission."
    ),
    f"PATCH {_R}": _write("administration", Role.ADMIN, 403),
    f"POST {_R}/issues": _write("issues", Role.READ),
    f"PATCH {_ISSUE}": _write("issues", Role.READ),  # what else it asks for depends on what is changed
    f"POST {_ISSUE}/comments": _write("issues", Role.READ),
    f"PATCH {_R}/issues/comments": _write("issues", Role.READ),
    f"DELETE {_R}/issues/comments": _write("issues", Role.READ),
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
    if token is not None and not token.may(asked.permission, write=asked.write) and not _is_public(call, asked):
        raise _refused(call, asked.permission, write=asked.write)
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
            raise _refused(call, "metadata", write=False)
    if call.role < Role.READ:
        call.found()


def _is_public(call: Call, asked: Need) -> bool:
    return not asked.write and not call.repository.private and asked.role <= Role.READ


def _refused(call: Call, permission: str, *, write: bool) -> Problem:
    token = call.caller.token
    assert token is not None
    if token.kind is Kind.CLASSIC:
        return Problem(404, "Not Found", headers={"x-accepted-oauth-scopes": "repo"})
    what = "integration" if token.kind.integration else "personal access token"
    level = "write" if write else "read"
    return Problem(
        403, f"Resource not accessible by {what}", headers={"x-accepted-github-permissions": f"{permission}={level}"}
    )
