"""Files, folders and differences of a repository."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

from github_counterpart.messages import Answer
from gitlab_counterpart import commit_shape
from gitlab_counterpart.branches import require_reading
from gitlab_counterpart.call import route
from gitlab_counterpart.errors import bad_request, not_found
from gitlab_counterpart.pages import keyset, page

if TYPE_CHECKING:
    from gitlab_counterpart.call import Call
    from gitlab_counterpart.repository import Commit

_RAW = {"content-type": "text/plain; charset=utf-8", "content-disposition": "inline"}


@route("GET ~/repository/tree")
def tree(call: Call) -> Answer:
    require_reading(call)
    commit = _at(call, call.text("ref"), "Tree")
    folder = call.text("path")
    there = call.project.repository.tree_entries(commit, folder, recursive=call.flag("recursive") or False)
    if folder.strip("/") and not there:
        raise not_found("Tree")

    def shape(entry: tuple[str, str, str, str]) -> dict[str, str]:
        name, kind, mode, path = entry
        return {"id": name, "name": path.rpartition("/")[2], "type": kind, "path": path, "mode": mode}

    if call.text("pagination") == "keyset":
        return keyset(call, there, lambda entry: [entry[1] != "tree", entry[3]], shape, parameter="page_token")
    return page(call, there, shape)


@route("GET ~/repository/files/{file_path}")
def file(call: Call) -> Answer:
    shown, _ = _file(call)
    headers = {
        f"x-gitlab-{name.replace('_', '-')}": str(value) for name, value in shown.items() if name != "content"
    } | {"x-gitlab-execute-filemode": str(shown["execute_filemode"]).lower()}
    return Answer(200, shown, headers)


@route("GET ~/repository/files/{file_path}/raw")
def raw_file(call: Call) -> Answer:
    shown, content = _file(call)
    headers = {f"x-gitlab-{name.replace('_', '-')}": str(shown[name]) for name in ("blob_id", "commit_id", "size")}
    return Answer(200, content, _RAW | headers)


@route("GET ~/repository/blobs/{sha}", "GET ~/repository/blobs/{sha}/raw")
def blob(call: Call) -> Answer:
    require_reading(call)
    kind, content = call.project.repository.objects.get(call.values["sha"], ("", b""))
    if kind != "blob":
        raise not_found("Blob")
    if call.name.endswith("/raw"):
        return Answer(200, content, dict(_RAW))
    text = base64.b64encode(content).decode()
    return Answer(200, {"size": len(content), "encoding": "base64", "content": text, "sha": call.values["sha"]})


@route("GET ~/repository/compare")
def compare(call: Call) -> Answer:
    """From where two histories parted to the second; with `straight` from the first itself."""
    require_reading(call)
    call.needs("from", "to")
    repository = call.project.repository
    since, until = (_at(call, call.text(name), "Ref") for name in ("from", "to"))
    start = since if call.flag("straight") else repository.base(since, until)
    new = repository.between(since, until)[::-1]
    return Answer(
        200,
        {
            "commit": commit_shape.commit(call, until) if new else None,
            "commits": [commit_shape.commit(call, one) for one in new],
            "diffs": commit_shape.diffs(call, start.files if start else {}, until.files),
            "compare_timeout": False,
            "compare_same_ref": since is until,
            "web_url": f"{call.gitlab.url}/{call.project.path}/-/compare/{since.id}...{until.id}",
        },
    )


@route("GET ~/repository/merge_base")
def merge_base(call: Call) -> Answer:
    require_reading(call)
    refs = call.names("refs")
    if len(refs) < 2:
        raise bad_request("Provide at least 2 refs")
    base = call.project.repository.base(*(_at(call, ref, "Ref") for ref in refs[:2]))
    if base is None:
        raise not_found("Merge Base")
    return Answer(200, commit_shape.commit(call, base))


def _at(call: Call, ref: str, what: str) -> Commit:
    commit = call.project.repository.find(ref)
    if commit is None:
        raise not_found(what)
    return commit


def _file(call: Call) -> tuple[dict[str, Any], bytes]:
    require_reading(call)
    path, ref = call.values["file_path"], call.text("ref", "HEAD")
    commit = _at(call, ref, "Commit")
    entry = commit.files.get(path)
    last = call.project.repository.last_to_touch(commit, path)
    if entry is None or last is None:
        raise not_found("File")
    content = call.project.repository.blob(entry[1])
    return {
        "file_name": path.rpartition("/")[2],
        "file_path": path,
        "size": len(content),
        "encoding": "base64",
        "content_sha256": hashlib.sha256(content).hexdigest(),
        "ref": ref,
        "blob_id": entry[1],
        "commit_id": commit.id,
        "last_commit_id": last.id,
        "execute_filemode": entry[0] == "100755",
        "content": base64.b64encode(content).decode(),
    }, content
