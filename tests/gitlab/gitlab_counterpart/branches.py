"""Branches."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from github_counterpart.messages import Answer
from gitlab_counterpart import commit_shape, protection
from gitlab_counterpart.access import may_use
from gitlab_counterpart.call import route
from gitlab_counterpart.errors import forbidden, not_found, told
from gitlab_counterpart.pages import page

if TYPE_CHECKING:
    from gitlab_counterpart.call import Call

_NAME = re.compile(r"(?!/|-)(?!.*(?:\.\.|//|@\{|\s|[~^:?*\[\\]))[^\x00-\x1f]+(?<!/)(?<!\.)(?<!\.lock)")


@route("GET ~/repository/branches")
def branches(call: Call) -> Answer:
    require_reading(call)
    wanted = call.text("search")
    there = sorted(call.project.repository.branches)
    if wanted.startswith("^"):
        there = [name for name in there if name.startswith(wanted[1:])]
    else:
        there = [name for name in there if wanted.lower() in name.lower()]
    return page(call, there, lambda name: _shown(call, name))


@route("GET ~/repository/branches/{branch}")
def one_branch(call: Call) -> Answer:
    require_reading(call)
    return Answer(200, _shown(call, _named(call)))


@route("POST ~/repository/branches")
def create_branch(call: Call) -> Answer:
    call.needs("branch", "ref")
    name = call.text("branch")
    protection.require_push(call, name)
    repository = call.project.repository
    if not _NAME.fullmatch(name):
        raise told(400, "Branch name is invalid")
    if name in repository.branches:
        raise told(400, "Branch already exists")
    protection.require_rules(call, name, "", "")
    commit = repository.find(call.text("ref"))
    if commit is None:
        raise told(400, f"Invalid reference name: {call.text('ref')}")
    repository.branches[name] = commit.id
    return Answer(201, _shown(call, name))


@route("DELETE ~/repository/branches/{branch}")
def delete_branch(call: Call) -> Answer:
    name = _named(call)
    protection.require_push(call, name)
    if name == call.project.repository.default:
        raise told(400, "Cannot remove HEAD branch")
    if protection.of(call, name):
        raise forbidden()
    remove(call, name)
    return Answer(204)


def remove(call: Call, name: str) -> None:
    """A merge request from it stays open, and has no commits any more."""
    call.project.repository.branches.pop(name, None)


def is_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


def require_reading(call: Call) -> None:
    """Whoever does not see the repository is told that there is none."""
    if not may_use(call.project, "repository", call.caller):
        raise forbidden()


def _named(call: Call) -> str:
    name = call.values["branch"]
    if name not in call.project.repository.branches:
        raise not_found("Branch")
    return name


def _shown(call: Call, name: str) -> dict[str, Any]:
    repository = call.project.repository
    commit = repository.commits[repository.branches[name]]
    protections = protection.of(call, name)
    main = repository.find(repository.default)
    merged = main is not None and name != repository.default and commit in repository.history(main)
    return {
        "name": name,
        "commit": commit_shape.commit(call, commit),
        "merged": merged,
        "protected": bool(protections),
        "developers_can_push": any(one.push == 30 for one in protections),
        "developers_can_merge": any(one.merge == 30 for one in protections),
        "can_push": call.caller.person is not None and protection.may_push(call, name),
        "default": name == repository.default,
        "web_url": f"{call.gitlab.url}/{call.project.path}/-/tree/{name}",
    }
