"""Pull requests. emulate keeps them, but not what their branches do afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from github_counterpart.accounts import Kind, Role
from github_counterpart.call import route
from github_counterpart.events import happened
from github_counterpart.issues import BODY_LIMIT, TITLE_LIMIT
from github_counterpart.merging import merged
from github_counterpart.messages import Answer, Problem, invalid, too_long

if TYPE_CHECKING:
    from github_counterpart.call import Call

#: What only one pull request has, and no list of them.
_ALONE = frozenset(
    {
        "merged",
        "mergeable",
        "rebaseable",
        "mergeable_state",
        "merged_by",
        "comments",
        "review_comments",
        "maintainer_can_modify",
        "commits",
        "additions",
        "deletions",
        "changed_files",
    }
)
_PULL = "~/pulls/{pull_number}"


@route("GET ~/pulls")
def listed(call: Call) -> Answer:
    asked = dict(call.request.query)
    head = asked.get("head", "")
    found = [
        pull
        for pull in call.every(f"/pulls?state={asked.get('state', 'open')}")
        if (":" not in head or pull["head"]["label"].lower() == head.lower())  # without an owner it is not looked at
        and asked.get("base", pull["base"]["ref"]) == pull["base"]["ref"]
    ]
    field = {"updated": "updated_at", "popularity": "comments"}.get(asked.get("sort", ""), "created_at")
    descending = asked.get("direction", "desc" if field == "created_at" else "asc") == "desc"
    found.sort(key=lambda pull: (pull[field], pull["number"]), reverse=descending)
    return call.page(found, lambda pull: {key: value for key, value in shown(call, pull).items() if key not in _ALONE})


@route(f"GET {_PULL}")
def one(call: Call) -> Answer:
    pull = shown(call, raw(call))
    compared = _compared(call, pull)
    files = compared["files"] if compared else []
    pull["commits"] = compared["total_commits"] if compared else 0
    pull["changed_files"] = len(files)
    for key in ("additions", "deletions"):
        pull[key] = sum(file[key] for file in files)
    return Answer(200, pull)


@route(f"GET {_PULL}/files")
def files_of(call: Call) -> Answer:
    compared = _compared(call, shown(call, raw(call)))
    return call.page(compared["files"] if compared else [])


@route(f"GET {_PULL}/commits")
def commits_of(call: Call) -> Answer:
    compared = _compared(call, shown(call, raw(call)))
    return call.page(compared["commits"] if compared else [])


@route("POST ~/pulls")
def create(call: Call) -> Answer:
    sent = call.body
    token = call.caller.token
    if token is not None and token.kind is Kind.ACTIONS and not call.repository.may_open_pulls:
        raise Problem(403, "GitHub Actions is not permitted to create or approve pull requests.")
    _check(sent, new=True)
    owner, _, name = str(sent.get("head", "")).rpartition(":")
    head = _tip(call, name) if owner.lower() in {"", call.repository.owner.lower()} else None
    base = _tip(call, str(sent.get("base", "")))
    for field, commit in (("head", head), ("base", base)):
        if commit is None:
            raise invalid("PullRequest", field)
    if any(pull["head"]["ref"] == name and pull["base"]["ref"] == sent["base"] for pull in call.every("/pulls")):
        text = f"A pull request already exists for {call.repository.owner}:{name}."
        raise Problem(422, "Validation Failed", errors=[{"resource": "PullRequest", "code": "custom", "message": text}])
    if call.look(f"/compare/{base}...{head}")["total_commits"] == 0:
        text = f"No commits between {sent['base']} and {name}"
        raise Problem(422, "Validation Failed", errors=[{"resource": "PullRequest", "code": "custom", "message": text}])
    made = call.ask().body
    if call.caller.integration:
        call.repository.by_app.add(f"issue {made['number']}")
    return Answer(201, shown(call, made), {"location": made["url"]})


@route(f"PATCH {_PULL}")
def update(call: Call) -> Answer:
    before = raw(call)
    if before["user"]["login"] != call.caller.login and call.role < Role.WRITE:
        call.found()
    sent = call.body
    _check(sent)
    state = sent.get("state", before["state"])
    if state == "open" and before["state"] == "closed":
        _require_reopening(call, before)
    if state == "closed" and before["state"] == "open":
        call.repository.heads[call.number] = shown(call, before)["head"]["sha"]
    call.ask()
    if state != before["state"]:
        happened(call, call.number, "closed" if state == "closed" else "reopened")
        if state == "open":
            call.repository.heads.pop(call.number, None)
    return one(call)


@route(f"GET {_PULL}/merge")
def is_merged(call: Call) -> Answer:
    return Answer(204) if raw(call)["merged"] else call.found()


@route(f"PUT {_PULL}/merge")
def merge(call: Call) -> Answer:
    pull = shown(call, raw(call))
    if pull["state"] == "closed":
        raise Problem(405, "Pull Request is not mergeable")
    sent = call.body
    if sent.get("sha", pull["head"]["sha"]) != pull["head"]["sha"]:
        raise Problem(409, "Head branch was modified. Review and try the merge again.")
    commit = merged(call, pull, squash=sent.get("merge_method") in {"squash", "rebase"})
    call.repository.heads[call.number] = pull["head"]["sha"]
    call.repository.merges[call.number] = commit
    happened(call, call.number, "merged", commit_id=commit)
    happened(call, call.number, "closed")
    return Answer(200, {"sha": commit, "merged": True, "message": "Pull Request successfully merged"})


def branch_is_gone(call: Call, branch: str) -> None:
    """Pull requests from a branch that is deleted are closed."""
    for pull in call.every("/pulls"):
        if pull["head"]["ref"] == branch:
            call.repository.heads[pull["number"]] = pull["head"]["sha"]
            call.change("PATCH", f"/pulls/{pull['number']}", {"state": "closed"})
            happened(call, pull["number"], "closed")


def raw(call: Call) -> dict[str, Any]:
    found: dict[str, Any] | None = call.look(f"/pulls/{call.number}")
    return call.found() if found is None else found


def shown(call: Call, pull: dict[str, Any]) -> dict[str, Any]:
    """A pull request with its branch as it is now; what is closed stays as it was."""
    repository, number = call.repository, pull["number"]
    head = dict(pull["head"])
    head["sha"] = repository.heads.get(number) or _tip(call, head["ref"]) or head["sha"]
    if number in repository.forks:
        head["repo"] = repository.forks[number]
    changed = pull | {
        "head": head,
        "active_lock_reason": None,
        "author_association": call.github.association(repository, pull["user"]["login"]),
        "merge_commit_sha": repository.merges.get(number, pull["merge_commit_sha"]),
        "statuses_url": f"{pull['statuses_url'].rpartition('/')[0]}/{head['sha']}",
    }
    changed["_links"] = pull["_links"] | {"statuses": {"href": changed["statuses_url"]}}
    return changed


def _tip(call: Call, branch: str) -> str | None:
    found = call.look(f"/git/ref/heads/{branch}") if branch else None
    return found["object"]["sha"] if found else None


def _compared(call: Call, pull: dict[str, Any]) -> dict[str, Any] | None:
    found: dict[str, Any] | None = call.look(f"/compare/{pull['base']['sha']}...{pull['head']['sha']}")
    return found


def _check(sent: dict[str, Any], *, new: bool = False) -> None:
    title = sent.get("title", "" if new else None)
    if title is not None and not str(title).strip():
        raise invalid("PullRequest", "title", "missing_field")
    if len(title or "") > TITLE_LIMIT:
        raise too_long("PullRequest", "title", TITLE_LIMIT)
    if len(sent.get("body") or "") > BODY_LIMIT:
        raise too_long("PullRequest", "body", BODY_LIMIT)


def _require_reopening(call: Call, pull: dict[str, Any]) -> None:
    tip, former = _tip(call, pull["head"]["ref"]), call.repository.heads.get(call.number, pull["head"]["sha"])
    why = None
    if pull["merged"]:
        why = "The pull request has been merged."
    elif tip is None:
        why = f"The {pull['head']['ref']} branch has been deleted."
    elif call.look(f"/compare/{former}...{tip}")["status"] not in {"ahead", "identical"}:
        why = f"The {pull['head']['ref']} branch was force-pushed or recreated."
    if why is not None:
        raise invalid("PullRequest", "state", "custom", message=f"state cannot be changed. {why}")
