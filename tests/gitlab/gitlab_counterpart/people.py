"""Accounts, members, tokens, and which GitLab it is."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from github_counterpart.messages import Answer
from gitlab_counterpart import shapes
from gitlab_counterpart.access import role_of
from gitlab_counterpart.call import route
from gitlab_counterpart.errors import not_found, told, unauthorized
from gitlab_counterpart.pages import page
from gitlab_counterpart.world import Kind, Role

if TYPE_CHECKING:
    from gitlab_counterpart.call import Call
    from gitlab_counterpart.world import Person


@route("GET /user")
def me(call: Call) -> Answer:
    return Answer(200, shapes.whole_user(call.gitlab, call.person, own=True))


@route("GET /users")
def users(call: Call) -> Answer:
    wanted = call.text("username").lower()
    if not wanted and call.caller.person is None:
        raise told(403, "403 Forbidden - Not authorized to access /api/v4/users")
    found = [one for one in call.gitlab.people.values() if wanted in {"", one.login.lower()}]
    return page(call, found, lambda one: shapes.user(call.gitlab, one.login))


@route("GET /users/{user_id}")
def one_user(call: Call) -> Answer:
    call.require_account()
    return Answer(200, shapes.whole_user(call.gitlab, _by_id(call), own=False))


@route("GET /personal_access_tokens/self")
def own_token(call: Call) -> Answer:
    token = call.caller.token
    if token is None:
        raise unauthorized()
    ends = None if token.expires is None else f"{dt.datetime.fromtimestamp(token.expires, dt.UTC):%Y-%m-%d}"
    return Answer(
        200,
        {
            "id": token.id,
            "name": token.name,
            "revoked": token.revoked,
            "created_at": shapes.moment(call.gitlab.founded),
            "description": None,
            "scopes": list(token.scopes),
            "user_id": call.person.id,
            "last_used_at": shapes.moment(call.at),
            "active": True,
            "expires_at": ends,
        },
    )


@route("GET /job")
def job(call: Call) -> Answer:
    if call.caller.token is None or call.caller.token.kind is not Kind.JOB:
        raise unauthorized()
    return Answer(200, {"id": 1, "status": "running", "user": shapes.user(call.gitlab, call.login)})


@route("GET /version", "GET /metadata")
def version(call: Call) -> Answer:
    call.require_account()
    told_: dict[str, Any] = {"version": call.gitlab.version, "revision": "0ab1c2d3e4f"}
    if call.name.endswith("/metadata"):
        told_ |= {"kas": {"enabled": False, "externalUrl": None, "version": None}}
        told_ |= {"enterprise": call.gitlab.version.endswith("-ee")}
    return Answer(200, told_)


@route("GET ~/members", "GET ~/members/all")
def members(call: Call) -> Answer:
    roles = _members(call)
    wanted = call.text("query").lower()
    found = [(login, role) for login, role in sorted(roles.items()) if wanted in login.lower()]
    return page(call, found, lambda one: shapes.member(call.gitlab, *one))


@route("GET ~/members/{user_id}", "GET ~/members/all/{user_id}")
def one_member(call: Call) -> Answer:
    roles = _members(call)
    person = _by_id(call)
    if person.login not in roles:
        raise not_found()
    return Answer(200, shapes.member(call.gitlab, person.login, roles[person.login]))


@route("POST ~/members")
def add_member(call: Call) -> Answer:
    call.require(Role.MAINTAINER)
    call.needs("user_id", "access_level")
    person = next((one for one in call.gitlab.people.values() if one.id == call.whole("user_id")), None)
    if person is None:
        raise not_found("User")
    if person.login in call.project.roles:
        raise told(409, "Member already exists")
    role = Role(call.whole("access_level") or 0)
    call.project.roles[person.login] = role
    return Answer(201, shapes.member(call.gitlab, person.login, role))


def _members(call: Call) -> dict[str, Role]:
    """Who has a role; without `all` only those that have it in the project itself."""
    project = call.project
    if "/all" not in call.name:
        return project.roles
    return {login: role_of(project, login) for login in {*project.roles, *project.inherited}}


def _by_id(call: Call) -> Person:
    found = (one for one in call.gitlab.people.values() if str(one.id) == call.values["user_id"])
    person = next(found, None)
    if person is None:
        raise not_found("User")
    return person
