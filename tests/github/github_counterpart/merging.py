"""Merging a pull request as git does it: emulate forgets what the base branch got meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from github_counterpart.messages import Problem

if TYPE_CHECKING:
    from github_counterpart.call import Call


def merged(call: Call, pull: dict[str, Any], *, squash: bool) -> str:
    """Merge by files, move the base branch and close the pull request; the commit. `Problem` where both changed one."""
    branch = f"heads/{pull['base']['ref']}"
    base, head = call.look(f"/git/ref/{branch}")["object"]["sha"], pull["head"]["sha"]
    common = call.look(f"/compare/{base}...{head}")["merge_base_commit"]["sha"]
    ours, theirs, former = (_files(call, commit) for commit in (base, head, common))
    entries = []
    for path in sorted(ours.keys() | theirs.keys()):
        before, mine, other = former.get(path), ours.get(path), theirs.get(path)
        if other in {mine, before}:
            continue
        if mine != before:
            raise Problem(405, "Pull Request is not mergeable")
        mode, sha = other or ("100644", None)  # None: it is gone
        entries.append({"path": path, "mode": mode, "type": "blob", "sha": sha})
    tree = _made(call, "/git/trees", {"base_tree": _tree(call, base), "tree": entries})["sha"]
    who = {"name": call.caller.login, "email": f"{call.caller.login}@users.noreply.github.com", "date": call.now}
    title = f"Merge pull request #{pull['number']} from {pull['head']['label'].replace(':', '/')}"
    commit = _made(
        call,
        "/git/commits",
        {
            "message": f"{pull['title']} (#{pull['number']})" if squash else f"{title}\n\n{pull['title']}",
            "tree": tree,
            "parents": [base] if squash else [base, head],
            "author": who,
            "committer": who,
        },
    )["sha"]
    done = call.change("PUT", f"/pulls/{pull['number']}/merge", {})
    if done.status != 200:
        raise Problem(405, str(done.json()["message"]))
    # emulate has moved the branch to a merge of its own, of what it remembers.
    moved = call.change("PATCH", f"/git/refs/{branch}", {"sha": commit, "force": True})
    assert moved.status == 200, moved.body
    return str(commit)


def _files(call: Call, commit: str) -> dict[str, tuple[str, str]]:
    """Mode and content of every file."""
    tree = call.look(f"/git/trees/{_tree(call, commit)}?recursive=1")["tree"]
    return {entry["path"]: (entry["mode"], entry["sha"]) for entry in tree if entry["type"] != "tree"}


def _tree(call: Call, commit: str) -> str:
    return str(call.look(f"/git/commits/{commit}")["tree"]["sha"])


def _made(call: Call, path: str, body: object) -> dict[str, Any]:
    reply = call.change("POST", path, body)
    assert reply.status == 201, reply.body
    made: dict[str, Any] = reply.json()
    return made
