"""Who asks, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitlab_counterpart.errors import Refusal, unauthorized
from gitlab_counterpart.world import Kind, Role, Token

if TYPE_CHECKING:
    from github_counterpart.messages import Request
    from gitlab_counterpart.gitlab import GitLab
    from gitlab_counterpart.world import Issue, Person, Project

#: What reads nothing but the account that a token belongs to.
_OF_THE_TOKEN = ("/personal_access_tokens/self",)
#: What a job's token opens of all that is here.
_FOR_JOBS = ("/job", "/projects/{id}/repository/files/{file_path}/raw")


@dataclass(frozen=True)
class Caller:
    """Whoever sent a request; nobody where the token is None."""

    person: Person | None = None
    token: Token | None = None

    @property
    def login(self) -> str:
        return self.person.login if self.person else ""


def authenticate(gitlab: GitLab, request: Request, template: str, at: float) -> Caller:
    """Find out who asks; `Refusal` where a token is no good."""
    value, kind = _sent(request)
    if not value:
        return Caller()
    token = gitlab.tokens.get(value)
    if token is None or (kind is Kind.JOB) != (token.kind is Kind.JOB):
        raise unauthorized()
    if token.kind is Kind.JOB and template not in _FOR_JOBS:
        return Caller()  # nobody at all, wherever it is not let in
    _require_alive(token, at)
    _require_scope(token, request.method, template)
    return Caller(gitlab.people[token.login.lower()], token)


def _sent(request: Request) -> tuple[str, Kind]:
    headers = request.headers
    if "job-token" in headers:
        return headers["job-token"], Kind.JOB
    if "private-token" in headers:
        return headers["private-token"], Kind.PERSONAL
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip(), Kind.PERSONAL
    return request.asks("private_token"), Kind.PERSONAL


def _require_alive(token: Token, at: float) -> None:
    if token.revoked:
        reason = "Token was revoked. You have to re-authorize from the user."
    elif token.expires is not None and token.expires <= at:
        reason = "Token is expired. You can either do re-authorization or token refresh."
    else:
        return
    raise Refusal(401, {"error": "invalid_token", "error_description": reason})


def _require_scope(token: Token, method: str, template: str) -> None:
    enough = {"api"}
    if method in {"GET", "HEAD"}:
        enough |= {"read_api"}
        if template == "/user":
            enough |= {"read_user"}
        if "/repository/" in template:
            enough |= {"read_repository"}
        if template in _OF_THE_TOKEN:
            return
    if token.kind is not Kind.JOB and not enough & set(token.scopes):
        raise Refusal(
            403,
            {
                "error": "insufficient_scope",
                "error_description": "The request requires higher privileges than provided by the access token.",
                "scope": " ".join(sorted(enough)),
            },
        )


def role_of(project: Project, login: str) -> Role:
    return max(project.roles.get(login, Role.NONE), project.inherited.get(login, Role.NONE))


def may_see(project: Project, caller: Caller) -> bool:
    """A project that is not public is not there for others."""
    if project.visibility == "public":
        return True
    if project.visibility == "internal":
        return caller.person is not None
    return role_of(project, caller.login) > Role.NONE


def may_see_issue(project: Project, issue: Issue, caller: Caller) -> bool:
    if not issue.confidential:
        return True
    return bool(caller.login) and (
        role_of(project, caller.login) >= Role.PLANNER or caller.login in {issue.login, *issue.assignees}
    )


def may_use(project: Project, feature: str, caller: Caller) -> bool:
    """Whether a part of the project is there for somebody: issues, merge_requests, repository."""
    level = project.feature(feature)
    if level == "private":
        return role_of(project, caller.login) > Role.NONE
    return level != "disabled"
