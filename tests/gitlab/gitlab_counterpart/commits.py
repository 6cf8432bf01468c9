"""Commits: lists of them, each, and new ones with all their edits at once."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from github_counterpart.messages import Answer
from gitlab_counterpart import commit_shape, protection
from gitlab_counterpart.branches import is_name, require_reading
from gitlab_counterpart.call import route
from gitlab_counterpart.errors import bad_request, not_found, told
from gitlab_counterpart.pages import page
from gitlab_counterpart.repository import EXECUTABLE, FILE
from gitlab_counterpart.world import Role

if TYPE_CHECKING:
    from gitlab_counterpart.call import Call
    from gitlab_counterpart.repository import Commit, Entry

_ACTIONS = ("create", "delete", "move", "update", "chmod")


@route("GET ~/repository/commits")
def commits(call: Call) -> Answer:
    """GitLab does not count these: there is no last page, and no total."""
    require_reading(call)
    repository = call.project.repository
    start = repository.find(call.text("ref_name"))
    if start is None:
        raise not_found("Commit")
    there = repository.history(start)
    path = call.text("path")
    if path:
        there = [one for one in there if _touches(call, one, path)]
    answer = page(call, there, lambda one: commit_shape.commit(call, one))
    for name in ("x-total", "x-total-pages"):
        answer.headers.pop(name, None)
    answer.headers["link"] = ", ".join(
        link for link in answer.headers["link"].split(", ") if not link.endswith('rel="last"')
    )
    return answer


@route("GET ~/repository/commits/{sha}")
def one_commit(call: Call) -> Answer:
    require_reading(call)
    stats = call.flag("stats")
    return Answer(200, commit_shape.whole(call, found(call), stats=stats is not False))


@route("GET ~/repository/commits/{sha}/diff")
def diff(call: Call) -> Answer:
    require_reading(call)
    one = found(call)
    before = call.project.repository.commits[one.parents[0]].files if one.parents else {}
    return page(call, commit_shape.diffs(call, before, one.files))


@route("POST ~/repository/commits")
def create_commit(call: Call) -> Answer:
    """On a branch, or on a new one that begins at another or at a commit; with `force` in the place of an old one."""
    call.require(Role.DEVELOPER)
    require_reading(call)
    call.needs("branch", "commit_message", "actions")
    branch, repository = call.text("branch"), call.project.repository
    protection.require_push(call, branch)
    parent = _start(call, branch)
    files = dict(parent.files) if parent else {}
    for number, action in enumerate(call.params["actions"]):
        _act(call, files, parent, number, action)
    address = call.text("author_email", f"{call.login.lower()}@example.com")
    protection.require_rules(call, branch, call.text("commit_message"), address)
    who = (call.text("author_name", call.person.name), address)
    parents = (parent.id,) if parent else ()
    made = repository.commit(files, parents, call.text("commit_message"), who, int(call.at))
    repository.branches[branch] = made.id
    stats = call.flag("stats")
    return Answer(201, commit_shape.whole(call, made, stats=stats is not False))


def found(call: Call) -> Commit:
    one = call.project.repository.find(call.values["sha"])
    if one is None:
        raise not_found("Commit")
    return one


def _touches(call: Call, one: Commit, path: str) -> bool:
    before = call.project.repository.commits[one.parents[0]].files if one.parents else {}
    return any(
        name == path or name.startswith(f"{path}/")
        for name in {*before, *one.files}
        if before.get(name) != one.files.get(name)
    )


def _start(call: Call, branch: str) -> Commit | None:
    """The commit that the new one follows; None in a repository that is empty."""
    repository = call.project.repository
    start_branch, start_sha = call.text("start_branch"), call.text("start_sha")
    if start_branch and start_sha:
        raise bad_request("start_branch, start_sha are mutually exclusive")
    if start_sha and start_sha not in repository.commits:
        raise told(400, f"Cannot find start_sha '{start_sha}'")
    if not start_sha:
        start_branch = start_branch or branch
        if repository.branches and start_branch not in repository.branches:
            raise told(400, "You can only create or edit files when you are on a branch")
    different = bool(start_sha) or start_branch != branch
    if different and branch in repository.branches and not call.flag("force"):
        raise told(400, f"A branch called '{branch}' already exists. Switch to that branch in order to make changes")
    if different and not is_name(branch):
        raise told(400, f"Something went wrong when we tried to create '{branch}' for you: Branch name is invalid")
    return repository.find(start_sha or start_branch) if repository.branches else None


def _act(call: Call, files: dict[str, Entry], parent: Commit | None, number: int, action: dict[str, Any]) -> None:
    verb, path = action.get("action"), action.get("file_path")
    if not verb or not path:
        raise bad_request(f"actions[{number}][{'action' if not verb else 'file_path'}] is missing")
    if verb not in _ACTIONS:
        raise bad_request(f"actions[{number}][action] does not have a valid value")
    if ".." in path.split("/") or path.startswith("/"):
        raise told(400, "Path cannot include directory traversal")
    source = action.get("previous_path") or path if verb == "move" else path
    if verb == "create":
        if path in files:
            raise told(400, "A file with this name already exists")
    elif source not in files:
        raise told(400, "A file with this name doesn't exist")
    else:
        _require_unchanged(call, parent, source, action)
    there = files.pop(source, (FILE, ""))
    if verb == "move" and path in files:
        raise told(400, "A file with this name already exists")
    if verb != "delete":
        files[path] = _entry(call, there, action)


def _require_unchanged(call: Call, parent: Commit | None, path: str, action: dict[str, Any]) -> None:
    """`last_commit_id` is the last commit that changed the file; any other, even a later one, is refused.

    It is looked for on the branch that is started at. With `start_sha` there is none, which means the default branch.
    """
    told_ = action.get("last_commit_id")
    if call.text("start_sha"):
        parent = call.project.repository.find("HEAD")
    last = parent and call.project.repository.last_to_touch(parent, path)
    if told_ and (last is None or last.id != told_):
        raise told(400, f"The file has changed since you started editing it: {path}")


def _entry(call: Call, there: Entry, action: dict[str, Any]) -> Entry:
    mode, blob = there
    if "execute_filemode" in action and action["action"] in {"create", "chmod"}:
        mode = EXECUTABLE if action["execute_filemode"] else FILE
    content = action.get("content")
    if content is None and blob:
        return mode, blob
    data = str(content or "").encode()
    if action.get("encoding") == "base64":
        try:
            data = base64.b64decode(data)
        except binascii.Error:
            raise told(400, "invalid base64") from None
    return mode, call.project.repository.store("blob", data)
