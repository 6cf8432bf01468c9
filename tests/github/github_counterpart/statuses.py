"""Statuses of commits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from github_counterpart.call import route
from github_counterpart.messages import Answer, Problem, invalid, too_long

if TYPE_CHECKING:
    from github_counterpart.call import Call

DESCRIPTION_LIMIT = 140
STATES = ("error", "failure", "pending", "success")


@route("POST ~/statuses/{sha}")
def create(call: Call) -> Answer:
    sha, sent = call.values["sha"], call.body
    if call.look(f"/git/commits/{sha}") is None:
        raise Problem(422, f"No commit found for SHA: {sha}")
    if sent.get("state") not in STATES:
        raise invalid("Status", "state", "custom", message="state is not included in the list")
    if len(sent.get("description") or "") > DESCRIPTION_LIMIT:
        raise too_long("Status", "description", DESCRIPTION_LIMIT)
    repository = call.repository
    url = f"{call.github.url}/repos/{repository.full_name}/statuses/{sha}"
    creator = call.github.person(call.caller.login)
    made: dict[str, Any] = {
        "url": url,
        "avatar_url": creator.get("avatar_url"),
        "id": len(repository.statuses) + 1,
        "node_id": f"SC_{len(repository.statuses) + 1}",
        "state": sent["state"],
        "description": sent.get("description"),
        "target_url": sent.get("target_url"),
        "context": sent.get("context", "default"),
        "created_at": call.now,
        "updated_at": call.now,
        "creator": creator,
    }
    repository.statuses.append(made | {"sha": sha})
    return Answer(201, made, {"location": url})


@route("GET ~/commits/{ref}/statuses")
def listed(call: Call) -> Answer:
    """All that were ever set, the newest first."""
    return call.page(_of(call))


@route("GET ~/commits/{ref}/status")
def combined(call: Call) -> Answer:
    """The newest of each context."""
    newest: dict[str, dict[str, Any]] = {}
    for one in _of(call):
        newest.setdefault(one["context"], one)
    states = {one["state"] for one in newest.values()}
    state = "failure" if states & {"error", "failure"} else "success" if states == {"success"} else "pending"
    address = f"{call.github.url}/repos/{call.repository.full_name}"
    sha = commit_of(call)
    return Answer(
        200,
        {
            "state": state,
            "statuses": [{key: value for key, value in one.items() if key != "creator"} for one in newest.values()],
            "sha": sha,
            "total_count": len(newest),
            "repository": call.look(""),
            "commit_url": f"{address}/commits/{sha}",
            "url": f"{address}/commits/{sha}/status",
        },
    )


def _of(call: Call) -> list[dict[str, Any]]:
    sha = commit_of(call)
    found = [one for one in call.repository.statuses if one["sha"] == sha]
    return [{key: value for key, value in one.items() if key != "sha"} for one in reversed(found)]


def commit_of(call: Call) -> str:
    commit = call.look(f"/commits/{call.values['ref']}")
    if commit is None:
        raise Problem(422, f"No commit found for SHA: {call.values['ref']}")
    return str(commit["sha"])
