"""Who may change which branch, and what commits have to be like."""

from __future__ import annotations

import fnmatch
import re
from typing import TYPE_CHECKING, Any

from github_counterpart.messages import Answer
from gitlab_counterpart.call import route
from gitlab_counterpart.errors import forbidden, not_found, told
from gitlab_counterpart.pages import page
from gitlab_counterpart.world import Protection, Role

if TYPE_CHECKING:
    from gitlab_counterpart.call import Call

_WORDS = {0: "No one", 30: "Developers + Maintainers", 40: "Maintainers"}


@route("GET ~/protected_branches")
def protected_branches(call: Call) -> Answer:
    call.require_reading(Role.DEVELOPER)
    wanted = call.text("search").lower()
    there = [one for one in call.project.protected.values() if wanted in one.name.lower()]
    return page(call, there, lambda one: _shown(call, one))


@route("GET ~/protected_branches/{name}")
def protected_branch(call: Call) -> Answer:
    call.require_reading(Role.DEVELOPER)
    found = call.project.protected.get(call.values["name"])
    if found is None:
        raise not_found()
    return Answer(200, _shown(call, found))


@route("POST ~/protected_branches")
def protect(call: Call) -> Answer:
    call.require(Role.MAINTAINER)
    call.needs("name")
    name = call.text("name")
    if name in call.project.protected:
        raise told(409, f"Protected branch '{name}' already exists")
    push, merge = (call.whole(f"{what}_access_level", 40) or 0 for what in ("push", "merge"))
    made = Protection(call.gitlab.new_id(), name, push, merge, force=call.flag("allow_force_push") or False)
    call.project.protected[name] = made
    return Answer(201, _shown(call, made))


@route("DELETE ~/protected_branches/{name}")
def unprotect(call: Call) -> Answer:
    call.require(Role.MAINTAINER)
    if call.project.protected.pop(call.values["name"], None) is None:
        raise not_found()
    return Answer(204)


@route("GET ~/push_rule")
def push_rule(call: Call) -> Answer:
    """Premium alone has it; elsewhere there is no such endpoint."""
    if not call.gitlab.premium:
        raise not_found()
    call.require_reading(Role.MAINTAINER)
    return Answer(200, call.project.push_rule)


@route("PUT ~/push_rule", "POST ~/push_rule")
def change_push_rule(call: Call) -> Answer:
    if not call.gitlab.premium:
        raise not_found()
    call.require(Role.MAINTAINER)
    there = call.project.push_rule or {"id": call.gitlab.new_id(), "project_id": call.project.id}
    call.project.push_rule = there | {name: value for name, value in call.params.items() if name != "id"}
    return Answer(200 if call.request.method == "PUT" else 201, call.project.push_rule)


def of(call: Call, branch: str) -> list[Protection]:
    """All protections whose pattern fits a branch."""
    return [one for one in call.project.protected.values() if fnmatch.fnmatchcase(branch, one.name)]


def may_push(call: Call, branch: str) -> bool:
    """Of several protections the most generous counts."""
    levels = [one.push for one in of(call, branch)]
    return call.role >= Role.DEVELOPER and (not levels or any(0 < level <= call.role for level in levels))


def may_merge(call: Call, branch: str) -> bool:
    levels = [one.merge for one in of(call, branch)]
    return call.role >= Role.DEVELOPER and (not levels or any(0 < level <= call.role for level in levels))


def require_push(call: Call, branch: str) -> None:
    if not may_push(call, branch) or call.project.archived:
        raise forbidden("You are not allowed to push into this branch")


def require_rules(call: Call, branch: str, message: str, author: str) -> None:
    """What the project asks of every commit: `Refusal` with the sentence that a push would be answered with."""
    rule = call.project.push_rule or {}
    wanted = (
        ("commit_message_regex", message, "Commit message does not follow the pattern '{}'"),
        ("author_email_regex", author, "Author's commit email '{1}' does not follow the pattern '{0}'"),
        ("branch_name_regex", branch, "Branch name '{1}' does not follow the pattern '{0}'"),
    )
    for name, value, sentence in wanted:
        pattern = rule.get(name)
        is_default = name == "branch_name_regex" and branch == call.project.repository.default
        if pattern and not is_default and not re.search(pattern, value):
            raise told(400, sentence.format(pattern, value))


def _shown(call: Call, one: Protection) -> dict[str, Any]:
    def level(value: int) -> dict[str, Any]:
        text = _WORDS.get(value, "Maintainers")
        return {"id": one.id, "access_level": value, "access_level_description": text, "deploy_key_id": None} | (
            {"user_id": None, "group_id": None} if call.gitlab.premium else {}
        )

    shown = {
        "id": one.id,
        "name": one.name,
        "push_access_levels": [level(one.push)],
        "merge_access_levels": [level(one.merge)],
        "allow_force_push": one.force,
    }
    if call.gitlab.premium:
        shown |= {"unprotect_access_levels": [], "code_owner_approval_required": False, "inherited": False}
    return shown
