"""Accounts, repositories and roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from github_counterpart.accounts import ROLES
from github_counterpart.call import route
from github_counterpart.messages import Answer, Problem

if TYPE_CHECKING:
    from github_counterpart.call import Call


@route("GET /user")
def user(call: Call) -> Answer:
    if call.caller.token is None:
        raise Problem(401, "Requires authentication")
    if call.caller.integration:
        raise Problem(403, "Resource not accessible by integration")
    return call.ask()


@route("GET ~")
def repository(call: Call) -> Answer:
    shown: dict[str, Any] = call.look("")
    shown |= {"network_count": 0, "subscribers_count": 0, "permissions": call.role.permissions()}
    shown["archived"], shown["has_issues"] = call.repository.archived, call.repository.has_issues
    if call.caller.token is None:
        del shown["permissions"]
    return Answer(200, shown)


@route("GET ~/collaborators/{username}/permission")
def permission(call: Call) -> Answer:
    """Also of people who are no collaborators: what is public they may read."""
    login = call.values["username"]
    if not call.github.known(login):
        call.found(otherwise=f"{login} is not a user")
    role = call.github.role_of(call.repository, login)
    shown = call.github.person(login) | {"permissions": role.permissions(), "role_name": role.name_there}
    return Answer(200, {"permission": role.permission, "role_name": role.name_there, "user": shown})


@route("PUT ~/collaborators/{username}")
def add(call: Call) -> Answer:
    call.github.grant(call.values["username"], ROLES[call.body.get("permission", "push")], repository=call.repository)
    return Answer(204)


@route("GET /rate_limit")
def rate_limit(call: Call) -> Answer:
    if call.caller.token is None:
        return call.ask()
    told = call.github.limits.headers(call.caller.token, call.at / 1000, free=True)
    core = {key: int(told[f"x-ratelimit-{key}"]) for key in ("limit", "used", "remaining", "reset")}
    return Answer(200, {"resources": {"core": core, "search": core, "graphql": core}, "rate": core})
