"""One request on its way to an endpoint, and where it goes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from gitlab_counterpart.access import may_see, may_see_issue, may_use, role_of
from gitlab_counterpart.errors import bad_request, forbidden, not_found, unauthorized

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from github_counterpart.messages import Answer, Request
    from gitlab_counterpart.access import Caller
    from gitlab_counterpart.gitlab import GitLab
    from gitlab_counterpart.world import Issue, Person, Project, Role

    Endpoint = Callable[["Call"], Answer]

_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Route:
    """Where an endpoint is."""

    method: str
    template: str  # "/projects/{id}/issues"
    pattern: re.Pattern[str]
    endpoint: Endpoint

    @property
    def name(self) -> str:
        return f"{self.method} {self.template}"


ROUTES: list[Route] = []


def route(*names: str) -> Callable[[Endpoint], Endpoint]:
    """Answer these: `"GET ~/issues"`, with `~` for `/projects/{id}`."""

    def note(endpoint: Endpoint) -> Endpoint:
        for name in names:
            method, _, template = name.replace("~", "/projects/{id}").partition(" ")
            pattern = re.compile(_PARAMETER.sub(r"(?P<\1>[^/]+)", template))
            ROUTES.append(Route(method, template, pattern, endpoint))
        return endpoint

    return note


def find(method: str, path: str) -> tuple[Route | None, dict[str, str]]:
    """The route of a path below the API, and the values of its parameters."""
    wanted = "GET" if method == "HEAD" else method
    for one in ROUTES:
        match = one.pattern.fullmatch(path) if one.method == wanted else None
        if match is not None:
            return one, {name: unquote(value) for name, value in match.groupdict().items()}
    return None, {}


@dataclass
class Call:
    """A request, who sends it, and what it is about."""

    gitlab: GitLab
    request: Request
    caller: Caller
    name: str  # the operation: "PUT /projects/{id}/issues/{issue_iid}"
    path: str  # below the API
    values: Mapping[str, str]  # of the parameters in the path
    at: float  # seconds since 1970
    executed: dict[str, Any] = field(default_factory=dict)  # what quick actions did

    # --- What was sent ------------------------------------------------------------------------------

    @cached_property
    def params(self) -> dict[str, Any]:
        """The query and the body, JSON or a form, in one."""
        found = _nested(self.request.query)
        kind = self.request.headers.get("content-type", "")
        if kind.startswith("application/x-www-form-urlencoded"):
            return found | _nested(parse_qsl(self.request.body.decode(), keep_blank_values=True))
        if not self.request.body:
            return found
        sent = self.request.json
        if not isinstance(sent, dict):
            raise bad_request("Problem processing request")
        return found | sent

    def text(self, name: str, default: str = "") -> str:
        value = self.params.get(name)
        return default if value is None else str(value)

    def needs(self, *names: str) -> None:
        """Refuse a request that lacks one of these."""
        for name in names:
            if self.params.get(name) is None:
                raise bad_request(f"{name} is missing")

    def one_of(self, name: str, *allowed: str, default: str = "") -> str:
        value = self.text(name, default)
        if value != default and value not in allowed:
            raise bad_request(f"{name} does not have a valid value")
        return value

    def flag(self, name: str) -> bool | None:
        """A boolean, in any of the ways that GitLab takes one."""
        value = self.params.get(name)
        if value is None or isinstance(value, bool):
            return value
        if str(value).lower() in {"true", "1", "false", "0"}:
            return str(value).lower() in {"true", "1"}
        raise bad_request(f"{name} is invalid")

    def whole(self, name: str, default: int | None = None) -> int | None:
        value = self.params.get(name)
        if value in {None, ""}:
            return default
        try:
            return int(value)
        except (TypeError, ValueError):
            raise bad_request(f"{name} is invalid") from None

    def names(self, name: str) -> list[str]:
        """Several, as an array or with commas between."""
        value = self.params.get(name)
        pieces = value if isinstance(value, list) else str(value or "").split(",")
        return [piece for piece in (str(one).strip() for one in pieces) if piece]

    # --- Who and what -------------------------------------------------------------------------------

    @property
    def person(self) -> Person:
        """Whoever asks; `Refusal` where that is nobody."""
        if self.caller.person is None:
            raise unauthorized()
        return self.caller.person

    @property
    def login(self) -> str:
        return self.person.login

    def require_account(self) -> None:
        """Refuse whoever is nobody."""
        if self.caller.person is None:
            raise unauthorized()

    @cached_property
    def project(self) -> Project:
        found = self.gitlab.find_project(self.values["id"])
        if found is None or not may_see(found, self.caller):
            raise not_found("Project")
        return found

    @property
    def role(self) -> Role:
        return role_of(self.project, self.caller.login)

    def require(self, role: Role, reason: str = "") -> None:
        """Refuse whoever may do less, and everybody where the project is archived."""
        if role_of(self.project, self.login) < role or self.project.archived:
            raise forbidden(reason)

    def require_reading(self, role: Role) -> None:
        """The same for what only reads: an archived project can be read."""
        if role_of(self.project, self.login) < role:
            raise forbidden()

    def may(self, role: Role) -> bool:
        return self.role >= role

    @property
    def issue(self) -> Issue:
        """The issue in the path; `Refusal` where the caller does not see it."""
        iid = self.values["issue_iid"]
        if not iid.isdigit():
            raise bad_request("issue_iid is invalid")
        found = self.project.issues.get(int(iid))
        if found is None or not may_use(self.project, "issues", self.caller):
            raise not_found()
        if not may_see_issue(self.project, found, self.caller):
            raise not_found()
        return found

    def url(self, path: str) -> str:
        """An address of the API."""
        return f"{self.gitlab.api}{path}"


def _nested(pairs: Any) -> dict[str, Any]:  # noqa: ANN401 - pairs of text
    """`a[]=1&a[]=2` is a list, `not[a]=1` an object."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        head, bracket, inner = name.partition("[")
        if not bracket:
            found[name] = value
        elif inner == "]":
            found.setdefault(head, [])
            if isinstance(found[head], list):
                found[head].append(value)
        else:
            found.setdefault(head, {})[inner.rstrip("]").removesuffix("][")] = value
    return found
