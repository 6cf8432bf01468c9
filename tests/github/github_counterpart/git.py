"""Branches, and what protects them. emulate keeps real commits, with the very names that git gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from github_counterpart.call import route
from github_counterpart.messages import Answer, Problem
from github_counterpart.pulls import branch_is_gone

if TYPE_CHECKING:
    from github_counterpart.call import Call

_THROUGH_PULLS = frozenset({"pull_request", "required_status_checks", "update"})
_TYPES = {"040000": "tree", "160000": "commit"}


@route("POST ~/git/refs", "PATCH ~/git/refs/{ref}", "DELETE ~/git/refs/{ref}")
def change_ref(call: Call) -> Answer:
    ref = call.values.get("ref") or str(call.body.get("ref", "")).removeprefix("refs/")
    method = call.request.method
    there = call.look(f"/git/ref/{ref}") is not None
    if method != "POST" and not there:
        raise Problem(422, "Reference does not exist")
    branch = ref.removeprefix("heads/")
    if method != "POST":
        _require_rules(call, branch, 422, deletes=method == "DELETE")
    try:
        answer = call.ask()
    except Problem as problem:
        raise _as_github_says(problem, branch) from None
    if method == "DELETE":
        branch_is_gone(call, branch)
    return answer


@route("PUT ~/contents/{path}", "DELETE ~/contents/{path}")
def change_file(call: Call) -> Answer:
    branch = call.body.get("branch") or call.look("")["default_branch"]
    _require_rules(call, branch, 409)
    return call.ask()


@route("POST ~/git/trees")
def create_tree(call: Call) -> Answer:
    """The type of an entry follows from its mode, where it is left out."""
    sent = call.body
    entries = [{"type": _TYPES.get(entry.get("mode"), "blob"), **entry} for entry in sent.get("tree", ())]
    return call.ask(sent | {"tree": entries})


@route("GET ~/branches/{branch}")
def branch(call: Call) -> Answer:
    shown = call.look(f"/branches/{call.values['branch']}")
    if shown is None:
        raise Problem(404, "Branch not found")
    shown = _with_protection(call, shown)
    shown["_links"] = {"self": shown["commit"]["url"].replace("/commits/", "/branches/"), "html": call.github.address}
    commit = call.look(f"/commits/{shown['commit']['sha']}")
    shown["commit"] = {key: commit[key] for key in commit if key not in {"stats", "files"}}
    return Answer(200, shown)


@route("GET ~/branches")
def branches(call: Call) -> Answer:
    found = [_with_protection(call, one) for one in call.every("/branches")]
    asked = call.request.asks("protected")
    return call.page([one for one in found if asked in {"", str(one["protected"]).lower()}])


@route("GET ~/branches/{branch}/protection")
def protection(call: Call) -> Answer:
    try:
        return call.ask()
    except Problem:
        raise Problem(404, "Branch not protected") from None


@route("GET ~/rules/branches/{branch}")
def rules(call: Call) -> Answer:
    """What rulesets ask for; everybody who may read the repository may know."""
    source = {"ruleset_source_type": "Repository", "ruleset_source": call.repository.full_name, "ruleset_id": 42}
    return call.page([rule | source for rule in call.repository.rules.get(call.values["branch"], ())])


def _with_protection(call: Call, shown: dict[str, Any]) -> dict[str, Any]:
    """A ruleset protects a branch as well as the older settings do."""
    protected = bool(shown["protected"] or call.repository.rules.get(shown["name"]))
    checks = {"enforcement_level": "off", "contexts": [], "checks": []}
    protection_ = shown.get("protection") or {"enabled": protected, "required_status_checks": checks}
    return shown | {"protected": protected, "protection": protection_}


def _require_rules(call: Call, branch_: str, status: int, *, deletes: bool = False) -> None:
    types = {rule["type"] for rule in call.repository.rules.get(branch_, ())}
    broken = []
    if not deletes and types & _THROUGH_PULLS:
        broken.append("Changes must be made through a pull request.")
    if "non_fast_forward" in types and call.request.method == "PATCH" and call.body.get("force"):
        broken.append("Cannot force-push to this branch")
    if deletes and "deletion" in types:
        broken.append("Cannot delete this branch")
    if broken:
        told = "\n\n".join(broken)
        raise Problem(status, f"Repository rule violations found\n\n{told}\n\n")


def _as_github_says(problem: Problem, branch_: str) -> Problem:
    message = problem.answer.body["message"]
    if problem.answer.status == 409:
        return Problem(422, f"Protected branch update failed for refs/heads/{branch_}.")
    if message == "Update is not a fast-forward":
        return Problem(422, "Update is not a fast forward")
    if message in {"Invalid sha", "Fast-forward update requires commit objects"}:
        return Problem(422, "Object does not exist")
    return problem
